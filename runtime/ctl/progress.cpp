// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The line is redrawn in place (carriage return, erase to the end of line),
// and appears only when a command takes long enough to make one wonder.

#include "runtime/ctl/progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <unistd.h>

#include <fmt/format.h>

namespace care::runtime {

static long now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch())
      .count();
}

Progress::Progress(size_t total) : total_(total), last_ms_(now_ms()) {
  const char *terminal = getenv("TERM");
  is_wanted_ = total > 1 && isatty(STDERR_FILENO) && terminal != nullptr &&
               strcmp(terminal, "dumb") != 0 && getenv("CI") == nullptr;
}

void Progress::show(size_t done) {
  constexpr long pause_ms = 200;
  if (!is_wanted_ || now_ms() - last_ms_ < pause_ms)
    return;
  last_ms_ = now_ms();
  is_shown_ = true;
  constexpr size_t width = 30;
  size_t filled = width * std::min(done, total_) / total_;
  std::string line = fmt::format("\r[{:<{}}] {} of {} processes\033[K",
                                 std::string(filled, '#'), width, done, total_);
  fwrite(line.data(), 1, line.size(), stderr);
  fflush(stderr);
}

void Progress::hide() {
  if (!is_shown_)
    return;
  is_shown_ = false;
  fputs("\r\033[K", stderr);
  fflush(stderr);
}

} // namespace care::runtime
