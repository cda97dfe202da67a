// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options that cannot change the code are left out, so that they may differ
// between the two builds.

#include "wrapper/cc/outside_facts.h"

namespace care::wrapper {

std::string compiler_of(std::string_view assembly) {
  size_t ident = assembly.rfind("\t.ident\t\"");
  if (ident == std::string_view::npos)
    return "";
  std::string_view rest = assembly.substr(ident + 9);
  return std::string(rest.substr(0, rest.find('"')));
}

Facts outside_facts(const CommandLine &command, const Unit &unit,
                    std::string_view assembly) {
  Facts facts;
  facts.compiler = compiler_of(assembly);
  facts.source = unit.input.path;
  facts.output = unit.files.output;
  bool is_definition = false; // "-D" alone: the next word is its operand
  for (const Argument &argument : command.arguments) {
    std::string_view text = argument.text;
    if (is_definition && argument.role == Role::Preprocess) {
      facts.macros.back() += argument.text;
      is_definition = false;
      continue;
    }
    if (argument.role == Role::Preprocess &&
        (text.starts_with("-D") || text.starts_with("-U") ||
         text.starts_with("-include") || text.starts_with("-imacros"))) {
      facts.macros.push_back(argument.text);
      is_definition =
          text.size() == 2 || text == "-include" || text == "-imacros";
      continue;
    }
    bool is_harmless = text.starts_with("-W") || text == "-w" ||
                       text.starts_with("-fdiagnostics") ||
                       text.find("-prefix-map") != text.npos;
    if ((argument.role == Role::Option || argument.role == Role::Debug) &&
        !is_harmless)
      facts.options.push_back(argument.text);
  }
  return facts;
}

} // namespace care::wrapper
