// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The running program has objects in its memory, laid out by the original's
// compile. New code that lays them out in another way, or takes their bytes
// for something else, would read and write wrong values.
#ifndef LIBCARE_GENSRC_LAYOUTS_H
#define LIBCARE_GENSRC_LAYOUTS_H

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/facts.h"
#include "common/allowances.h"
#include "common/unit_changes.h"

namespace care::gensrc {

// In front of the kind of a constant that no other unit sees.
constexpr std::string_view own_constant = "const ";

// The name of the guard of a static local of C++ is this and the rest of the
// variable's. Its kind is the fingerprint of what the variable is initialised
// with.
constexpr std::string_view guard_prefix = "_ZGV";

// Refused ("kpatch-type-layout"), with type and member, if a structure of both
// units has members in other places in the patched one, or members of another
// kind, and likewise if a variable is of another kind. Types that only one of
// the units has are not compared.
//
// "kpatch-enum-value" if an enumerator of both has another number: the program
// may have stored the old one. Values that are only new are no change.
//
// A type of which all objects are in frames of functions that are replaced has
// no objects when that happens, and may change. `replaced`: those functions.
Error compare_layouts(const Facts &original, const Facts &patched,
                      const std::set<std::string> &replaced,
                      Allowances &allowed);

// What may be meant, but means another thing for values that exist: integers
// that became signed, pointers to something else.
std::vector<Remark> layout_warnings(const Facts &original,
                                    const Facts &patched);

} // namespace care::gensrc

#endif
