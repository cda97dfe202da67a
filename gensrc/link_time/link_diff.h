// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The differ for a program that is optimised when it is linked: all its
// partitions are compared as one unit, since GCC moves functions and variables
// from one to another when their sizes change.
#ifndef LIBCARE_GENSRC_LINK_TIME_LINK_DIFF_H
#define LIBCARE_GENSRC_LINK_TIME_LINK_DIFF_H

#include <string>
#include <vector>

#include "gensrc/differ.h"
#include "gensrc/link_time/link_files.h"

namespace care::gensrc {

struct LinkDiff {
  // The original's partitions, to which a patch adds names for what it uses.
  std::vector<std::string> partitions;
  std::string patch; // a text of its own; empty if nothing changed
  UnitChanges changes;
  std::vector<std::string> allowed; // answers that were needed, CODE:SYMBOL
};

// `options.unit_name` is the linked program; its facts and original_names are
// filled in. Fails as diff_assembly() does, with "file:line: " in front where
// that is known.
Result<LinkDiff> diff_link(const LinkFiles &files, DiffOptions options);

} // namespace care::gensrc

#endif
