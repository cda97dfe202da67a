// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report as text. The lines for `patch`, `unpatch` and `info` are those
// that scripts made for LibcarePlus read, to the letter.

#include "runtime/ctl/report.h"

#include "common/allowances.h"
#include "runtime/ctl/refusal.h"
#include "runtime/ctl/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

namespace care::runtime {

// stdout can only fail in ways that nobody can be told about here; finish()
// looks at ferror().
static void print(const std::string &line) {
  fwrite(line.data(), 1, line.size(), stdout);
}

std::string_view command_name(CommandKind kind) {
  switch (kind) {
  case CommandKind::Patch:
    return "patch";
  case CommandKind::Check:
    return "check";
  case CommandKind::Unpatch:
    return "unpatch";
  case CommandKind::Recover:
    return "recover";
  case CommandKind::Info:
    return "info";
  }
  return "";
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
  case Outcome::Done:
    return "done";
  case Outcome::WouldBeDone:
    return "would_be_done";
  case Outcome::NothingToDo:
    return "nothing_to_do";
  case Outcome::AlreadyDone:
    return "already_done";
  case Outcome::Failed:
    return "failed";
  case Outcome::Gone:
    return "gone";
  }
  return "";
}

std::vector<ObjectReport> report_objects(const Target &target,
                                         bool with_removed) {
  std::vector<ObjectReport> objects;
  std::vector<uint64_t> biases;
  for (const PatchRegion &region : target.regions()) {
    const Journal &journal = region.journal;
    if (journal.state == PatchState::Removed && !with_removed)
      continue;
    size_t index = 0;
    while (index < objects.size() &&
           (objects[index].build_id != region.build_id() ||
            biases[index] != journal.load_bias))
      ++index;
    if (index == objects.size()) {
      const LoadedObject *object = target.object_of(region);
      objects.push_back({.target = object ? object->name() : "(unloaded)",
                         .build_id = std::string(region.build_id()),
                         .patches = {}});
      biases.push_back(journal.load_bias);
    }
    PatchReport patch{.id = std::string(region.id()),
                      .state = std::string(patch_state_name(journal.state)),
                      .applied_at = journal.applied_at,
                      .region = region.base.value(),
                      .region_size = journal.region_size,
                      .kept_because = {},
                      .functions = {}};
    if (journal.state == PatchState::Removed)
      patch.kept_because = kept_reason_text(journal.kept);
    patch.allowed =
        split_allowed(std::span(region.header.free).subspan(allowed_offset));
    for (const JournalSite &site : journal.sites)
      patch.functions.push_back({site.name, site.function, site.replacement});
    objects[index].patches.push_back(std::move(patch));
  }
  return objects;
}

void ProcessReport::fail(Error cause) {
  outcome =
      cause.kind() == ErrorKind::TargetGone ? Outcome::Gone : Outcome::Failed;
  error = std::move(cause).in(fmt::format("pid {}", pid));
}

void ReportWriter::add(ProcessReport report) {
  report.error = complete_refusal(std::move(report.error));
  if (report.error)
    status_ = std::max(status_, exit_status(report.error.kind()));
  for (const std::string &line : report.repairs)
    diagnostics_.warning(fmt::format("pid {}: {}", report.pid, line));
  for (const std::string &line : report.warnings)
    diagnostics_.warning(fmt::format("pid {}: {}", report.pid, line));
  if (report.error)
    diagnostics_.report(report.error);
  if (!options_.json)
    write_text(report);
  reports_.push_back(std::move(report));
}

void ReportWriter::fail(Error error) {
  error = complete_refusal(std::move(error));
  diagnostics_.report(error);
  status_ = exit_status(error.kind());
  error_ = std::move(error);
}

void ReportWriter::write_text(const ProcessReport &report) {
  switch (kind_) {
  case CommandKind::Info:
    write_info(report);
    break;
  case CommandKind::Recover:
    write_recovery(report);
    break;
  case CommandKind::Check:
    write_check(report);
    break;
  case CommandKind::Patch:
  case CommandKind::Unpatch:
    write_change(report);
  }
  fflush(stdout);
}

// With -v: what the stop was like.
void ReportWriter::write_stop(const ProcessReport &report) {
  if (options_.verbosity == 0)
    return;
  if (report.frozen_us)
    print(fmt::format("PID '{}' process {} frozen_time is {} microsecond\n",
                      report.pid, command_name(kind_), *report.frozen_us));
  if (!report.allowed_active.empty())
    print(fmt::format("allowed to be active: {}\n",
                      fmt::join(report.allowed_active, ", ")));
}

void ReportWriter::write_check(const ProcessReport &report) {
  if (report.outcome == Outcome::WouldBeDone) {
    write_stop(report);
    print(fmt::format("{} patch hunk(s) can be applied to PID '{}' now\n",
                      report.function_count, report.pid));
    if (report.removed_count != 0)
      print(fmt::format("{} patch(es) would be replaced\n",
                        report.removed_count));
  }
  bool is_silent = is_broad_ && options_.verbosity == 0;
  if (report.outcome == Outcome::NothingToDo && !is_silent)
    print(fmt::format("No patch(es) applicable to PID '{}' have been found\n",
                      report.pid));
}

