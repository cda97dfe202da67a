// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Suffixes of GCC 8 to 14 and clang. A leading '.' belongs to the name.

#include "gensrc/names.h"

#include <algorithm>

#include <fmt/format.h>

namespace care::gensrc {

static bool is_number(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

bool is_numbered(std::string_view name) {
  size_t dot = name.rfind('.');
  return dot != name.npos && dot > 0 && is_number(name.substr(dot + 1));
}

std::string numberless(std::string_view name) {
  std::string result;
  while (!name.empty()) {
    size_t dot = name.find('.', 1);
    std::string_view part = name.substr(0, dot);
    bool counted = part.starts_with('.') && is_number(part.substr(1));
    result += counted ? std::string_view(".") : part;
    name = dot == name.npos ? std::string_view() : name.substr(dot);
  }
  return result;
}

std::string static_stem(std::string_view name) {
  std::string_view stem = name;
  if (stem.ends_with('_'))
    stem.remove_suffix(1);
  size_t last = stem.find_last_not_of("0123456789");
  bool is_counted = last != stem.npos && last + 1 < stem.size() &&
                    stem[last] == '_' && last > 3;
  if (!is_counted)
    return std::string(name);
  return std::string(stem.substr(0, stem[last - 1] == '_' ? last - 1 : last));
}

bool is_clone(std::string_view name) {
  for (std::string_view kind : {".isra", ".constprop", ".part"}) {
    size_t found = name.find(kind);
    if (found == name.npos || found == 0)
      continue;
    size_t end = found + kind.size();
    if (end == name.size() || name[end] == '.')
      return true;
  }
  return false;
}

bool is_class_table(std::string_view name) {
  return name.starts_with("_ZT") && name.size() > 3 &&
         std::string_view("VTCIS").find(name[3]) != std::string_view::npos;
}

std::string quoted(std::string_view name) {
  return fmt::format("'{}'", name);
}

std::string_view source_name(std::string_view name) {
  size_t dot = name.find('.', 1);
  return dot == name.npos ? name : name.substr(0, dot);
}

std::string_view untagged_source_name(std::string_view name) {
  return source_name(name.substr(0, name.find(link_tag, 1)));
}

} // namespace care::gensrc
