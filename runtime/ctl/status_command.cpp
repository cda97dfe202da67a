// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl status: which processes map an object that a patch is known for,
// and do they have it? Known are the patches of the files and folders given,
// and every patch that some process has: what one process of a program was
// given, the others are asked for. Stops nothing and repairs nothing.

#include "runtime/ctl/options.h"
#include "runtime/ctl/progress.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/side_by_side.h"
#include "runtime/ctl/status_report.h"
#include "runtime/patch/patch_set.h"
#include "runtime/process/target_process.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <deque>
#include <map>
#include <set>

namespace care::runtime {

namespace {

// What one look at a process gives.
struct Look {
  ProcessStatus status;
  // Build-id -> name of the objects, for patches that others turn out to have.
  std::multimap<std::string, std::string> objects;
  Error error;
};

Error look_at(pid_t pid, std::deque<PatchSet> &sets, Look &look) {
  look.status.pid = pid;
  look.status.name = thread_name(pid, pid);
  Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
  if (!target)
    return target.take_error();
  std::vector<std::string> build_ids;
  for (const LoadedObject &object : (*target)->objects()) {
    build_ids.push_back(object.build_id);
    if (!object.build_id.empty())
      look.objects.emplace(object.build_id, object.name());
  }
  std::vector<const PatchFile *> files;
  for (PatchSet &set : sets) {
    Result<std::vector<const PatchFile *>> fitting = set.find_for(build_ids);
    if (!fitting)
      return fitting.take_error();
    files.insert(files.end(), fitting->begin(), fitting->end());
  }
  Result<std::vector<PatchStatus>> patches = examine_patches(**target, files);
  if (!patches)
    return patches.take_error();
  look.status.patches = std::move(*patches);
  return {};
}

// Build-id and id of the patches that some process has.
using KnownPatches = std::set<std::pair<std::string, std::string>>;

KnownPatches find_applied(std::span<const Look> looks) {
  KnownPatches known;
  for (const Look &look : looks)
    for (const PatchStatus &patch : look.status.patches)
      if (patch.condition == PatchCondition::Patched)
        known.emplace(patch.build_id, patch.patch_id);
  return known;
}

void add_missing(const KnownPatches &known, Look &look) {
  for (const auto &[build_id, id] : known) {
    auto [first, last] = look.objects.equal_range(build_id);
    auto is_it = [&, &build = build_id, &name = id](const PatchStatus &patch) {
      return patch.build_id == build && patch.patch_id == name;
    };
    std::vector<PatchStatus> &patches = look.status.patches;
    if (first == last || std::any_of(patches.begin(), patches.end(), is_it))
      continue;
    patches.push_back({.object = first->second,
                       .build_id = build_id,
                       .patch_id = id,
                       .condition = PatchCondition::Unpatched,
                       .reason = "was not applied; other processes have it",
                       .code = {}});
  }
}

Error open_sets(const Options &options, std::deque<PatchSet> &sets) {
  for (const std::string &path : options.patch_folders) {
    Result<PatchSet> set = PatchSet::open(path);
    if (!set)
      return set.take_error();
    sets.push_back(std::move(*set));
  }
  return {};
}

std::vector<Look> look_at_all(const ProcessList &list,
                              std::deque<PatchSet> &sets) {
  std::vector<Look> looks(list.processes.size());
  Progress progress(looks.size());
  work_side_by_side(
      looks.size(), looks.size() > 1 ? processor_count() : 1,
      [&](size_t i) {
        pid_t pid = list.processes[i].pid;
        looks[i].error = consider_end(pid, look_at(pid, sets, looks[i]));
      },
      [](size_t) {}, [&](size_t done) { progress.show(done); });
  return looks;
}

StatusReport make_report(const ProcessList &list, std::vector<Look> looks,
                         Diagnostics &diagnostics) {
  StatusReport report;
  KnownPatches known = find_applied(looks);
  for (size_t i = 0; i < looks.size(); ++i) {
    Look &look = looks[i];
    bool is_named = list.processes[i].is_named;
    if (look.error && !is_named) {
      report.unseen_count += !is_passed_over(look.error);
      continue;
    }
    if (look.error) {
      look.status.error = complete_refusal(
          std::move(look.error).in(describe_process(look.status.pid)));
      diagnostics.report(look.status.error);
    } else {
      add_missing(known, look);
    }
    if (look.status.error || !look.status.patches.empty())
      report.processes.push_back(std::move(look.status));
  }
  return report;
}

} // namespace

int run_status(const Options &options, Diagnostics &diagnostics) {
  StatusReport report;
  std::deque<PatchSet> sets;
  Result<ProcessList> list = find_processes(options.choice);
  Error failure = list ? open_sets(options, sets) : list.take_error();
  if (failure) {
    report.error = complete_refusal(std::move(failure));
    diagnostics.report(report.error);
  } else {
    report = make_report(*list, look_at_all(*list, sets), diagnostics);
  }
  if (report.unseen_count != 0)
    diagnostics.warning(fmt::format("{} process(es) could not be looked at; "
                                    "'libcare-ctl info -p PID' tells why",
                                    report.unseen_count));
  if (options.json)
    fputs((to_json(report) + "\n").c_str(), stdout);
  else if (!report.error)
    fputs(to_text(report).c_str(), stdout);
  bool is_written = fflush(stdout) == 0 && ferror(stdout) == 0;
  if (report.error)
    return exit_status(report.error.kind());
  return report.is_all_patched() && is_written ? 0 : 1;
}

} // namespace care::runtime
