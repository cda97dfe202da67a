// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From the patches that are applied to the patches that shall be, as bytes.
//
// Several patches may replace one function. Its entry then holds the jump of
// the newest one that is applied, and the original bytes when none is. An
// activation names the regions to switch on and off; the difference between
// before and after is computed here for each entry, so that patching,
// unpatching in any order and repairing after a crash are one thing.
#ifndef LIBCARE_RUNTIME_PATCH_ACTIVATION_H
#define LIBCARE_RUNTIME_PATCH_ACTIVATION_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/journal.h"
#include "runtime/patch/target.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

// Bytes of an entry to be changed.
struct EntryChange {
  RemoteAddress address;
  uint32_t size = 0;
  JumpBytes before{}; // what must be there
  JumpBytes after{};
  std::string function;
};

// Code in which no thread may be when the entries change.
struct GuardedCode {
  AddressRange range;
  std::string function;
  bool may_be_active = false;
  // It would be allowed, but its code may branch into the bytes of the jump.
  bool branches_to_entry = false;
};

struct Activation {
  std::vector<EntryChange> entries; // by address
  std::vector<GuardedCode> guarded; // by address, not overlapping
  // Functions whose code would be guarded, but may be active by the word of
  // the user or of the patch; each once.
  std::vector<std::string> allowed_active;
};

// Entries of `all` (every region of the process, in order of application)
// whose bytes differ between the set `is_on_before` and `is_on_after`, given
// per region. Guarded are: for an entry that changes, the code that it leads
// to before; and all code of regions that are switched off. But not functions
// in `allow_active`, nor those that a patch declares so.
Activation plan_activation(std::span<const PatchRegion *const> all,
                           const std::vector<bool> &is_on_before,
                           const std::vector<bool> &is_on_after,
                           std::span<const std::string> allow_active = {});

} // namespace care::runtime

#endif
