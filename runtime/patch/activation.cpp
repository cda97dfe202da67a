// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For each entry address: who is on top before, who after.

#include "runtime/patch/activation.h"

#include <algorithm>
#include <map>

namespace care::runtime {

namespace {

struct Owner {
  const PatchRegion *region = nullptr; // nullptr: the original
  const JournalSite *site = nullptr;
};

struct Entry {
  const PatchRegion *any_region = nullptr; // knows the original
  const JournalSite *any_site = nullptr;
  Owner before, after;
};

} // namespace

static const JumpBytes &bytes_of(const Owner &owner, const Entry &entry) {
  return owner.site ? owner.site->jump : entry.any_site->original;
}

static void guard_site(const PatchRegion &region, const JournalSite &site,
                       bool is_replacement, std::vector<GuardedCode> &out) {
  for (const JournalRange &range : region.journal.ranges) {
    if (range.is_replacement != is_replacement ||
        &region.journal.sites[range.site] != &site)
      continue;
    RemoteAddress start(range.address);
    out.push_back({{start, start + range.length}, site.name});
  }
}

// A region that is switched off: its functions by name, and what lies between
// them (new functions, far stubs) without one.
static void guard_region(const PatchRegion &region,
                         std::vector<GuardedCode> &out) {
  std::vector<GuardedCode> named;
  for (const JournalSite &site : region.journal.sites)
    guard_site(region, site, true, named);
  std::sort(named.begin(), named.end(),
            [](const GuardedCode &a, const GuardedCode &b) {
              return a.range.start < b.range.start;
            });
  RemoteAddress end = region.text().start;
  for (const GuardedCode &code : named) {
    if (end < code.range.start)
      out.push_back({{end, code.range.start}, "code of the patch"});
    end = std::max(end, code.range.end);
    out.push_back(code);
  }
  if (end < region.text().end)
    out.push_back({{end, region.text().end}, "code of the patch"});
}

// Sorted, and cut so that no two overlap (CodeRanges wants it so).
static void make_disjoint(std::vector<GuardedCode> &codes) {
  std::sort(codes.begin(), codes.end(),
            [](const GuardedCode &a, const GuardedCode &b) {
              return a.range.start < b.range.start;
            });
  std::vector<GuardedCode> result;
  for (GuardedCode &code : codes) {
    if (!result.empty())
      code.range.start = std::max(code.range.start, result.back().range.end);
    if (!code.range.is_empty())
      result.push_back(std::move(code));
  }
  codes = std::move(result);
}

Activation plan_activation(std::span<const PatchRegion *const> all,
                           const std::vector<bool> &is_on_before,
                           const std::vector<bool> &is_on_after) {
  std::map<uint64_t, Entry> entries;
  for (size_t i = 0; i < all.size(); ++i) {
    for (const JournalSite &site : all[i]->journal.sites) {
      Entry &entry = entries[site.address];
      if (!entry.any_site || (is_on_before[i] && !entry.before.site)) {
        entry.any_region = all[i];
        entry.any_site = &site;
      }
      // Regions come in order of application: the last one is on top.
      if (is_on_before[i])
        entry.before = {all[i], &site};
      if (is_on_after[i])
        entry.after = {all[i], &site};
    }
  }

  Activation activation;
  for (const auto &[address, entry] : entries) {
    if (entry.before.site == entry.after.site)
      continue;
    const JournalSite &site = *entry.any_site;
    activation.entries.push_back({.address = RemoteAddress(address),
                                  .size = site.jump_size,
                                  .before = bytes_of(entry.before, entry),
                                  .after = bytes_of(entry.after, entry),
                                  .function = site.name});
    if (entry.before.site)
      guard_site(*entry.before.region, *entry.before.site, true,
                 activation.guarded);
    else
      guard_site(*entry.after.region, *entry.after.site, false,
                 activation.guarded);
  }
  for (size_t i = 0; i < all.size(); ++i)
    if (is_on_before[i] && !is_on_after[i])
      guard_region(*all[i], activation.guarded);
  make_disjoint(activation.guarded);
  return activation;
}

} // namespace care::runtime
