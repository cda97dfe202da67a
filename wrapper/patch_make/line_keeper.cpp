// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A directive is due after each hunk that changes the number of lines, and is
// written before the first unchanged line where the scanner calls the place
// safe. Inside a conditional group it may be skipped by the preprocessor; so
// one is due again at every #else, #elif and #endif of the groups around it.
//
//     original          patched            with directives
//     1 int f(int x)    1 int f(int x)     int f(int x)
//     2 {               2 {                {
//     3   log(x);       3   if (!x)          if (!x)
//     4   return x;     4     return 0;        return 0;
//     5 }               5   log(x);        #line 3
//                       ...                  log(x);
//
// No file name is given: a directive without one keeps the name.

#include "wrapper/patch_make/line_keeper.h"

#include <algorithm>
#include <array>
#include <vector>

#include "wrapper/patch_make/line_diff.h"
#include "common/source_scanner.h"

namespace care::patch_make {

bool is_c_source(std::string_view path) {
  static constexpr std::array<std::string_view, 14> extensions = {
      "c", "cc", "cp", "cpp", "cxx", "c++", "C",
      "h", "hh", "hp", "hpp", "hxx", "h++", "H"};
  std::string_view name = path.substr(path.rfind('/') + 1);
  size_t dot = name.rfind('.');
  if (dot == name.npos)
    return false;
  return std::find(extensions.begin(), extensions.end(),
                   name.substr(dot + 1)) != extensions.end();
}

namespace {

constexpr size_t no_line = static_cast<size_t>(-1);

// For each line of the patched text its line in the original, or no_line if
// the patch added it; and the lines after which the numbers would be off.
struct Correspondence {
  std::vector<size_t> original_line;
  std::vector<bool> shifts_here; // the line follows a hunk that changes counts
};

// Whether a directive stands in the open conditional groups. Where one does,
// it may have been skipped, and the end of the branch needs another.
class ConditionalGroups {
public:
  void directive_written() {
    has_directive_.assign(has_directive_.size(), true);
  }

  // True if a directive is due after this line.
  bool pass(Conditional conditional) {
    if (conditional == Conditional::Opens) {
      has_directive_.push_back(false);
      return false;
    }
    if (conditional == Conditional::None || has_directive_.empty())
      return false;
    bool is_due = has_directive_.back();
    if (conditional == Conditional::Closes)
      has_directive_.pop_back();
    return is_due;
  }

private:
  std::vector<bool> has_directive_;
};

} // namespace

static Correspondence
match_lines(const std::vector<std::string_view> &original,
            const std::vector<std::string_view> &patched) {
  Correspondence result;
  result.original_line.assign(patched.size(), no_line);
  result.shifts_here.assign(patched.size(), false);
  size_t old_at = 0;
  size_t new_at = 0;
  auto copy_until = [&](size_t new_end) {
    while (new_at < new_end)
      result.original_line[new_at++] = old_at++;
  };
  for (const LineHunk &hunk : diff_lines(original, patched)) {
    copy_until(hunk.new_first);
    old_at = hunk.old_last;
    new_at = hunk.new_last;
    if (hunk.old_last - hunk.old_first != hunk.new_last - hunk.new_first &&
        new_at < patched.size())
      result.shifts_here[new_at] = true;
  }
  copy_until(patched.size());
  return result;
}

std::string keep_line_numbers(std::string_view original,
                              std::string_view patched) {
  std::vector<std::string_view> lines = split_lines(patched);
  Correspondence match = match_lines(split_lines(original), lines);
  SourceScanner scanner;
  ConditionalGroups groups;
  std::string result;
  bool is_due = false;
  for (size_t i = 0; i < lines.size(); ++i) {
    is_due = is_due || match.shifts_here[i];
    if (is_due && match.original_line[i] != no_line &&
        scanner.is_safe_place()) {
      std::string_view newline = lines[i].ends_with("\r\n") ? "\r\n" : "\n";
      result += "#line " + std::to_string(match.original_line[i] + 1);
      result += newline;
      groups.directive_written();
      is_due = false;
    }
    result += lines[i];
    if (groups.pass(scanner.scan(lines[i])))
      is_due = true;
  }
  return result;
}

} // namespace care::patch_make
