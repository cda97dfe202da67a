// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is read here is the end of a name, which has the number; where the part
// in front of it ends, the C++ library's demangler says.

#include "gensrc/local_names.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace care::gensrc {

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}

namespace {
struct Number {
  unsigned value = 0;
  bool is_there = false;
};
} // namespace

// Takes the digits at the front of `text`. None, or too many of them: no
// number.
static Number take_number(std::string_view &text) {
  constexpr size_t digits_max = 6;
  Number number;
  size_t count = 0;
  while (count < text.size() && is_digit(text[count]) && count <= digits_max)
    number.value =
        number.value * 10 + static_cast<unsigned>(text[count++] - '0');
  number.is_there = count > 0 && count <= digits_max;
  text.remove_prefix(count);
  return number;
}

// "", "0", "1"... are the first, the second, the third.
static unsigned place_of(Number number) {
  return number.is_there ? number.value + 1 : 0;
}

// Takes "4call" from the front. Empty: it does not begin with a name.
static std::string_view take_source_name(std::string_view &text) {
  std::string_view rest = text;
  Number length = take_number(rest);
  if (!length.is_there || length.value == 0 || length.value > rest.size())
    return {};
  size_t digits = text.size() - rest.size();
  std::string_view name = text.substr(0, digits + length.value);
  text.remove_prefix(name.size());
  return name;
}

// Does `function` name something, and all of it?
static bool is_mangled_name(const std::string &function) {
  int status = 0;
  std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(function.c_str(), nullptr, nullptr, &status),
      std::free);
  return status == 0;
}

// "UliE0_" at the front, of "UliE0_clEi": its length. 0: it is none.
static size_t lambda_length(std::string_view text, unsigned &number) {
  for (size_t call = text.find("_cl"); call != text.npos;
       call = text.find("_cl", call + 1)) {
    size_t digits = call;
    while (digits > 0 && is_digit(text[digits - 1]))
      digits--;
    if (digits == 0 || text[digits - 1] != 'E')
      continue;
    std::string_view rest = text.substr(digits, call - digits);
    Number counted = take_number(rest);
    if (!rest.empty())
      continue;
    number = place_of(counted);
    return call + 1;
  }
  return 0;
}

static void split_at(LocalName &name, std::string_view symbol, size_t word,
                     size_t length) {
  name.word = symbol.substr(word, length);
  name.front = symbol.substr(0, word + length);
  name.member = symbol.substr(word + length);
}

// Where the encoding of the function ends in "_ZZ1fvEN1S4callE_0v": behind its
// 'E'. An encoding is no front of another one, so that the first that names
// something is the one. 0: there is none.
static size_t end_of_function(std::string_view symbol) {
  constexpr size_t length_max = 8192;
  if (!symbol.starts_with("_ZZ") || symbol.size() > length_max)
    return 0;
  for (size_t end = symbol.find("EN", 3); end != symbol.npos;
       end = symbol.find("EN", end + 1)) {
    size_t begin = symbol.find_first_not_of("rVKRO", end + 2);
    if (begin != symbol.npos &&
        (is_digit(symbol[begin]) || symbol[begin] == 'U') &&
        is_mangled_name("_Z" + std::string(symbol.substr(3, end - 3))))
      return end + 1;
  }
  return 0;
}

// A lambda is in a function ("_ZZ1fvE" 'N'), in a file ("_Z" 'N'), or in the
// initialiser of a variable or a member ("_ZN1A1m" 'M'). In the arguments of a
// template it is a type.
static bool is_scope_of_lambda(std::string_view scope, char next,
                               size_t end_of_function) {
  if (next == 'N')
    return scope == "_Z" || scope.size() == end_of_function;
  return next == 'M' && is_mangled_name(std::string(scope) + 'E');
}

static std::optional<LocalName> parse_lambda(std::string_view symbol,
                                             size_t end_of_function) {
  for (size_t begin = symbol.rfind("Ul"); begin != symbol.npos && begin > 2;
       begin = symbol.rfind("Ul", begin - 1)) {
    size_t scope = begin - (symbol[begin - 1] == 'K' ? 2 : 1);
    LocalName name;
    size_t length = lambda_length(symbol.substr(begin), name.number);
    if (length == 0 || !is_scope_of_lambda(symbol.substr(0, scope),
                                           symbol[scope], end_of_function))
      continue;
    name.scope = symbol.substr(0, scope);
    split_at(name, symbol, begin, length);
    return name;
  }
  return std::nullopt;
}

