// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The line of a function is that of its first .loc.

#include "gensrc/place.h"

#include <algorithm>

namespace care::gensrc {

std::string location_of(const Unit &unit, const Function &function) {
  for (AtomId part : function.parts) {
    const Atom &atom = unit.atoms[part];
    auto file = unit.files.find(atom.loc_file);
    if (atom.loc_line == 0 || file == unit.files.end())
      continue;
    // The operands of .file: "name", or "folder" "name", and an md5.
    std::string_view text = file->second.substr(0, file->second.find(" md5"));
    size_t end = text.rfind('"');
    size_t begin =
        end == text.npos || end == 0 ? text.npos : text.rfind('"', end - 1);
    if (begin != text.npos)
      return std::string(text.substr(begin + 1, end - begin - 1)) + ":" +
             std::to_string(atom.loc_line);
  }
  return {};
}

Error in_place(const Comparison &units, const Unit &unit, AtomId atom,
               Error error) {
  if (atom == no_id)
    return error;
  if (uint32_t function = unit.function_ids[atom]; function != no_id)
    if (std::string where = location_of(unit, unit.functions[function]);
        !where.empty())
      return std::move(error).in(where);
  if (!units.options.name_lines)
    return error;
  auto end =
      unit.text.begin() + static_cast<std::ptrdiff_t>(unit.atoms[atom].place);
  auto line = std::count(unit.text.begin(), end, '\n') + 1;
  error = std::move(error).in("line " + std::to_string(line));
  return &unit == &units.original ? std::move(error).in("original")
                                  : std::move(error);
}

} // namespace care::gensrc
