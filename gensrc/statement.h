// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The lexical level of gas input: lines into statements, statements into text
// and symbol names. Everything is a view of the input; nothing is allocated.
//
// The parser uses these to compare, the tail writer to copy with other names,
// so that both see the same symbols in a statement.
#ifndef LIBCARE_GENSRC_STATEMENT_H
#define LIBCARE_GENSRC_STATEMENT_H

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace care::gensrc {

// What a byte can be part of.
enum CharClass : uint8_t {
  name_start = 1, // first byte of a symbol, directive or instruction name
  name_char = 2,  // later ones
  digit_char = 4,
  space_char = 8,
};
extern const std::array<uint8_t, 256> char_class;

inline bool is_class(char c, uint8_t mask) {
  return (char_class[static_cast<unsigned char>(c)] & mask) != 0;
}

std::string_view trim(std::string_view text);

// The first line of `rest` without its newline; `rest` moves behind it.
std::string_view take_line(std::string_view &rest);

// The first statement of a line, trimmed and without comment; `line` moves
// behind its separator. Comments begin with '#', statements end with ';', both
// outside of quotes.
std::string_view take_statement(std::string_view &line);

// Is there a NUL byte outside of comments and quotes? (clang's comments show
// the bytes that they explain as they are.) No compiler writes others.
bool has_stray_nul(std::string_view text);

// "name:" in front of a statement, symbols only (no "1:"); `statement` moves
// behind it.
std::optional<std::string_view> take_label(std::string_view &statement);

// A statement without labels: its first word, and the rest, trimmed.
struct Words {
  std::string_view head;
  std::string_view operands;
};
Words split_words(std::string_view statement);

// The operand before the first comma outside of parentheses and quotes,
// trimmed; `operands` moves behind the comma.
std::string_view take_operand(std::string_view &operands);

// A double-quoted word without its quotes, anything else unchanged.
std::string_view unquote(std::string_view word);

// Decimal, or hexadecimal with 0x, after a sign or none; modulo 2^64. Nothing
// if that is not all of `text`.
std::optional<int64_t> parse_integer(std::string_view text);

// The next symbol name in `text` from `from` on. Registers (%name), numbers,
// the location counter '.' and what follows '@' are not symbols. Returns an
// empty range at the end of `text`. A quoted name includes its quotes.
struct SymbolRange {
  size_t begin, end;
  bool found() const { return begin != end; }
};
SymbolRange find_symbol(std::string_view text, size_t from);

} // namespace care::gensrc

#endif
