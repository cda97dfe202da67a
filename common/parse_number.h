// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Numbers in texts of other programs. Nothing: there is no number, or one that
// does not fit into T.
#ifndef LIBCARE_COMMON_PARSE_NUMBER_H
#define LIBCARE_COMMON_PARSE_NUMBER_H

#include <charconv>
#include <optional>
#include <string_view>

namespace care {

// The number that the text begins with.
template <typename T>
std::optional<T> leading_number(std::string_view text, int base = 10) {
  T number = 0;
  auto result =
      std::from_chars(text.data(), text.data() + text.size(), number, base);
  return result.ec == std::errc() ? std::optional(number) : std::nullopt;
}

// The number that the text is.
template <typename T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  T number = 0;
  const char *end = text.data() + text.size();
  auto result = std::from_chars(text.data(), end, number, base);
  bool is_whole = result.ec == std::errc() && result.ptr == end;
  return is_whole ? std::optional(number) : std::nullopt;
}

} // namespace care

#endif
