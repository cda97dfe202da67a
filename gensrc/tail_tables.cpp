// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The tables for the linking step: references, names of functions, other names
// of entries, signatures.

#include "gensrc/tail.h"

#include "common/patch_format.h"
#include "gensrc/names.h"

namespace care::gensrc {

// What the original refers to without .weak stays as it is: it was found.
void TailWriter::write_weak_imports() {
  for (const std::string &name : weak_imports_)
    if (SymbolId known = a_.find(name);
        known == no_id || a_.symbols[known].is_weak)
      out_ += "\t.weak\t" + name + "\n";
  for (std::string_view exported : changes_.exported) {
    std::string name(exported);
    if (!b_.symbols[b_.find(exported)].is_defined())
      continue;
    out_ += "\t.globl\t" + name + "\n\t.hidden\t" + name + "\n\t.set\t" + name +
            "," + local_name(name) + "\n";
  }
}

std::vector<Reference> TailWriter::references() const {
  std::vector<Reference> list;
  for (const auto &[alias, original] : references_)
    list.push_back({alias, original});
  return list;
}

void TailWriter::write_tables() {
  if (changes_.functions.empty())
    return;
  begin_section(section::strtab);
  for (size_t i = 0; i < changes_.functions.size(); i++)
    out_ +=
        ".Lkpname" + std::to_string(i) + std::string(tail_suffix) +
        ":\n\t.string\t\"" +
        units_.name_in_binary(b_.symbols[changes_.functions[i].symbol].name) +
        "\"\n";
  begin_section(section::info);
  out_ += "\t.balign\t8\n";
  std::string parts;
  for (size_t i = 0; i < changes_.functions.size(); i++) {
    const ChangedFunction &change = changes_.functions[i];
    const Function &function = b_.functions[change.patched];
    std::string name = own_name(change, function.parts[0]);
    std::string number = std::to_string(i) + std::string(tail_suffix);
    bool is_entered = change.original != no_id && !change.is_clone;
    std::string original =
        is_entered ? own_original_name(change.original) : "0";
    bool is_weak = is_entered && has_own_weak(change.original);
    uint32_t flags = is_weak ? info_weak : 0;
    out_ += "\t.quad\t" + original + "\n\t.quad\t" + name +
            "\n\t.long\t0\n\t.long\t.Lkpend" + number + "-.Lkpbegin" + number +
            "\n\t.quad\t.Lkpname" + number + "\n\t.quad\t0\n\t.long\t" +
            std::to_string(flags) + "\n\t.long\t0\n";
    if (!is_entered)
      continue;
    const Function &before = a_.functions[a_.function_of(change.original)];
    for (size_t part = 1; part < before.parts.size(); part++)
      parts += "\t.quad\t" +
               own_original_name(a_.atoms[before.parts[part]].symbol) +
               "\n\t.quad\t" + original + "\n";
  }
  if (!parts.empty()) {
    begin_section(section::parts);
    out_ += "\t.balign\t8\n" + parts;
  }
  write_alias_names();
  write_signatures();
}

// The other names of the entries in the original, so that the linking step can
// tell them from functions that the linker folded into one.
void TailWriter::write_alias_names() {
  std::unordered_map<AtomId, const ChangedFunction *> entries;
  for (const ChangedFunction &change : changes_.functions)
    if (change.original != no_id && !change.is_clone) {
      const Function &before = a_.functions[a_.function_of(change.original)];
      entries.emplace(before.parts[0], &change);
    }
  std::string records;
  size_t count = 0;
  begin_section(section::strtab);
  for (SymbolId id = 0; id < a_.symbols.size(); id++) {
    const Symbol &symbol = a_.symbols[id];
    if (!symbol.is_defined() || is_local_label(symbol.name) ||
        symbol.is_asm_label)
      continue;
    auto entry = entries.find(a_.atom_of(id));
    if (entry == entries.end())
      continue;
    const ChangedFunction &change = *entry->second;
    std::string_view versioned =
        symbol.version.substr(0, symbol.version.find('@'));
    for (std::string_view name : {symbol.name, versioned}) {
      if (name.empty() || name == b_.symbols[change.symbol].name)
        continue;
      std::string label =
          ".Lkpalias" + std::to_string(count++) + std::string(tail_suffix);
      out_ += label + ":\n\t.string\t\"" + units_.name_in_binary(name) + "\"\n";
      records += "\t.quad\t" + own_original_name(change.original) +
                 "\n\t.quad\t" + label + "\n";
    }
  }
  if (records.empty())
    return;
  begin_section(section::aliases);
  out_ += "\t.balign\t8\n" + records;
}

// The functions that take or return something else now, and their callers in
// this unit. The linking step looks for others; what is not reached any more
// does not count.
void TailWriter::write_signatures() {
  if (changes_.signatures.empty() && changes_.unreached.empty() &&
      changes_.gone_variables.empty())
    return;
  auto label = [](size_t number) {
    return ".Lkpsignature" + std::to_string(number) + std::string(tail_suffix);
  };
  if (!changes_.signatures.empty())
    begin_section(section::strtab);
  for (size_t i = 0; i < changes_.signatures.size(); i++)
    out_ +=
        label(i) + ":\n\t.string\t\"" + changes_.signatures[i].words + "\"\n";
  std::string records;
  for (size_t i = 0; i < changes_.signatures.size(); i++) {
    const SignatureChange &change = changes_.signatures[i];
    std::string begin = "\t.quad\t" + own_original_name(change.original) + "\n";
    records += begin + "\t.quad\t0\n\t.quad\t" + label(i) + "\n";
    for (SymbolId caller : change.callers)
      records +=
          begin + "\t.quad\t" + own_original_name(caller) + "\n\t.quad\t0\n";
  }
  for (SymbolId id : changes_.gone_variables)
    records +=
        "\t.quad\t" + own_original_name(id) + "\n\t.quad\t0\n\t.quad\t0\n";
  for (SymbolId id : changes_.unreached)
    records +=
        "\t.quad\t0\n\t.quad\t" + own_original_name(id) + "\n\t.quad\t0\n";
  begin_section(section::signatures);
  out_ += "\t.balign\t8\n" + records;
}

} // namespace care::gensrc
