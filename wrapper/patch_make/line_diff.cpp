// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Myers' greedy algorithm (E. Myers, "An O(ND) Difference Algorithm and Its
// Variations", 1986) on what is left between the common beginning and the
// common end. The furthest points of every round are kept to walk the path
// back, so time and memory grow with the square of the number of edits, not
// with the size of the file; the number of edits is bounded.

#include "wrapper/patch_make/line_diff.h"

#include <algorithm>

namespace care::patch_make {

using Lines = std::vector<std::string_view>;

constexpr ptrdiff_t max_edits = 1500;

std::vector<std::string_view> split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

namespace {

// The part of both texts that may differ; indices are into the whole texts.
struct Window {
  const Lines &old_lines;
  const Lines &new_lines;
  ptrdiff_t old_first, old_last;
  ptrdiff_t new_first, new_last;

  bool same(ptrdiff_t x, ptrdiff_t y) const {
    return old_lines[static_cast<size_t>(old_first + x)] ==
           new_lines[static_cast<size_t>(new_first + y)];
  }
};

struct Point {
  ptrdiff_t x, y; // lines of old and new text that are behind us
};

} // namespace

static Window trimmed(const Lines &old_lines, const Lines &new_lines) {
  auto old_size = static_cast<ptrdiff_t>(old_lines.size());
  auto new_size = static_cast<ptrdiff_t>(new_lines.size());
  Window window{old_lines, new_lines, 0, old_size, 0, new_size};
  auto [old_at, new_at] = std::mismatch(old_lines.begin(), old_lines.end(),
                                        new_lines.begin(), new_lines.end());
  window.old_first = old_at - old_lines.begin();
  window.new_first = new_at - new_lines.begin();
  while (window.old_last > window.old_first &&
         window.new_last > window.new_first &&
         old_lines[static_cast<size_t>(window.old_last - 1)] ==
             new_lines[static_cast<size_t>(window.new_last - 1)]) {
    --window.old_last;
    --window.new_last;
  }
  return window;
}

// The furthest x on diagonal k = x - y after d edits is rounds[d][k + d].
// Empty if max_edits do not suffice.
static std::vector<std::vector<ptrdiff_t>> edit_rounds(const Window &window) {
  ptrdiff_t old_size = window.old_last - window.old_first;
  ptrdiff_t new_size = window.new_last - window.new_first;
  std::vector<std::vector<ptrdiff_t>> rounds;
  for (ptrdiff_t d = 0; d <= max_edits; ++d) {
    rounds.emplace_back(static_cast<size_t>(2 * d + 1), -1);
    std::vector<ptrdiff_t> &furthest = rounds.back();
    auto before = [&](ptrdiff_t k) -> ptrdiff_t {
      if (k < -(d - 1) || k > d - 1)
        return -1;
      return rounds[static_cast<size_t>(d - 1)][static_cast<size_t>(k + d - 1)];
    };
    for (ptrdiff_t k = -d; k <= d; k += 2) {
      ptrdiff_t x = 0;
      if (d > 0) {
        bool comes_down = k == -d || (k != d && before(k - 1) < before(k + 1));
        x = comes_down ? before(k + 1) : before(k - 1) + 1;
      }
      ptrdiff_t y = x - k;
      while (x < old_size && y < new_size && window.same(x, y))
        ++x, ++y;
      furthest[static_cast<size_t>(k + d)] = x;
      if (x >= old_size && y >= new_size)
        return rounds;
    }
  }
  return {};
}

// The edits as points before each, last edit first.
static std::vector<std::pair<Point, Point>>
walk_back(const Window &window,
          const std::vector<std::vector<ptrdiff_t>> &rounds) {
  std::vector<std::pair<Point, Point>> edits;
  Point at{window.old_last - window.old_first,
           window.new_last - window.new_first};
  for (auto d = static_cast<ptrdiff_t>(rounds.size()) - 1; d > 0; --d) {
    const auto &before = rounds[static_cast<size_t>(d - 1)];
    auto furthest = [&](ptrdiff_t k) -> ptrdiff_t {
      return k < -(d - 1) || k > d - 1 ? -1
                                       : before[static_cast<size_t>(k + d - 1)];
    };
    ptrdiff_t k = at.x - at.y;
    bool came_down = k == -d || (k != d && furthest(k - 1) < furthest(k + 1));
    ptrdiff_t from_k = came_down ? k + 1 : k - 1;
    Point from{furthest(from_k), furthest(from_k) - from_k};
    Point to =
        came_down ? Point{from.x, from.y + 1} : Point{from.x + 1, from.y};
    edits.emplace_back(from, to);
    at = from;
  }
  std::reverse(edits.begin(), edits.end());
  return edits;
}

std::vector<LineHunk> diff_lines(const Lines &old_lines,
                                 const Lines &new_lines) {
  Window window = trimmed(old_lines, new_lines);
  auto hunk = [&](Point from, Point to) {
    return LineHunk{static_cast<size_t>(window.old_first + from.x),
                    static_cast<size_t>(window.old_first + to.x),
                    static_cast<size_t>(window.new_first + from.y),
                    static_cast<size_t>(window.new_first + to.y)};
  };
  Point end{window.old_last - window.old_first,
            window.new_last - window.new_first};
  if (end.x == 0 && end.y == 0)
    return {};
  std::vector<std::vector<ptrdiff_t>> rounds = edit_rounds(window);
  if (rounds.empty())
    return {hunk({0, 0}, end)};

  std::vector<LineHunk> hunks;
  for (auto [from, to] : walk_back(window, rounds)) {
    LineHunk edit = hunk(from, to);
    if (!hunks.empty() && hunks.back().old_last == edit.old_first &&
        hunks.back().new_last == edit.new_first) {
      hunks.back().old_last = edit.old_last;
      hunks.back().new_last = edit.new_last;
    } else {
      hunks.push_back(edit);
    }
  }
  return hunks;
}

} // namespace care::patch_make
