// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libcare-ctl status found, as data, as text and as JSON.
#ifndef LIBCARE_RUNTIME_CTL_STATUS_REPORT_H
#define LIBCARE_RUNTIME_CTL_STATUS_REPORT_H

#include <string>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "runtime/patch/patch_status.h"

namespace care::runtime {

struct ProcessStatus {
  pid_t pid = 0;
  std::string name;
  std::vector<PatchStatus> patches;
  Error error; // it could not be looked at
};

struct StatusReport {
  // Those that a known patch is for, and those that could not be looked at
  // though they were named.
  std::vector<ProcessStatus> processes;
  size_t unseen_count = 0; // of those that were not named
  Error error;             // before any process was looked at

  size_t count(PatchCondition condition) const;
  bool is_all_patched() const;
};

std::string to_text(const StatusReport &report);
std::string to_json(const StatusReport &report);

} // namespace care::runtime

#endif
