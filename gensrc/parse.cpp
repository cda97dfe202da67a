// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The single pass: which line belongs to which atom.
//
// Compilers emit the parts of a function interleaved (hot text, jump table, hot
// text, exception table, cold text), so that every section has a state of its
// own. A function is open in its section from its label to its .size; lines in
// front of its label (CFI start, LCOLDB) go to an atom without a symbol that
// the label then adopts. Data goes to the atom of the label in front of it.
// What serves debug information only is skipped without looking at it closely:
// with -g that is nine lines of ten.

#include "gensrc/parser.h"

#include <algorithm>

#include <fmt/format.h>

namespace care::gensrc {

constexpr std::string_view what_to_give =
    "give what 'gcc -S' or 'clang -S' writes for x86_64";

Result<Unit> parse_assembly(std::string_view text, SourceFolders folders) {
  Parser parser(text, folders);
  if (Error error = parser.run())
    return error;
  return parser.take();
}

Parser::Parser(std::string_view text, SourceFolders folders)
    : folders_(folders) {
  unit_.text = text;
  unit_.symbol_ids.reserve(text.size() / 128 + 64);
  unit_.symbols.reserve(text.size() / 128 + 64);
  unit_.sections.push_back({".text", SectionKind::Text});
  section_ids_.emplace(".text", 0);
  states_.emplace_back();
}

Error Parser::run() {
  if (has_stray_nul(unit_.text))
    return format_error("not an assembly text (it has NUL bytes)")
        .with_code("kpatch-not-assembly")
        .note(std::string(what_to_give));
  std::string_view rest = unit_.text;
  while (!rest.empty()) {
    line_begin_ = unit_.text.size() - rest.size();
    std::string_view line = take_line(rest);
    line_end_ = unit_.text.size() - rest.size();
    if (kind() == SectionKind::Ignored && !in_asm_ && is_skippable(line))
      continue;
    if (Error error = parse_line(line))
      return error;
  }
  finish();
  return {};
}

// Can a line of an ignored section be skipped? Section changes and symbol
// attributes cannot; the names of the others start differently.
bool Parser::is_skippable(std::string_view line) const {
  size_t i = 0;
  while (i < line.size() && is_class(line[i], space_char))
    i++;
  if (i + 2 >= line.size())
    return true;
  if (line[i] == '#')
    return line[i + 1] != 'A';
  if (line[i] != '.')
    return true;
  char first = line[i + 1], second = line[i + 2];
  switch (first) {
  case 's': // .section .set .size .symver .subsection; not .string .sleb128
    return second != 'e' && second != 'i' && second != 'y' && second != 'u';
  case 'l': // .local .lcomm; not .long, .loc
    return !line.substr(i).starts_with(".local") && second != 'c';
  case 'b': // .bss; not .byte
    return second != 's';
  case 't':
  case 'd':
  case 'p':
  case 'g':
  case 'w':
  case 'h':
  case 'i':
  case 'c':
    return false;
  default:
    return true;
  }
}

Error Parser::parse_line(std::string_view line) {
  if (line.empty())
    return {};
  if (line[0] == '.' && is_debug_label(line)) {
    if (state().open != no_id)
      keep_line(state().open);
    return {};
  }
  if (is_line_number(line)) {
    parse_loc(line.substr(6));
    return {};
  }
  std::string_view start = trim(line);
  if (start.starts_with('#')) {
    parse_comment(start);
    if (state().open != no_id)
      keep_line(state().open);
    return {};
  }
  if (in_toplevel_asm_)
    unit_.toplevel_asm = mix_bytes(unit_.toplevel_asm, start);
  do {
    std::string_view statement = take_statement(line);
    while (auto label = take_label(statement))
      if (Error error = define_label(*label))
        return error;
    if (statement.empty())
      continue;
    if (Error error = parse_statement(statement))
      return error;
  } while (!line.empty());
  return {};
}

void Parser::parse_comment(std::string_view line) {
  if (line.starts_with("#APP") ||
      line.starts_with("# Start of file scope inline assembly")) {
    in_asm_ = true;
    AtomId open = state().open;
    bool in_function = kind() == SectionKind::Text && open != no_id &&
                       unit_.atoms[open].symbol != no_id;
    if (in_function)
      unit_.atoms[open].has_asm = true;
    else
      begin_toplevel_asm();
  } else if (line.starts_with("#NO_APP") ||
             line.starts_with("# End of file scope inline assembly")) {
    end_asm();
  }
}

void Parser::begin_toplevel_asm() {
  in_toplevel_asm_ = true;
}

void Parser::end_asm() {
  if (in_toplevel_asm_)
    for (SectionState &state : states_)
      state.open = no_id;
  in_asm_ = in_toplevel_asm_ = false;
}

Error Parser::parse_statement(std::string_view statement) {
  Words words = split_words(statement);
  if (words.head[0] == '.')
    return parse_directive(statement, words);
  return parse_instruction(statement, words);
}

Error Parser::malformed(std::string what) const {
  auto line =
      std::count(unit_.text.begin(),
                 unit_.text.begin() + static_cast<ptrdiff_t>(line_begin_),
                 '\n') +
      1;
  return format_error("line " + std::to_string(line) + ": " + std::move(what))
      .with_code("kpatch-not-assembly")
      .note(std::string(what_to_give));
}

Error Parser::foreign(std::string_view statement) const {
  return malformed(fmt::format("'{}': assembly of another architecture "
                               "(expected {})",
                               statement, arch_.name))
      .with_code("kpatch-architecture");
}

// --- labels

Error Parser::define_label(std::string_view name) {
  if (kind() == SectionKind::Ignored)
    return {};
  SymbolId id = intern(unquote(name));
  return kind() == SectionKind::Text ? define_in_text(id) : define_in_data(id);
}

Error Parser::define(SymbolId id, AtomId atom) {
  Symbol &symbol = unit_.symbols[id];
  if (symbol.atom != no_id)
    return malformed("symbol '" + std::string(symbol.name) +
                     "' is defined twice");
  symbol.atom = atom;
  symbol.position = unit_.atoms[atom].statements;
  return {};
}

// The name of the function that NAME.cold or NAME.cold.1 is a part of.
static std::string_view function_of_part(std::string_view name) {
  size_t dot = name.rfind(".cold");
  if (dot == name.npos || dot == 0)
    return {};
  std::string_view rest = name.substr(dot + 5);
  bool numbered = rest.size() > 1 && rest[0] == '.' &&
                  std::all_of(rest.begin() + 1, rest.end(),
                              [](char c) { return is_class(c, digit_char); });
  return rest.empty() || numbered ? name.substr(0, dot) : std::string_view();
}

Error Parser::define_in_text(SymbolId id) {
  Symbol &symbol = unit_.symbols[id];
  AtomId open = state().open;
  bool in_function = open != no_id && unit_.atoms[open].symbol != no_id;
  bool starts_function =
      !is_local_label(symbol.name) &&
      (!in_function || in_toplevel_asm_ || symbol.type == SymbolType::Function);
  if (!starts_function) {
    AtomId atom = current_atom();
    symbol.is_asm_label = !is_local_label(symbol.name);
    keep_line(atom);
    unit_.atoms[atom].refs.push_back(
        {id, unit_.atoms[atom].statements, /*is_definition=*/true});
    return define(id, atom);
  }
  if (open == no_id || in_function)
    open = new_atom(AtomKind::Function);
  state().open = state().last = open;
  Atom &atom = unit_.atoms[open];
  atom.symbol = id;
  atom.align = std::max(atom.align, std::exchange(state().align, 1));
  atom.is_toplevel_asm = in_toplevel_asm_;
  std::string_view function = function_of_part(symbol.name);
  SymbolId parent = function.empty() ? no_id : unit_.find(function);
  if (parent != no_id && unit_.symbols[parent].atom != no_id)
    atom.parent = unit_.symbols[parent].atom;
  keep_line(open);
  return define(id, open);
}

Error Parser::define_in_data(SymbolId id) {
  bool is_local = is_local_label(unit_.symbols[id].name);
  AtomId open = state().open;
  if (kind() == SectionKind::ExceptTable) {
    if (open == no_id)
      open = new_atom(AtomKind::Lsda);
    unit_.atoms[open].refs.push_back(
        {id, unit_.atoms[open].statements, /*is_definition=*/true});
  } else {
    open = new_atom(is_local ? AtomKind::Literal : AtomKind::Object);
    unit_.atoms[open].align = std::exchange(state().align, 1);
    unit_.atoms[open].symbol = id;
    unit_.atoms[open].is_toplevel_asm = in_toplevel_asm_;
  }
  state().open = open;
  keep_line(open);
  return define(id, open);
}

// --- content

AtomId Parser::new_atom(AtomKind kind) {
  unit_.atoms.emplace_back();
  unit_.atoms.back().kind = kind;
  unit_.atoms.back().section = section_;
  unit_.atoms.back().place = line_begin_;
  return static_cast<AtomId>(unit_.atoms.size() - 1);
}

AtomId Parser::current_atom() {
  if (state().open == no_id) {
    AtomKind atom_kind = AtomKind::Loose;
    if (kind() == SectionKind::Text)
      atom_kind = AtomKind::Function;
    else if (kind() == SectionKind::ExceptTable)
      atom_kind = AtomKind::Lsda;
    state().open = new_atom(atom_kind);
    unit_.atoms[state().open].is_toplevel_asm = in_toplevel_asm_;
  }
  return state().open;
}

void Parser::keep_line(AtomId id) {
  std::vector<Range> &ranges = unit_.atoms[id].ranges;
  if (!ranges.empty() && ranges.back().end >= line_begin_)
    ranges.back().end = line_end_;
  else
    ranges.push_back({line_begin_, line_end_});
}

SymbolId Parser::intern(std::string_view name) {
  auto [entry, is_new] = unit_.symbol_ids.try_emplace(
      name, static_cast<SymbolId>(unit_.symbols.size()));
  if (is_new) {
    unit_.symbols.emplace_back();
    unit_.symbols.back().name = name;
  }
  return entry->second;
}

// Lower-case letters and digits, or a hint like "{vex}", or a label "1:".
static bool is_instruction_name(std::string_view head) {
  if (head.size() > 2 && head.front() == '{')
    return head.back() == '}';
  for (char c : head)
    if (!(c >= 'a' && c <= 'z') && !is_class(c, digit_char) && c != '.' &&
        c != '_' && c != ':')
      return false;
  return true;
}

Error Parser::parse_instruction(std::string_view statement, Words words) {
  if (!in_asm_ && words.head.back() != ':') {
    auto shown = [&] { return fmt::format("'{}'", statement.substr(0, 40)); };
    if (!is_instruction_name(words.head))
      return malformed("not an instruction: " + shown());
    if (kind() != SectionKind::Text)
      return malformed("instruction outside of an executable section: " +
                       shown());
    AtomId open = state().open;
    // Before the label is what -fpatchable-function-entry puts there.
    bool is_outside = open == no_id || unit_.atoms[open].symbol == no_id;
    if (is_outside && words.head != "nop")
      return malformed("instruction outside of a function: " + shown());
    if (arch_.is_foreign(words.head, words.operands))
      return foreign(statement.substr(0, 40));
  }
  while (arch_.is_prefix(words.head) && !words.operands.empty())
    words = split_words(words.operands);
  add_content(statement, words.operands, /*is_code=*/true);
  return {};
}

void Parser::add_raw(std::string_view content) {
  AtomId id = current_atom();
  keep_line(id);
  Atom &atom = unit_.atoms[id];
  atom.statements++;
  size_t found =
      folders_.now.empty() ? content.npos : content.find(folders_.now);
  if (found == content.npos) {
    atom.shape = mix_bytes(atom.shape, content);
    return;
  }
  std::string moved(content);
  moved.replace(found, folders_.now.size(), folders_.before);
  atom.shape = mix_bytes(atom.shape, moved);
}

// `operands` is the end of `content`.
void Parser::add_content(std::string_view content, std::string_view operands,
                         bool is_code) {
  AtomId id = current_atom();
  keep_line(id);
  Atom &atom = unit_.atoms[id];
  size_t done = 0;
  size_t from = content.size() - operands.size();
  bool is_branch = false, is_branch_known = false;
  for (;;) {
    SymbolRange range = find_symbol(content, from);
    if (!range.found())
      break;
    atom.shape =
        mix_bytes(atom.shape, content.substr(done, range.begin - done));
    SymbolId symbol =
        intern(unquote(content.substr(range.begin, range.end - range.begin)));
    unit_.symbols[symbol].is_referenced = true;
    atom.refs.push_back({symbol, atom.statements, /*is_definition=*/false});
    if (is_code && !(range.end < content.size() && content[range.end] == '@')) {
      if (!is_branch_known) {
        std::string_view mnemonic =
            trim(content.substr(0, content.size() - operands.size()));
        is_branch = arch_.is_branch(mnemonic, operands);
        is_branch_known = true;
      }
      unit_.symbols[symbol].is_direct |= !is_branch;
    }
    done = from = range.end;
  }
  atom.shape = mix_bytes(atom.shape, content.substr(done));
  atom.statements++;
}

// A further part can begin before the function (LCOLDB), so entries come first.
void Parser::collect_functions() {
  unit_.function_ids.assign(unit_.atoms.size(), no_id);
  auto is_code = [](const Atom &atom) {
    return atom.kind == AtomKind::Function && atom.symbol != no_id &&
           !atom.is_toplevel_asm;
  };
  for (AtomId id = 0; id < unit_.atoms.size(); id++) {
    const Atom &atom = unit_.atoms[id];
    if (!is_code(atom) || atom.parent != no_id)
      continue;
    unit_.function_ids[id] = static_cast<uint32_t>(unit_.functions.size());
    unit_.functions.push_back({atom.symbol, {id}});
  }
  for (AtomId id = 0; id < unit_.atoms.size(); id++) {
    const Atom &atom = unit_.atoms[id];
    if (!is_code(atom) || atom.parent == no_id)
      continue;
    uint32_t function = unit_.function_ids[atom.parent];
    if (function == no_id)
      continue;
    unit_.function_ids[id] = function;
    unit_.functions[function].parts.push_back(id);
  }
}

// Labels that nothing compared refers to have no meaning; data that refers to
// code labels belongs to the code.
void Parser::finish() {
  collect_functions();
  for (Atom &atom : unit_.atoms) {
    std::erase_if(atom.refs, [&](const Ref &ref) {
      const Symbol &symbol = unit_.symbols[ref.symbol];
      bool is_visible = symbol.is_asm_label && !symbol.is_local();
      return ref.is_definition && !symbol.is_referenced && !is_visible;
    });
    if (atom.kind == AtomKind::Function)
      continue;
    for (const Ref &ref : atom.refs) {
      const Symbol &symbol = unit_.symbols[ref.symbol];
      if (is_local_label(symbol.name) && symbol.atom != no_id &&
          unit_.atoms[symbol.atom].kind == AtomKind::Function)
        atom.has_labels = true;
    }
  }
}

} // namespace care::gensrc