void ReportWriter::write_change(const ProcessReport &report) {
  bool is_patch = kind_ == CommandKind::Patch;
  if (report.outcome == Outcome::WouldBeDone) {
    print(fmt::format("{} patch hunk(s) would be {} PID '{}'\n",
                      report.function_count,
                      is_patch ? "applied to" : "cancelled from", report.pid));
    for (const ObjectReport &object : report.objects)
      for (const PatchReport &patch : object.patches)
        for (const FunctionReport &function : patch.functions)
          print(fmt::format("  {} {}: {} at 0x{:x}\n", object.target, patch.id,
                            function.name, function.original));
  }
  if (report.outcome == Outcome::Done) {
    write_stop(report);
    print(is_patch ? fmt::format("{} patch hunk(s) have been successfully "
                                 "applied to PID '{}'\n",
                                 report.function_count, report.pid)
                   : fmt::format("{} patch hunk(s) were successfully cancelled "
                                 "from PID '{}'\n",
                                 report.function_count, report.pid));
    if (is_patch && report.removed_count != 0)
      print(fmt::format("{} patch(es) have been replaced\n",
                        report.removed_count));
    if (options_.verbosity > 0 &&
        report.given_back_count + report.kept_count != 0)
      print(fmt::format("memory of removed patches: {} given back, {} kept; "
                        "searched for {} microsecond\n",
                        report.given_back_count, report.kept_count,
                        report.search_frozen_us));
  }
  // What does not fit and was not asked for in particular is passed over
  // without a word.
  bool is_silent = is_broad_ && options_.verbosity == 0;
  if (report.outcome == Outcome::NothingToDo && !is_silent)
    print(is_patch ? fmt::format("No patch(es) applicable to PID '{}' have "
                                 "been found\n",
                                 report.pid)
                   : fmt::format("No patch(es) cancellable from PID '{}' were "
                                 "found\n",
                                 report.pid));
}

void ReportWriter::write_recovery(const ProcessReport &report) {
  if (report.outcome == Outcome::Done)
    print(fmt::format("{} patch(es) of PID '{}' have been settled\n",
                      report.repairs.size(), report.pid));
  if (report.outcome == Outcome::WouldBeDone)
    for (const ObjectReport &object : report.objects)
      for (const PatchReport &patch : object.patches)
        if (patch.state != "applied")
          print(fmt::format("patch '{}' of {} in PID '{}' would be settled: it "
                            "was left {}\n",
                            patch.id, object.target, report.pid, patch.state));
  bool is_silent = is_broad_ && options_.verbosity == 0;
  if (report.outcome == Outcome::NothingToDo && !is_silent)
    print(fmt::format("PID '{}' has nothing to be settled\n", report.pid));
}

static void print_field(std::string_view label, std::string_view value) {
  print(fmt::format("{:<25} {}\n", label, value));
}

void ReportWriter::write_info(const ProcessReport &report) {
  for (const ObjectReport &object : report.objects) {
    auto is_applied = [](const PatchReport &patch) {
      return patch.state == "applied";
    };
    auto count =
        std::count_if(object.patches.begin(), object.patches.end(), is_applied);
    print_field("Pid:", std::to_string(report.pid));
    print_field("Target:", object.target);
    print_field("Build id:", object.build_id);
    print_field("Applied patch number:", std::to_string(count));
    for (const PatchReport &patch : object.patches)
      if (is_applied(patch))
        print_field("Patch id:", patch.id);
      else if (patch.state != "removed")
        print_field("Interrupted:",
                    fmt::format("patch {} was left {}; see libcare-ctl recover",
                                patch.id, patch.state));
    for (const PatchReport &patch : object.patches)
      if (!patch.kept_because.empty())
        print_field("Kept memory:",
                    fmt::format("patch {}, {} KiB at 0x{:x}: {}", patch.id,
                                patch.region_size / 1024, patch.region,
                                patch.kept_because));
    if (options_.verbosity > 0) {
      for (const PatchReport &patch : object.patches) {
        print_field("Patch state:",
                    fmt::format("{} {}, {} KiB at 0x{:x}", patch.id,
                                patch.state, patch.region_size / 1024,
                                patch.region));
        for (const std::string &answer : patch.allowed)
          print_field("Allowed:", answer);
        for (const FunctionReport &function : patch.functions)
          print_field("Function:",
                      fmt::format("{} 0x{:x} -> 0x{:x}", function.name,
                                  function.original, function.replacement));
      }
    }
    print("\n");
  }
}

// The status tells what became of the processes, not of the report; of a
// command that only looks, the report is all there is.
void ReportWriter::report_lost_output() {
  constexpr const char *problem = "standard output: cannot write the report";
  bool only_looks = kind_ == CommandKind::Info || options_.dry_run;
  if (!only_looks && status_ == 0) {
    diagnostics_.warning(std::string(problem) +
                         "; what was to be done is done");
    return;
  }
  diagnostics_.report(complete_refusal(Error(ErrorKind::System, problem)
                                           .note("'libcare-ctl info' tells "
                                                 "what a process is like")));
  status_ = std::max(status_, 1);
}

int ReportWriter::finish() {
  if (unseen_count_ != 0)
    diagnostics_.warning(fmt::format("{} process(es) could not be looked at; "
                                     "'libcare-ctl info -p PID' tells why",
                                     unseen_count_));
  if (options_.json)
    print(to_json(kind_, reports_, is_single_, unseen_count_, error_) + "\n");
  else if (kind_ != CommandKind::Info && !is_single_ && !error_)
    print(describe(summarize(reports_), kind_, options_.dry_run));
  if (fflush(stdout) != 0 || ferror(stdout) != 0)
    report_lost_output();
  return status_;
}

} // namespace care::runtime
