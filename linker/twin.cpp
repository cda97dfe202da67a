// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Weak symbols with hidden visibility are local ones in a linked binary, in GNU
// ld's behind a nameless file and not marked as hidden any more.

#include "linker/twin.h"

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static bool is_hidden(const Symbol &symbol) {
  bool is_marked =
      symbol.visibility == STV_HIDDEN || symbol.visibility == STV_INTERNAL;
  return symbol.binding == STB_LOCAL && symbol.name.starts_with("_Z") &&
         (is_marked || symbol.file.empty());
}

const Symbol *find_twin(const Object &original, const Object &patched,
                        const Symbol &symbol) {
  const Section *section = patched.find_section_of(symbol);
  bool is_shared = symbol.binding == STB_WEAK || is_hidden(symbol);
  if (!section || !section->is_patch() || !is_shared || symbol.name.empty())
    return nullptr;
  for (const Symbol &known : original.symbols)
    if (known.name == symbol.name && known.type == symbol.type &&
        (known.binding != STB_LOCAL || is_hidden(known)) &&
        original.find_section_of(known))
      return &known;
  return nullptr;
}

const Symbol *find_twin_at(const Object &original, const Object &patched,
                           uint64_t address) {
  const Section *section = patched.find_section_at(address);
  if (!section || !section->is_patch())
    return nullptr;
  for (const Symbol &symbol : patched.symbols)
    if (symbol.value == address)
      if (const Symbol *twin = find_twin(original, patched, symbol))
        return twin;
  return nullptr;
}

} // namespace care::linker
