// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a running program cannot take: docs/refusals.md has every code. Each
// check is the subject of a file, check_*.cpp.
#ifndef LIBCARE_GENSRC_CHECKS_H
#define LIBCARE_GENSRC_CHECKS_H

#include <vector>

#include "common/facts.h"
#include "common/result.h"
#include "common/unit_changes.h"
#include "gensrc/changes.h"
#include "gensrc/comparison.h"

namespace care::gensrc {

Error check_same_unit(const Comparison &units);

// Also lists in `changes` the variables that are gone.
Error check_variables(const Comparison &units, Changes &changes);
// The facts may be empty: then it is not known which constants have their
// address stored. May add warnings.
Error check_kept_addresses(const Comparison &units, const Facts &original,
                           const Changes &changes,
                           std::vector<Remark> &warnings);
// What inline assembly puts into a section of its choice: its function may be
// the same.
Error check_unnamed_data(const Comparison &units);

// Takes out functions that run at the start and whose source is the same: what
// they do, they have done.
void leave_out_start_code(const Comparison &units, const Facts &original,
                          const Facts &patched, Changes &changes);

// May add warnings.
Error check_functions(const Comparison &units, const Changes &changes,
                      std::vector<Remark> &warnings);

// Also lists in `changes` what the linking step has to check. The facts may be
// empty: then signatures are not known, and not compared.
Error check_signatures(const Comparison &units, const Facts &original,
                       const Facts &patched, Changes &changes);

// Lambdas and local classes that have another number, lambdas that have other
// captures now. Known by the facts.
Error check_local_names(const Comparison &units, const Facts &original,
                        const Facts &patched, const Changes &changes);

void warn_about_staying(const Comparison &units, const ChangedFunction &change,
                        std::vector<Remark> &warnings);

} // namespace care::gensrc

#endif
