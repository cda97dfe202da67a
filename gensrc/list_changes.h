// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was found, for people: functions with their code, variables.
#ifndef LIBCARE_GENSRC_LIST_CHANGES_H
#define LIBCARE_GENSRC_LIST_CHANGES_H

#include "common/facts.h"
#include "common/unit_changes.h"
#include "gensrc/changes.h"

namespace care::gensrc {

// Fills in functions and variables. `facts` of the patched unit tell where a
// function is declared.
void list_changes(const Comparison &units, const Facts &facts,
                  const Changes &changes, UnitChanges &list);

} // namespace care::gensrc

#endif
