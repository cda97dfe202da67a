// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a unified diff says about the files it changes. Applying it is the job
// of patch(1); we only look at the headers, to find out early which files are
// meant, and to ask where that is not clear.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_PATCH_TEXT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_PATCH_TEXT_H

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace care::patch_make {

// The change of one file: the lines `--- OLD`, `+++ NEW` and the hunks.
struct FileSection {
  size_t header_line; // index of the --- line in the text, from 0
  std::string_view old_name;
  std::string_view new_name;
  bool is_creation; // OLD is /dev/null or its hunk starts at line 0
};

std::vector<FileSection> parse_unified_diff(std::string_view text);

// `name` without its first `count` components, as patch(1) counts for -p;
// nothing if it does not have more than that.
std::optional<std::string> strip_components(std::string_view name,
                                            size_t count);

// The two header lines of `section` with other names: for `patch -p1`.
struct Renaming {
  size_t header_line;
  std::string name;
};
std::string rename_sections(std::string_view text,
                            const std::vector<Renaming> &renamings);

} // namespace care::patch_make

#endif
