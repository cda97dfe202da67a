// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl unpatch: takes patches off, all that are chosen in one stop.

#include "runtime/ctl/options.h"
#include "runtime/ctl/process_list.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/report.h"
#include "runtime/patch/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace care::runtime {

static bool names_object_of(const std::string &word, const Target &target,
                            const PatchRegion &region) {
  const LoadedObject *object = target.object_of(region);
  return word == region.build_id() ||
         (object && (word == object->name() || word == object->path));
}

static bool is_chosen(const Target &target, const PatchRegion &region,
                      const Options &options) {
  if (region.journal.state != PatchState::Applied)
    return false;
  if (!options.patch_id.empty() && region.id() != options.patch_id)
    return false;
  return options.operands.empty() ||
         std::any_of(options.operands.begin(), options.operands.end(),
                     [&](const std::string &word) {
                       return names_object_of(word, target, region);
                     });
}

// A word among others that chooses nothing may be a slip of the pen.
static void warn_of_idle_words(const Target &target, const Options &options,
                               std::span<const size_t> chosen,
                               ProcessReport &report) {
  for (const std::string &word : options.operands)
    if (std::none_of(chosen.begin(), chosen.end(), [&](size_t index) {
          return names_object_of(word, target, target.regions()[index]);
        }))
      report.warnings.push_back(
          fmt::format("no applied patch matches '{}'", word));
}

// "-i '0002' and 'libfoo.so'"
static std::string describe_choice(const Options &options) {
  std::string text;
  if (!options.patch_id.empty())
    text = fmt::format("-i '{}'", options.patch_id);
  for (const std::string &word : options.operands)
    text += fmt::format("{}'{}'",
                        text.empty()                         ? ""
                        : &word == &options.operands.front() ? " and "
                                                             : " or ",
                        word);
  return text;
}

static Error nothing_chosen(const Target &target, const Options &options) {
  std::vector<std::string> applied;
  for (const ObjectReport &object : report_objects(target, false))
    for (const PatchReport &patch : object.patches)
      if (patch.state == "applied")
        applied.push_back(fmt::format("applied is patch '{}' to '{}' "
                                      "(build-id {})",
                                      patch.id, object.target,
                                      object.build_id));
  if (applied.empty())
    return refused("kpatch-not-applied", "no patch is applied")
        .note("'libcare-ctl info' lists the processes that have patches");
  Error error = refused("kpatch-not-applied",
                        "no applied patch matches " + describe_choice(options));
  for (std::string &line : applied)
    error = std::move(error).note(std::move(line));
  return error;
}

// One of many processes: a look without the lock, so that other calls at work
// on processes without our patches are not disturbed.
static Result<bool> has_patches(pid_t pid) {
  Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
  if (!target)
    return target.take_error();
  return !(*target)->regions().empty();
}

static Error unpatch_process(pid_t pid, bool is_single, const Options &options,
                             ProcessReport &report) {
  if (!is_single) {
    Result<bool> may_have = has_patches(pid);
    if (!may_have)
      return may_have.take_error();
    if (!*may_have) {
      report.outcome = Outcome::NothingToDo;
      return {};
    }
  }
  Result<std::unique_ptr<Target>> target = Target::open(pid);
  if (!target)
    return target.take_error();
  if (!options.dry_run) {
    Result<Settlement> settled = settle(**target, options.switch_options());
    if (!settled)
      return settled.take_error();
    report.repairs = std::move(settled->lines);
  }

  std::vector<size_t> chosen;
  for (size_t i = 0; i < (*target)->regions().size(); ++i) {
    const PatchRegion &region = (*target)->regions()[i];
    if (!is_chosen(**target, region, options))
      continue;
    chosen.push_back(i);
    report.function_count += region.journal.sites.size();
  }
  if (chosen.empty()) {
    report.outcome = Outcome::NothingToDo;
    if (is_single)
      report.error =
          nothing_chosen(**target, options).in(describe_process(pid));
    return {};
  }
  if (is_single)
    warn_of_idle_words(**target, options, chosen, report);
  if (options.dry_run) {
    report.outcome = Outcome::WouldBeDone;
    return {};
  }
  Result<ChangeResult> change =
      revert_regions(**target, chosen, options.switch_options());
  if (!change)
    return change.take_error();
  report.outcome = Outcome::Done;
  report.attempts = change->stop.attempts;
  report.frozen_us = static_cast<uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(change->stop.frozen)
          .count());
  if (Error error = (*target)->refresh())
    return {}; // it ended after its patches were taken off
  report.objects = report_objects(**target, false);
  return {};
}

int run_unpatch(const Options &options, Diagnostics &diagnostics) {
  Result<ProcessList> list = parse_processes(options.processes);
  bool is_single = list && list->is_single();
  bool is_all = list && list->is_all;
  ReportWriter writer(CommandKind::Unpatch, options, is_single, is_all,
                      diagnostics);
  if (!list) {
    writer.fail(list.take_error());
    return writer.finish();
  }
  for (pid_t pid : list->pids) {
    ProcessReport report;
    report.pid = pid;
    Error error = unpatch_process(pid, is_single, options, report);
    if (error && is_all && is_passed_over(error))
      continue;
    if (error)
      report.fail(std::move(error));
    writer.add(std::move(report));
  }
  return writer.finish();
}

} // namespace care::runtime
