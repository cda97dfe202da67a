// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The parser counts through the hunks by the numbers in their headers, so that
// a removed line `-- x`, which looks like a header (`--- x`), is not taken for
// one. Everything outside of sections is text to be ignored, as for patch(1).

#include "wrapper/patch_make/patch_text.h"

#include <algorithm>
#include <charconv>

#include "wrapper/patch_make/line_diff.h"

namespace care::patch_make {

// `--- NAME<tab>TIMESTAMP`; git writes no timestamp.
static std::string_view header_name(std::string_view line) {
  line.remove_prefix(4);
  line = line.substr(0, line.find('\t'));
  while (!line.empty() &&
         (line.back() == '\n' || line.back() == '\r' || line.back() == ' '))
    line.remove_suffix(1);
  return line;
}

namespace {
struct HunkHeader {
  size_t old_start, old_count, new_count;
};
} // namespace

// `@@ -START[,COUNT] +START[,COUNT] @@`
static std::optional<HunkHeader> parse_hunk_header(std::string_view line) {
  size_t numbers[4] = {0, 1, 0, 1};
  const char *end = line.data() + line.size();
  std::string_view openings[2] = {"@@ -", " +"};
  for (size_t side = 0; side < 2; ++side) {
    if (!line.starts_with(openings[side]))
      return std::nullopt;
    line.remove_prefix(openings[side].size());
    for (size_t i = 0; i < 2; ++i) {
      auto [after, error] =
          std::from_chars(line.data(), end, numbers[2 * side + i]);
      if (error != std::errc())
        return std::nullopt;
      line = std::string_view(after, static_cast<size_t>(end - after));
      if (i == 1 || !line.starts_with(','))
        break;
      line.remove_prefix(1);
    }
  }
  if (!line.starts_with(" @@"))
    return std::nullopt;
  return HunkHeader{numbers[0], numbers[1], numbers[3]};
}

// Returns the index of the line behind the hunk whose body begins at `at`.
static size_t skip_hunk(const std::vector<std::string_view> &lines, size_t at,
                        HunkHeader hunk) {
  while (at < lines.size() && (hunk.old_count > 0 || hunk.new_count > 0)) {
    // An editor may have stripped the space of an empty context line.
    char kind = lines[at].front();
    if (kind == '\\') {
      ++at;
      continue;
    }
    if (kind != '+' && hunk.old_count > 0)
      --hunk.old_count;
    if (kind != '-' && hunk.new_count > 0)
      --hunk.new_count;
    ++at;
  }
  return at;
}

std::vector<FileSection> parse_unified_diff(std::string_view text) {
  std::vector<std::string_view> lines = split_lines(text);
  std::vector<FileSection> sections;
  size_t at = 0;
  while (at + 2 < lines.size()) {
    std::optional<HunkHeader> hunk = parse_hunk_header(lines[at + 2]);
    if (!lines[at].starts_with("--- ") || !lines[at + 1].starts_with("+++ ") ||
        !hunk) {
      ++at;
      continue;
    }
    FileSection section{at, header_name(lines[at]), header_name(lines[at + 1]),
                        false};
    section.is_creation = section.old_name == "/dev/null" ||
                          (hunk->old_start == 0 && hunk->old_count == 0);
    sections.push_back(section);
    at += 2;
    while (at < lines.size() && (hunk = parse_hunk_header(lines[at])))
      at = skip_hunk(lines, at + 1, *hunk);
  }
  return sections;
}

std::optional<std::string> strip_components(std::string_view name,
                                            size_t count) {
  for (; count > 0; --count) {
    size_t slash = name.find('/');
    if (slash == name.npos)
      return std::nullopt;
    size_t next = std::min(name.find_first_not_of('/', slash), name.size());
    name.remove_prefix(next);
  }
  if (name.empty())
    return std::nullopt;
  return std::string(name);
}

std::string rename_sections(std::string_view text,
                            const std::vector<Renaming> &renamings) {
  std::vector<std::string_view> lines = split_lines(text);
  std::string result;
  auto renaming = renamings.begin();
  for (size_t i = 0; i < lines.size(); ++i) {
    if (renaming == renamings.end() || renaming->header_line != i) {
      result += lines[i];
      continue;
    }
    // A file that goes away has to keep saying so.
    bool is_deletion = header_name(lines[i + 1]) == "/dev/null";
    result += "--- a/" + renaming->name + "\n";
    result +=
        is_deletion ? "+++ /dev/null\n" : "+++ b/" + renaming->name + "\n";
    ++i;
    ++renaming;
  }
  return result;
}

} // namespace care::patch_make
