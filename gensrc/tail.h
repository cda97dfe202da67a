// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writes what follows the original text: docs/patch-format.md, section 1.
//
// tail.cpp has the order and the data; the names, the tables and the code have
// a file each.
#ifndef LIBCARE_GENSRC_TAIL_H
#define LIBCARE_GENSRC_TAIL_H

#include <map>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "gensrc/arch/arch.h"
#include "gensrc/changes.h"
#include "gensrc/statement.h"

namespace care::gensrc {

// Behind the names that are made for the tail.
constexpr std::string_view tail_suffix = ".kpatch";

class TailWriter {
public:
  TailWriter(const Comparison &units, const Changes &changes,
             std::string unit_id);

  Result<std::string> write();
  // After write(): the local symbols of the original that it has to reach.
  std::vector<Reference> references() const;

private:
  // Of the function being written.
  struct CfaState {
    bool is_open = false; // between .cfi_startproc and .cfi_endproc
    bool is_sp = true;
    std::vector<bool> remembered;
  };

  // tail_names.cpp
  Result<std::string> tail_name(SymbolId symbol);
  Result<std::string> label_name(SymbolId symbol);
  Result<std::string> alias_name(const Symbol &symbol);
  Result<std::string> function_name(SymbolId symbol, uint32_t function);
  std::string original_name(SymbolId original);
  bool has_own_weak(SymbolId original) const;
  std::string reference_to(const Symbol &symbol);
  std::string own_original_name(SymbolId original);
  std::string new_name(SymbolId symbol) const;
  std::string own_name(const ChangedFunction &change, AtomId part) const;
  Result<std::string> rename(std::string_view content, size_t from);
  void need(AtomId atom);

  // tail.cpp
  void write_line(std::string_view text);
  void begin_section(std::string_view section);
  void declare(std::string_view name, const Symbol &symbol,
               std::string_view type);
  Error write_object(AtomId atom, const std::string &name);
  Error write_needed();
  Error write_data_statement(std::string_view statement, SymbolId own,
                             const std::string &name);
  Error write_data_lines(const Atom &atom, SymbolId own,
                         const std::string &name);
  bool has_addresses(const Atom &atom) const;
  std::string_view section_for(const Atom &atom) const;
  Error write_aliases();

  // tail_tables.cpp
  void write_weak_imports();
  void write_tables();
  void write_alias_names();
  void write_signatures();

  // tail_function.cpp
  Error write_function(const ChangedFunction &change);
  Error write_part(const ChangedFunction &change, AtomId part);
  Error write_code_line(std::string_view line, const Atom &part,
                        const std::string &name, bool &is_entered);
  Error write_code_statement(std::string_view statement, bool is_entered);
  Error write_instruction(std::string_view statement, Words words);
  Error write_cfi(std::string_view statement, Words words);
  void write_loc(std::string_view operands);
  uint32_t map_file(uint32_t number);
  void index_files();
  SymbolId find_import(std::string_view statement, Words words) const;

  const Unit &a_;
  const Unit &b_;
  const Comparison &units_;
  const Changes &changes_;
  const AsmArch &arch_ = x86_64_asm;
  std::string unit_id_;
  int alias_depth_ = 0; // labels that stand for labels that stand for ...
  std::string out_;
  uint32_t current_ = no_id; // the patched function being written
  CfaState cfa_;
  std::map<std::string, OriginalName> references_; // by alias
  std::set<std::string> weak_imports_;
  std::vector<AtomId> needed_;
  std::unordered_set<AtomId> is_needed_;
  std::set<std::string> label_aliases_; // ".set" lines
  std::unordered_map<std::string, uint32_t> file_numbers_;
  uint32_t next_file_ = 0;
};

} // namespace care::gensrc

#endif
