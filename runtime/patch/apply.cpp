// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The transaction: the set of regions that are on before and after gives the
// bytes to change (activation.h), the stop makes the change (switch_code.h),
// and only then the memory of what was not needed is given back.

#include "runtime/patch/apply.h"

#include "runtime/patch/region_memory.h"
#include "runtime/patch/selection.h"
#include "runtime/patch/unwinder_registration.h"
#include "runtime/process/thread_choice.h"

#include <algorithm>
#include <ctime>

namespace care::runtime {

namespace {

Error discard_all(const Target &target, std::vector<PatchRegion> &regions) {
  Error problems;
  for (PatchRegion &region : regions)
    problems = join_errors(std::move(problems), discard_region(target, region));
  return problems;
}

// A process that ended has nothing to be taken back.
Error with_cleanup(Error error, Error cleanup) {
  if (cleanup && cleanup.kind() == ErrorKind::TargetGone)
    return error;
  return join_errors(std::move(error), std::move(cleanup));
}

Error prepare_all(const Target &target, PatchPlan &plan,
                  std::vector<PatchRegion> &prepared) {
  MemoryMap map = target.map();
  for (PlannedPatch &planned : plan.patches) {
    if (Error error = call_resolvers(target, planned))
      return error;
    Result<PatchRegion> region = prepare_region(target, planned, map);
    if (!region)
      return region.take_error();
    prepared.push_back(std::move(*region));
    if (Error error =
            register_with_unwinder(target, *planned.object, prepared.back()))
      return error;
  }
  return {};
}

// The regions that the process has, with those to be taken off in `removed`.
Selection select_present(const Target &target, const PatchPlan &plan,
                         std::vector<PatchRegion> &removed) {
  const std::vector<PatchRegion> &regions = target.regions();
  std::vector<bool> is_removed(regions.size());
  for (size_t index : plan.removals)
    is_removed[index] = true;
  Selection selection;
  for (size_t i = 0; i < regions.size(); ++i) {
    if (is_removed[i])
      removed.push_back(regions[i]);
    if (is_on(target, regions[i]))
      selection.add(regions[i], true, !is_removed[i]);
  }
  return selection;
}

// Journals of new regions: prepared, applying, applied.
void add_new_states(const Target &target, uint64_t transaction,
                    std::vector<PatchRegion> &prepared,
                    std::vector<StateChange> &states) {
  uint64_t sequence = next_sequence(target);
  for (PatchRegion &region : prepared) {
    // `before` keeps the old sequence: zero says that it was never in use.
    JournalChange before = changing_fields(region.journal);
    region.journal.sequence = sequence++;
    region.journal.applied_at = static_cast<uint64_t>(time(nullptr));
    region.journal.kept = KeptReason::NotLookedAt;
    StateChange change = make_state_change(
        region, transaction, PatchState::Applying, PatchState::Applied);
    change.before = before;
    states.push_back(change);
  }
}

// And of those that are taken off. Where a thread was allowed to be inside, the
// memory must not be used again.
void add_removed_states(uint64_t transaction, bool was_allowed_active,
                        std::vector<PatchRegion> &removed,
                        std::vector<StateChange> &states) {
  for (PatchRegion &region : removed) {
    JournalChange before = changing_fields(region.journal);
    region.journal.kept =
        was_allowed_active ? KeptReason::MayBeActive : KeptReason::NotLookedAt;
    StateChange change = make_state_change(
        region, transaction, PatchState::Reverting, PatchState::Removed);
    change.before = before;
    states.push_back(change);
  }
}

} // namespace

Result<ChangeResult> apply_plan(Target &target, PatchPlan &plan,
                                const SwitchOptions &options) {
  std::vector<PatchRegion> prepared, removed;
  if (Error error = prepare_all(target, plan, prepared))
    return with_cleanup(std::move(error), discard_all(target, prepared));

  Selection selection = select_present(target, plan, removed);
  for (const PatchRegion &region : prepared)
    selection.add(region, false, true);
  Activation activation = selection.plan(options.allow_active);
  uint64_t transaction = next_transaction(target);
  std::vector<StateChange> states;
  add_new_states(target, transaction, prepared, states);
  add_removed_states(transaction, !activation.allowed_active.empty(), removed,
                     states);
  Result<SwitchResult> stop = switch_code(target, activation, states, options);
  if (!stop) {
    Error error = stop.take_error();
    if (error.kind() == ErrorKind::TargetDirty)
      return error; // threads may run in what would be unmapped
    for (size_t i = 0; i < prepared.size(); ++i)
      prepared[i].journal.sequence = states[i].before.sequence;
    return with_cleanup(std::move(error), discard_all(target, prepared));
  }
  return ChangeResult{.function_count =
                          count_sites(prepared.empty() ? removed : prepared),
                      .removed_count = removed.size(),
                      .allowed_active = std::move(activation.allowed_active),
                      .stop = std::move(*stop)};
}

Result<ChangeResult> check_plan(const Target &target, const PatchPlan &plan,
                                const SwitchOptions &options) {
  if (!plan.patches.empty()) {
    Result<Gadgets> gadgets = find_gadgets(target.memory(), target.map());
    if (!gadgets)
      return gadgets.take_error();
  }
  // Not placed yet: only what they replace counts.
  std::vector<PatchRegion> imagined, removed;
  for (const PlannedPatch &planned : plan.patches) {
    if (Error error = check_room(target, planned))
      return error;
    imagined.push_back({.base = RemoteAddress(0),
                        .header = planned.file->header(),
                        .journal = planned.journal});
  }
  Selection selection = select_present(target, plan, removed);
  for (const PatchRegion &region : imagined)
    selection.add(region, false, true);
  Activation activation = selection.plan(options.allow_active);
  Result<SwitchResult> stop = check_switch(target, activation, options);
  if (!stop)
    return stop.take_error();
  return ChangeResult{.function_count =
                          count_sites(imagined.empty() ? removed : imagined),
                      .removed_count = removed.size(),
                      .allowed_active = std::move(activation.allowed_active),
                      .stop = std::move(*stop)};
}

} // namespace care::runtime