// "4callE" of "4callE_0v": names and operators up to the 'E' that ends them.
// Empty: it is something else.
static std::string_view take_members(std::string_view &text) {
  std::string_view rest = text;
  while (!rest.empty() && rest.front() != 'E') {
    if (is_digit(rest.front())) {
      if (take_source_name(rest).empty())
        return {};
    } else if (rest.size() > 2 && (is_lower(rest[0]) || is_digit(rest[1]))) {
      rest.remove_prefix(2); // "pl", "C1"
      if (text.substr(0, text.size() - rest.size()).ends_with("cv"))
        rest.remove_prefix(std::min(rest.find('E'), rest.size()));
    } else {
      return {};
    }
  }
  if (rest.empty())
    return {};
  rest.remove_prefix(1);
  std::string_view members = text.substr(0, text.size() - rest.size());
  text = rest;
  return members;
}

// Takes "_0" or "__10_".
static Number take_discriminator(std::string_view &text) {
  if (!text.starts_with('_'))
    return {};
  bool is_long = text.starts_with("__");
  text.remove_prefix(is_long ? 2 : 1);
  if (!is_long && !text.empty() && is_digit(text.front())) {
    std::string_view digit = text.substr(0, 1);
    text.remove_prefix(1);
    return take_number(digit);
  }
  Number number = take_number(text);
  if (text.starts_with('_'))
    text.remove_prefix(1);
  return number;
}

static std::optional<LocalName> parse_class(std::string_view symbol,
                                            size_t scope) {
  LocalName name;
  name.kind = LocalName::Kind::Class;
  name.scope = symbol.substr(0, scope);
  size_t word = symbol.find_first_not_of("rVKRO", scope + 1);
  std::string_view rest = symbol.substr(word);
  bool has_name = is_digit(rest.front());
  if (has_name) {
    if (take_source_name(rest).empty())
      return std::nullopt;
  } else {
    if (!rest.starts_with("Ut"))
      return std::nullopt;
    rest.remove_prefix(2);
    name.number = place_of(take_number(rest));
    if (!rest.starts_with('_'))
      return std::nullopt;
    rest.remove_prefix(1);
  }
  split_at(name, symbol, word, symbol.size() - word - rest.size());
  name.member = take_members(rest);
  if (name.member.size() < 2)
    return std::nullopt;
  Number discriminator = take_discriminator(rest);
  if (has_name)
    name.number = place_of(discriminator);
  name.parameters = rest;
  return name;
}

std::optional<LocalName> parse_local_name(std::string_view symbol) {
  if (!symbol.starts_with("_Z"))
    return std::nullopt;
  size_t scope = end_of_function(symbol);
  if (scope != 0)
    if (std::optional<LocalName> name = parse_class(symbol, scope))
      return name;
  return parse_lambda(symbol, scope);
}

std::string LocalName::entity() const {
  if (kind == Kind::Lambda)
    return std::string(front);
  // Without what `const` puts in front of the word for some of its members.
  return fmt::format("{}{}_{}", scope, word, number);
}

std::string LocalName::counted_in() const {
  std::string name(scope);
  if (kind == Kind::Class)
    name += word.starts_with("Ut") ? "Ut" : word;
  return name;
}

std::string LocalName::function() const {
  if (!scope.starts_with("_ZZ") || !scope.ends_with('E'))
    return "";
  return "_Z" + std::string(scope.substr(3, scope.size() - 4));
}

// The last of the names that begin the scope: "5setup" of "_ZZN3app5setupEvE".
// Substitutions make the rest of it look different in other names.
static std::string_view scope_word(std::string_view scope) {
  size_t at = scope.find_first_of("0123456789");
  std::string_view word;
  while (at < scope.size() && is_digit(scope[at])) {
    std::string_view rest = scope.substr(at);
    word = take_source_name(rest);
    if (word.empty())
      break;
    at += word.size();
  }
  return word;
}

// Is it there as what is in a function's scope: "E1S", "EN1S", "ENK1S"?
static bool has_word(std::string_view symbol, std::string_view word) {
  for (size_t at = symbol.find(word); at != symbol.npos;
       at = symbol.find(word, at + 1)) {
    size_t last = symbol.find_last_not_of("NrVKRO", at == 0 ? 0 : at - 1);
    if (last != symbol.npos && symbol[last] == 'E')
      return true;
  }
  return false;
}

bool may_belong_to(std::string_view symbol, const LocalName &name) {
  bool has_entity = name.kind == LocalName::Kind::Class
                        ? has_word(symbol, name.word)
                        : symbol.find(name.word) != symbol.npos;
  return has_entity && symbol.find(scope_word(name.scope)) != symbol.npos;
}

} // namespace care::gensrc
