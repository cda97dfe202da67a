// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From an architecture of common/arch to its relocations.
#ifndef LIBCARE_RUNTIME_PATCH_ARCH_RELOCATIONS_H
#define LIBCARE_RUNTIME_PATCH_ARCH_RELOCATIONS_H

#include "common/arch/arch.h"
#include "runtime/patch/arch/aarch64.h"
#include "runtime/patch/arch/x86_64.h"

namespace care::runtime {

template <Arch A> struct RelocationsOf;
template <> struct RelocationsOf<X86_64> { using Type = X86_64Relocations; };
template <> struct RelocationsOf<Aarch64> { using Type = Aarch64Relocations; };
template <Arch A> using Relocations = typename RelocationsOf<A>::Type;

} // namespace care::runtime

#endif
