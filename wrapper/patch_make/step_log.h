// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The log files of the steps, and what of them a person needs to see.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_STEP_LOG_H
#define LIBCARE_WRAPPER_PATCH_MAKE_STEP_LOG_H

#include <filesystem>
#include <string_view>

#include "common/result.h"

namespace care::patch_make {

// `error` with notes that show the log's errors and its last lines, and say
// where the rest is.
Error with_log(Error error, const std::filesystem::path &log);

// The refusal that made a compilation fail, with its own code, place and
// explanation, if the log has one; otherwise no error.
Error refusal_in(const std::filesystem::path &log, std::string_view step);

} // namespace care::patch_make

#endif
