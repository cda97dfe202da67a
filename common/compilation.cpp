// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options count in their order: a later one may take an earlier one back.

#include "common/compilation.h"

#include <algorithm>

namespace care {

// The option at `index`, if the others are not only at another place.
static std::string option_or_none(const std::vector<std::string> &options,
                                  size_t index,
                                  const std::vector<std::string> &others) {
  if (index >= options.size())
    return "nothing";
  size_t count = options.size(), other_count = others.size();
  bool is_common =
      std::find(others.begin(), others.end(), options[index]) != others.end();
  return is_common && count != other_count ? "nothing"
                                           : "'" + options[index] + "'";
}

// "-DNAME=value", "-D NAME" and "-UNAME" are about NAME, others about
// themselves.
static std::string_view subject_of(std::string_view option) {
  if (!option.starts_with("-D") && !option.starts_with("-U"))
    return option;
  std::string_view name = option.substr(2);
  while (name.starts_with(' '))
    name.remove_prefix(1);
  return name.substr(0, name.find_first_of("=("));
}

static std::vector<std::string>
without_allowed(const std::vector<std::string> &options,
                const std::vector<std::string> &others, Allowances &allowed) {
  std::vector<std::string> rest;
  for (const std::string &option : options) {
    bool is_common =
        std::find(others.begin(), others.end(), option) != others.end();
    if (is_common || !allowed.permits("kpatch-flags", subject_of(option)))
      rest.push_back(option);
  }
  return rest;
}

Error compare_compilation(const Facts &original, const Facts &patched,
                          Allowances &allowed) {
  if (original.compiler != patched.compiler)
    return refused("kpatch-flags",
                   "the original was compiled by '" + original.compiler +
                       "', the patched unit by '" + patched.compiler + "'")
        .note("build both stages with the same compiler");
  std::vector<std::string> before =
      without_allowed(original.options, patched.options, allowed);
  std::vector<std::string> now =
      without_allowed(patched.options, original.options, allowed);
  for (size_t i = 0; i < std::max(before.size(), now.size()); ++i) {
    std::string old_option = option_or_none(before, i, now);
    std::string new_option = option_or_none(now, i, before);
    bool is_same = i < before.size() && i < now.size() && before[i] == now[i];
    if (is_same || (old_option == "nothing" && new_option == "nothing"))
      continue;
    std::string_view named = new_option != "nothing" ? now[i] : before[i];
    return refused("kpatch-flags",
                   "the original was compiled with " + old_option +
                       " where the patched unit has " + new_option)
        .note("build the original and the patched stage with the same "
              "options and macros")
        .note(allow_hint("kpatch-flags", subject_of(named)));
  }
  return {};
}

static std::string list_macros(const std::vector<std::string> &macros) {
  std::string text;
  for (const std::string &macro : macros)
    text += (text.empty() ? "'" : ", '") + macro + "'";
  return text.empty() ? "none of these" : text;
}

std::string describe_macro_change(const Facts &original, const Facts &patched,
                                  Allowances &allowed) {
  auto only_in = [&](const std::vector<std::string> &macros,
                     const std::vector<std::string> &others) {
    std::vector<std::string> only;
    for (const std::string &macro : without_allowed(macros, others, allowed))
      if (std::find(others.begin(), others.end(), macro) == others.end())
        only.push_back(macro);
    return only;
  };
  std::vector<std::string> gone = only_in(original.macros, patched.macros);
  std::vector<std::string> added = only_in(patched.macros, original.macros);
  if (gone.empty() && added.empty())
    return "";
  return "the original was compiled with other macros: " + list_macros(gone) +
         " there, " + list_macros(added) +
         " here; what they change is in the patch";
}

} // namespace care
