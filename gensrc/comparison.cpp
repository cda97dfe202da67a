// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names in the options may be limited to a file.

#include "gensrc/comparison.h"

#include <algorithm>

namespace care::gensrc {

bool is_listed(const std::vector<std::string> &names, std::string_view name,
               std::string_view file) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view entry) {
    size_t colon = entry.rfind(':');
    if (colon == entry.npos)
      return entry == name;
    return entry.substr(colon + 1) == name &&
           file.ends_with(entry.substr(0, colon));
  });
}

} // namespace care::gensrc
