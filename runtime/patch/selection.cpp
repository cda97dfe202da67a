// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Small steps that applying and settling share.

#include "runtime/patch/selection.h"

#include <algorithm>

namespace care::runtime {

void Selection::add(const PatchRegion &region, bool before, bool after) {
  regions.push_back(&region);
  is_on_before.push_back(before);
  is_on_after.push_back(after);
}

Activation Selection::plan(std::span<const std::string> allow_active) const {
  return plan_activation(regions, is_on_before, is_on_after, allow_active);
}

Selection Selection::reversed() const {
  return {regions, is_on_after, is_on_before};
}

bool is_on(const Target &target, const PatchRegion &region) {
  return region.journal.state == PatchState::Applied &&
         target.object_of(region) != nullptr;
}

uint64_t next_sequence(const Target &target) {
  uint64_t last = 0;
  for (const PatchRegion &region : target.regions())
    last = std::max(last, region.journal.sequence);
  return last + 1;
}

uint64_t next_transaction(const Target &target) {
  uint64_t last = 0;
  for (const PatchRegion &region : target.regions())
    last = std::max(last, region.journal.transaction);
  return last + 1;
}

StateChange make_state_change(PatchRegion &region, uint64_t transaction,
                              PatchState during, PatchState after) {
  StateChange change{.base = region.base,
                     .before = changing_fields(region.journal),
                     .during = {},
                     .after = {}};
  region.journal.transaction = transaction;
  region.journal.state = during;
  change.during = changing_fields(region.journal);
  region.journal.state = after;
  change.after = changing_fields(region.journal);
  return change;
}

size_t count_sites(std::span<const PatchRegion> regions) {
  size_t count = 0;
  for (const PatchRegion &region : regions)
    count += region.journal.sites.size();
  return count;
}

} // namespace care::runtime
