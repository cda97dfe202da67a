// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What patch, unpatch and recover have in common: they go through the processes
// of the command line, several at the same time, settle what a killed
// libcare-ctl left, change, report.
#ifndef LIBCARE_RUNTIME_CTL_CHANGE_COMMAND_H
#define LIBCARE_RUNTIME_CTL_CHANGE_COMMAND_H

#include <functional>
#include <memory>
#include <sys/types.h>

#include "common/diagnostics.h"
#include "common/result.h"
#include "runtime/ctl/options.h"
#include "runtime/ctl/report.h"
#include "runtime/patch/apply.h"
#include "runtime/patch/settle.h"
#include "runtime/patch/target.h"

namespace care::runtime {

// Once, before any process is looked at.
using Preparation = std::function<Error()>;
// `is_single`: the command means one process, so that a process where nothing
// fits is worth an error. `options` are those of the command, but for a first
// round over many processes, which waits for none of them. Called on several
// threads.
using ProcessChange = std::function<Error(
    pid_t pid, bool is_single, const Options &options, ProcessReport &report)>;

// Exit status of the command.
int change_processes(CommandKind kind, const Options &options,
                     Diagnostics &diagnostics, const Preparation &prepare,
                     const ProcessChange &change);

// Locks the process and, unless it is a dry run, settles what was left in it.
Error lock_and_settle(Target &target, const Options &options,
                      ProcessReport &report);

// Makes the change, and the report of it.
Error carry_out(Target &target, PatchPlan &plan, const Options &options,
                ProcessReport &report);

// Memory of removed patches, also of earlier ones, that is proven to be unused
// goes back to the process.
void give_back_memory(Target &target, ProcessReport &report);

// What a change and a check have in common: counts, the stop, functions that
// were not looked for.
void report_stop(const ChangeResult &change, ProcessReport &report);

} // namespace care::runtime

#endif
