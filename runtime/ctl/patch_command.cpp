// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl patch and check: look, repair, plan, act; for each process. Files
// are read once, before any process is touched, those of a storage when the
// first process needs them.

#include "runtime/ctl/change_command.h"
#include "runtime/ctl/options.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/report.h"
#include "runtime/patch/apply.h"
#include "runtime/patch/patch_set.h"
#include "runtime/patch/plan.h"
#include "runtime/process/link_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

namespace care::runtime {

static std::vector<ObjectReport> report_plan(const PatchPlan &plan) {
  std::vector<ObjectReport> objects;
  for (const PlannedPatch &planned : plan.patches) {
    PatchReport patch{.id = std::string(planned.file->id()),
                      .state = "planned",
                      .applied_at = 0,
                      .region = 0,
                      .region_size = planned.layout.size_bytes,
                      .kept_because = {},
                      .functions = {}};
    for (const ReplacedFunction &function : planned.functions)
      patch.functions.push_back({function.name, function.original_address, 0});
    objects.push_back({.target = planned.object->name(),
                       .build_id = planned.object->build_id,
                       .patches = {std::move(patch)}});
  }
  return objects;
}

// No patch fits: both sides of the comparison, for a person to compare.
static Error no_patch_fits(const Target &target, const PatchSet &set) {
  bool is_one = set.files().size() == 1;
  std::string problem =
      is_one ? fmt::format("'{}' is for build-id {}, which is not in this "
                           "process",
                           set.files().front()->path(),
                           set.files().front()->build_id())
             : fmt::format("'{}' has no patch for this process ({} patches "
                           "for others)",
                           set.path(), set.files().size());
  Error error = refused("kpatch-build-id", std::move(problem));
  for (const LoadedObject &object : target.objects())
    if (object.is_main_program || (is_one && !object.name().starts_with('[')))
      error = std::move(error).note(
          fmt::format("the process has '{}' with {}", object.name(),
                      object.build_id.empty() ? "no build-id"
                                              : "build-id " + object.build_id));
  return std::move(error).note("nothing was changed; give the patch that was "
                               "made for the build that is running");
}

static Error already_applied(const PatchPlan &plan) {
  const PatchFile &file = *plan.already_applied.front();
  return refused("kpatch-already-applied",
                 fmt::format("patch '{}' for build-id {} is already applied",
                             file.id(), file.build_id()))
      .note("to apply it anew, take it off first (libcare-ctl unpatch -i)");
}

static std::vector<std::string> build_ids_of(const Target &target) {
  std::vector<std::string> build_ids;
  for (const LoadedObject &object : target.objects())
    build_ids.push_back(object.build_id);
  return build_ids;
}

// check begins like patch, but leaves what a killed libcare-ctl has left as it
// is.
static Error lock_target(Target &target, CommandKind kind,
                         const Options &options, ProcessReport &report) {
  if (kind == CommandKind::Patch)
    return lock_and_settle(target, options, report);
  if (Error error = target.lock(options.switch_options().timeout))
    return error;
  for (const PatchRegion &region : target.regions())
    if (region.journal.state == PatchState::Applying ||
        region.journal.state == PatchState::Reverting)
      return not_safe_now(fmt::format("patch '{}' was left {} by a libcare-ctl "
                                      "that was killed",
                                      region.id(),
                                      patch_state_name(region.journal.state)))
          .note("'libcare-ctl recover' settles it; every patch does so first");
  return {};
}

static Error patch_as_it_is(pid_t pid, PatchSet &set, CommandKind kind,
                            bool is_single, const Options &options,
                            ProcessReport &report) {
  Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
  if (!target)
    return target.take_error();
  report.is_loading =
      is_loading_libraries((*target)->memory(), (*target)->objects());
  Result<std::vector<const PatchFile *>> files =
      set.find_for(build_ids_of(**target));
  if (!files)
    return files.take_error();
  // Of many processes, those that no patch fits are not locked, so that other
  // calls at work on them are not disturbed.
  if (files->empty() && !is_single) {
    report.outcome = Outcome::NothingToDo;
    return {};
  }
  if (Error error = lock_target(**target, kind, options, report))
    return error;

  Result<PatchPlan> plan =
      plan_patches(**target, *files, {.replace = options.replace});
  if (!plan)
    return plan.take_error();
  if (plan->is_empty() && !plan->already_applied.empty()) {
    report.outcome = Outcome::AlreadyDone;
    return is_single ? already_applied(*plan) : Error();
  }
  if (plan->is_empty()) {
    report.outcome = Outcome::NothingToDo;
    if (is_single)
      report.error = no_patch_fits(**target, set).in(describe_process(pid));
    return {};
  }
  for (const PlannedPatch &planned : plan->patches)
    report.function_count += planned.functions.size();
  report.objects = report_plan(*plan);
  if (options.dry_run) {
    report.outcome = Outcome::WouldBeDone;
    return {};
  }

  if (kind == CommandKind::Check) {
    Result<ChangeResult> check =
        check_plan(**target, *plan, options.switch_options());
    if (!check)
      return check.take_error();
    report_stop(*check, report);
    report.outcome = Outcome::WouldBeDone;
    return {};
  }
  return carry_out(**target, *plan, options, report);
}

// A process that was just started may not yet have the library that a patch is
// for, or refers to.
static Error patch_process(pid_t pid, PatchSet &set, CommandKind kind,
                           bool is_single, const Options &options,
                           ProcessReport &report) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point deadline = Clock::now() + options.switch_options().timeout;
  for (;;) {
    ProcessReport attempt;
    attempt.pid = pid;
    Error error = patch_as_it_is(pid, set, kind, is_single, options, attempt);
    bool is_complete = !error && attempt.outcome != Outcome::NothingToDo;
    if (is_complete)
      attempt.is_loading = false;
    if (!attempt.is_loading || Clock::now() >= deadline) {
      report = std::move(attempt);
      return error;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

static Result<PatchSet> open_set(const std::string &path) {
  Result<PatchSet> set = PatchSet::open(path);
  if (set || set.error().kind() != ErrorKind::System)
    return set;
  return Error(set.take_error()
                   .with_code("kpatch-no-file")
                   .note("FILE is a .kpatch file, or a folder of them"));
}

static int run(CommandKind kind, const Options &options,
               Diagnostics &diagnostics) {
  std::optional<PatchSet> set;
  auto prepare = [&]() -> Error {
    Result<PatchSet> opened = open_set(options.patch_path);
    if (!opened)
      return opened.take_error();
    set.emplace(std::move(*opened));
    return {};
  };
  auto change = [&](pid_t pid, bool is_single, const Options &now,
                    ProcessReport &report) {
    return patch_process(pid, *set, kind, is_single, now, report);
  };
  return change_processes(kind, options, diagnostics, prepare, change);
}

int run_patch(const Options &options, Diagnostics &diagnostics) {
  return run(CommandKind::Patch, options, diagnostics);
}

int run_check(const Options &options, Diagnostics &diagnostics) {
  return run(CommandKind::Check, options, diagnostics);
}

} // namespace care::runtime
