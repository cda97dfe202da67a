// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The order of the tail, and its data. Pool entries, tables and constants are
// written when something written before asked for them.

#include "gensrc/tail.h"

#include "common/patch_format.h"
#include "gensrc/directive.h"
#include "gensrc/walk.h"

namespace care::gensrc {

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
  write_weak_imports();
  return std::move(out_);
}

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
  // A weak one of a header may be in other units too, changed or not. Out of
  // its group, the linker would take a unique one for defined twice.
  if (name == symbol.name)
    declare(name, symbol, "object");
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
      out_ += std::string(*label) + std::string(tail_suffix) + ":\n";
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
      std::string name =
          is_copy ? std::string(symbol.name) + std::string(tail_suffix)
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

} // namespace care::gensrc
