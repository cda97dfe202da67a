// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache that answers a compile by itself knows nothing of side files, so none
// of our compiles may get into it. ccache asks for the preprocessed text first
// (libcare-cc -E); when that fails it steps aside: it becomes the compiler, and
// stores nothing (ccache 4.7: "falling back to running the real compiler"). In
// the two stages we let it fail. In its depend mode ccache does not preprocess;
// then the compile itself is run by it, which we refuse.
//
// What it is called does not matter (links named gcc), what it is does.

#include "wrapper/cc/cache.h"

#include <climits>
#include <string>
#include <string_view>
#include <unistd.h>

namespace care::wrapper {

bool is_called_by_cache() {
  char target[PATH_MAX];
  std::string link = "/proc/" + std::to_string(getppid()) + "/exe";
  ssize_t length = readlink(link.c_str(), target, sizeof target);
  if (length <= 0)
    return false;
  std::string_view program(target, static_cast<size_t>(length));
  program.remove_prefix(program.rfind('/') + 1);
  return program == "ccache" || program == "sccache";
}

} // namespace care::wrapper
