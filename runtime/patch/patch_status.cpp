// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a process has is in its journals; whether that is true, in the bytes at
// the entries: of several patches of one function, the jump of the one applied
// last must be there. What it could have and has not is found by planning it,
// which also compares the original code and tells what would be in the way.
// Objects are recognised by the build-id in the process's memory, so that a
// file deleted or replaced on disk changes nothing.

#include "runtime/patch/patch_status.h"

#include "runtime/patch/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace care::runtime {

std::string_view patch_condition_name(PatchCondition condition) {
  switch (condition) {
  case PatchCondition::Patched:
    return "patched";
  case PatchCondition::Unpatched:
    return "unpatched";
  case PatchCondition::Drifted:
    return "drifted";
  }
  return "";
}

namespace {

// Address of an entry -> the site whose jump must be there.
using CurrentSites = std::map<uint64_t, const JournalSite *>;

CurrentSites find_current_sites(const Target &target) {
  CurrentSites sites;
  // Regions come in order of application: the last one counts.
  for (const PatchRegion &region : target.regions())
    if (region.journal.state == PatchState::Applied && target.object_of(region))
      for (const JournalSite &site : region.journal.sites)
        sites[site.address] = &site;
  return sites;
}

// The first entry of the region that is not as it should be, in words; empty
// if there is none.
std::string find_drift(const Target &target, const PatchRegion &region,
                       const CurrentSites &current) {
  std::span<const JournalSite> sites = region.journal.sites;
  std::vector<JumpBytes> actual(sites.size());
  std::vector<MemoryRead> reads;
  for (size_t i = 0; i < sites.size(); ++i)
    reads.push_back({RemoteAddress(sites[i].address),
                     std::span(actual[i]).first(sites[i].jump_size)});
  std::vector<size_t> sizes = target.memory().read_each(reads);
  for (size_t i = 0; i < sites.size(); ++i) {
    const JournalSite &site = sites[i];
    const JournalSite &expected = *current.at(site.address);
    auto holds = [&](const JumpBytes &bytes) {
      return sizes[i] == site.jump_size &&
             std::equal(actual[i].begin(), actual[i].begin() + site.jump_size,
                        bytes.begin());
    };
    if (holds(expected.jump))
      continue;
    return fmt::format(
        "function '{}': the entry at 0x{:x} {}", site.name, site.address,
        holds(site.original) ? "has its original code again"
                             : "has neither its original code nor our jump");
  }
  return "";
}

PatchStatus examine_region(const Target &target, const PatchRegion &region,
                           const LoadedObject &object,
                           const CurrentSites &current) {
  PatchStatus status{.object = object.name(),
                     .build_id = object.build_id,
                     .patch_id = std::string(region.id()),
                     .condition = PatchCondition::Unpatched,
                     .reason = {},
                     .code = {}};
  switch (region.journal.state) {
  case PatchState::Applied:
    status.reason = find_drift(target, region, current);
    status.condition = status.reason.empty() ? PatchCondition::Patched
                                             : PatchCondition::Drifted;
    break;
  default:
    status.reason = fmt::format("was left {}; see libcare-ctl recover",
                                patch_state_name(region.journal.state));
  }
  return status;
}

// Does code of it run, or may it? Not of an object that was unloaded.
bool has_begun(const PatchRegion &region) {
  return region.journal.state == PatchState::Applied ||
         region.journal.state == PatchState::Applying ||
         region.journal.state == PatchState::Reverting;
}

// A patch that this object has not: could it be applied?
PatchStatus examine_missing(const Target &target, const PatchFile &file,
                            const LoadedObject &object) {
  PatchStatus status{.object = object.name(),
                     .build_id = object.build_id,
                     .patch_id = std::string(file.id()),
                     .condition = PatchCondition::Unpatched,
                     .reason = "was not applied",
                     .code = {}};
  for (const PatchRegion &region : target.regions())
    if (region.journal.state == PatchState::Removed &&
        region.id() == file.id() && target.object_of(region) == &object)
      status.reason = "was taken off";
  const PatchFile *files[] = {&file};
  Result<PatchPlan> plan = plan_patches(target, files);
  if (plan)
    return status;
  status.code = plan.error().code();
  status.reason = plan.error().message();
  if (status.code == "kpatch-site-differs")
    status.condition = PatchCondition::Drifted;
  return status;
}

PatchStatus *find_status(std::span<PatchStatus> statuses,
                         std::span<const LoadedObject *const> objects,
                         const LoadedObject &object, std::string_view id) {
  for (size_t i = 0; i < statuses.size(); ++i)
    if (objects[i] == &object && statuses[i].patch_id == id)
      return &statuses[i];
  return nullptr;
}

} // namespace

Result<std::vector<PatchStatus>>
examine_patches(const Target &target, std::span<const PatchFile *const> files) {
  CurrentSites current = find_current_sites(target);
  std::vector<PatchStatus> statuses;
  std::vector<const LoadedObject *> objects; // of each status
  std::vector<uint32_t> checksums;
  for (const PatchRegion &region : target.regions()) {
    const LoadedObject *object = target.object_of(region);
    if (!object || !has_begun(region))
      continue;
    PatchStatus status = examine_region(target, region, *object, current);
    statuses.push_back(std::move(status));
    objects.push_back(object);
    checksums.push_back(region.journal.content_checksum);
  }
  for (const PatchFile *file : files)
    for (const LoadedObject &object : target.objects()) {
      if (object.build_id != file->build_id())
        continue;
      PatchStatus *known = find_status(statuses, objects, object, file->id());
      if (!known) {
        statuses.push_back(examine_missing(target, *file, object));
        objects.push_back(&object);
        checksums.push_back(file->content_checksum());
        continue;
      }
      bool is_other_build =
          checksums[static_cast<size_t>(known - statuses.data())] !=
          file->content_checksum();
      if (known->condition == PatchCondition::Patched && is_other_build) {
        known->condition = PatchCondition::Unpatched;
        known->reason = "another build of this patch is applied";
      }
    }
  if (Error gone = target.memory().check_is_there())
    return gone;
  return statuses;
}

} // namespace care::runtime
