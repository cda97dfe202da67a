// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The decoder of UTF-8 follows RFC 3629, section 4: no overlong forms, no
// surrogates, nothing beyond U+10FFFF.

#include "wrapper/patch_make/html_text.h"

#include <cstdint>

#include <fmt/format.h>

namespace care::patch_make {

// The length of the character that `text` begins with; 0: it is none.
static size_t character_length(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  uint8_t first = byte(0);
  if (first < 0x80)
    return first >= 0x20 && first != 0x7f ? 1 : 0;
  size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length)
    return 0;
  for (size_t i = 1; i < length; i++)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  bool is_overlong =
      (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  bool is_beyond = first == 0xf4 && byte(1) > 0x8f;
  bool is_surrogate = first == 0xed && byte(1) > 0x9f;
  bool is_noncharacter =
      first == 0xef && byte(1) == 0xbf && (byte(2) == 0xbe || byte(2) == 0xbf);
  return is_overlong || is_beyond || is_surrogate || is_noncharacter ? 0
                                                                     : length;
}

std::string html_text(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::string result;
  result.reserve(text.size() + text.size() / 8);
  while (!text.empty()) {
    char c = text.front();
    size_t length = c == '\t' || c == '\n' ? 1 : character_length(text);
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else if (length != 0)
      result += text.substr(0, length);
    else if (c != '\r')
      result += replacement;
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string html_element(std::string_view tag, std::string_view css,
                         std::string_view text) {
  return fmt::format("<{0} class=\"{1}\">{2}</{0}>", tag, css, html_text(text));
}

} // namespace care::patch_make
