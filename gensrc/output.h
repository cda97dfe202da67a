// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What kpatch_gensrc gives out: texts, reports, and what it says.
#ifndef LIBCARE_GENSRC_OUTPUT_H
#define LIBCARE_GENSRC_OUTPUT_H

#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "common/unit_changes.h"
#include "gensrc/command_line.h"

namespace care::gensrc {

// To a file, or to the standard output ("-").
Error write_output(const std::string &path, std::string_view text);

// `allowed`: the answers to refusals that were needed.
void report(const UnitChanges &changes, const std::vector<std::string> &allowed,
            bool is_changed, Diagnostics &diagnostics);

// The files that --report and --changes name.
Error write_reports(const CommandLine &line, UnitChanges changes);

} // namespace care::gensrc

#endif
