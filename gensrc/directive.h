// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Kinds of lines, for the parser and for the tail writer.
#ifndef LIBCARE_GENSRC_DIRECTIVE_H
#define LIBCARE_GENSRC_DIRECTIVE_H

#include <cstdint>
#include <string_view>

namespace care::gensrc {

enum class Directive : uint8_t {
  Content, // data, or something unknown: compared and copied as it stands
  Raw,     // data without symbols in it: strings
  Section,
  Symbol, // binding, visibility, alias, version
  Type,
  Size,
  Common,
  LocalCommon,
  Align,
  File,
  Skip,  // says nothing about the code
  Intel, // not supported
  OtherArch,
};

// `name` with its dot. CFI directives are not in this table.
Directive directive_of(std::string_view name);

// A line that defines a label for debug information only: GCC's .LVL1, .LBB1,
// .LBE1, .LBI1, .LM1, .LSM1. (clang's .LBB0_1 is a real one.)
bool is_debug_label(std::string_view line);

// A .loc directive, as GCC and clang indent it; the operands start at byte 6.
inline bool is_line_number(std::string_view line) {
  return line.starts_with("\t.loc") && line.size() > 6 &&
         (line[5] == ' ' || line[5] == '\t');
}

} // namespace care::gensrc

#endif
