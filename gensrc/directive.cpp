// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The directives that GCC and clang write, and those that name another
// architecture.

#include "gensrc/directive.h"

#include <unordered_map>

#include "gensrc/statement.h"

namespace care::gensrc {

Directive directive_of(std::string_view name) {
  using enum Directive;
  static const std::unordered_map<std::string_view, Directive> table = {
      {".string", Raw},
      {".ascii", Raw},
      {".asciz", Raw},
      {".string8", Raw},
      {".base64", Raw},
      {".section", Section},
      {".text", Section},
      {".data", Section},
      {".bss", Section},
      {".pushsection", Section},
      {".popsection", Section},
      {".previous", Section},
      {".subsection", Section},
      {".globl", Symbol},
      {".global", Symbol},
      {".local", Symbol},
      {".weak", Symbol},
      {".hidden", Symbol},
      {".internal", Symbol},
      {".protected", Symbol},
      {".set", Symbol},
      {".equ", Symbol},
      {".equiv", Symbol},
      {".symver", Symbol},
      {".weakref", Symbol},
      {".type", Type},
      {".size", Size},
      {".comm", Common},
      {".lcomm", LocalCommon},
      {".align", Align},
      {".p2align", Align},
      {".balign", Align},
      {".file", File},
      {".ident", Skip},
      {".addrsig", Skip},
      {".addrsig_sym", Skip},
      {".loc", Skip},
      {".loc_mark_labels", Skip},
      {".line", Skip},
      {".att_syntax", Skip},
      {".intel_syntax", Intel},
      {".arch", OtherArch},
      {".cpu", OtherArch},
      {".code16", OtherArch},
      {".code32", OtherArch},
      {".option", OtherArch},
      {".attribute", OtherArch},
      {".machine", OtherArch},
      {".machinemode", OtherArch},
      {".abiversion", OtherArch},
      {".eabi_attribute", OtherArch},
      {".syntax", OtherArch},
      {".thumb", OtherArch},
      {".arm", OtherArch},
      {".module", OtherArch},
      {".nan", OtherArch},
      {".register", OtherArch}};
  auto found = table.find(name);
  return found == table.end() ? Content : found->second;
}

bool is_debug_label(std::string_view line) {
  if (!line.starts_with(".L") || line.back() != ':')
    return false;
  size_t i = 2;
  if (line.substr(i).starts_with("VL") || line.substr(i).starts_with("BB") ||
      line.substr(i).starts_with("BE") || line.substr(i).starts_with("BI") ||
      line.substr(i).starts_with("SM"))
    i += 2;
  else if (line.substr(i).starts_with("M"))
    i += 1;
  else
    return false;
  size_t digits = i;
  while (i < line.size() && is_class(line[i], digit_char))
    i++;
  return i > digits && i + 1 == line.size();
}

} // namespace care::gensrc
