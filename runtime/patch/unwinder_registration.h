// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// C++ exceptions, thread cancellation and backtrace() inside the target go
// through libgcc's unwinder, which knows the unwind tables of loaded objects.
// A patch is no loaded object: its tables are announced by calling
// __register_frame_info() in the target, as a just-in-time compiler would.
#ifndef LIBCARE_RUNTIME_PATCH_UNWINDER_REGISTRATION_H
#define LIBCARE_RUNTIME_PATCH_UNWINDER_REGISTRATION_H

#include "common/result.h"
#include "runtime/patch/target.h"
#include "runtime/process/loaded_object.h"

namespace care::runtime {

// Does nothing if the patch has no unwind tables, the process has no such
// unwinder, or it knows the region already.
Error register_with_unwinder(const Target &target, const LoadedObject &object,
                             PatchRegion &region);

// Tells it to forget a region whose code nobody executes any more; nothing if
// it does not know the region. Where the unwinder cannot be asked, it goes on
// knowing it: see the state in the journal.
Error deregister_from_unwinder(const Target &target, PatchRegion &region);

} // namespace care::runtime

#endif
