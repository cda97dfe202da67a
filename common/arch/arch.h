// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What an architecture has to provide to the parts that work on bytes, and the
// one place where a macro of the compiler chooses an architecture.
//
// Encoders are pure functions over spans and are compiled for every
// architecture on every host. Code above is written as `template <Arch A>` and
// chosen once by visit_arch(). Register access (runtime/arch/) is host only.
// To add an architecture: docs/adding-an-architecture.md.
#ifndef LIBCARE_COMMON_ARCH_ARCH_H
#define LIBCARE_COMMON_ARCH_ARCH_H

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "common/arch/aarch64.h"
#include "common/arch/x86_64.h"
#include "common/result.h"

namespace care {

template <typename A>
concept Arch = requires(std::span<uint8_t> out, std::span<const uint8_t> code,
                        uint64_t pc) {
  { A::name } -> std::convertible_to<std::string_view>;
  { A::e_machine } -> std::convertible_to<uint16_t>;
  { A::jump_size } -> std::convertible_to<size_t>;
  { A::far_jump_size } -> std::convertible_to<size_t>;
  { A::page_size } -> std::convertible_to<uint64_t>;
  // Bytes at the start of a function that must stay in front of the jump.
  { A::entry_skip(code) } -> std::same_as<size_t>;
  // A jump of jump_size bytes; false if `to` is out of range.
  { A::encode_jump(out, pc, pc) } -> std::same_as<bool>;
  // A jump of far_jump_size bytes that reaches any address.
  { A::encode_far_jump(out, pc) } -> std::same_as<void>;
  { A::is_in_jump_range(pc, pc) } -> std::same_as<bool>;
  // Is `code` (up to 8 bytes, ending at a return address) a call?
  { A::ends_with_call(code) } -> std::same_as<bool>;
};

static_assert(Arch<X86_64> && Arch<Aarch64>);

#if defined(__x86_64__)
using HostArch = X86_64;
#elif defined(__aarch64__)
using HostArch = Aarch64;
#else
#error "no runtime for this architecture: docs/adding-an-architecture.md"
#endif

// Calls visitor.template operator()<A>() for the architecture of an ELF file.
template <typename Visitor>
auto visit_arch(uint16_t e_machine, Visitor visitor)
    -> decltype(visitor.template operator()<X86_64>()) {
  if (e_machine == X86_64::e_machine)
    return visitor.template operator()<X86_64>();
  if (e_machine == Aarch64::e_machine)
    return visitor.template operator()<Aarch64>();
  return format_error("unsupported architecture (e_machine " +
                      std::to_string(e_machine) +
                      ", supported: 62 x86_64, 183 aarch64)");
}

} // namespace care

#endif
