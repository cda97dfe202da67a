// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A static function or variable that is not static any more: other units refer
// to it by its name, and the original's text has it as a local symbol. Or it is
// gone, and the name means another unit's.
#ifndef LIBCARE_GENSRC_EXPORTED_NAMES_H
#define LIBCARE_GENSRC_EXPORTED_NAMES_H

#include <set>
#include <string>
#include <string_view>

#include "gensrc/comparison.h"

namespace care::gensrc {

using Names = std::set<std::string_view>;

Names find_exported_names(const Comparison &units);

// What such a symbol is called in the text of the original.
std::string local_name(std::string_view name);

// The original's text with local_name() for `names`.
std::string with_local_names(std::string_view text, const Names &names);

} // namespace care::gensrc

#endif
