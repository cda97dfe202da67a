// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What stands before the first file of a patch (the description in a Debian
// patch, the message of a commit) is shown as text; from `--- ` on, lines are
// rows of a table. Line numbers come from the hunks' headers.

#include "wrapper/patch_make/html_code.h"

#include <vector>

#include <fmt/format.h>

#include "common/parse_number.h"
#include "wrapper/patch_make/html_text.h"
#include "wrapper/patch_make/line_diff.h"
#include "wrapper/patch_make/patch_text.h"

namespace care::patch_make {

namespace {

class SourcePatchTable {
public:
  void add(std::string_view line);
  std::string take() { return std::move(rows_); }

private:
  void add_row(std::string_view css, const std::string &old_number,
               const std::string &new_number, std::string_view text);

  std::string rows_;
  size_t old_line_ = 0, new_line_ = 0;
};

} // namespace

static std::string_view without_newline(std::string_view line) {
  while (line.ends_with('\n') || line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

// The number behind `mark` in "@@ -12,5 +14,7 @@".
static size_t number_after(std::string_view line, char mark) {
  size_t at = line.find(mark, 3);
  if (at == line.npos)
    return 0;
  return leading_number<size_t>(line.substr(at + 1)).value_or(0);
}

void SourcePatchTable::add_row(std::string_view css,
                               const std::string &old_number,
                               const std::string &new_number,
                               std::string_view text) {
  rows_ += fmt::format("<tr class=\"{}\"><td class=\"n\">{}</td><td "
                       "class=\"n\">{}</td><td class=\"c\">{}</td></tr>\n",
                       css, old_number, new_number, html_text(text));
}

void SourcePatchTable::add(std::string_view line) {
  line = without_newline(line);
  if (line.starts_with("@@ -")) {
    old_line_ = number_after(line, '-');
    new_line_ = number_after(line, '+');
    add_row("hunk", "", "", line);
  } else if (line.starts_with('+')) {
    add_row("add", "", std::to_string(new_line_++), line);
  } else if (line.starts_with('-')) {
    add_row("del", std::to_string(old_line_++), "", line);
  } else if (line.starts_with('\\')) {
    add_row("hunk", "", "", line);
  } else {
    add_row("eq", std::to_string(old_line_++), std::to_string(new_line_++),
            line.empty() ? " " : line);
  }
}

static bool is_in_hunk(std::string_view line) {
  return line.starts_with("@@ -") || line.starts_with(' ') ||
         line.starts_with('+') || line.starts_with('-') ||
         line.starts_with('\\') || without_newline(line).empty();
}

// The lines of one file: its two header lines are the first.
static std::string file_block(const std::vector<std::string_view> &lines,
                              size_t first, size_t last,
                              const FileSection &section) {
  SourcePatchTable table;
  size_t at = first + 2;
  for (; at < last && is_in_hunk(lines[at]); ++at) {
    bool is_trailing = without_newline(lines[at]).empty() && at + 1 == last;
    if (!is_trailing)
      table.add(lines[at]);
  }
  std::string_view name =
      section.new_name == "/dev/null" ? section.old_name : section.new_name;
  // The folders of git and quilt say nothing.
  if (name.starts_with("a/") || name.starts_with("b/"))
    name.remove_prefix(2);
  return fmt::format("<figure class=\"code\"><figcaption>{}</figcaption>\n<div "
                     "class=\"scroll\"><table class=\"diff\"><tbody>\n{}"
                     "</tbody></table></div></figure>\n",
                     html_text(name), table.take());
}

std::string html_source_patch(std::string_view patch) {
  std::vector<std::string_view> lines = split_lines(patch);
  std::vector<FileSection> sections = parse_unified_diff(patch);
  size_t first = sections.empty() ? lines.size() : sections[0].header_line;
  std::string preface;
  for (size_t i = 0; i < first; ++i)
    preface += lines[i];
  std::string html;
  if (preface.find_first_not_of(" \t\r\n") != preface.npos)
    html += html_element("pre", "preface", without_newline(preface)) + "\n";
  for (size_t i = 0; i < sections.size(); ++i) {
    size_t last =
        i + 1 < sections.size() ? sections[i + 1].header_line : lines.size();
    html += file_block(lines, sections[i].header_line, last, sections[i]);
  }
  return html;
}

} // namespace care::patch_make
