// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// For each entry address: who is on top before, who after.

#include "runtime/patch/activation.h"

#include <algorithm>
#include <map>
#include <set>

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

// The ranges of each site of a region, found without going through all of them
// for every site.
class SiteRanges {
public:
  explicit SiteRanges(const Journal &journal) : ranges_(journal.ranges) {
    std::stable_sort(ranges_.begin(), ranges_.end(),
                     [](const JournalRange &a, const JournalRange &b) {
                       return a.site < b.site;
                     });
  }
  std::span<const JournalRange> of(size_t site) const {
    auto first = std::lower_bound(
        ranges_.begin(), ranges_.end(), site,
        [](const JournalRange &range, size_t s) { return range.site < s; });
    auto last = std::upper_bound(
        first, ranges_.end(), site,
        [](size_t s, const JournalRange &range) { return s < range.site; });
    return {first, last};
  }

private:
  std::vector<JournalRange> ranges_;
};

namespace {

class Guard {
public:
  explicit Guard(std::span<const std::string> allow_active)
      : allow_active_(allow_active.begin(), allow_active.end()) {}

  // Old code of a site, or the replacement.
  void add_site(const PatchRegion &region, const JournalSite &site,
                bool is_replacement, std::vector<GuardedCode> &out) {
    auto known = ranges_.try_emplace(&region, region.journal).first;
    auto index = static_cast<size_t>(&site - region.journal.sites.data());
    bool is_allowed = site.may_be_active || allow_active_.contains(site.name);
    bool branches_to_entry = !is_replacement && site.entry_is_target;
    // Even then, no thread may be in the very bytes that are written over.
    if (is_allowed && !is_replacement) {
      RemoteAddress jump(site.address);
      out.push_back({{jump, jump + site.jump_size}, site.name});
    }
    for (const JournalRange &range : known->second.of(index)) {
      if (range.is_replacement != is_replacement)
        continue;
      RemoteAddress start(range.address);
      out.push_back({.range = {start, start + range.length},
                     .function = site.name,
                     .may_be_active = is_allowed && !branches_to_entry,
                     .branches_to_entry = is_allowed && branches_to_entry});
    }
  }

  // A region that is switched off: its functions by name, and what lies between
  // them (new functions, far stubs) without one.
  void add_region(const PatchRegion &region, std::vector<GuardedCode> &out) {
    std::vector<GuardedCode> named;
    for (const JournalSite &site : region.journal.sites)
      add_site(region, site, true, named);
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

private:
  std::set<std::string> allow_active_;
  std::map<const PatchRegion *, SiteRanges> ranges_;
};

// Takes out what may be active, and remembers the names.
void drop_allowed(Activation &activation) {
  std::set<std::string> names;
  std::erase_if(activation.guarded, [&](const GuardedCode &code) {
    if (code.may_be_active)
      names.insert(code.function);
    return code.may_be_active;
  });
  activation.allowed_active.assign(names.begin(), names.end());
}

} // namespace

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
                           const std::vector<bool> &is_on_after,
                           std::span<const std::string> allow_active) {
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
  Guard guard(allow_active);
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
      guard.add_site(*entry.before.region, *entry.before.site, true,
                     activation.guarded);
    else
      guard.add_site(*entry.after.region, *entry.after.site, false,
                     activation.guarded);
  }
  for (size_t i = 0; i < all.size(); ++i)
    if (is_on_before[i] && !is_on_after[i])
      guard.add_region(*all[i], activation.guarded);
  drop_allowed(activation);
  make_disjoint(activation.guarded);
  return activation;
}

} // namespace care::runtime
