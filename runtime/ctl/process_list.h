// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The processes that the command line means: by number, by name, all of them,
// or those of a cgroup, a user, an executable file.
#ifndef LIBCARE_RUNTIME_CTL_PROCESS_LIST_H
#define LIBCARE_RUNTIME_CTL_PROCESS_LIST_H

#include <string>
#include <sys/types.h>
#include <vector>

#include "common/result.h"

namespace care::runtime {

// As given; empty: not given. Several options mean the processes that all of
// them mean.
struct ProcessChoice {
  std::string processes; // -p: "all", or numbers and names with commas
  std::string cgroup;    // a path of the hierarchy, or of the file system
  std::string user;      // name or number
  std::string exe;

  bool is_empty() const {
    return processes.empty() && cgroup.empty() && user.empty() && exe.empty();
  }
};

struct ChosenProcess {
  pid_t pid = 0;
  // By its number. One that was found by what it is like, and is gone when its
  // turn comes, was not meant.
  bool is_named = false;
};

struct ProcessList {
  std::vector<ChosenProcess> processes; // ascending, each once
  // Nobody asked for these processes in particular: those that do not fit are
  // passed over without a word.
  bool is_broad = false;

  bool is_single() const { return !is_broad && processes.size() == 1; }
};

// `all` is every process but PID 1 and ourselves; PID 1 is meant by number,
// name, executable or cgroup only. Refused [kpatch-no-process] if there is no
// such process, unless `all` was asked for.
Result<ProcessList> find_processes(const ProcessChoice &choice);

} // namespace care::runtime

#endif
