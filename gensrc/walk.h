// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Going through the text of an atom, which may lie in several pieces.
#ifndef LIBCARE_GENSRC_WALK_H
#define LIBCARE_GENSRC_WALK_H

#include <string_view>

#include "gensrc/assembly.h"
#include "gensrc/statement.h"

namespace care::gensrc {

// Calls visit(line) for each line, without its newline, until it returns
// false. Was every line visited?
template <typename Visit>
bool every_line(const Unit &unit, const Atom &atom, Visit visit) {
  for (Range range : atom.ranges) {
    std::string_view rest =
        unit.text.substr(range.begin, range.end - range.begin);
    while (!rest.empty())
      if (!visit(take_line(rest)))
        return false;
  }
  return true;
}

// Calls visit(statement) for each statement that is more than labels, without
// its labels, until it returns false. Was every statement visited?
template <typename Visit>
bool every_statement(const Unit &unit, const Atom &atom, Visit visit) {
  return every_line(unit, atom, [&](std::string_view line) {
    while (!line.empty()) {
      std::string_view statement = take_statement(line);
      while (take_label(statement))
        continue;
      if (!statement.empty() && !visit(statement))
        return false;
    }
    return true;
  });
}

} // namespace care::gensrc

#endif
