// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a process is like: its name, its user, its executable file, its cgroup.
// What it does not tell (it ended, or it is another user's) it does not match.
#ifndef LIBCARE_RUNTIME_CTL_PROCESS_TEST_H
#define LIBCARE_RUNTIME_CTL_PROCESS_TEST_H

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

#include "common/result.h"

namespace care::runtime {

// Is it the name of the thread (at most 15 characters), of the executable
// file, or what the program calls itself on its command line?
bool is_called(pid_t pid, std::string_view name);

// Does /proc/PID/cgroup (`text`) name the group `path` or one inside it?
bool is_in_cgroup(std::string_view text, std::string_view path);

// --user, --exe and --cgroup together.
class ProcessTest {
public:
  // Empty: not given. Refused if there is no such user.
  static Result<ProcessTest> make(const std::string &user,
                                  const std::string &exe,
                                  const std::string &cgroup);

  // None was given.
  bool is_empty() const { return !user_ && !is_of_place(); }
  // Says where the process is, not only whose it is.
  bool is_of_place() const { return !exe_.empty() || !cgroup_.empty(); }

  bool passes(pid_t pid) const;

private:
  std::optional<uid_t> user_;
  std::string exe_;    // canonical, if there is such a file
  std::string cgroup_; // path in the hierarchy
};

} // namespace care::runtime

#endif
