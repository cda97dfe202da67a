// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an instruction set has to tell the differ. Parsing, comparing and
// copying are generic; only these questions are not.
#ifndef LIBCARE_GENSRC_ARCH_ARCH_H
#define LIBCARE_GENSRC_ARCH_ARCH_H

#include <string>
#include <string_view>

#include "common/result.h"

namespace care::gensrc {

// An instruction of the tail that uses the address of an import directly.
struct ImportUse {
  std::string_view mnemonic; // with prefixes, as written
  std::string_view operands;
  std::string_view symbol; // as written, one occurrence in operands
  bool cfa_is_sp;          // the CFA is computed from the stack pointer
};

struct AsmArch {
  std::string_view name;
  // Is it an instruction of a relative that looks alike (of 32 bits)?
  bool (*is_foreign)(std::string_view mnemonic, std::string_view operands);
  // A word in front of an instruction that is not one by itself: "lock".
  bool (*is_prefix)(std::string_view word);
  // Does the instruction branch to its operand (not through it)?
  bool (*is_branch)(std::string_view mnemonic, std::string_view operands);
  // Does the instruction leave the function to its caller?
  bool (*is_return)(std::string_view mnemonic);
  // Does the CFI register operand (number or name) mean the stack pointer?
  bool (*is_stack_pointer)(std::string_view cfi_register);
  // The lines that do the same through the GOT.
  Result<std::string> (*through_got)(const ImportUse &use);
};

extern const AsmArch x86_64_asm;

} // namespace care::gensrc

#endif
