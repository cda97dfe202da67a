// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In a parallel build the message that matters may be far above the end, so
// the first lines that say `error:` are shown as well.

#include "wrapper/patch_make/step_log.h"

#include <algorithm>

#include "common/mapped_file.h"
#include "wrapper/patch_make/line_diff.h"

namespace care::patch_make {

constexpr size_t shown_errors = 5;
constexpr size_t shown_last_lines = 10;

static void append(std::string &text, std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  text.append("\n  ").append(line);
}

Error with_log(Error error, const std::filesystem::path &log) {
  Result<MappedFile> file = MappedFile::open(log);
  if (!file) // the error itself matters more than its log
    return error;
  std::vector<std::string_view> lines = split_lines(file->text());
  size_t tail = lines.size() - std::min(lines.size(), shown_last_lines);
  std::string errors;
  for (size_t i = 0, count = 0; i < tail && count < shown_errors; ++i) {
    if (lines[i].find("error: ") == std::string_view::npos)
      continue;
    append(errors, lines[i]);
    ++count;
  }
  if (!errors.empty())
    error = std::move(error).note("errors in the log:" + errors);
  std::string last;
  for (size_t i = tail; i < lines.size(); ++i)
    append(last, lines[i]);
  if (!last.empty())
    error = std::move(error).note("the log ends with:" + last);
  return std::move(error).note("the whole log is '" + log.string() + "'");
}

} // namespace care::patch_make
