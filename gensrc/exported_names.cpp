// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The name of what is not static any more becomes a global symbol behind the
// original's text (tail_tables.cpp). That alone, `.globl NAME`, would change
// the code: gas makes short jumps to local symbols only. So the text calls it
// something else, which no byte of the code and the data depends on.

#include "gensrc/exported_names.h"

#include <algorithm>

#include "gensrc/directive.h"
#include "gensrc/statement.h"

namespace care::gensrc {

Names find_exported_names(const Comparison &units) {
  const Unit &a = units.original;
  Names names;
  if (!units.options.original_names.empty())
    return names; // several units are compared as one: there are no others
  for (const Symbol &symbol : units.patched.symbols) {
    SymbolId original = a.find(symbol.name);
    bool is_other_units = !symbol.is_defined() && symbol.is_referenced;
    if (original == no_id || is_local_label(symbol.name) ||
        symbol.is_asm_label ||
        !(is_other_units || (symbol.is_global && symbol.is_defined())))
      continue;
    const Symbol &before = a.symbols[original];
    if (before.is_local() && before.is_defined() && !before.is_asm_label)
      names.insert(before.name);
  }
  return names;
}

std::string local_name(std::string_view name) {
  return std::string(name) + ".kpatchref.own";
}

// Adds the symbols in `statement`, a view of `line`, that are among `names`.
static void find_uses(std::string_view line, std::string_view statement,
                      const Names &names, std::vector<SymbolRange> &uses) {
  auto add = [&](std::string_view word) {
    auto begin = static_cast<size_t>(word.data() - line.data());
    if (names.contains(word))
      uses.push_back({begin, begin + word.size()});
  };
  while (auto label = take_label(statement))
    add(*label);
  auto [head, operands] = split_words(statement);
  if (head == ".loc" || head == ".section" || head == ".pushsection")
    return; // `view` and names of sections are no symbols
  size_t from = 0;
  for (;;) {
    SymbolRange range = find_symbol(operands, from);
    if (!range.found())
      return;
    add(operands.substr(range.begin, range.end - range.begin));
    from = range.end;
  }
}

// What is in quotes is no such name: C and C++ have none that need them.
std::string with_local_names(std::string_view text, const Names &names) {
  std::string result;
  result.reserve(text.size() + text.size() / 64);
  std::vector<SymbolRange> uses;
  while (!text.empty()) {
    const char *begin = text.data();
    std::string_view line = take_line(text);
    bool has_newline = text.data() != line.data() + line.size();
    uses.clear();
    bool is_candidate =
        std::any_of(names.begin(), names.end(), [&](std::string_view name) {
          return line.find(name) != line.npos;
        });
    for (std::string_view rest = line; is_candidate && !rest.empty();)
      find_uses(line, take_statement(rest), names, uses);
    size_t done = 0;
    for (const SymbolRange &use : uses) {
      result += line.substr(done, use.begin - done);
      result += local_name(line.substr(use.begin, use.end - use.begin));
      done = use.end;
    }
    result.append(begin + done, line.size() - done + has_newline);
  }
  return result;
}

} // namespace care::gensrc
