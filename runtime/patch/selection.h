// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A transaction as a selection: which regions of a process are on before it and
// after it, and what becomes of their journals.
#ifndef LIBCARE_RUNTIME_PATCH_SELECTION_H
#define LIBCARE_RUNTIME_PATCH_SELECTION_H

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "runtime/patch/activation.h"
#include "runtime/patch/journal.h"
#include "runtime/patch/switch_code.h"
#include "runtime/patch/target.h"

namespace care::runtime {

struct Selection {
  std::vector<const PatchRegion *> regions; // in order of application
  std::vector<bool> is_on_before, is_on_after;

  void add(const PatchRegion &region, bool before, bool after);
  Activation plan(std::span<const std::string> allow_active = {}) const;
  // The way back.
  Selection reversed() const;
};

// Is its code live? A region whose object was unloaded has no entries left.
bool is_on(const Target &target, const PatchRegion &region);

// Numbers for the next application and the next transaction.
uint64_t next_sequence(const Target &target);
uint64_t next_transaction(const Target &target);

// From what the journal of `region` says now to `after`, by way of `during`;
// `region` ends up with the last.
StateChange make_state_change(PatchRegion &region, uint64_t transaction,
                              PatchState during, PatchState after);

size_t count_sites(std::span<const PatchRegion> regions);

} // namespace care::runtime

#endif
