// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Are the two texts of one unit, and is all of the difference in functions and
// variables?

#include <algorithm>

#include "gensrc/checks.h"
#include "gensrc/names.h"

namespace care::gensrc {

Error check_same_unit(const Comparison &units) {
  const Unit &a = units.original;
  const Unit &b = units.patched;
  if (a.toplevel_asm != b.toplevel_asm)
    return refused("kpatch-toplevel-asm",
                   "assembly outside of functions differs")
        .note("only the code of functions can be replaced");
  if (a.functions.empty())
    return {};
  auto common = static_cast<size_t>(std::count_if(
      b.functions.begin(), b.functions.end(), [&](const Function &function) {
        return units.matching.to_original[function.symbol] != no_id;
      }));
  // A small file may have no function left that it had.
  bool is_one_file = !a.file_name.empty() && a.file_name == b.file_name;
  if (is_one_file || (common != 0 && common * 2 >= a.functions.size()))
    return {};
  std::string how_many = "no function";
  if (common != 0)
    how_many = std::to_string(common) + " of " +
               std::to_string(a.functions.size()) + " functions";
  return refused("kpatch-different-unit",
                 "the two texts have " + how_many + " in common (original " +
                     quoted(a.file_name) + ", patched " + quoted(b.file_name) +
                     ")")
      .note(
          "give the assembly of one source file, before and after the change");
}

} // namespace care::gensrc
