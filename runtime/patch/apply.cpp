// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The three transactions. What they share: the set of regions that are on
// before and after gives the bytes to change (activation.h), the stop makes
// the change (switch_code.h), and only then the memory of what was not needed
// is given back.

#include "runtime/patch/apply.h"

#include "runtime/patch/region_memory.h"
#include "runtime/patch/unwinder_registration.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace care::runtime {

namespace {

// Regions in order of application, with what is on before and after.
struct Selection {
  std::vector<const PatchRegion *> regions;
  std::vector<bool> is_on_before, is_on_after;

  void add(const PatchRegion &region, bool before, bool after) {
    regions.push_back(&region);
    is_on_before.push_back(before);
    is_on_after.push_back(after);
  }
  Activation plan() const {
    return plan_activation(regions, is_on_before, is_on_after);
  }
};

// Is its code live? A region whose object was unloaded has no entries left.
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
  for (PlannedPatch &planned : plan.patches) {
    if (Error error = call_resolvers(target, planned))
      return error;
    Result<PatchRegion> region = prepare_region(target, planned);
    if (!region)
      return region.take_error();
    prepared.push_back(std::move(*region));
    if (Error error =
            register_with_unwinder(target, *planned.object, prepared.back()))
      return error;
  }
  return {};
}

} // namespace

Result<ChangeResult> apply_plan(Target &target, PatchPlan &plan,
                                const SwitchOptions &options) {
  std::vector<PatchRegion> prepared;
  if (Error error = prepare_all(target, plan, prepared))
    return with_cleanup(std::move(error), discard_all(target, prepared));

  Selection selection;
  for (const PatchRegion &region : target.regions())
    if (is_on(target, region))
      selection.add(region, true, true);
  uint64_t sequence = next_sequence(target);
  uint64_t transaction = next_transaction(target);
  std::vector<StateChange> states;
  for (PatchRegion &region : prepared) {
    selection.add(region, false, true);
    // `before` keeps the old sequence: zero says that it was never in use.
    StateChange change{.base = region.base,
                       .before = changing_fields(region.journal),
                       .during = {},
                       .after = {}};
    region.journal.sequence = sequence++;
    region.journal.applied_at = static_cast<uint64_t>(time(nullptr));
    StateChange later = make_state_change(
        region, transaction, PatchState::Applying, PatchState::Applied);
    change.during = later.during;
    change.after = later.after;
    states.push_back(change);
  }

  Result<SwitchResult> stop =
      switch_code(target, selection.plan(), states, options);
  if (!stop) {
    Error error = stop.take_error();
    if (error.kind() == ErrorKind::TargetDirty)
      return error; // threads may run in what would be unmapped
    for (size_t i = 0; i < prepared.size(); ++i)
      prepared[i].journal.sequence = states[i].before.sequence;
    return with_cleanup(std::move(error), discard_all(target, prepared));
  }
  return ChangeResult{.function_count = count_sites(prepared), .stop = *stop};
}

Result<ChangeResult> revert_regions(Target &target,
                                    std::span<const size_t> regions,
                                    const SwitchOptions &options) {
  std::vector<PatchRegion> reverted;
  Selection selection;
  for (size_t i = 0; i < target.regions().size(); ++i) {
    const PatchRegion &region = target.regions()[i];
    bool is_chosen =
        std::find(regions.begin(), regions.end(), i) != regions.end();
    if (is_chosen)
      reverted.push_back(region);
    if (is_on(target, region))
      selection.add(region, true, !is_chosen);
  }
  uint64_t transaction = next_transaction(target);
  std::vector<StateChange> states;
  for (PatchRegion &region : reverted)
    states.push_back(make_state_change(
        region, transaction, PatchState::Reverting, PatchState::Removed));
  Result<SwitchResult> stop =
      switch_code(target, selection.plan(), states, options);
  if (!stop)
    return stop.take_error();
  return ChangeResult{.function_count = count_sites(reverted), .stop = *stop};
}

// ---- Settling ----

namespace {

bool is_half_done(const PatchRegion &region) {
  return region.journal.state == PatchState::Applying ||
         region.journal.state == PatchState::Reverting;
}

std::string describe(const PatchRegion &region, std::string_view outcome) {
  return fmt::format("patch '{}' of {} was left {}: {}", region.id(),
                     region.build_id(), patch_state_name(region.journal.state),
                     outcome);
}

// Regions that were being filled when the injector died.
Error settle_prepared(Target &target, Settlement &settlement) {
  for (const PatchRegion &found : target.regions()) {
    bool is_prepared = found.journal.state == PatchState::Preparing ||
                       found.journal.state == PatchState::Prepared;
    if (!is_prepared)
      continue;
    settlement.lines.push_back(describe(found, "undone"));
    PatchRegion region = found;
    if (Error error = discard_region(target, region))
      return error;
  }
  return {};
}

// Which entries of `activation` still have to be written: those that memory
// already shows as wanted are left out.
Error drop_finished_entries(const Target &target, Activation &activation) {
  std::vector<EntryChange> remaining;
  for (EntryChange &entry : activation.entries) {
    JumpBytes now{};
    if (Error error = target.memory().read(entry.address,
                                           std::span(now).first(entry.size)))
      return error;
    bool is_done =
        std::equal(now.begin(), now.begin() + entry.size, entry.after.begin());
    if (!is_done)
      remaining.push_back(std::move(entry));
  }
  activation.entries = std::move(remaining);
  return {};
}

// Patches whose entries are all written need only their last word.
Result<bool> finish_applying(const Target &target, Selection &selection,
                             std::vector<PatchRegion> &half_done) {
  for (const PatchRegion &region : half_done)
    if (region.journal.state != PatchState::Applying)
      return false;
  Selection reverse = selection;
  std::swap(reverse.is_on_before, reverse.is_on_after);
  Activation activation = reverse.plan();
  if (Error error = drop_finished_entries(target, activation))
    return error;
  if (!activation.entries.empty())
    return false;
  for (PatchRegion &region : half_done)
    if (Error error = write_state(target, region, PatchState::Applied))
      return error;
  return true;
}

} // namespace

Result<Settlement> settle(Target &target, const SwitchOptions &options) {
  Settlement settlement;
  if (Error error = settle_prepared(target, settlement))
    return error;

  // Half applied and half taken back alike: take off what is there of them.
  std::vector<PatchRegion> half_done;
  Selection selection;
  for (const PatchRegion &region : target.regions()) {
    if (is_half_done(region) && target.object_of(region)) {
      half_done.push_back(region);
      selection.add(region, true, false);
    } else if (is_on(target, region)) {
      selection.add(region, true, true);
    }
  }
  if (half_done.empty()) {
    if (!settlement.lines.empty())
      if (Error error = target.refresh())
        return error;
    return settlement;
  }

  std::vector<PatchRegion> as_found = half_done;
  Result<bool> is_finished = finish_applying(target, selection, half_done);
  if (!is_finished)
    return is_finished.take_error();
  if (!*is_finished) {
    Activation activation = selection.plan();
    if (Error error = drop_finished_entries(target, activation))
      return error;
    std::vector<StateChange> states;
    for (PatchRegion &region : half_done)
      states.push_back(make_state_change(region, region.journal.transaction,
                                         PatchState::Reverting,
                                         PatchState::Removed));
    Result<SwitchResult> stop =
        switch_code(target, activation, states, options);
    if (!stop)
      return stop.take_error();
  }
  for (const PatchRegion &region : as_found)
    settlement.lines.push_back(
        describe(region, *is_finished ? "finished" : "taken off"));
  if (Error error = target.refresh())
    return error;
  return settlement;
}

} // namespace care::runtime
