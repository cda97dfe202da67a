// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The processes that `-p` means.
#ifndef LIBCARE_RUNTIME_CTL_PROCESS_LIST_H
#define LIBCARE_RUNTIME_CTL_PROCESS_LIST_H

#include <string_view>
#include <sys/types.h>
#include <vector>

#include "common/result.h"

namespace care::runtime {

struct ProcessList {
  std::vector<pid_t> pids;
  // `all`: processes that do not fit are passed over without a word.
  bool is_all = false;

  bool is_single() const { return !is_all && pids.size() == 1; }
};

// `text` is "all" (every process but PID 1 and ourselves; kernel threads are
// found out later) or process ids with commas between them.
Result<ProcessList> parse_processes(std::string_view text);

} // namespace care::runtime

#endif
