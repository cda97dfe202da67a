// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compiler's command line, read as the drivers of GCC and clang read it: what
// is compiled from what, and what every argument is for.
#ifndef LIBCARE_WRAPPER_CC_COMMAND_LINE_H
#define LIBCARE_WRAPPER_CC_COMMAND_LINE_H

#include <string>
#include <string_view>
#include <vector>

namespace care::wrapper {

// What an argument belongs to; an option's separate value has its role too.
enum class Role {
  Option,     // anything else
  Input,      // a file, or `-` for standard input
  Output,     // -o FILE
  Goal,       // -c -S -E ...
  Language,   // -x LANGUAGE
  Dependency, // -MD -MF FILE ...
  Preprocess, // -I -D -include ...: nothing that assembling needs
  Linker,     // -l -L -Wl, -shared ...: nothing that compiling needs
  Debug,      // -g...
  Strip,      // -s
  Pipe,       // -pipe
};

struct Argument {
  std::string text;
  Role role = Role::Option;
};

enum class Goal {
  Information, // --version, -print-..., -###: nothing is compiled
  Preprocess,  // -E -M -MM
  Check,       // -fsyntax-only
  Assembly,    // -S
  Object,      // -c
  Link,
};

enum class InputKind {
  Source,       // compiled to assembly
  Assembler,    // .s
  AssemblerCpp, // .S
  Header,       // precompiled
  Linker,       // objects, libraries, linker scripts
};

struct Input {
  std::string path;
  InputKind kind = InputKind::Linker;
  std::string language; // for -x when it has to be said again
  size_t index = 0;     // of the argument
};

struct CommandLine {
  std::vector<Argument> arguments; // response files expanded
  std::vector<Input> inputs;
  Goal goal = Goal::Link;
  std::string output;                 // of -o; empty if there is none
  bool is_relocatable_link = false;   // -r
  bool makes_dependencies = false;    // -MD, -MMD
  bool names_dependencies = false;    // -MF
  bool has_dependency_target = false; // -MT, -MQ

  size_t count(InputKind kind) const;
};

// `arguments` without the program's name.
CommandLine parse_command_line(const std::vector<std::string> &arguments);

} // namespace care::wrapper

#endif
