// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One assembly text as symbols, sections and atoms.
//
// An atom is what is compared, kept or copied as one: a part of a function, a
// named data object, a pool entry, an exception table. It knows where its text
// lies, a hash of it in which every symbol is a blank (the shape), and the
// symbols that fill the blanks, in order. So two atoms are equal if the shapes
// are equal and the symbols mean the same, whatever they are called.
//
// Names are views of the text, which must outlive the Unit.
#ifndef LIBCARE_GENSRC_ASSEMBLY_H
#define LIBCARE_GENSRC_ASSEMBLY_H

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/result.h"
#include "gensrc/names.h"

namespace care::gensrc {

using SymbolId = uint32_t;
using AtomId = uint32_t;
constexpr uint32_t no_id = UINT32_MAX;

enum class SymbolType : uint8_t { None, Function, Object, Tls, Ifunc };

struct Symbol {
  std::string_view name;
  AtomId atom = no_id;         // where it is defined
  uint32_t position = 0;       // statements of the atom before the definition
  std::string_view size;       // operand of .size
  std::string_view alias_of;   // value of .set
  std::string_view visibility; // "hidden", ... or empty
  std::string_view version;    // operands of .symver
  SymbolType type = SymbolType::None;
  bool is_global = false;
  bool is_weak = false;
  bool is_unique = false;
  bool is_weakref = false;        // another name of an import, by .weakref
  bool is_declared_local = false; // .local, for .comm
  bool is_referenced = false;     // by anything that is compared
  bool is_direct = false;    // used by code as an address, not through GOT/PLT
  bool is_asm_label = false; // a label that inline assembly defines

  bool is_local() const { return !is_global && !is_weak && !is_unique; }
  bool is_defined() const { return atom != no_id || !alias_of.empty(); }
};

enum class SectionKind : uint8_t {
  Text,
  ReadOnly, // .rodata and the like
  RelRo,    // read-only after relocation
  Writable,
  Zero, // .bss
  Tls,
  ExceptTable,  // .gcc_except_table
  Constructors, // .preinit_array, .init_array, .ctors
  Destructors,  // .fini_array, .dtors
  Ignored,      // not loaded, or made from what is compared anyway
};

struct Section {
  std::string_view name;
  SectionKind kind;
  bool is_comdat = false; // of several units' the linker keeps one
};

enum class AtomKind : uint8_t {
  Function, // a part of one: NAME or NAME.cold
  Object,   // named data
  Literal,  // data behind a local label: pool entry, jump table
  Lsda,     // one exception table
  Loose,    // data without a label
};

struct Ref {
  SymbolId symbol;
  uint32_t position; // statements of the atom before this one
  bool is_definition;
};

struct Range {
  size_t begin, end; // offsets in the text, whole lines
};

struct Atom {
  AtomKind kind = AtomKind::Loose;
  SymbolId symbol = no_id;
  uint32_t section = 0;
  AtomId parent = no_id; // of a further part: the function
  uint32_t statements = 0;
  uint64_t shape = 0;
  uint64_t align = 1;
  uint64_t comm_size = 0; // of .comm
  bool is_comm = false;
  bool has_labels = false;   // data that refers to code labels
  bool has_asm = false;      // function with inline assembly
  bool asm_switches = false; // ... that changes the section
  bool asm_defines = false;  // ... that defines a macro, or a symbol by .set
  bool is_toplevel_asm = false;
  uint32_t loc_file = 0, loc_line = 0; // first .loc
  size_t place = 0; // offset in the text of the line that begins it
  std::vector<Ref> refs;
  std::vector<Range> ranges;
};

// A function with its further parts, the one with the entry first.
struct Function {
  SymbolId symbol;
  std::vector<AtomId> parts;
};

struct Unit {
  std::string_view text;
  std::vector<Function> functions;
  std::vector<uint32_t> function_ids; // by atom; no_id: not in a function
  std::vector<Symbol> symbols;
  std::vector<Section> sections;
  std::vector<Atom> atoms;
  std::unordered_map<std::string_view, SymbolId> symbol_ids;
  std::string_view file_name; // of the first .file without a number
  std::unordered_map<uint32_t, std::string_view> files; // .file N: operands
  uint64_t toplevel_asm = 0;                            // hash

  SymbolId find(std::string_view name) const {
    auto found = symbol_ids.find(name);
    return found == symbol_ids.end() ? no_id : found->second;
  }
  const Symbol &symbol_of(const Atom &atom) const {
    return symbols[atom.symbol];
  }
  SectionKind kind_of(const Atom &atom) const {
    return sections[atom.section].kind;
  }
  // The atom of a symbol, through aliases (.set); no_id if it has none.
  AtomId atom_of(SymbolId symbol) const;
  // The index in `functions` that a symbol is the entry or a part of, through
  // aliases; no_id if none.
  uint32_t function_of(SymbolId symbol) const {
    AtomId atom = atom_of(symbol);
    return atom == no_id ? no_id : function_ids[atom];
  }
  // Local data that cannot change while the program runs, and that no object
  // of the program refers to.
  bool is_local_constant(const Atom &atom) const {
    return atom.kind == AtomKind::Object && symbol_of(atom).is_local() &&
           !is_class_table(symbol_of(atom).name) &&
           (kind_of(atom) == SectionKind::ReadOnly ||
            kind_of(atom) == SectionKind::RelRo);
  }
};

// A symbol plus a number: "x", "x+8", "8+x", "x-4". Symbol empty if the
// expression is something else.
struct Expression {
  std::string_view symbol;
  int64_t offset = 0;
};
Expression parse_expression(std::string_view text);

// ".L..." and clang's exception table names: local to the text, no identity.
bool is_local_label(std::string_view name);

// A section that compilers choose by themselves for data. What a person has put
// into another one is found there by its place, not by name.
bool is_usual_data_section(std::string_view name);

SectionKind classify_section(std::string_view name, std::string_view flags);

// Mixes `value` into a running hash. Not cryptographic; both texts come from
// the same person.
inline uint64_t mix(uint64_t hash, uint64_t value) {
  __extension__ using Wide = unsigned __int128;
  Wide product =
      static_cast<Wide>(hash ^ value ^ 0x9e3779b97f4a7c15) * 0xd6e8feb86659fd93;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64) ^
         hash << 23 ^ hash >> 41;
}
uint64_t mix_bytes(uint64_t hash, std::string_view bytes);

// Where the two builds had their sources, if in different folders: `now` stands
// for `before` in the strings of a patched text (__FILE__).
struct SourceFolders {
  std::string_view before, now;
};
// "/old/lib/a.c" and "/new/lib/a.c": the folders are "/old" and "/new". Empty
// if the two are in one folder, or not known.
SourceFolders source_folders(std::string_view before, std::string_view now);

Result<Unit> parse_assembly(std::string_view text, SourceFolders folders = {});

} // namespace care::gensrc

#endif
