// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Whether a code can be answered at all, the table of codes says.

#include "common/allowances.h"

#include <algorithm>

#include "common/refusal_codes.h"

namespace care {

// C++ has "::" in symbols, and no code has a colon.
Error Allowances::add(std::string_view text) {
  size_t colon = text.find(':');
  std::string_view code = text.substr(0, colon);
  const RefusalCode *known = find_refusal_code(code);
  if (!known)
    return usage_error("--allow: '" + std::string(code) +
                       "' is no code of a refusal")
        .note("libcare-patch-make --list-refusals lists them");
  if (known->subject.empty())
    return usage_error("--allow: '" + std::string(code) +
                       "' cannot be allowed: nothing that a person knows "
                       "would make the patch work (" +
                       std::string(known->meaning) + ")")
        .note("libcare-patch-make --list-refusals lists those that can");
  if (colon == text.npos || colon + 1 == text.size())
    return usage_error("--allow: '" + std::string(text) + "' names no " +
                       std::string(known->subject))
        .note("each refusal is allowed for one symbol: --allow=" +
              std::string(code) + ":SYMBOL");
  given_.emplace(text);
  return {};
}

Error Allowances::add_all(const std::vector<std::string> &texts) {
  for (const std::string &text : texts)
    if (Error error = add(text))
      return error;
  return {};
}

static std::string_view without_tag(std::string_view name) {
  for (std::string_view tag : {"struct ", "union ", "enum "})
    if (name.starts_with(tag))
      return name.substr(tag.size());
  return name;
}

bool Allowances::permits(std::string_view code, std::string_view symbol) {
  if (given_.empty())
    return false;
  std::string whole = std::string(code) + ":" + std::string(symbol);
  std::string tagless =
      std::string(code) + ":" + std::string(without_tag(symbol));
  if (!given_.contains(whole) && !given_.contains(tagless))
    return false;
  needed_.insert(whole);
  return true;
}

std::vector<std::string> split_allowed(std::span<const uint8_t> data) {
  std::string_view bytes(reinterpret_cast<const char *>(data.data()),
                         data.size());
  std::vector<std::string> texts;
  while (!bytes.empty()) {
    std::string_view text = bytes.substr(0, bytes.find('\0'));
    if (!text.empty())
      texts.emplace_back(text);
    bytes.remove_prefix(std::min(text.size() + 1, bytes.size()));
  }
  return texts;
}

std::string allow_hint(std::string_view code, std::string_view symbol) {
  return "if you know that it is safe: --allow='" + std::string(code) + ":" +
         std::string(symbol) + "'";
}

} // namespace care
