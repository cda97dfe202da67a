// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One line on the terminal that says how far a command is. Never in a pipe, a
// file or a log: only if standard error is a terminal that can erase a line.
#ifndef LIBCARE_RUNTIME_CTL_PROGRESS_H
#define LIBCARE_RUNTIME_CTL_PROGRESS_H

#include <cstddef>

namespace care::runtime {

class Progress {
public:
  explicit Progress(size_t total);
  ~Progress() { hide(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  // Draws the line anew, at most a few times a second.
  void show(size_t done);
  // Before anything else is written to the terminal.
  void hide();

private:
  size_t total_;
  bool is_wanted_;
  bool is_shown_ = false;
  long last_ms_ = 0;
};

} // namespace care::runtime

#endif
