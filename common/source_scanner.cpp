// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scanner keeps a few facts from line to line and forgives what it does
// not understand: a quote that never ends stops at the end of its line, and a
// closing brace in the first column ends all open parentheses, so that one odd
// line cannot spoil the rest of a file.

#include "common/source_scanner.h"

#include <algorithm>
#include <cctype>

namespace care {

static bool is_word(char c) {
  return isalnum(static_cast<unsigned char>(c)) || c == '_';
}

// The line without its newline, and whether a backslash joins the next to it.
static std::string_view without_newline(std::string_view line,
                                        bool &is_continued) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
    line.remove_suffix(1);
  is_continued = !line.empty() && line.back() == '\\';
  if (is_continued)
    line.remove_suffix(1);
  return line;
}

Conditional SourceScanner::scan(std::string_view line) {
  bool goes_on = false;
  std::string_view text = without_newline(line, goes_on);
  Conditional conditional = Conditional::None;
  bool begins_fresh = state_ == State::Code && !is_continued_;
  if (begins_fresh) {
    size_t start = text.find_first_not_of(" \t\f\v");
    if (start != text.npos && text[start] == '#') {
      in_directive_ = true;
      conditional = scan_directive_name(text.substr(start + 1));
    } else if (text.starts_with('}')) {
      parentheses_ = 0;
      enumerator_braces_ = 0;
    }
  }
  scan_characters(text);
  is_continued_ = goes_on;
  if (!goes_on) {
    if (state_ == State::LineComment)
      state_ = State::Code;
    // A comment that begins in a directive keeps the directive going.
    if (state_ == State::Code)
      in_directive_ = false;
  }
  return conditional;
}

Conditional SourceScanner::scan_directive_name(std::string_view text) {
  size_t start = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(start);
  size_t length = 0;
  while (length < text.size() && is_word(text[length]))
    ++length;
  std::string_view name = text.substr(0, length);
  if (name == "if" || name == "ifdef" || name == "ifndef") {
    at_conditional_.push_back(parentheses_);
    return Conditional::Opens;
  }
  if (name == "else" || name.starts_with("elif")) {
    if (!at_conditional_.empty())
      parentheses_ = at_conditional_.back();
    return Conditional::Alternates;
  }
  if (name == "endif") {
    if (!at_conditional_.empty())
      at_conditional_.pop_back();
    return Conditional::Closes;
  }
  return Conditional::None;
}

void SourceScanner::scan_characters(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    if (state_ == State::BlockComment || state_ == State::RawString) {
      std::string_view end =
          state_ == State::BlockComment ? "*/" : std::string_view(raw_end_);
      size_t found = text.find(end, at);
      if (found == text.npos)
        return;
      at = found + end.size();
      state_ = State::Code;
      continue;
    }
    if (state_ == State::LineComment)
      return;
    char c = text[at];
    std::string_view rest = text.substr(at);
    if (rest.starts_with("//")) {
      state_ = State::LineComment;
      return;
    }
    if (rest.starts_with("/*")) {
      state_ = State::BlockComment;
      at += 2;
    } else if (c == '"' || c == '\'') {
      at = skip_literal(text, at);
    } else {
      if (!in_directive_)
        scan_code(text, at);
      ++at;
    }
  }
}

// Parentheses, and the braces of enumerators: `enum color { ... }`, but not the
// body of `enum color mix(int n) { ... }`.
void SourceScanner::scan_code(std::string_view text, size_t at) {
  bool begins_word = at == 0 || !is_word(text[at - 1]);
  std::string_view rest = text.substr(at);
  if (begins_word && rest.starts_with("enum") &&
      (rest.size() == 4 || !is_word(rest[4])))
    after_enum_ = true;
  switch (text[at]) {
  case '(':
    ++parentheses_;
    break;
  case ')':
    parentheses_ = std::max(0, parentheses_ - 1);
    after_enum_ = false;
    break;
  case '{':
    if (after_enum_ || enumerator_braces_ > 0)
      ++enumerator_braces_;
    after_enum_ = false;
    break;
  case '}':
    enumerator_braces_ = std::max(0, enumerator_braces_ - 1);
    break;
  case ';':
  case ',':
  case '=':
    after_enum_ = false;
    break;
  default:
    break;
  }
}

// `at` is at a quote. Returns the place behind the literal.
size_t SourceScanner::skip_literal(std::string_view text, size_t at) {
  char quote = text[at];
  if (quote == '"' && at > 0 && text[at - 1] == 'R')
    return begin_raw_string(text, at);
  if (quote == '\'' && at > 0 && is_word(text[at - 1])) {
    // A digit separator (1'000'000), unless a prefix (L'x') stands before.
    size_t start = at;
    while (start > 0 && (is_word(text[start - 1]) || text[start - 1] == '\''))
      --start;
    if (isdigit(static_cast<unsigned char>(text[start])))
      return at + 1;
  }
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == quote)
      return at + 1;
  }
  return text.size();
}

size_t SourceScanner::begin_raw_string(std::string_view text, size_t quote) {
  size_t open = text.find('(', quote);
  constexpr size_t longest_delimiter = 16; // [lex.string]
  if (open == text.npos || open - quote - 1 > longest_delimiter)
    return text.size();
  raw_end_ = ")" + std::string(text.substr(quote + 1, open - quote - 1)) + "\"";
  state_ = State::RawString;
  return open + 1;
}

} // namespace care
