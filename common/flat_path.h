// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A path as one word of a file name: the wrapper and the plugin name the side
// files of a unit, and have to agree.
#ifndef LIBCARE_COMMON_FLAT_PATH_H
#define LIBCARE_COMMON_FLAT_PATH_H

#include <string>
#include <string_view>

namespace care {

// "../dir/a.c" becomes "..__dir__a.c".
inline std::string flat_path(std::string_view path) {
  std::string name;
  for (char c : path) {
    if (c == '/')
      name += "__";
    else
      name += c;
  }
  return name;
}

} // namespace care

#endif
