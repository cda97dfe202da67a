// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scanning of gas input (AT&T operand syntax, '#' comments). The byte classes
// are those of gas for ELF: symbol names may hold '.', '$' and bytes above
// 0x7f; '$' in front of a name marks an immediate and so does not start one.

#include "gensrc/statement.h"

#include "common/parse_number.h"

#include <cstring>

namespace care::gensrc {

static constexpr std::array<uint8_t, 256> make_char_class() {
  std::array<uint8_t, 256> table{};
  for (int c = 0; c < 256; c++) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  c == '_' || c == '.' || c >= 0x80;
    bool digit = c >= '0' && c <= '9';
    bool space = c == ' ' || c == '\t' || c == '\r' || c == '\f';
    auto &entry = table[static_cast<size_t>(c)];
    if (letter)
      entry = name_start | name_char;
    if (digit)
      entry = digit_char | name_char;
    if (c == '$')
      entry = name_char;
    if (space)
      entry = space_char;
  }
  return table;
}

const std::array<uint8_t, 256> char_class = make_char_class();

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_class(text.front(), space_char))
    text.remove_prefix(1);
  while (!text.empty() && is_class(text.back(), space_char))
    text.remove_suffix(1);
  return text;
}

std::string_view take_line(std::string_view &rest) {
  const void *newline = memchr(rest.data(), '\n', rest.size());
  if (newline == nullptr) {
    std::string_view line = rest;
    rest = rest.substr(rest.size());
    return line;
  }
  auto length =
      static_cast<size_t>(static_cast<const char *>(newline) - rest.data());
  std::string_view line = rest.substr(0, length);
  rest.remove_prefix(length + 1);
  return line;
}

// Index of the byte behind the quoted string that starts at `from`.
static size_t skip_quoted(std::string_view text, size_t from) {
  for (size_t i = from + 1; i < text.size(); i++) {
    if (text[i] == '\\')
      i++;
    else if (text[i] == '"')
      return i + 1;
  }
  return text.size();
}

std::string_view take_statement(std::string_view &line) {
  size_t i = 0;
  while (i < line.size()) {
    char c = line[i];
    if (c == '"') {
      i = skip_quoted(line, i);
      continue;
    }
    if (c == '#' || c == ';')
      break;
    i++;
  }
  std::string_view statement = trim(line.substr(0, i));
  bool more = i < line.size() && line[i] == ';';
  line = more ? line.substr(i + 1) : line.substr(line.size());
  return statement;
}

bool has_stray_nul(std::string_view text) {
  if (text.find('\0') == std::string_view::npos)
    return false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (line.find('\0') == std::string_view::npos)
      continue;
    size_t i = 0;
    while (i < line.size() && line[i] != '#' && line[i] != '\0')
      i = line[i] == '"' ? skip_quoted(line, i) : i + 1;
    if (i < line.size() && line[i] == '\0')
      return true;
  }
  return false;
}

std::optional<std::string_view> take_label(std::string_view &statement) {
  if (statement.empty())
    return std::nullopt;
  size_t end = 0;
  if (statement[0] == '"')
    end = skip_quoted(statement, 0);
  else if (is_class(statement[0], name_start))
    for (end = 1; end < statement.size() && is_class(statement[end], name_char);
         end++) {
    }
  if (end == 0 || end >= statement.size() || statement[end] != ':')
    return std::nullopt;
  std::string_view label = statement.substr(0, end);
  statement = trim(statement.substr(end + 1));
  return label;
}

Words split_words(std::string_view statement) {
  size_t end = 0;
  while (end < statement.size() && !is_class(statement[end], space_char))
    end++;
  return {statement.substr(0, end), trim(statement.substr(end))};
}

std::string_view take_operand(std::string_view &operands) {
  int depth = 0;
  size_t i = 0;
  while (i < operands.size()) {
    char c = operands[i];
    if (c == '"') {
      i = skip_quoted(operands, i);
      continue;
    }
    if (c == '(')
      depth++;
    else if (c == ')')
      depth--;
    else if (c == ',' && depth <= 0)
      break;
    i++;
  }
  std::string_view operand = trim(operands.substr(0, i));
  operands = i < operands.size() ? trim(operands.substr(i + 1))
                                 : operands.substr(operands.size());
  return operand;
}

std::string_view unquote(std::string_view word) {
  if (word.size() >= 2 && word.front() == '"' && word.back() == '"')
    return word.substr(1, word.size() - 2);
  return word;
}

static size_t skip_name(std::string_view text, size_t i) {
  while (i < text.size() && is_class(text[i], name_char))
    i++;
  return i;
}

std::optional<int64_t> parse_integer(std::string_view text) {
  bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+'))
    text.remove_prefix(1);
  text = trim(text);
  int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16)
    text.remove_prefix(2);
  std::optional<uint64_t> value = parse_number<uint64_t>(text, base);
  if (!value)
    return std::nullopt;
  return static_cast<int64_t>(is_negative ? 0 - *value : *value);
}

SymbolRange find_symbol(std::string_view text, size_t from) {
  size_t i = from;
  while (i < text.size()) {
    char c = text[i];
    if (is_class(c, name_start)) {
      size_t end = skip_name(text, i);
      bool location_counter = c == '.' && end == i + 1;
      if (!location_counter)
        return {i, end};
      i = end;
    } else if (c == '%' || c == '@') {
      i = skip_name(text, i + 1);
    } else if (is_class(c, digit_char)) {
      i = skip_name(text, i);
    } else if (c == '"') {
      return {i, skip_quoted(text, i)};
    } else {
      i++;
    }
  }
  return {text.size(), text.size()};
}

} // namespace care::gensrc
