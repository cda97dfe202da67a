// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names, data and tables of the tail.
//
// A symbol of the patched text has one of these names in the tail: a local
// label gets a suffix (the original's labels have the same names); what the
// original has as a global symbol keeps its name; what it has as a local one is
// reached through a reference alias; what is new keeps its name unless the
// original uses it for something else. Pool entries, tables and constants are
// written when something written before asked for them.

#include "gensrc/tail.h"

#include "common/patch_format.h"
#include "gensrc/directive.h"
#include "gensrc/names.h"
#include "gensrc/walk.h"

namespace care::gensrc {

static constexpr std::string_view suffix = ".kpatch";

TailWriter::TailWriter(const Comparison &units, const Changes &changes,
                       std::string unit_id)
    : a_(units.original), b_(units.patched), units_(units), changes_(changes),
      unit_id_(std::move(unit_id)) {}

Result<std::string> TailWriter::write() {
  index_files();
  if (!changes_.functions.empty()) {
    begin_section(section::text);
    out_ += std::string(unit_marker) + unit_id_ + ":\n";
  }
  for (const ChangedFunction &change : changes_.functions)
    if (Error error = write_function(change))
      return error;
  for (AtomId id : changes_.new_objects)
    if (Error error = write_object(id, new_name(b_.atoms[id].symbol)))
      return error;
  if (Error error = write_needed())
    return error;
  if (Error error = write_aliases())
    return error;
  write_tables();
  write_references();
  return std::move(out_);
}

// --- names

void TailWriter::need(AtomId atom) {
  if (is_needed_.insert(atom).second)
    needed_.push_back(atom);
}

std::string TailWriter::original_name(SymbolId original) {
  const Symbol &symbol = a_.symbols[original];
  if (!symbol.is_defined() || !symbol.is_local())
    return std::string(symbol.name);
  references_.insert(std::string(symbol.name));
  return std::string(symbol.name) + ".kpatchref." + unit_id_;
}

std::string TailWriter::new_name(SymbolId id) const {
  const Symbol &symbol = b_.symbols[id];
  SymbolId namesake = a_.find(symbol.name);
  bool is_taken = namesake != no_id && a_.symbols[namesake].is_defined();
  return std::string(symbol.name) + std::string(is_taken ? suffix : "");
}

// The name under which a part of a function of the patch is defined.
std::string TailWriter::own_name(const ChangedFunction &change,
                                 AtomId part) const {
  const Function &function = b_.functions[change.patched];
  SymbolId id =
      part == function.parts[0] ? change.symbol : b_.atoms[part].symbol;
  if (change.original == no_id && change.symbol == function.symbol)
    return new_name(id);
  return std::string(b_.symbols[id].name) + std::string(suffix);
}

Result<std::string> TailWriter::label_name(SymbolId id) {
  const Symbol &symbol = b_.symbols[id];
  std::string name = std::string(symbol.name) + std::string(suffix);
  if (symbol.atom == no_id && !symbol.alias_of.empty()) {
    constexpr int depth_max = 16;
    if (++alias_depth_ > depth_max)
      return format_error("label " + quoted(symbol.name) +
                          " stands for itself, or for one that does");
    Result<std::string> target = rename(symbol.alias_of, 0);
    if (!target)
      return target;
    --alias_depth_;
    label_aliases_.insert("\t.set\t" + name + "," + *target + "\n");
    return name;
  }
  if (symbol.atom == no_id)
    return format_error("label " + quoted(symbol.name) + " is not defined")
        .with_code("kpatch-not-assembly")
        .note("give what 'gcc -S' or 'clang -S' writes, whole");
  const Atom &atom = b_.atoms[symbol.atom];
  if (atom.kind != AtomKind::Function)
    need(symbol.atom);
  else if (!changes_.function_ids.contains(b_.function_ids[symbol.atom]))
    return refused("kpatch-code-label",
                   "the patch refers to label " + quoted(symbol.name) +
                       " inside a function that is not in the patch")
        .note("do not share the addresses of labels between functions");
  return name;
}

Result<std::string> TailWriter::function_name(SymbolId id, uint32_t function) {
  const Symbol &symbol = b_.symbols[id];
  SymbolId original = units_.matching.to_original[id];
  auto found = changes_.function_ids.find(function);
  if (found != changes_.function_ids.end()) {
    const ChangedFunction &change = changes_.functions[found->second];
    bool is_part = symbol.atom != no_id && id != change.symbol;
    if (change.is_clone || change.original == no_id || is_part) {
      AtomId atom = b_.atom_of(id);
      if (symbol.is_local() || symbol.atom != no_id)
        return own_name(change, atom);
    }
  }
  if (original != no_id && a_.symbols[original].is_defined())
    return original_name(original);
  if (symbol.atom == no_id && symbol.is_local()) {
    // A local alias that the original does not have: its target.
    SymbolId target = b_.functions[function].symbol;
    return target == id ? Result<std::string>(std::string(symbol.name))
                        : tail_name(target);
  }
  return new_name(id);
}

Result<std::string> TailWriter::tail_name(SymbolId id) {
  const Symbol &symbol = b_.symbols[id];
  if (is_local_label(symbol.name) || symbol.is_asm_label)
    return label_name(id);
  uint32_t function = b_.function_of(id);
  if (function != no_id)
    return function_name(id, function);
  AtomId atom = b_.atom_of(id);
  if (atom != no_id && b_.atoms[atom].has_labels) {
    need(atom);
    return std::string(symbol.name) + std::string(suffix);
  }
  if (atom != no_id && changes_.is_changed_constant[atom]) {
    need(atom);
    return std::string(symbol.name) + std::string(suffix);
  }
  SymbolId original = units_.matching.to_original[id];
  if (symbol.is_weak && !symbol.is_defined() && symbol.version.empty())
    weak_imports_.insert(std::string(symbol.name));
  if (original != no_id)
    return original_name(original);
  if (atom != no_id && b_.is_local_constant(b_.atoms[atom])) {
    need(atom);
    return new_name(id);
  }
  if (units_.matching.is_ambiguous[id] &&
      !units_.allowed.permits("kpatch-ambiguous-static", symbol.name) &&
      !units_.allowed.permits("kpatch-ambiguous-static",
                              source_name(symbol.name)))
    return refused("kpatch-ambiguous-static",
                   "static local variable " + quoted(source_name(symbol.name)) +
                       ": cannot tell which one of the original it is")
        .note(units_.matching.has_facts
                  ? "the function has more or fewer variables of this name "
                    "now; give the new or changed one a name of its own"
                  : "build both stages with GCC and the plugin, which tells "
                    "them apart")
        .note("if it is a new one: --allow=kpatch-ambiguous-static:" +
              std::string(source_name(symbol.name)));
  return new_name(id);
}

// `content` with the names of the tail, from `from` on.
Result<std::string> TailWriter::rename(std::string_view content, size_t from) {
  std::string result;
  size_t done = 0;
  for (;;) {
    SymbolRange range = find_symbol(content, from);
    if (!range.found())
      break;
    result += content.substr(done, range.begin - done);
    std::string_view word =
        content.substr(range.begin, range.end - range.begin);
    SymbolId id = b_.find(unquote(word));
    if (id == no_id) {
      result += word;
    } else {
      Result<std::string> name = tail_name(id);
      if (!name)
        return name;
      bool needs_quotes = word.front() == '"';
      result += needs_quotes ? '"' + *name + '"' : *name;
    }
    done = from = range.end;
  }
  result += content.substr(done);
  return result;
}

// --- data

void TailWriter::write_line(std::string_view text) {
  out_ += '\t';
  out_ += text;
  out_ += '\n';
}

void TailWriter::begin_section(std::string_view name) {
  out_ += "\t.section\t";
  out_ += name;
  if (name == section::text)
    out_ += ",\"axR\",@progbits\n";
  else if (name == section::bss)
    out_ += ",\"awR\",@nobits\n";
  else if (name == section::rodata || name == section::strtab ||
           name == section::except_table)
    out_ += ",\"aR\",@progbits\n";
  else
    out_ += ",\"awR\",@progbits\n";
}

void TailWriter::declare(std::string_view name, const Symbol &symbol,
                         std::string_view type) {
  bool unlink =
      is_listed(units_.options.unlink_symbols, symbol.name, b_.file_name);
  std::string word(name);
  if (symbol.is_global && !unlink)
    out_ += "\t.globl\t" + word + "\n";
  if (symbol.is_weak && !unlink)
    out_ += "\t.weak\t" + word + "\n";
  if (!symbol.visibility.empty() && !unlink)
    out_ += "\t." + std::string(symbol.visibility) + "\t" + word + "\n";
  out_ += "\t.type\t" + word + ", @" + std::string(type) + "\n";
}

bool TailWriter::has_addresses(const Atom &atom) const {
  return !every_statement(b_, atom, [](std::string_view statement) {
    Words words = split_words(statement);
    if (directive_of(words.head) == Directive::Content)
      while (!words.operands.empty())
        if (!parse_expression(take_operand(words.operands)).symbol.empty())
          return false;
    return true;
  });
}

std::string_view TailWriter::section_for(const Atom &atom) const {
  if (atom.kind == AtomKind::Lsda)
    return section::except_table;
  switch (b_.kind_of(atom)) {
  case SectionKind::Zero:
    return section::bss;
  case SectionKind::Writable:
    if (atom.kind == AtomKind::Object && !atom.has_labels)
      return section::data;
    return section::relro;
  default:
    return has_addresses(atom) ? section::relro : section::rodata;
  }
}

Error TailWriter::write_object(AtomId id, const std::string &name) {
  const Atom &atom = b_.atoms[id];
  const Symbol &symbol = b_.symbols[atom.symbol];
  begin_section(section_for(atom));
  if (atom.align > 1)
    out_ += "\t.balign\t" + std::to_string(atom.align) + "\n";
  if (name == symbol.name)
    declare(name, symbol, symbol.is_unique ? "gnu_unique_object" : "object");
  else
    out_ += "\t.type\t" + name + ", @object\n";
  if (atom.is_comm) {
    out_ += name + ":\n\t.zero\t" + std::to_string(atom.comm_size) + "\n";
  } else if (Error error = write_data_lines(atom, atom.symbol, name)) {
    return error;
  }
  out_ += "\t.size\t" + name + ", .-" + name + "\n";
  return {};
}

Error TailWriter::write_data_statement(std::string_view statement, SymbolId own,
                                       const std::string &name) {
  while (auto label = take_label(statement)) {
    SymbolId id = b_.find(unquote(*label));
    if (id == own)
      out_ += name + ":\n";
    else if (id != no_id && b_.symbols[id].is_referenced)
      out_ += std::string(*label) + std::string(suffix) + ":\n";
  }
  if (statement.empty())
    return {};
  Words words = split_words(statement);
  Directive kind = directive_of(words.head);
  if (kind == Directive::Raw || kind == Directive::Align) {
    write_line(statement);
  } else if (kind == Directive::Content) {
    Result<std::string> text =
        rename(statement, statement.size() - words.operands.size());
    if (!text)
      return text.take_error();
    write_line(*text);
  }
  return {};
}

Error TailWriter::write_data_lines(const Atom &atom, SymbolId own,
                                   const std::string &name) {
  Error error;
  every_line(b_, atom, [&](std::string_view line) {
    while (!line.empty() && !error)
      error = write_data_statement(take_statement(line), own, name);
    return !error;
  });
  return error;
}

// Writing one can ask for others.
Error TailWriter::write_needed() {
  for (size_t i = 0; i < needed_.size(); i++) {
    const Atom &atom = b_.atoms[needed_[i]];
    if (atom.kind == AtomKind::Object) {
      const Symbol &symbol = b_.symbols[atom.symbol];
      bool is_copy =
          atom.has_labels || changes_.is_changed_constant[needed_[i]];
      std::string name = is_copy
                             ? std::string(symbol.name) + std::string(suffix)
                             : new_name(atom.symbol);
      if (Error error = write_object(needed_[i], name))
        return error;
      continue;
    }
    begin_section(section_for(atom));
    out_ += "\t.balign\t" +
            std::to_string(atom.kind == AtomKind::Lsda ? 4 : atom.align) + "\n";
    if (Error error = write_data_lines(atom, no_id, {}))
      return error;
  }
  for (const std::string &line : label_aliases_)
    out_ += line;
  return {};
}

Error TailWriter::write_aliases() {
  for (SymbolId id : changes_.new_aliases) {
    const Symbol &symbol = b_.symbols[id];
    Result<std::string> target = rename(symbol.alias_of, 0);
    if (!target)
      return target.take_error();
    std::string name = new_name(id);
    uint32_t function = b_.function_of(id);
    declare(name, symbol, function != no_id ? "function" : "object");
    out_ += "\t.set\t" + name + "," + *target + "\n";
    if (!symbol.version.empty())
      out_ += "\t.symver\t" + name + ", " + std::string(symbol.version) + "\n";
  }
  return {};
}

// --- tables

void TailWriter::write_references() {
  // What the original refers to without .weak stays as it is: it was found.
  for (const std::string &name : weak_imports_)
    if (SymbolId known = a_.find(name);
        known == no_id || a_.symbols[known].is_weak)
      out_ += "\t.weak\t" + name + "\n";
  for (const std::string &name : references_) {
    std::string alias = name + ".kpatchref." + unit_id_;
    out_ += "\t.globl\t" + alias + "\n\t.hidden\t" + alias + "\n\t.set\t" +
            alias + "," + name + "\n";
  }
}

void TailWriter::write_tables() {
  if (changes_.functions.empty())
    return;
  begin_section(section::strtab);
  for (size_t i = 0; i < changes_.functions.size(); i++)
    out_ += ".Lkpname" + std::to_string(i) + std::string(suffix) +
            ":\n\t.string\t\"" +
            std::string(b_.symbols[changes_.functions[i].symbol].name) + "\"\n";
  begin_section(section::info);
  out_ += "\t.balign\t8\n";
  std::string parts;
  for (size_t i = 0; i < changes_.functions.size(); i++) {
    const ChangedFunction &change = changes_.functions[i];
    const Function &function = b_.functions[change.patched];
    std::string name = own_name(change, function.parts[0]);
    std::string number = std::to_string(i) + std::string(suffix);
    bool is_entered = change.original != no_id && !change.is_clone;
    std::string original = is_entered ? original_name(change.original) : "0";
    out_ += "\t.quad\t" + original + "\n\t.quad\t" + name +
            "\n\t.long\t0\n\t.long\t.Lkpend" + number + "-.Lkpbegin" + number +
            "\n\t.quad\t.Lkpname" + number +
            "\n\t.quad\t0\n\t.long\t0\n"
            "\t.long\t0\n";
    if (!is_entered)
      continue;
    const Function &before = a_.functions[a_.function_of(change.original)];
    for (size_t part = 1; part < before.parts.size(); part++)
      parts += "\t.quad\t" +
               original_name(a_.atoms[before.parts[part]].symbol) +
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
          ".Lkpalias" + std::to_string(count++) + std::string(suffix);
      out_ += label + ":\n\t.string\t\"" + std::string(name) + "\"\n";
      records += "\t.quad\t" + original_name(change.original) + "\n\t.quad\t" +
                 label + "\n";
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
    return ".Lkpsignature" + std::to_string(number) + std::string(suffix);
  };
  if (!changes_.signatures.empty())
    begin_section(section::strtab);
  for (size_t i = 0; i < changes_.signatures.size(); i++)
    out_ +=
        label(i) + ":\n\t.string\t\"" + changes_.signatures[i].words + "\"\n";
  std::string records;
  for (size_t i = 0; i < changes_.signatures.size(); i++) {
    const SignatureChange &change = changes_.signatures[i];
    std::string begin = "\t.quad\t" + original_name(change.original) + "\n";
    records += begin + "\t.quad\t0\n\t.quad\t" + label(i) + "\n";
    for (SymbolId caller : change.callers)
      records += begin + "\t.quad\t" + original_name(caller) + "\n\t.quad\t0\n";
  }
  for (SymbolId id : changes_.gone_variables)
    records += "\t.quad\t" + original_name(id) + "\n\t.quad\t0\n\t.quad\t0\n";
  for (SymbolId id : changes_.unreached)
    records += "\t.quad\t0\n\t.quad\t" + original_name(id) + "\n\t.quad\t0\n";
  begin_section(section::signatures);
  out_ += "\t.balign\t8\n" + records;
}

} // namespace care::gensrc
