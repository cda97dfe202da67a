// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two columns, row by row. Where the texts differ, the lines of a hunk stand
// opposite each other as far as both sides have some; of what is equal, a few
// lines around the differences are shown, so that a function of thousands of
// lines can be read.

#include "wrapper/patch_make/html_code.h"

#include <algorithm>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "wrapper/patch_make/html_text.h"
#include "wrapper/patch_make/line_diff.h"

namespace care::patch_make {

namespace {

struct Row {
  std::optional<size_t> before, after; // indices of lines
  bool is_equal = false;
};

class AssemblyTable {
public:
  explicit AssemblyTable(const CodeChange &code) : code_(code) {}
  std::string write();

private:
  std::vector<Row> make_rows() const;
  void write_row(const Row &row, bool is_first);
  void write_gap(size_t count);
  static std::string cells(std::optional<size_t> at,
                           const std::vector<std::string> &lines);

  const CodeChange &code_;
  std::string html_;
};

} // namespace

std::vector<Row> AssemblyTable::make_rows() const {
  std::vector<std::string_view> before(code_.before.begin(),
                                       code_.before.end());
  std::vector<std::string_view> after(code_.after.begin(), code_.after.end());
  std::vector<Row> rows;
  size_t left = 0, right = 0;
  auto add_equal = [&](size_t until) {
    while (left < until)
      rows.push_back({left++, right++, true});
  };
  for (const LineHunk &hunk : diff_lines(before, after)) {
    add_equal(hunk.old_first);
    while (left < hunk.old_last || right < hunk.new_last) {
      Row row;
      if (left < hunk.old_last)
        row.before = left++;
      if (right < hunk.new_last)
        row.after = right++;
      rows.push_back(row);
    }
  }
  add_equal(before.size());
  return rows;
}

std::string AssemblyTable::cells(std::optional<size_t> at,
                                 const std::vector<std::string> &lines) {
  if (!at)
    return "<td class=\"n\"></td><td class=\"c none\"></td>";
  std::string_view text = lines[*at];
  return fmt::format("<td class=\"n\">{}</td><td class=\"c{}\">{}</td>",
                     *at + 1, text.ends_with(':') ? " label" : "",
                     html_text(text));
}

void AssemblyTable::write_row(const Row &row, bool is_first) {
  std::string_view css = row.is_equal              ? "eq"
                         : row.before && row.after ? "chg"
                         : row.before              ? "del"
                                                   : "add";
  html_ += fmt::format("<tr class=\"{}{}\">", css, is_first ? " first" : "");
  if (!code_.before.empty())
    html_ += cells(row.before, code_.before);
  html_ += cells(row.after, code_.after) + "</tr>\n";
}

void AssemblyTable::write_gap(size_t count) {
  html_ += fmt::format("<tr class=\"gap\"><td colspan=\"4\">{} equal lines"
                       "</td></tr>\n",
                       count);
}

std::string AssemblyTable::write() {
  constexpr size_t context = 5;
  std::vector<Row> rows = make_rows();
  bool is_new = code_.before.empty();
  // By row: how far the next difference is, either way.
  std::vector<bool> is_shown(rows.size(), is_new);
  for (size_t i = 0; i < rows.size(); ++i)
    if (!rows[i].is_equal)
      for (size_t j = i - std::min(i, context);
           j < std::min(rows.size(), i + context + 1); ++j)
        is_shown[j] = true;
  constexpr std::string_view columns = "<col class=\"n\" /><col />";
  html_ = fmt::format("<div class=\"scroll\"><table class=\"asm{}\">\n"
                      "<colgroup>{}{}</colgroup>\n",
                      is_new ? " new" : "", columns, is_new ? "" : columns);
  if (!is_new)
    html_ += "<thead><tr><th></th><th scope=\"col\">before</th><th></th><th "
             "scope=\"col\">after</th></tr></thead>\n";
  html_ += "<tbody>\n";
  bool has_differed = is_new;
  for (size_t i = 0; i < rows.size();) {
    size_t end = i;
    while (end < rows.size() && !is_shown[end])
      end++;
    // A gap of a line or two would take as much room as they do.
    if (end - i > 2) {
      write_gap(end - i);
      i = end;
      continue;
    }
    end = std::max(end, i + 1);
    for (; i < end; i++) {
      bool is_first = !rows[i].is_equal && !has_differed;
      has_differed |= is_first;
      write_row(rows[i], is_first);
    }
  }
  html_ += "</tbody></table></div>\n";
  return std::move(html_);
}

std::string html_assembly(const CodeChange &code) {
  return AssemblyTable(code).write();
}

} // namespace care::patch_make
