// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The facts of a program as those of one unit: what the units' compiles knew of
// each function and variable, under its one name.
#ifndef LIBCARE_GENSRC_LINK_TIME_JOINED_FACTS_H
#define LIBCARE_GENSRC_LINK_TIME_JOINED_FACTS_H

#include <map>
#include <string>

#include "gensrc/link_time/link_files.h"
#include "gensrc/link_time/link_names.h"

namespace care::gensrc {

struct JoinedFacts {
  // Functions, what was inlined into what (by the compiles and by the link),
  // variables, and types of lambdas. Other types are compared unit by unit.
  Facts facts;
  // Index in LinkFiles::units by the one name of a function.
  std::map<std::string, size_t> unit_of_function;
};

JoinedFacts joined_facts(const LinkFiles &files, bool is_original,
                         const ProgramNames &names);

} // namespace care::gensrc

#endif
