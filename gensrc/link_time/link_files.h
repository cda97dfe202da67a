// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a link with link-time optimisation has left in each stage
// (docs/patch-format.md, section 8): the assembly of its partitions, what GCC
// knew about the whole program, and the facts of the units.
#ifndef LIBCARE_GENSRC_LINK_TIME_LINK_FILES_H
#define LIBCARE_GENSRC_LINK_TIME_LINK_FILES_H

#include <string>
#include <vector>

#include "common/facts.h"
#include "common/result.h"

namespace care::gensrc {

struct Partition {
  std::string text; // without debug information
  std::vector<LinkedFact> symbols;
};

struct LinkedProgram {
  Facts link;
  std::vector<Partition> partitions;
};

struct LinkedUnit {
  bool is_new = false; // the original stage did not compile it
  Facts original, patched;
};

struct LinkFiles {
  LinkedProgram original, patched;
  std::vector<LinkedUnit> units;
};

// `stem`: side files of the link; `units`: those of the units that the patched
// stage compiled; `kept`: of those that it did not, as make found them up to
// date, or the patched program does not have them any more.
Result<LinkFiles> read_link_files(const std::string &stem,
                                  const std::vector<std::string> &units,
                                  const std::vector<std::string> &kept);

} // namespace care::gensrc

#endif
