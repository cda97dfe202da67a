// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What kpatch_gensrc --report writes about one unit. The tool alone uses this,
// the compiler plugin does not.
#ifndef LIBCARE_GENSRC_REPORT_H
#define LIBCARE_GENSRC_REPORT_H

#include <string>

#include "common/unit_changes.h"

namespace care::gensrc {

std::string text_report(const UnitChanges &unit);
std::string json_report(const UnitChanges &unit);

} // namespace care::gensrc

#endif
