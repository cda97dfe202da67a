// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Expansion of numeric data directives. Strings are never shared this way.

#include "gensrc/data_bytes.h"

#include <algorithm>
#include <optional>
#include <string>

#include "gensrc/statement.h"
#include "gensrc/walk.h"

namespace care::gensrc {

static size_t width_of(std::string_view directive) {
  if (directive == ".byte")
    return 1;
  if (directive == ".value" || directive == ".short" || directive == ".2byte")
    return 2;
  if (directive == ".long" || directive == ".4byte" || directive == ".int")
    return 4;
  if (directive == ".quad" || directive == ".8byte")
    return 8;
  return 0;
}

static bool append_number(std::string &bytes, std::string_view text,
                          size_t width) {
  std::optional<int64_t> value = parse_integer(text);
  if (!value)
    return false;
  for (size_t i = 0; i < width; i++)
    bytes.push_back(static_cast<char>(*value >> (8 * i)));
  return true;
}

static std::optional<std::string> bytes_of(const Unit &unit, AtomId id) {
  const Atom &atom = unit.atoms[id];
  if (!atom.refs.empty() || atom.kind != AtomKind::Literal)
    return std::nullopt;
  std::string bytes;
  bool is_number = every_statement(unit, atom, [&](std::string_view statement) {
    Words words = split_words(statement);
    size_t width = width_of(words.head);
    if (width == 0)
      return false;
    while (!words.operands.empty())
      if (!append_number(bytes, take_operand(words.operands), width))
        return false;
    return true;
  });
  return is_number ? std::optional(bytes) : std::nullopt;
}

bool same_bytes(const Unit &a, AtomId atom_a, int64_t offset_a, const Unit &b,
                AtomId atom_b, int64_t offset_b) {
  std::optional<std::string> left = bytes_of(a, atom_a);
  std::optional<std::string> right = bytes_of(b, atom_b);
  if (!left || !right || offset_a < 0 || offset_b < 0 ||
      static_cast<size_t>(offset_a) >= left->size() ||
      static_cast<size_t>(offset_b) >= right->size())
    return false;
  left->erase(0, static_cast<size_t>(offset_a));
  right->erase(0, static_cast<size_t>(offset_b));
  size_t length = std::min(left->size(), right->size());
  return left->compare(0, length, *right, 0, length) == 0;
}

} // namespace care::gensrc
