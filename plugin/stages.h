// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happens with the finished assembly in each stage.
#ifndef LIBCARE_PLUGIN_STAGES_H
#define LIBCARE_PLUGIN_STAGES_H

#include <string>

#include "common/result.h"

#include "plugin/arguments.h"
#include "plugin/collect.h"

namespace care::plugin {

// Copies the assembly and the facts to the side files.
Error keep_original(const UnitFiles &files, const std::string &assembly,
                    const Facts &facts);

// Saves the assembly and the facts, compares with the original's side files
// and writes the merged text over `assembly`. Warnings are reported. Names and
// facts of the unit are added to `options`.
Error merge_patched(const UnitFiles &files, const std::string &assembly,
                    const Collected &unit, gensrc::DiffOptions options);

// Writes that the patched stage refused the unit, for reports.
void keep_refusal(const UnitFiles &files, const Collected &unit,
                  const Error &error);

} // namespace care::plugin

#endif
