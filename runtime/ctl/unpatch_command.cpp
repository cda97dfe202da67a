// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl unpatch: takes patches off, all that are chosen in one stop.

#include "runtime/ctl/change_command.h"
#include "runtime/ctl/options.h"
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
  constexpr size_t told_max = 16;
  for (size_t i = 0; i < std::min(applied.size(), told_max); ++i)
    error = std::move(error).note(std::move(applied[i]));
  if (applied.size() > told_max)
    error = std::move(error).note(
        fmt::format("and {} more; 'libcare-ctl info' shows all of them",
                    applied.size() - told_max));
  return error;
}

static Error unpatch_process(pid_t pid, bool is_single, const Options &options,
                             ProcessReport &report) {
  Result<std::unique_ptr<Target>> target = Target::open_read_only(pid);
  if (!target)
    return target.take_error();
  // Of many processes, those without our patches are not locked, so that other
  // calls at work on them are not disturbed.
  if ((*target)->regions().empty() && !is_single) {
    report.outcome = Outcome::NothingToDo;
    return {};
  }
  if (Error error = lock_and_settle(**target, options, report))
    return error;

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
  Result<PatchPlan> plan = plan_removal(**target, std::move(chosen));
  if (!plan)
    return plan.take_error();
  if (options.dry_run) {
    report.outcome = Outcome::WouldBeDone;
    return {};
  }
  return carry_out(**target, *plan, options, report);
}

int run_unpatch(const Options &options, Diagnostics &diagnostics) {
  auto change = [](pid_t pid, bool is_single, const Options &now,
                   ProcessReport &report) {
    return unpatch_process(pid, is_single, now, report);
  };
  return change_processes(
      CommandKind::Unpatch, options, diagnostics, [] { return Error(); },
      change);
}

} // namespace care::runtime
