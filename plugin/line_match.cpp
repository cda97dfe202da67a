// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What both texts begin and end with is common. Between, lines that each text
// has once are anchors, as many of them as are in the same order; and so on
// between the anchors. A wrong pair does no harm: lines are only renumbered.

#include "plugin/line_match.h"

#include <algorithm>
#include <unordered_map>

#include "gensrc/assembly.h"
#include "gensrc/statement.h"

namespace care::plugin {

namespace {

struct Part {
  size_t begin, end;
  size_t size() const { return end - begin; }
};

struct Anchor {
  size_t before, now;
};

class LineMatcher {
public:
  LineMatcher(const std::vector<uint32_t> &before,
              const std::vector<uint32_t> &now)
      : before_(before), now_(now), lines_(now.size(), 0) {}

  void match(Part before, Part now, int depth);
  std::vector<uint32_t> take() { return std::move(lines_); }

private:
  void pair(size_t before, size_t now) {
    lines_[now] = static_cast<uint32_t>(before + 1);
  }
  std::vector<Anchor> find_anchors(Part before, Part now) const;

  const std::vector<uint32_t> &before_;
  const std::vector<uint32_t> &now_;
  std::vector<uint32_t> lines_;
};

// The longest run of anchors that ascends in both texts; they come in the
// order of `before`.
std::vector<Anchor> ascending(const std::vector<Anchor> &anchors) {
  std::vector<size_t> tails; // by length - 1: the last anchor of the best run
  std::vector<size_t> previous(anchors.size(), SIZE_MAX);
  for (size_t i = 0; i < anchors.size(); i++) {
    auto at = std::lower_bound(
        tails.begin(), tails.end(), anchors[i].now,
        [&](size_t tail, size_t line) { return anchors[tail].now < line; });
    if (at != tails.begin())
      previous[i] = *(at - 1);
    if (at == tails.end())
      tails.push_back(i);
    else
      *at = i;
  }
  std::vector<Anchor> run;
  for (size_t i = tails.empty() ? SIZE_MAX : tails.back(); i != SIZE_MAX;
       i = previous[i])
    run.push_back(anchors[i]);
  std::reverse(run.begin(), run.end());
  return run;
}

} // namespace

std::vector<Anchor> LineMatcher::find_anchors(Part before, Part now) const {
  struct Places {
    size_t before_count = 0, now_count = 0, now = 0;
  };
  std::unordered_map<uint32_t, Places> places;
  for (size_t i = before.begin; i < before.end; i++)
    places[before_[i]].before_count++;
  for (size_t i = now.begin; i < now.end; i++) {
    auto found = places.find(now_[i]);
    if (found == places.end())
      continue;
    found->second.now_count++;
    found->second.now = i;
  }
  std::vector<Anchor> anchors;
  for (size_t i = before.begin; i < before.end; i++)
    if (const Places &line = places[before_[i]];
        line.before_count == 1 && line.now_count == 1)
      anchors.push_back({i, line.now});
  return ascending(anchors);
}

void LineMatcher::match(Part before, Part now, int depth) {
  while (before.size() != 0 && now.size() != 0 &&
         before_[before.begin] == now_[now.begin])
    pair(before.begin++, now.begin++);
  while (before.size() != 0 && now.size() != 0 &&
         before_[before.end - 1] == now_[now.end - 1])
    pair(--before.end, --now.end);
  if (before.size() == 0 || now.size() == 0 || depth == 0)
    return;
  std::vector<Anchor> anchors = find_anchors(before, now);
  if (anchors.empty())
    return;
  for (const Anchor &anchor : anchors) {
    match({before.begin, anchor.before}, {now.begin, anchor.now}, depth - 1);
    pair(anchor.before, anchor.now);
    before.begin = anchor.before + 1;
    now.begin = anchor.now + 1;
  }
  match(before, now, depth - 1);
}

std::vector<uint32_t> line_fingerprints(std::string_view text) {
  std::vector<uint32_t> lines;
  while (!text.empty())
    lines.push_back(static_cast<uint32_t>(
        gensrc::mix_bytes(1, gensrc::take_line(text)) >> 32));
  return lines;
}

std::vector<uint32_t> match_lines(const std::vector<uint32_t> &before,
                                  const std::vector<uint32_t> &now) {
  constexpr int max_depth = 8; // of anchors between anchors
  LineMatcher matcher(before, now);
  matcher.match({0, before.size()}, {0, now.size()}, max_depth);
  return matcher.take();
}

} // namespace care::plugin
