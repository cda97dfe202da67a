// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a process have the patches that are known for its objects, and is its
// code what it should be? Only looks.
#ifndef LIBCARE_RUNTIME_PATCH_PATCH_STATUS_H
#define LIBCARE_RUNTIME_PATCH_PATCH_STATUS_H

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/patch/patch_file.h"
#include "runtime/patch/target.h"

namespace care::runtime {

enum class PatchCondition {
  Patched,
  Unpatched,
  // The entry of a function is neither what the program was built with nor the
  // jump of the patch that should be current.
  Drifted,
};
std::string_view patch_condition_name(PatchCondition condition);

// One patch, and one object of the process that it is for.
struct PatchStatus {
  std::string object; // file name
  std::string build_id;
  std::string patch_id;
  PatchCondition condition = PatchCondition::Patched;
  std::string reason; // why it is not Patched
  std::string code;   // of a refusal: why it could not be patched now
};

// Of the patches that the process has in its memory, and of those of `files`
// that are for one of its objects.
Result<std::vector<PatchStatus>>
examine_patches(const Target &target, std::span<const PatchFile *const> files);

} // namespace care::runtime

#endif
