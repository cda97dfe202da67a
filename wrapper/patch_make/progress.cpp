// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Bold on a terminal, unless NO_COLOR is set (no-color.org).

#include "wrapper/patch_make/progress.h"

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace care::patch_make {

Progress::Progress(std::FILE *stream)
    : stream_(stream),
      has_colour_(isatty(fileno(stream)) != 0 && !getenv("NO_COLOR")) {}

void Progress::step(std::string_view line) const {
  constexpr std::string_view bold = "\033[1m";
  constexpr std::string_view plain = "\033[0m";
  std::string text(line);
  if (has_colour_)
    text = std::string(bold) + text + std::string(plain);
  print(text + "\n");
}

void Progress::print(std::string_view text) const {
  // A reader that went away does not stop the work.
  fwrite(text.data(), 1, text.size(), stream_);
  fflush(stream_);
}

} // namespace care::patch_make
