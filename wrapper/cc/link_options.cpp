// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// --emit-relocs adds sections that are not loaded and leaves the others as
// they are (GNU ld 2.40, gold, lld 14). With -r it is an error in lld and
// without meaning in the others.

#include "wrapper/cc/link_options.h"

#include "wrapper/cc/command_line.h"
#include "wrapper/cc/words.h"

namespace care::wrapper {

// "-Wl,-O1,-s" -> "-Wl,-O1"; empty if nothing is left.
static std::string without_strip(const std::string &text) {
  std::vector<std::string> kept;
  bool is_changed = false;
  for (std::string &part : split(std::string_view(text).substr(4), ',')) {
    if (part == "-s" || part == "--strip-all")
      is_changed = true;
    else
      kept.push_back(std::move(part));
  }
  if (!is_changed)
    return text;
  if (kept.empty())
    return "";
  std::string result = "-Wl";
  for (const std::string &part : kept)
    result += "," + part;
  return result;
}

std::vector<std::string>
with_relocations(const std::vector<std::string> &arguments) {
  CommandLine command = parse_command_line(expand_response_files(arguments));
  if (command.is_relocatable_link)
    return arguments;
  std::vector<std::string> edited;
  bool is_changed = false;
  for (const Argument &argument : command.arguments) {
    std::string text = argument.text;
    if (argument.role == Role::Strip)
      text.clear();
    else if (argument.role == Role::Linker && text.starts_with("-Wl,"))
      text = without_strip(text);
    is_changed |= text != argument.text;
    if (!text.empty() || argument.text.empty())
      edited.push_back(std::move(text));
  }
  // Response files stay if nothing in them had to go.
  std::vector<std::string> result = is_changed ? edited : arguments;
  result.push_back("-Wl,--emit-relocs");
  return result;
}

} // namespace care::wrapper
