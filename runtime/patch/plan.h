// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What patching a process would do, proven as far as it can be without
// touching it: which patch goes to which object, that the code to be replaced
// is there byte for byte, what every symbol stands for, how much memory is
// needed. A plan only looks; apply.h acts on it, --dry-run prints it.
#ifndef LIBCARE_RUNTIME_PATCH_PLAN_H
#define LIBCARE_RUNTIME_PATCH_PLAN_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/image.h"
#include "runtime/patch/journal.h"
#include "runtime/patch/patch_file.h"
#include "runtime/patch/replaced_functions.h"
#include "runtime/patch/target.h"
#include "runtime/process/loaded_object.h"

namespace care::runtime {

// An ifunc that the patch refers to: its resolver has to be called in the
// target, which is acting, so it is left to apply.
struct PendingResolver {
  uint32_t symbol = 0;
  RemoteAddress resolver;
};

// One patch for one object of the process.
struct PlannedPatch {
  const PatchFile *file = nullptr;
  const LoadedObject *object = nullptr;
  ImageLayout layout;
  Placement placement; // base not set, ifuncs not resolved
  std::vector<PendingResolver> resolvers;
  std::vector<ReplacedFunction> functions;
  // Complete but for addresses inside the region, which are offsets here:
  // `replacement` of sites, `address` of replacement ranges, eh_frame.
  Journal journal;
};

struct PatchPlan {
  std::vector<PlannedPatch> patches; // to be put in
  // Of target.regions(): to be taken off in the same stop.
  std::vector<size_t> removals;
  // Patches that the process already has, and keeps.
  std::vector<const PatchFile *> already_applied;

  bool is_empty() const { return patches.empty() && removals.empty(); }
};

struct PlanOptions {
  // Patches of the same objects that are not among the files are taken off.
  bool replace = false;
};

// The plan for those of `files` whose build-id an object of the process has;
// empty if there is none.
Result<PatchPlan> plan_patches(const Target &target,
                               std::span<const PatchFile *const> files,
                               const PlanOptions &options = {});

// The plan to take regions off. Refused [kpatch-held] if a patch that stays
// refers to one of them.
Result<PatchPlan> plan_removal(const Target &target,
                               std::vector<size_t> regions);

} // namespace care::runtime

#endif
