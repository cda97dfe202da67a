// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One name for each symbol of a program that was optimised when it was linked,
// the same in the original and the patched program.
//
// GCC renames statics where several units have one name ("count.lto_priv.0"),
// with numbers that count within a link, and lets two partitions have different
// statics of one name. A static is known by its unit and by its name there; if
// several units have the name, it gets the unit's: "count$main_c".
#ifndef LIBCARE_GENSRC_LINK_TIME_LINK_NAMES_H
#define LIBCARE_GENSRC_LINK_TIME_LINK_NAMES_H

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/result.h"
#include "gensrc/link_time/link_files.h"
#include "gensrc/names.h"

namespace care::gensrc {

// The "unit" of functions and variables that have one name in all units. Of an
// inline one the linker may take another unit's copy in each link.
constexpr std::string_view all_units = "*";

// A symbol that no other object of the program sees.
struct LocalSymbol {
  std::string name;   // in its partition
  std::string joined; // the one name
  std::string base;   // the name in its unit
  size_t partition = 0;
  // Key of its unit; all_units for one that units share; empty if the link made
  // it.
  std::string unit;
  std::string owner;      // key of the unit that defines one of all_units
  bool is_global = false; // GCC made it so, for other partitions
};

struct ProgramNames {
  std::vector<LocalSymbol> locals;
  std::unordered_map<std::string, size_t> visible; // and their partitions
  std::unordered_map<std::string, std::string> visible_owners; // keys of units

  // What tells a unit from others in both programs: its index in
  // LinkFiles::units, or a word for one that was compiled without us, which is
  // the same file in both stages. Empty for an empty `link_id`.
  std::string unit_key(const std::string &link_id) const;

  // Of a symbol of a unit: the one name, or `base` if it is not a local one.
  std::string joined(const std::string &unit, const std::string &base) const;

  std::unordered_map<std::string, std::string> by_identity; // unit \t base
  std::unordered_map<std::string, size_t> units;            // by link_id
};

struct LinkNames {
  ProgramNames original, patched;
};

// Reads the partitions' symbols; fails if a text is not assembly.
Result<LinkNames> find_link_names(const LinkFiles &files);

// "count.0.lto_priv.1" -> "count.0"
std::string without_link_number(std::string_view name);

// `text`, for people, without what was put behind names: "count$main_c" is
// "count" there.
std::string without_link_tags(std::string_view text);

} // namespace care::gensrc

#endif
