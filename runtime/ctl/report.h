// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a command of libcare-ctl found and did, as data. Text and JSON are two
// ways to write the same report.
#ifndef LIBCARE_RUNTIME_CTL_REPORT_H
#define LIBCARE_RUNTIME_CTL_REPORT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "runtime/ctl/options.h"
#include "runtime/ctl/process_list.h"
#include "runtime/patch/target.h"

namespace care::runtime {

enum class Outcome {
  Done,
  WouldBeDone, // --dry-run, check
  NothingToDo, // no patch fits, or none is there to be taken off
  AlreadyDone, // all that fit are applied
  Failed,
  Gone, // it ended before or meanwhile
};

struct FunctionReport {
  std::string name;
  uint64_t original = 0, replacement = 0; // replacement 0: not placed yet
};

struct PatchReport {
  std::string id;
  std::string state; // "applied", ..., or "planned"
  uint64_t applied_at = 0;
  uint64_t region = 0, region_size = 0;
  std::string kept_because; // if removed: why its memory is still there
  std::vector<FunctionReport> functions;
  std::vector<std::string> allowed = {}; // answers to refusals
};

struct ObjectReport {
  std::string target; // file name of the object
  std::string build_id;
  std::vector<PatchReport> patches; // in order of application
};

struct ProcessReport {
  pid_t pid = 0;
  Outcome outcome = Outcome::Done;
  bool is_loading = false; // libraries: once it has them, all may be different
  size_t function_count = 0;
  std::optional<uint64_t> frozen_us;
  unsigned attempts = 0;
  size_t removed_count = 0; // patches taken off
  // Removed patches whose memory was given back now, or is kept, and how long
  // the process stood still for the proof.
  size_t given_back_count = 0, kept_count = 0;
  uint64_t search_frozen_us = 0;
  std::vector<std::string> allowed_active; // functions not looked for on stacks
  std::vector<ObjectReport> objects;
  std::vector<std::string> repairs; // of what a killed injector had left
  std::vector<std::string> warnings;
  Error error; // if Failed or Gone; of a single process also why there is
               // NothingToDo

  void fail(Error cause);
};

enum class CommandKind { Patch, Check, Unpatch, Recover, Info };

// Writes the reports of one command: text at once, JSON at the end.
class ReportWriter {
public:
  ReportWriter(CommandKind kind, const Options &options, bool is_single,
               bool is_broad, Diagnostics &diagnostics)
      : kind_(kind), options_(options), is_single_(is_single),
        is_broad_(is_broad), diagnostics_(diagnostics) {}

  void add(ProcessReport report);
  // Of many: it may have patches, but could not be looked at.
  void add_unseen() { ++unseen_count_; }
  // An error that stops the whole command, before any process.
  void fail(Error error);
  // The summary, or the JSON document. Gives the exit status.
  int finish();

private:
  void write_text(const ProcessReport &report);
  void write_change(const ProcessReport &report);
  void write_check(const ProcessReport &report);
  void write_stop(const ProcessReport &report);
  void write_recovery(const ProcessReport &report);
  void write_info(const ProcessReport &report);
  void report_lost_output();

  CommandKind kind_;
  const Options &options_;
  bool is_single_;
  bool is_broad_;
  Diagnostics &diagnostics_;
  std::vector<ProcessReport> reports_;
  size_t unseen_count_ = 0;
  Error error_;
  int status_ = 0;
};

// The regions of a process, one object after the other. Removed ones only if
// `with_removed`.
std::vector<ObjectReport> report_objects(const Target &target,
                                         bool with_removed);

std::string_view command_name(CommandKind kind);
std::string_view outcome_name(Outcome outcome);

// The JSON document of a whole command (report_json.cpp).
std::string to_json(CommandKind kind, const std::vector<ProcessReport> &reports,
                    bool is_single, size_t unseen_count, const Error &error);

} // namespace care::runtime

#endif
