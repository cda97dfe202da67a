// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libcare-link says about a pair of binaries (its --json).
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_LINKER_ANSWER_H
#define LIBCARE_WRAPPER_PATCH_MAKE_LINKER_ANSWER_H

#include <filesystem>

#include "common/result.h"
#include "common/subprocess.h"
#include "wrapper/patch_make/report.h"

namespace care::patch_make {

struct Linked {
  bool is_unchanged = false;
  bool replaces_nothing = false;
  PatchedBinary binary; // its file and size are not filled in
};

// `log` holds the messages of the run. What libcare-link refused is refused
// with its code and notes.
Result<Linked> read_answer(const CapturedRun &run,
                           const std::filesystem::path &log);

} // namespace care::patch_make

#endif
