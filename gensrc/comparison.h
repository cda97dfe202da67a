// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The two texts of a unit, with what is known about them.
#ifndef LIBCARE_GENSRC_COMPARISON_H
#define LIBCARE_GENSRC_COMPARISON_H

#include <string>
#include <string_view>
#include <vector>

#include "common/allowances.h"
#include "gensrc/differ.h"
#include "gensrc/match.h"

namespace care::gensrc {

struct Comparison {
  const Unit &original;
  const Unit &patched;
  const Matching &matching;
  const DiffOptions &options;
  Allowances &allowed; // the answers to refusals

  // What people and the linking step call a symbol.
  std::string name_in_binary(std::string_view name) const {
    auto found = options.original_names.find(name);
    return found == options.original_names.end() ? std::string(name)
                                                 : found->second.name;
  }
};

// Does a list of the options hold `name`, or FILE:`name` where `file` ends with
// FILE?
bool is_listed(const std::vector<std::string> &names, std::string_view name,
               std::string_view file);

} // namespace care::gensrc

#endif
