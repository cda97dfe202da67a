// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is left over is read from the journals, and what was done of it from the
// entries themselves.
//
// Only one transaction can be under way. If it has put patches in and all of
// its entries are written, it is finished. If not all are, the process goes
// back to what it was: new patches off, those that were to be replaced on. A
// transaction that only takes patches off is finished in any case.

#include "runtime/patch/settle.h"

#include "runtime/patch/region_memory.h"
#include "runtime/patch/selection.h"

#include <fmt/format.h>

#include <algorithm>

namespace care::runtime {

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

// One transaction in mid-air.
struct HalfDone {
  std::vector<PatchRegion> regions;
  Selection forward;
  bool puts_in = false;

  static HalfDone find(const Target &target) {
    HalfDone found;
    for (const PatchRegion &region : target.regions()) {
      if (is_half_done(region) && target.object_of(region)) {
        bool is_new = region.journal.state == PatchState::Applying;
        found.regions.push_back(region);
        found.forward.add(region, !is_new, is_new);
        found.puts_in |= is_new;
      } else if (is_on(target, region)) {
        found.forward.add(region, true, true);
      }
    }
    return found;
  }
};

// What the journals say in the end, if the transaction is finished or undone.
PatchState final_state(const PatchRegion &region, bool is_finished) {
  bool is_new = region.journal.state == PatchState::Applying;
  return is_new == is_finished ? PatchState::Applied : PatchState::Removed;
}

Result<bool> is_all_written(const Target &target, const HalfDone &half_done) {
  Activation activation = half_done.forward.plan();
  if (Error error = drop_finished_entries(target, activation))
    return error;
  return activation.entries.empty();
}

// Journals only: every entry is as it shall be.
Error finish(const Target &target, HalfDone &half_done) {
  for (PatchRegion &region : half_done.regions)
    if (Error error = write_state(target, region, final_state(region, true)))
      return error;
  return {};
}

// In a stop: patches off that were to be put in, or to be taken off.
Error settle_in_stop(const Target &target, HalfDone &half_done, bool forward,
                     const SwitchOptions &options) {
  Selection selection =
      forward ? half_done.forward : half_done.forward.reversed();
  Activation activation = selection.plan(options.allow_active);
  if (Error error = drop_finished_entries(target, activation))
    return error;
  std::vector<StateChange> states;
  for (PatchRegion &region : half_done.regions)
    states.push_back(make_state_change(region, region.journal.transaction,
                                       region.journal.state,
                                       final_state(region, forward)));
  Result<SwitchResult> stop = switch_code(target, activation, states, options);
  return stop ? Error() : stop.take_error();
}

} // namespace

Result<Settlement> settle(Target &target, const SwitchOptions &options) {
  Settlement settlement;
  if (Error error = settle_prepared(target, settlement))
    return error;
  HalfDone half_done = HalfDone::find(target);
  if (!half_done.regions.empty()) {
    std::vector<PatchRegion> as_found = half_done.regions;
    bool is_finished = false;
    if (half_done.puts_in) {
      Result<bool> all = is_all_written(target, half_done);
      if (!all)
        return all.take_error();
      is_finished = *all;
    }
    bool forward = is_finished || !half_done.puts_in;
    Error error = is_finished
                      ? finish(target, half_done)
                      : settle_in_stop(target, half_done, forward, options);
    if (error)
      return error;
    for (const PatchRegion &region : as_found)
      settlement.lines.push_back(
          describe(region, is_finished ? "finished"
                           : final_state(region, forward) == PatchState::Applied
                               ? "put back"
                               : "taken off"));
  }
  if (!settlement.lines.empty())
    if (Error error = target.refresh())
      return error;
  return settlement;
}

} // namespace care::runtime
