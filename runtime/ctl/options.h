// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What was asked for on the command line of libcare-ctl.
#ifndef LIBCARE_RUNTIME_CTL_OPTIONS_H
#define LIBCARE_RUNTIME_CTL_OPTIONS_H

#include <string>
#include <sys/types.h>
#include <vector>

#include "common/diagnostics.h"
#include "runtime/ctl/process_list.h"
#include "runtime/patch/switch_code.h"

namespace care::runtime {

struct Options {
  int verbosity = 0;
  bool json = false;
  bool dry_run = false;
  ProcessChoice choice;                   // -p, --cgroup, --user, --exe
  std::string patch_path;                 // patch, check
  std::vector<std::string> patch_folders; // status --patches
  std::string patch_id;                   // unpatch -i
  std::vector<std::string> operands;      // unpatch: build-ids, object names
  pid_t process_id = 0;                   // symbols
  std::string output_folder;              // symbols
  double timeout_seconds = 5;
  bool ignore_coroutines = false;
  bool replace = false;                  // patch, check
  std::vector<std::string> allow_active; // names of functions

  SwitchOptions switch_options() const {
    auto timeout = std::chrono::duration<double>(timeout_seconds);
    return {.timeout =
                std::chrono::duration_cast<std::chrono::milliseconds>(timeout),
            .ignore_coroutines = ignore_coroutines,
            .allow_active = allow_active};
  }
};

// Each gives the exit status.
int run_patch(const Options &options, Diagnostics &diagnostics);
int run_check(const Options &options, Diagnostics &diagnostics);
int run_unpatch(const Options &options, Diagnostics &diagnostics);
int run_recover(const Options &options, Diagnostics &diagnostics);
int run_info(const Options &options, Diagnostics &diagnostics);
int run_symbols(const Options &options, Diagnostics &diagnostics);
int run_status(const Options &options, Diagnostics &diagnostics);

} // namespace care::runtime

#endif
