// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Chooses the table of an architecture, once, by the machine of the ELF file.

#include "linker/arch/architecture.h"

#include "common/arch/arch.h"

namespace care::linker {

template <typename A> constexpr const Architecture *table_of = nullptr;
template <>
constexpr const Architecture *table_of<X86_64> = &x86_64_architecture;
template <>
constexpr const Architecture *table_of<Aarch64> = &aarch64_architecture;

Result<const Architecture *> find_architecture(uint16_t e_machine) {
  return visit_arch(e_machine, []<Arch A>() -> Result<const Architecture *> {
    return table_of<A>;
  });
}

} // namespace care::linker
