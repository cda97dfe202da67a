// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In a parallel build the message that matters may be far above the end, so
// the first lines that say `error:` are shown as well.
//
// If one of them is a refusal, which ends in its code, make's complaint about
// the command that failed and the rest of the log tell nothing more: what a
// person gets to see is the refusal, the lines below it, and those refusals of
// other files that came before make stopped.

#include "wrapper/patch_make/step_log.h"

#include <algorithm>
#include <optional>

#include "common/mapped_file.h"
#include "wrapper/patch_make/line_diff.h"

namespace care::patch_make {

constexpr size_t shown_errors = 5;
constexpr size_t shown_last_lines = 10;

static std::string_view without_line_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  return line;
}

static void append(std::string &text, std::string_view line) {
  text.append("\n  ").append(without_line_end(line));
}

// Some packages ask the compiler for colours: ESC [ numbers letter.
static std::string without_colours(std::string_view line) {
  std::string plain;
  while (!line.empty()) {
    if (!line.starts_with("\033[")) {
      plain += line.front();
      line.remove_prefix(1);
      continue;
    }
    line.remove_prefix(
        std::min(line.size(), line.find_first_not_of("0123456789;", 2) + 1));
  }
  return plain;
}

struct Refusal {
  std::string code;
  std::string message; // with the place in front
  std::string explanation;
};

// `file.c:44:19: error: what [kpatch-...]`, as the compiler prints it, or with
// the name of the differ in front if it was called by the wrapper.
static std::optional<Refusal> parse_refusal(std::string_view line) {
  constexpr std::string_view error = "error: ";
  size_t word = line.find(error);
  size_t bracket = line.rfind(" [kpatch-");
  if (!line.ends_with(']') || word == std::string_view::npos ||
      bracket == std::string_view::npos || bracket < word)
    return std::nullopt;
  std::string_view code = line.substr(bracket + 2);
  code.remove_suffix(1);
  std::string_view what = line.substr(0, bracket).substr(word + error.size());
  constexpr std::string_view differ = "kpatch_gensrc: ";
  if (line.starts_with(differ)) {
    line.remove_prefix(differ.size());
    word -= differ.size();
  }
  return Refusal{std::string(code),
                 std::string(line.substr(0, word)) + std::string(what),
                 {}};
}

// The lines of source that the compiler shows, and its notes. In front of a
// number of five digits there is no space: `18134 |   struct AggInfo_col {`.
static bool belongs_to_message(std::string_view line) {
  size_t number = std::min(line.size(), line.find_first_not_of("0123456789"));
  bool is_source = line.starts_with(' ') ||
                   (number && line.substr(number).starts_with(" |"));
  return is_source || line.find("note: ") != std::string_view::npos;
}

static std::vector<Refusal> refusals_of(std::string_view log) {
  std::vector<Refusal> refusals;
  bool is_below = false;
  for (std::string_view raw : split_lines(log)) {
    std::string line = without_colours(without_line_end(raw));
    if (std::optional<Refusal> refusal = parse_refusal(line)) {
      refusals.push_back(std::move(*refusal));
      is_below = true;
      continue;
    }
    is_below = is_below && belongs_to_message(line);
    if (is_below)
      append(refusals.back().explanation, line);
  }
  return refusals;
}

Error refusal_in(const std::filesystem::path &log, std::string_view step) {
  Result<MappedFile> file = MappedFile::open(log);
  if (!file) // the caller has an error of its own
    return {};
  std::vector<Refusal> refusals = refusals_of(file->text());
  if (refusals.empty())
    return {};
  const Refusal &first = refusals.front();
  Error error = refused(first.code, first.message).in(step);
  if (!first.explanation.empty())
    error = std::move(error).note("the compiler adds:" + first.explanation);
  std::string others;
  for (size_t i = 1; i < refusals.size(); ++i)
    append(others, refusals[i].message + " [" + refusals[i].code + "]");
  if (!others.empty())
    error = std::move(error).note("refused as well:" + others);
  return std::move(error).note("the whole log is '" + log.string() + "'");
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
