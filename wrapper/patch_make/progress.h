// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run says while it works.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_PROGRESS_H
#define LIBCARE_WRAPPER_PATCH_MAKE_PROGRESS_H

#include <cstdio>
#include <string_view>

namespace care::patch_make {

// One line per step, on stdout, or on stderr when stdout is for JSON.
class Progress {
public:
  explicit Progress(std::FILE *stream);
  void step(std::string_view line) const;  // BUILDING ORIGINAL CODE
  void print(std::string_view text) const; // as it is

private:
  std::FILE *stream_;
  bool has_colour_;
};

} // namespace care::patch_make

#endif
