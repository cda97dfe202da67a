// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arm64 instruction words. Encodings: Arm Architecture Reference Manual,
// C6.2; the branch range is +-128 MiB.
#ifndef LIBCARE_COMMON_ARCH_AARCH64_H
#define LIBCARE_COMMON_ARCH_AARCH64_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace care {

struct Aarch64 {
  static constexpr std::string_view name = "aarch64";
  static constexpr uint16_t e_machine = 183;   // EM_AARCH64
  static constexpr uint64_t page_size = 65536; // the largest the kernel uses
  static constexpr size_t jump_size = 4;
  static constexpr size_t far_jump_size = 16;

  static uint32_t instruction(std::span<const uint8_t> code, size_t offset) {
    uint32_t word = 0;
    memcpy(&word, &code[offset], sizeof word);
    return word;
  }

  // A BTI landing pad (or PACIASP, which acts as one) must stay first.
  static size_t entry_skip(std::span<const uint8_t> code) {
    if (code.size() < 4)
      return 0;
    uint32_t word = instruction(code, 0);
    bool is_bti = (word & 0xffffff3f) == 0xd503241f; // bti {c,j,jc}
    return is_bti ? 4 : 0;
  }

  static bool is_in_jump_range(uint64_t from, uint64_t to) {
    auto distance = static_cast<int64_t>(to - from);
    return distance % 4 == 0 && distance >= -(int64_t{1} << 27) &&
           distance < (int64_t{1} << 27);
  }

  static bool encode_jump(std::span<uint8_t> out, uint64_t from, uint64_t to) {
    if (!is_in_jump_range(from, to))
      return false;
    auto words = static_cast<uint32_t>((to - from) >> 2) & 0x03ffffff;
    uint32_t code = 0x14000000 | words; // b to
    memcpy(out.data(), &code, sizeof code);
    return true;
  }

  // Uses x16, the intra-procedure-call register (AAPCS64 6.1.1).
  static void encode_far_jump(std::span<uint8_t> out, uint64_t to) {
    // clang-format off
    static constexpr uint32_t code[] = {
        0x58000050, // ldr x16, .+8
        0xd61f0200, // br  x16
    };
    // clang-format on
    memcpy(out.data(), code, sizeof code);
    memcpy(out.data() + sizeof code, &to, sizeof to);
  }

  // bl or blr (also the authenticated forms) as the last word.
  static bool ends_with_call(std::span<const uint8_t> code) {
    if (code.size() < 4)
      return false;
    uint32_t word = instruction(code, code.size() - 4);
    bool is_bl = (word & 0xfc000000) == 0x94000000;
    bool is_blr = (word & 0xfefff000) == 0xd63f0000;
    return is_bl || is_blr;
  }
};

} // namespace care

#endif
