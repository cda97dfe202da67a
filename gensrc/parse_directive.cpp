// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Directives: sections, symbol attributes, data, and what is skipped because it
// does not change what the code does (alignment, CFI, line information).

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "gensrc/parser.h"

#include "common/parse_number.h"

namespace care::gensrc {

Error Parser::parse_directive(std::string_view statement, Words words) {
  if (words.head.starts_with(".cfi_")) {
    parse_cfi(statement, words);
    return {};
  }
  if (words.head == ".macro")
    note_definition_in_asm();
  switch (directive_of(words.head)) {
  case Directive::Section:
    return parse_section_directive(words);
  case Directive::Symbol:
    return parse_symbol_directive(words);
  case Directive::Type:
    parse_type(words.operands);
    return {};
  case Directive::Size:
    parse_size(words.operands);
    return {};
  case Directive::Common:
    return parse_common(words, /*is_local=*/false);
  case Directive::LocalCommon:
    return parse_common(words, /*is_local=*/true);
  case Directive::Align:
    parse_alignment(words);
    return {};
  case Directive::File:
    parse_file(words.operands);
    return {};
  case Directive::Skip:
    return {};
  case Directive::Intel:
    if (in_asm_)
      break;
    return refused("kpatch-intel-syntax", "assembly in Intel syntax")
        .note("compile the unit with -masm=att, the compiler's default");
  case Directive::OtherArch:
    if (in_asm_)
      break;
    return foreign(statement);
  case Directive::Raw:
    if (kind() != SectionKind::Ignored)
      add_raw(statement);
    return {};
  case Directive::Content:
    break;
  }
  if (kind() != SectionKind::Ignored)
    add_content(statement, words.operands, /*is_code=*/false);
  return {};
}

// --- sections

Error Parser::parse_section_directive(Words words) {
  AtomId open = state().open;
  if (in_asm_ && open != no_id)
    unit_.atoms[open].asm_switches |= !in_toplevel_asm_;
  std::string_view operands = words.operands;
  if (words.head == ".popsection") {
    pop_section();
    return {};
  }
  if (words.head == ".previous") {
    switch_to(previous_section_);
    return {};
  }
  if (words.head == ".subsection")
    return malformed(".subsection is not supported");
  if (words.head == ".section" || words.head == ".pushsection") {
    if (words.head == ".pushsection")
      section_stack_.push_back(section_);
    std::string_view name = unquote(take_operand(operands));
    return enter_section(name, unquote(take_operand(operands)));
  }
  if (!operands.empty() && operands != "0")
    return malformed("subsections are not supported");
  return enter_section(words.head, {});
}

Error Parser::enter_section(std::string_view name, std::string_view flags) {
  if (name.empty())
    return malformed("section without a name");
  auto [entry, is_new] =
      section_ids_.try_emplace(name, static_cast<uint32_t>(states_.size()));
  if (is_new) {
    bool is_comdat =
        flags.find('G') != flags.npos || name.starts_with(".gnu.linkonce.");
    unit_.sections.push_back({name, classify_section(name, flags), is_comdat});
    states_.emplace_back();
  }
  switch_to(entry->second);
  return {};
}

void Parser::switch_to(uint32_t section) {
  previous_section_ = section_;
  section_ = section;
  if (kind() != SectionKind::Text)
    state() = {};
}

void Parser::pop_section() {
  if (section_stack_.empty())
    return;
  uint32_t section = section_stack_.back();
  section_stack_.pop_back();
  switch_to(section);
}

// --- symbols

void Parser::note_definition_in_asm() {
  AtomId open = state().open;
  if (in_asm_ && !in_toplevel_asm_ && open != no_id)
    unit_.atoms[open].asm_defines = true;
}

Error Parser::parse_symbol_directive(Words words) {
  std::string_view operands = words.operands;
  std::string_view directive = words.head;
  if (directive == ".set" || directive == ".equ" || directive == ".equiv" ||
      directive == ".weakref") {
    SymbolId id = intern(unquote(take_operand(operands)));
    unit_.symbols[id].alias_of = operands;
    unit_.symbols[id].is_weakref = directive == ".weakref";
    note_definition_in_asm();
    Expression target = parse_expression(operands);
    if (!target.symbol.empty() && is_local_label(target.symbol))
      unit_.symbols[intern(target.symbol)].is_referenced = true;
    return {};
  }
  if (directive == ".symver") {
    SymbolId id = intern(unquote(take_operand(operands)));
    unit_.symbols[id].version = operands;
    return {};
  }
  while (!operands.empty()) {
    SymbolId id = intern(unquote(take_operand(operands)));
    Symbol &symbol = unit_.symbols[id];
    if (directive == ".globl" || directive == ".global")
      symbol.is_global = true;
    else if (directive == ".weak")
      symbol.is_weak = true;
    else if (directive == ".local")
      symbol.is_declared_local = true;
    else
      symbol.visibility = directive.substr(1);
  }
  return {};
}

void Parser::parse_type(std::string_view operands) {
  SymbolId id = intern(unquote(take_operand(operands)));
  Symbol &symbol = unit_.symbols[id];
  std::string_view type = unquote(take_operand(operands));
  if (!type.empty() && (type[0] == '@' || type[0] == '%'))
    type.remove_prefix(1);
  if (type == "function" || type == "STT_FUNC")
    symbol.type = SymbolType::Function;
  else if (type == "object" || type == "STT_OBJECT")
    symbol.type = SymbolType::Object;
  else if (type == "tls_object" || type == "STT_TLS")
    symbol.type = SymbolType::Tls;
  else if (type == "gnu_indirect_function" || type == "STT_GNU_IFUNC")
    symbol.type = SymbolType::Ifunc;
  else if (type == "gnu_unique_object") {
    symbol.type = SymbolType::Object;
    symbol.is_unique = true;
  }
}

// The end of a function. Other sections may be current (GCC), and a
// .cfi_endproc may follow (clang).
void Parser::parse_size(std::string_view operands) {
  SymbolId id = intern(unquote(take_operand(operands)));
  unit_.symbols[id].size = operands;
  AtomId atom = unit_.symbols[id].atom;
  if (atom == no_id || unit_.atoms[atom].kind != AtomKind::Function)
    return;
  SectionState &home = states_[unit_.atoms[atom].section];
  if (home.open == atom)
    home.open = no_id;
}

static uint64_t to_number(std::string_view text) {
  return leading_number<uint64_t>(text).value_or(0);
}

Error Parser::parse_common(Words words, bool is_local) {
  std::string_view operands = words.operands;
  SymbolId id = intern(unquote(take_operand(operands)));
  uint64_t size = to_number(take_operand(operands));
  uint64_t align = to_number(take_operand(operands));
  Symbol &symbol = unit_.symbols[id];
  if (symbol.atom != no_id)
    return malformed("symbol '" + std::string(symbol.name) +
                     "' is defined twice");
  if (symbol.type == SymbolType::None)
    symbol.type = SymbolType::Object;
  uint32_t home = section_, back = previous_section_;
  if (Error error = enter_section(".bss", {}))
    return error;
  AtomId atom = new_atom(AtomKind::Object);
  section_ = home;
  previous_section_ = back;
  unit_.atoms[atom].symbol = id;
  unit_.atoms[atom].is_comm = true;
  unit_.atoms[atom].comm_size = size;
  unit_.atoms[atom].align = std::max<uint64_t>(align, 1);
  unit_.symbols[id].atom = atom;
  unit_.symbols[id].is_global |= !is_local && !symbol.is_declared_local;
  return {};
}

// --- no content

void Parser::parse_alignment(Words words) {
  std::string_view operands = words.operands;
  uint64_t value = to_number(take_operand(operands));
  if (words.head == ".p2align")
    value = value < 32 ? uint64_t{1} << value : 1;
  if (kind() == SectionKind::Ignored)
    return;
  AtomId open = state().open;
  bool in_body =
      open != no_id && (kind() == SectionKind::ExceptTable ||
                        unit_.atoms[open].kind == AtomKind::Function);
  if (in_body)
    keep_line(open); // loops and fields are aligned as before
  else
    state().align = std::max(state().align, value);
}

// `.file "x.c"` names the unit; `.file 1 "dir" "x.c"` is an entry of the line
// table.
void Parser::parse_file(std::string_view operands) {
  if (!operands.empty() && is_class(operands[0], digit_char)) {
    Words words = split_words(operands);
    auto number = static_cast<uint32_t>(to_number(words.head));
    unit_.files.try_emplace(number, words.operands);
  } else if (unit_.file_name.empty()) {
    unit_.file_name = unquote(operands);
  }
}

void Parser::parse_loc(std::string_view operands) {
  AtomId open = state().open;
  if (open == no_id)
    return;
  keep_line(open);
  Atom &atom = unit_.atoms[open];
  if (atom.loc_line != 0)
    return;
  const char *end = operands.data() + operands.size();
  auto file = std::from_chars(operands.data(), end, atom.loc_file);
  if (file.ec == std::errc() && file.ptr < end)
    std::from_chars(file.ptr + 1, end, atom.loc_line);
}

// CFI follows from the code, but for the exception table that it names.
void Parser::parse_cfi(std::string_view statement, Words words) {
  if (kind() == SectionKind::Ignored)
    return;
  if (words.head == ".cfi_endproc" && state().open == no_id) {
    if (state().last != no_id)
      keep_line(state().last);
    return;
  }
  if (words.head == ".cfi_sections")
    return;
  if (words.head == ".cfi_lsda" || words.head == ".cfi_personality")
    add_content(statement, words.operands, /*is_code=*/false);
  else
    keep_line(current_atom());
}

} // namespace care::gensrc
