// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The texts are compared without the numbers of labels. Lines that are equal in
// this way pair their labels, instructions before definitions. The first pair
// of each label counts, and no two labels get one name: the text says the same,
// with other names.

#include "wrapper/patch_make/label_alignment.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/parse_number.h"
#include "wrapper/patch_make/line_diff.h"

namespace care::patch_make {

namespace {

using Strings = std::vector<std::string>;

struct LabelRange {
  size_t begin, end;   // ".L12", or ".Ltable3"
  size_t number_begin; // of "12"
};

class LabelNames {
public:
  void pair(std::string_view before, std::string_view after);
  // After all pairs are known. `first_new` is the number of the first label
  // that has no partner.
  std::string rewrite(std::string_view line, size_t &first_new);

private:
  std::map<std::string, std::string, std::less<>> names_; // by name after
  std::set<std::string, std::less<>> taken_;
};

} // namespace

// The next label at or behind `from`; none inside of quotes.
static bool find_label(std::string_view line, size_t from, LabelRange &range) {
  bool is_quoted = false;
  for (size_t i = 0; i < line.size(); i++) {
    if (line[i] == '\\' && is_quoted) {
      i++;
    } else if (line[i] == '"') {
      is_quoted = !is_quoted;
    } else if (!is_quoted && i >= from && line.substr(i).starts_with(".L")) {
      size_t number = i + 2;
      if (line.substr(number).starts_with("table"))
        number += 5;
      size_t end = number;
      while (end < line.size() &&
             isdigit(static_cast<unsigned char>(line[end])))
        end++;
      if (end == number)
        continue;
      range = {i, end, number};
      return true;
    }
  }
  return false;
}

static Strings without_numbers(const Strings &lines) {
  Strings result;
  for (const std::string &line : lines) {
    std::string text;
    size_t done = 0;
    LabelRange range{};
    while (find_label(line, done, range)) {
      text.append(line, done, range.number_begin - done);
      done = range.end;
    }
    result.push_back(text.append(line, done));
  }
  return result;
}

void LabelNames::pair(std::string_view before, std::string_view after) {
  LabelRange left{}, right{};
  size_t left_from = 0, right_from = 0;
  while (find_label(before, left_from, left) &&
         find_label(after, right_from, right)) {
    std::string old_name(before.substr(left.begin, left.end - left.begin));
    std::string new_name(after.substr(right.begin, right.end - right.begin));
    if (!names_.contains(new_name) && taken_.insert(old_name).second)
      names_.emplace(std::move(new_name), std::move(old_name));
    left_from = left.end;
    right_from = right.end;
  }
}

std::string LabelNames::rewrite(std::string_view line, size_t &first_new) {
  std::string text;
  size_t done = 0;
  LabelRange range{};
  while (find_label(line, done, range)) {
    text += line.substr(done, range.begin - done);
    std::string name(line.substr(range.begin, range.end - range.begin));
    auto found = names_.find(name);
    if (found == names_.end()) {
      std::string fresh(
          line.substr(range.begin, range.number_begin - range.begin));
      fresh += std::to_string(first_new++);
      found = names_.emplace(std::move(name), std::move(fresh)).first;
    }
    text += found->second;
    done = range.end;
  }
  return text.append(line.substr(done));
}

static size_t largest_number(const Strings &lines) {
  size_t largest = 0;
  for (const std::string &line : lines) {
    LabelRange range{};
    for (size_t from = 0; find_label(line, from, range); from = range.end) {
      std::string_view number = std::string_view(line).substr(
          range.number_begin, range.end - range.number_begin);
      largest = std::max(largest, leading_number<size_t>(number).value_or(0));
    }
  }
  return largest;
}

void align_labels(CodeChange &code) {
  if (code.before.empty())
    return;
  Strings before = without_numbers(code.before);
  Strings after = without_numbers(code.after);
  std::vector<std::pair<size_t, size_t>> equal; // lines
  size_t left = 0, right = 0;
  for (const LineHunk &hunk : diff_lines({before.begin(), before.end()},
                                         {after.begin(), after.end()})) {
    while (left < hunk.old_first)
      equal.emplace_back(left++, right++);
    left = hunk.old_last;
    right = hunk.new_last;
  }
  while (left < before.size())
    equal.emplace_back(left++, right++);

  // All lines that only define a label are equal; they are asked last.
  LabelNames names;
  for (bool is_definition : {false, true})
    for (auto [old_line, new_line] : equal)
      if (before[old_line].ends_with(':') == is_definition)
        names.pair(code.before[old_line], code.after[new_line]);
  size_t first_new = largest_number(code.before) + 1;
  for (std::string &line : code.after)
    line = names.rewrite(line, first_new);
}

} // namespace care::patch_make
