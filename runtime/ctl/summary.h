// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What became of many processes, counted.
#ifndef LIBCARE_RUNTIME_CTL_SUMMARY_H
#define LIBCARE_RUNTIME_CTL_SUMMARY_H

#include <map>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "runtime/ctl/report.h"

namespace care::runtime {

struct Summary {
  size_t process_count = 0;
  size_t done = 0; // or would be, in a dry run
  size_t already = 0;
  size_t not_applicable = 0;
  size_t refused = 0;
  size_t gone = 0;
  // Reason codes of the refusals, and the processes.
  std::map<std::string, std::vector<pid_t>> reasons;
};

Summary summarize(std::span<const ProcessReport> reports);

// A table for people, one line for each count.
std::string describe(const Summary &summary, CommandKind kind, bool is_dry_run);

} // namespace care::runtime

#endif
