// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where two versions of a text differ, in lines.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_LINE_DIFF_H
#define LIBCARE_WRAPPER_PATCH_MAKE_LINE_DIFF_H

#include <cstddef>
#include <string_view>
#include <vector>

namespace care::patch_make {

// Lines with their newline; the last one may lack it.
std::vector<std::string_view> split_lines(std::string_view text);

// Lines [old_first, old_last) were replaced by [new_first, new_last); counted
// from 0; one of the ranges may be empty. Between two hunks, before the first
// and after the last, the lines are the same.
struct LineHunk {
  size_t old_first, old_last;
  size_t new_first, new_last;
};

// The hunks in order. Shortest edit script where the texts differ in few
// lines; texts that differ in thousands of lines give one hunk from the first
// to the last difference.
std::vector<LineHunk>
diff_lines(const std::vector<std::string_view> &old_lines,
           const std::vector<std::string_view> &new_lines);

} // namespace care::patch_make

#endif
