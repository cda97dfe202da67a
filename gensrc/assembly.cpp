// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parts of the model that need no parser state: what a section holds by
// its name and flags, what an expression refers to, hashing.

#include "gensrc/assembly.h"

#include <cstring>

#include "gensrc/statement.h"

namespace care::gensrc {

AtomId Unit::atom_of(SymbolId symbol) const {
  for (int depth = 0; depth < 16 && symbol != no_id; depth++) {
    const Symbol &entry = symbols[symbol];
    if (entry.atom != no_id || entry.alias_of.empty())
      return entry.atom;
    symbol = find(parse_expression(entry.alias_of).symbol);
  }
  return no_id;
}

Expression parse_expression(std::string_view text) {
  text = trim(text);
  SymbolRange range = find_symbol(text, 0);
  if (!range.found() || find_symbol(text, range.end).found())
    return {};
  std::string_view name = text.substr(range.begin, range.end - range.begin);
  std::string_view before = trim(text.substr(0, range.begin));
  std::string_view after = trim(text.substr(range.end));
  if (before.empty() && after.empty())
    return {name, 0};
  std::optional<int64_t> offset;
  if (before.empty() && (after.front() == '+' || after.front() == '-'))
    offset = parse_integer(after);
  else if (after.empty() && before.back() == '+')
    offset = parse_integer(trim(before.substr(0, before.size() - 1)));
  return offset ? Expression{name, *offset} : Expression{};
}

bool is_local_label(std::string_view name) {
  return name.starts_with(".L") || name.starts_with("GCC_except_table");
}

static bool is_section(std::string_view name, std::string_view family) {
  return name == family ||
         (name.starts_with(family) && name[family.size()] == '.');
}

static bool is_ignored(std::string_view name) {
  static constexpr std::string_view families[] = {".comment", ".eh_frame",
                                                  ".stab",    ".stabstr",
                                                  ".stapsdt", ".gnu_debuglink"};
  for (std::string_view family : families)
    if (is_section(name, family))
      return true;
  return name.starts_with(".debug") || name.starts_with(".zdebug") ||
         name.starts_with(".note") || name.starts_with(".gnu.lto_") ||
         name.starts_with(".gnu.debuglto_") || name.starts_with(".llvm_") ||
         name == "__patchable_function_entries" || name == ".llvm.call-graph";
}

bool is_usual_data_section(std::string_view name) {
  for (std::string_view usual :
       {".data", ".bss", ".rodata", ".tdata", ".tbss", ".sdata", ".sbss",
        ".srodata", ".ldata", ".lbss", ".lrodata", ".data1", ".rodata1",
        ".text", ".gnu.linkonce", ".gcc_except_table"})
    if (is_section(name, usual))
      return true;
  return false;
}

SectionKind classify_section(std::string_view name, std::string_view flags) {
  using enum SectionKind;
  if (is_ignored(name))
    return Ignored;
  if (is_section(name, ".init_array") || is_section(name, ".preinit_array") ||
      is_section(name, ".ctors"))
    return Constructors;
  if (is_section(name, ".fini_array") || is_section(name, ".dtors"))
    return Destructors;
  if (is_section(name, ".gcc_except_table"))
    return ExceptTable;
  if (is_section(name, ".tbss") || is_section(name, ".tdata") ||
      flags.find('T') != flags.npos)
    return Tls;
  if (is_section(name, ".text") || flags.find('x') != flags.npos)
    return Text;
  if (name.starts_with(".data.rel.ro"))
    return RelRo;
  if (is_section(name, ".bss") || name.starts_with(".gnu.linkonce.b."))
    return Zero;
  if (is_section(name, ".rodata") || is_section(name, ".srodata"))
    return ReadOnly;
  if (is_section(name, ".data") || flags.find('w') != flags.npos)
    return Writable;
  if (flags.find('a') != flags.npos)
    return ReadOnly;
  return Ignored;
}

SourceFolders source_folders(std::string_view before, std::string_view now) {
  if (before == now || !before.starts_with('/') || !now.starts_with('/'))
    return {};
  while (true) {
    size_t old_slash = before.rfind('/'), new_slash = now.rfind('/');
    if (before.substr(old_slash) != now.substr(new_slash))
      break;
    before = before.substr(0, old_slash);
    now = now.substr(0, new_slash);
  }
  return before.empty() || now.empty() ? SourceFolders{}
                                       : SourceFolders{before, now};
}

uint64_t mix_bytes(uint64_t hash, std::string_view bytes) {
  while (bytes.size() >= 8) {
    uint64_t word;
    memcpy(&word, bytes.data(), 8);
    hash = mix(hash, word);
    bytes.remove_prefix(8);
  }
  uint64_t word = bytes.size();
  for (char c : bytes)
    word = word << 8 | static_cast<unsigned char>(c);
  return mix(hash, word);
}

} // namespace care::gensrc
