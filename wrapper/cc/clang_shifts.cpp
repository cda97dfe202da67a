// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x86 can shift by one in two ways: with an immediate byte (c1 e0 01) and, one
// byte shorter, without (d1 e0). clang's fast code generator (-O0) takes the
// first. Up to version 16 clang writes them as "shll $1, %eax" and "shll
// %eax"; but who reads the first also gets the short form. A symbol whose value
// is only known at the end of the text keeps the byte.
//
// Inline assembly is left alone: clang reads it from text in any case.

#include "wrapper/cc/clang_shifts.h"

#include "common/parse_number.h"

namespace care::wrapper {

static constexpr std::string_view symbol = ".Lkpatch_shift_by_one";

bool keeps_shift_form(std::string_view compiler) {
  constexpr std::string_view words = "clang version ";
  constexpr int last_version = 16; // later ones write $1 for both
  size_t at = compiler.find(words);
  if (at == std::string_view::npos)
    return false;
  int version =
      leading_number<int>(compiler.substr(at + words.size())).value_or(0);
  return version > 0 && version <= last_version;
}

// "\tshll\t$1, %eax": where the "1" is, or 0.
static size_t find_count_of_one(std::string_view line) {
  constexpr size_t length = 7; // of tab, name, size letter, tab, '$', '1'
  if (line.size() < length + 1 || line[0] != '\t' ||
      line.substr(5, 4) != "\t$1,")
    return 0;
  for (std::string_view name :
       {"shl", "shr", "sar", "rol", "ror", "rcl", "rcr"})
    if (line.substr(1, 3) == name)
      return length;
  return 0;
}

std::string with_immediate_shifts(std::string_view text) {
  std::string result;
  result.reserve(text.size() + text.size() / 64);
  bool is_inline = false;
  bool is_used = false;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.find("#APP") != line.npos)
      is_inline = true;
    if (line.find("#NO_APP") != line.npos)
      is_inline = false;
    size_t one = is_inline ? 0 : find_count_of_one(line);
    if (one != 0) {
      is_used = true;
      result.append(line.substr(0, one)).append(symbol);
      line.remove_prefix(one + 1);
    }
    result.append(line) += '\n';
  }
  if (is_used)
    result.append("\t.set\t").append(symbol).append(", 1\n");
  return result;
}

} // namespace care::wrapper
