// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x86_64 instruction bytes. Encodings: Intel SDM volume 2.
#ifndef LIBCARE_COMMON_ARCH_X86_64_H
#define LIBCARE_COMMON_ARCH_X86_64_H

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace care {

struct X86_64 {
  static constexpr std::string_view name = "x86_64";
  static constexpr uint16_t e_machine = 62; // EM_X86_64
  static constexpr uint64_t page_size = 4096;
  static constexpr size_t jump_size = 5;
  static constexpr size_t far_jump_size = 14;

  // endbr64 must stay the first instruction of a function that is called
  // indirectly under CET (SDM volume 1, chapter 17).
  static constexpr uint8_t endbr64[] = {0xf3, 0x0f, 0x1e, 0xfa};

  static size_t entry_skip(std::span<const uint8_t> code) {
    bool has_endbr = code.size() >= sizeof endbr64 &&
                     memcmp(code.data(), endbr64, sizeof endbr64) == 0;
    return has_endbr ? sizeof endbr64 : 0;
  }

  static bool is_in_jump_range(uint64_t from, uint64_t to) {
    auto distance = static_cast<int64_t>(to - (from + jump_size));
    return distance == static_cast<int32_t>(distance);
  }

  // `out` has at least jump_size bytes; `from` is the jump's own address.
  static bool encode_jump(std::span<uint8_t> out, uint64_t from, uint64_t to) {
    if (!is_in_jump_range(from, to))
      return false;
    auto distance = static_cast<uint32_t>(to - (from + jump_size));
    out[0] = 0xe9; // jmp rel32
    memcpy(&out[1], &distance, sizeof distance);
    return true;
  }

  // `out` has at least far_jump_size bytes. Uses no register.
  static void encode_far_jump(std::span<uint8_t> out, uint64_t to) {
    // clang-format off
    static constexpr uint8_t code[] = {
        0xff, 0x25, 0x00, 0x00, 0x00, 0x00, // jmp *0(%rip)
    };
    // clang-format on
    memcpy(out.data(), code, sizeof code);
    memcpy(out.data() + sizeof code, &to, sizeof to);
  }

  // call rel32 (e8), or call r/m64 (ff /2) of 2, 3, 4, 6 or 7 bytes, at the
  // end of `code`. Conservative: may say yes for other bytes, never no for a
  // call that a compiler emits.
  static bool ends_with_call(std::span<const uint8_t> code) {
    auto byte_before_end = [&](size_t distance) -> int {
      return distance <= code.size() ? code[code.size() - distance] : -1;
    };
    auto is_indirect_call = [&](size_t distance) {
      return byte_before_end(distance) == 0xff &&
             (byte_before_end(distance - 1) & 0x38) == 0x10;
    };
    return byte_before_end(5) == 0xe8 || is_indirect_call(2) ||
           is_indirect_call(3) || is_indirect_call(4) || is_indirect_call(6) ||
           is_indirect_call(7);
  }
};

} // namespace care

#endif
