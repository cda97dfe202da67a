// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Getting a patch into the memory of the target, and out again, while the
// target runs. Nothing executes the new code yet: no entry leads to it.
#ifndef LIBCARE_RUNTIME_PATCH_REGION_MEMORY_H
#define LIBCARE_RUNTIME_PATCH_REGION_MEMORY_H

#include "common/result.h"
#include "runtime/patch/plan.h"
#include "runtime/patch/target.h"

namespace care::runtime {

// Calls the resolvers of ifuncs that the patch refers to.
Error call_resolvers(const Target &target, PlannedPatch &planned);

// Is there room near the object now? Only looks.
Error check_room(const Target &target, const PlannedPatch &planned);

// Finds room near the object, maps memory, writes the image, protects it. Uses
// the memory of the same patch again if that was taken off before. Refused
// [kpatch-no-room] if there is none in reach. `map` is kept true for the next
// one: to read it takes long in a process with thousands of mappings.
Result<PatchRegion> prepare_region(const Target &target,
                                   const PlannedPatch &planned, MemoryMap &map);

// Takes back what prepare_region() did: unmaps a region that no code ever led
// to, keeps one as Removed that was in use before.
Error discard_region(const Target &target, PatchRegion &region);

// Gives the memory back. Nothing in the process may lead into it.
Error unmap_region(const Target &target, PatchRegion region);

// Sets the state, here and in the target.
Error write_state(const Target &target, PatchRegion &region, PatchState state);

} // namespace care::runtime

#endif
