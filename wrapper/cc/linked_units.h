// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which units are in a link with link-time optimisation, and where their side
// files are.
#ifndef LIBCARE_WRAPPER_CC_LINKED_UNITS_H
#define LIBCARE_WRAPPER_CC_LINKED_UNITS_H

#include <string>
#include <vector>

#include "common/result.h"
#include "wrapper/cc/settings.h"

namespace care::wrapper {

// The stems of the units' side files.
struct LinkedUnits {
  std::vector<std::string> compiled; // in the patched stage
  std::vector<std::string> kept;     // up to date, or not in the link any more
};

// `objects`: paths, or PATH@OFFSET for members of archives. `link`: stem of the
// link's own side files.
Result<LinkedUnits> find_linked_units(const Settings &settings,
                                      const std::vector<std::string> &objects,
                                      const std::string &link);

} // namespace care::wrapper

#endif
