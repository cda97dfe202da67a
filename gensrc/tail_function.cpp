// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code of the tail: the patched text line by line with the names of the tail,
// without labels that only debug information uses, with .loc mapped to the
// original's file table, and with imports that the original does not use
// directly taken from the GOT.

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "common/patch_format.h"
#include "gensrc/directive.h"
#include "gensrc/tail.h"

#include "gensrc/walk.h"

namespace care::gensrc {

Error TailWriter::write_function(const ChangedFunction &change) {
  const Function &function = b_.functions[change.patched];
  current_ = change.patched;
  for (AtomId part : function.parts)
    if (Error error = write_part(change, part))
      return std::move(error).in(std::string(b_.symbols[change.symbol].name));
  current_ = no_id;
  return {};
}

Error TailWriter::write_part(const ChangedFunction &change, AtomId id) {
  const Atom &part = b_.atoms[id];
  const Function &function = b_.functions[change.patched];
  bool is_entry = id == function.parts[0];
  std::string name = own_name(change, id);
  std::string number = std::to_string(&change - changes_.functions.data()) +
                       std::string(tail_suffix);
  begin_section(section::text);
  out_ += "\t.balign\t16\n";
  const Symbol &symbol = b_.symbols[part.symbol];
  if (name == symbol.name)
    declare(name, symbol, "function");
  else
    out_ += "\t.type\t" + name + ", @function\n";
  if (is_entry)
    out_ += ".Lkpbegin" + number + ":\n";
  cfa_ = {};
  bool is_entered = false;
  Error error;
  every_line(b_, part, [&](std::string_view line) {
    error = write_code_line(line, part, name, is_entered);
    return !error;
  });
  if (error)
    return error;
  out_ += "\t.size\t" + name + ", .-" + name + "\n";
  if (is_entry)
    out_ += ".Lkpend" + number + ":\n";
  return {};
}

Error TailWriter::write_code_line(std::string_view line, const Atom &part,
                                  const std::string &name, bool &is_entered) {
  if (line.empty() || is_debug_label(line))
    return {};
  if (is_line_number(line)) {
    write_loc(line.substr(6));
    return {};
  }
  while (!line.empty()) {
    std::string_view statement = take_statement(line);
    while (auto label = take_label(statement)) {
      SymbolId id = b_.find(unquote(*label));
      if (id == part.symbol) {
        out_ += name + ":\n";
        is_entered = true;
      } else if (id != no_id && b_.symbols[id].is_referenced) {
        out_ += std::string(unquote(*label)) + ".kpatch:\n";
      }
    }
    if (statement.empty())
      continue;
    if (Error error = write_code_statement(statement, is_entered))
      return error;
  }
  return {};
}

Error TailWriter::write_code_statement(std::string_view statement,
                                       bool is_entered) {
  Words words = split_words(statement);
  if (words.head.starts_with(".cfi_"))
    return write_cfi(statement, words);
  if (words.head[0] != '.')
    return write_instruction(statement, words);
  switch (directive_of(words.head)) {
  case Directive::Align:
    if (is_entered)
      write_line(statement);
    return {};
  case Directive::Raw:
    write_line(statement);
    return {};
  case Directive::Content: {
    Result<std::string> text =
        rename(statement, statement.size() - words.operands.size());
    if (!text)
      return text.take_error();
    write_line(*text);
    return {};
  }
  default:
    return {}; // symbol attributes: written anew
  }
}

// The symbol of the instruction that has to be reached through the GOT.
SymbolId TailWriter::find_import(std::string_view statement,
                                 Words words) const {
  std::string_view mnemonic =
      trim(statement.substr(0, statement.size() - words.operands.size()));
  size_t from = statement.size() - words.operands.size();
  for (;;) {
    SymbolRange range = find_symbol(statement, from);
    if (!range.found())
      return no_id;
    from = range.end;
    if (from < statement.size() && statement[from] == '@')
      continue;
    SymbolId id = b_.find(
        unquote(statement.substr(range.begin, range.end - range.begin)));
    if (id == no_id || b_.symbols[id].is_defined() ||
        !b_.symbols[id].visibility.empty() ||
        is_local_label(b_.symbols[id].name))
      continue;
    if (arch_.is_branch(mnemonic, words.operands))
      return no_id;
    SymbolId original = a_.find(b_.symbols[id].name);
    if (original != no_id && a_.symbols[original].is_defined())
      continue;
    bool is_known = original != no_id && a_.symbols[original].is_direct;
    if (!is_known || units_.options.force_gotpcrel)
      return id;
  }
}

Error TailWriter::write_instruction(std::string_view statement, Words words) {
  while (arch_.is_prefix(words.head) && !words.operands.empty())
    words = split_words(words.operands);
  SymbolId import = find_import(statement, words);
  size_t from = statement.size() - words.operands.size();
  if (import == no_id) {
    Result<std::string> text = rename(statement, from);
    if (!text)
      return text.take_error();
    write_line(*text);
    return {};
  }
  ImportUse use{.mnemonic = trim(statement.substr(0, from)),
                .operands = words.operands,
                .symbol = b_.symbols[import].name,
                .cfa_is_sp = cfa_.is_open && cfa_.is_sp};
  Result<std::string> lines = arch_.through_got(use);
  if (!lines)
    return lines.take_error();
  out_ += *lines;
  return {};
}

Error TailWriter::write_cfi(std::string_view statement, Words words) {
  std::string_view operands = words.operands;
  if (words.head == ".cfi_startproc")
    cfa_ = {.is_open = true, .is_sp = true, .remembered = {}};
  else if (words.head == ".cfi_endproc")
    cfa_.is_open = false;
  else if (words.head == ".cfi_def_cfa" ||
           words.head == ".cfi_def_cfa_register")
    cfa_.is_sp = arch_.is_stack_pointer(take_operand(operands));
  else if (words.head == ".cfi_escape" && operands.starts_with("0xf,"))
    cfa_.is_sp = false; // DW_CFA_def_cfa_expression
  else if (words.head == ".cfi_remember_state")
    cfa_.remembered.push_back(cfa_.is_sp);
  else if (words.head == ".cfi_restore_state" && !cfa_.remembered.empty()) {
    cfa_.is_sp = cfa_.remembered.back();
    cfa_.remembered.pop_back();
  }
  Result<std::string> text =
      rename(statement, statement.size() - words.operands.size());
  if (!text)
    return text.take_error();
  write_line(*text);
  return {};
}

// --- line numbers

static std::string without_md5(std::string_view operands) {
  size_t md5 = operands.find(" md5 ");
  return std::string(trim(operands.substr(0, md5)));
}

void TailWriter::index_files() {
  for (const auto &[number, operands] : a_.files) {
    file_numbers_.try_emplace(without_md5(operands), number);
    next_file_ = std::max(next_file_, number + 1);
  }
  // The unit itself may have another name (patching by hand).
  auto own = file_numbers_.find(fmt::format("\"{}\"", a_.file_name));
  if (own != file_numbers_.end())
    file_numbers_.try_emplace(fmt::format("\"{}\"", b_.file_name), own->second);
}

uint32_t TailWriter::map_file(uint32_t number) {
  auto found = b_.files.find(number);
  if (found == b_.files.end())
    return number;
  auto [entry, is_new] =
      file_numbers_.try_emplace(without_md5(found->second), next_file_);
  if (is_new) {
    out_ += "\t.file " + std::to_string(next_file_) + " " +
            std::string(found->second) + "\n";
    next_file_++;
  }
  return entry->second;
}

// View numbers count on from those of the unit; without them gas counts anew.
void TailWriter::write_loc(std::string_view operands) {
  if (a_.files.empty())
    return;
  uint32_t number = 0;
  const char *end = operands.data() + operands.size();
  auto parsed = std::from_chars(operands.data(), end, number);
  std::string_view rest(parsed.ptr, static_cast<size_t>(end - parsed.ptr));
  number = map_file(number);
  std::string line = ".loc " + std::to_string(number);
  rest = take_statement(rest);
  while (!rest.empty()) {
    Words words = split_words(rest);
    rest = words.operands;
    if (words.head == "view")
      rest = split_words(rest).operands;
    else
      line.append(" ").append(words.head);
  }
  write_line(line);
}

} // namespace care::gensrc
