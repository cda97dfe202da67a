// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// State of the single pass over a text, shared by parse.cpp (lines, labels,
// instructions) and parse_directive.cpp (directives).
#ifndef LIBCARE_GENSRC_PARSER_H
#define LIBCARE_GENSRC_PARSER_H

#include <deque>

#include "gensrc/arch/arch.h"
#include "gensrc/assembly.h"
#include "gensrc/directive.h"
#include "gensrc/statement.h"

namespace care::gensrc {

class Parser {
public:
  Parser(std::string_view text, SourceFolders folders);
  Error run();
  Unit take() { return std::move(unit_); }

private:
  // What goes on in a section while the text is elsewhere.
  struct SectionState {
    AtomId open = no_id; // takes the next line
    AtomId last = no_id; // the function closed last
    uint64_t align = 1;  // of what begins next
  };

  // parse.cpp
  bool is_skippable(std::string_view line) const;
  Error parse_line(std::string_view line);
  void parse_comment(std::string_view line);
  Error parse_statement(std::string_view statement);
  Error define_label(std::string_view name);
  Error define_in_text(SymbolId id);
  Error define_in_data(SymbolId id);
  Error define(SymbolId id, AtomId atom);
  Error parse_instruction(std::string_view statement, Words words);
  void add_content(std::string_view content, std::string_view operands,
                   bool is_code);
  void add_raw(std::string_view content);
  void begin_toplevel_asm();
  void end_asm();
  AtomId new_atom(AtomKind kind);
  AtomId current_atom();
  void keep_line(AtomId atom);
  SymbolId intern(std::string_view name);
  SectionState &state() { return states_[section_]; }
  SectionKind kind() const { return unit_.sections[section_].kind; }
  Error malformed(std::string what) const;
  Error foreign(std::string_view statement) const; // of another architecture
  void finish();
  void collect_functions();

  // parse_directive.cpp
  Error parse_directive(std::string_view statement, Words words);
  Error parse_section_directive(Words words);
  Error enter_section(std::string_view name, std::string_view flags);
  void switch_to(uint32_t section);
  void pop_section();
  Error parse_symbol_directive(Words words);
  void parse_type(std::string_view operands);
  void parse_size(std::string_view operands);
  Error parse_common(Words words, bool is_local);
  void parse_alignment(Words words);
  void parse_file(std::string_view operands);
  void parse_loc(std::string_view operands);
  void parse_cfi(std::string_view statement, Words words);
  void note_definition_in_asm();

  Unit unit_;
  SourceFolders folders_;
  const AsmArch &arch_ = x86_64_asm;
  std::deque<SectionState> states_; // one per section
  std::unordered_map<std::string_view, uint32_t> section_ids_;
  uint32_t section_ = 0;
  uint32_t previous_section_ = 0;
  std::vector<uint32_t> section_stack_;
  size_t line_begin_ = 0, line_end_ = 0;
  bool in_asm_ = false;          // between #APP and #NO_APP
  bool in_toplevel_asm_ = false; // ... outside of functions
};

} // namespace care::gensrc

#endif
