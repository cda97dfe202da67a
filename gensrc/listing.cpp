// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compilers number for themselves would make every line below a change
// differ: labels are counted again in the order in which they appear, pool
// entries are shown by what they hold, static locals and clones by the name
// that the original has for them. Directives are left out: unwind information,
// line numbers and alignment follow from the code.

#include "gensrc/listing.h"

#include <map>

#include "gensrc/statement.h"
#include "gensrc/walk.h"

namespace care::gensrc {

namespace {

class Listing {
public:
  Listing(const Unit &unit, const Unit *original,
          const std::vector<SymbolId> *to_original)
      : unit_(unit), original_(original), to_original_(to_original) {}

  void add(std::string_view line, const Atom &part);
  std::vector<std::string> take() { return std::move(lines_); }

private:
  std::string shown_label(SymbolId id);
  std::string shown_name(std::string_view name);
  std::string shown_operands(std::string_view text);

  const Unit &unit_;
  const Unit *original_;
  const std::vector<SymbolId> *to_original_;
  std::map<SymbolId, size_t> labels_;
  std::vector<std::string> lines_;
};

} // namespace

static std::string shortened(std::string_view text) {
  constexpr size_t longest = 48;
  if (text.size() <= longest)
    return std::string(text);
  size_t end = longest - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    end--; // not within a character of UTF-8
  return std::string(text.substr(0, end)) + "...";
}

// The data of a pool entry: ".string "x%d"" gives "x%d" in quotes, numbers are
// joined by spaces.
static std::string content_of(const Unit &unit, const Atom &atom) {
  std::string content;
  every_statement(unit, atom, [&](std::string_view statement) {
    Words words = split_words(statement);
    bool is_data = words.head == ".string" || words.head == ".ascii" ||
                   words.head == ".asciz" || words.head == ".long" ||
                   words.head == ".quad" || words.head == ".byte" ||
                   words.head == ".value" || words.head == ".zero";
    if (is_data)
      content += (content.empty() ? "" : " ") + std::string(words.operands);
    return true;
  });
  return shortened(content);
}

std::string Listing::shown_label(SymbolId id) {
  AtomId atom = unit_.symbols[id].atom;
  bool is_code = atom == no_id || unit_.atoms[atom].kind == AtomKind::Function;
  if (!is_code && !unit_.atoms[atom].has_labels &&
      unit_.atoms[atom].kind == AtomKind::Literal)
    return "{" + content_of(unit_, unit_.atoms[atom]) + "}";
  size_t number = labels_.emplace(id, labels_.size() + 1).first->second;
  return (is_code ? ".L" : ".Ltable") + std::to_string(number);
}

std::string Listing::shown_name(std::string_view name) {
  SymbolId id = unit_.find(unquote(name));
  if (id == no_id)
    return std::string(name);
  if (is_local_label(unit_.symbols[id].name))
    return shown_label(id);
  if (original_ && to_original_ && (*to_original_)[id] != no_id)
    return std::string(original_->symbols[(*to_original_)[id]].name);
  return std::string(unit_.symbols[id].name);
}

std::string Listing::shown_operands(std::string_view text) {
  std::string result;
  size_t done = 0, from = 0;
  while (true) {
    SymbolRange range = find_symbol(text, from);
    if (!range.found())
      break;
    result += text.substr(done, range.begin - done);
    result += shown_name(text.substr(range.begin, range.end - range.begin));
    done = from = range.end;
  }
  result += text.substr(done);
  return result;
}

void Listing::add(std::string_view line, const Atom &part) {
  constexpr size_t mnemonic_width = 8;
  while (!line.empty()) {
    std::string_view statement = take_statement(line);
    while (auto label = take_label(statement)) {
      SymbolId id = unit_.find(unquote(*label));
      if (id == no_id || id == part.symbol || !unit_.symbols[id].is_referenced)
        continue;
      lines_.push_back(shown_name(*label) + ":");
    }
    if (statement.empty() || statement.starts_with('.'))
      continue;
    Words words = split_words(statement);
    std::string text(words.head);
    if (!words.operands.empty()) {
      text.resize(std::max(text.size() + 1, mnemonic_width), ' ');
      text += shown_operands(words.operands);
    }
    lines_.push_back(std::move(text));
  }
}

std::vector<std::string> list_code(const Unit &unit, AtomId id,
                                   const Unit *original,
                                   const std::vector<SymbolId> *to_original) {
  Listing listing(unit, original, to_original);
  const Atom &part = unit.atoms[id];
  every_line(unit, part, [&](std::string_view line) {
    listing.add(line, part);
    return true;
  });
  return listing.take();
}

} // namespace care::gensrc
