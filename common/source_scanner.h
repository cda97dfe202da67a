// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Just enough of a C and C++ lexer to know where a line of its own may be put
// into a source without changing its meaning.
#ifndef LIBCARE_COMMON_SOURCE_SCANNER_H
#define LIBCARE_COMMON_SOURCE_SCANNER_H

#include <string>
#include <string_view>
#include <vector>

namespace care {

// What a line does to the conditional groups (#if to #endif) around it.
enum class Conditional { None, Opens, Alternates, Closes };

// Goes through a source line by line.
class SourceScanner {
public:
  // May a directive be put before the line that comes next? Not inside a
  // comment, a raw string, a line continued with a backslash, a pair of
  // parentheses (which may be the arguments of a macro), or a list of
  // enumerators (some count them by __LINE__, and must see them move).
  bool is_safe_place() const {
    return state_ == State::Code && !is_continued_ && parentheses_ == 0 &&
           enumerator_braces_ == 0;
  }

  // Is the next line in the braces of an `enum`?
  bool is_in_enumerators() const { return enumerator_braces_ != 0; }

  // Takes in the next line, newline included.
  Conditional scan(std::string_view line);

private:
  enum class State { Code, BlockComment, LineComment, RawString };

  Conditional scan_directive_name(std::string_view line);
  void scan_characters(std::string_view text);
  void scan_code(std::string_view text, size_t at);
  size_t skip_literal(std::string_view text, size_t at);
  size_t begin_raw_string(std::string_view text, size_t quote);

  State state_ = State::Code;
  bool in_directive_ = false; // a directive that goes on in the next line
  bool is_continued_ = false; // the previous line ended with a backslash
  int parentheses_ = 0;
  bool after_enum_ = false; // a brace that comes next opens enumerators
  int enumerator_braces_ = 0;
  // Open parentheses at each #if, so that the branches of a conditional,
  // each with its own, do not add up.
  std::vector<int> at_conditional_;
  std::string raw_end_; // )delimiter"
};

} // namespace care

#endif
