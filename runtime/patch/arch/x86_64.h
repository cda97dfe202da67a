// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// x86_64 relocations of .kpatch files. Formulas: System V ABI, AMD64
// supplement, section 4.4; numbers written out, so that <elf.h> of any age will
// do.
#ifndef LIBCARE_RUNTIME_PATCH_ARCH_X86_64_H
#define LIBCARE_RUNTIME_PATCH_ARCH_X86_64_H

#include "common/arch/x86_64.h"
#include "runtime/patch/relocation.h"

#include <algorithm>
#include <cstring>

namespace care::runtime {

struct X86_64Relocations {
  enum : uint32_t {
    None = 0,
    Abs64 = 1,
    Pc32 = 2,
    Plt32 = 4,
    GotPcRel = 9,
    Abs32 = 10,
    Abs32S = 11,
    TlsGd = 19,
    TlsLd = 20,
    DtpOff32 = 21,
    GotTpOff = 22,
    DtpOff64 = 17,
    Pc64 = 24,
    GotPcRelX = 41,
    RexGotPcRelX = 42,
  };

  static const RelocationKind *find_kind(uint32_t type) {
    using enum SymbolUse;
    static constexpr RelocationKind kinds[] = {
        {None, "R_X86_64_NONE", Nothing},
        {Abs64, "R_X86_64_64", Address},
        {Pc32, "R_X86_64_PC32", Address},
        {Plt32, "R_X86_64_PLT32", Branch},
        {GotPcRel, "R_X86_64_GOTPCREL", GotSlot},
        {Abs32, "R_X86_64_32", Address},
        {Abs32S, "R_X86_64_32S", Address},
        {DtpOff64, "R_X86_64_DTPOFF64", TlsOffset},
        {TlsGd, "R_X86_64_TLSGD", TlsPair},
        {TlsLd, "R_X86_64_TLSLD", TlsModule},
        {DtpOff32, "R_X86_64_DTPOFF32", TlsOffset},
        {GotTpOff, "R_X86_64_GOTTPOFF", GotTlsSlot},
        {Pc64, "R_X86_64_PC64", Address},
        {GotPcRelX, "R_X86_64_GOTPCRELX", GotSlot},
        {RexGotPcRelX, "R_X86_64_REX_GOTPCRELX", GotSlot},
    };
    const auto *kind =
        std::find_if(std::begin(kinds), std::end(kinds),
                     [=](const RelocationKind &k) { return k.type == type; });
    return kind == std::end(kinds) ? nullptr : kind;
  }

  static RelocationStatus apply(uint32_t type, const RelocationField &field,
                                uint64_t value, int64_t addend) {
    uint64_t absolute = value + static_cast<uint64_t>(addend);
    uint64_t relative = absolute - field.place;
    switch (type) {
    case None:
      return RelocationStatus::Applied;
    case Abs64:
    case DtpOff64:
      return write64(field, absolute);
    case Pc64:
      return write64(field, relative);
    case Abs32:
      return write32(field, absolute, absolute == uint32_t(absolute));
    case Abs32S:
    case DtpOff32:
      return write32(field, absolute, is_signed_32(absolute));
    default: // the rest are relative to the field: S or G, + A - P
      return write32(field, relative, is_signed_32(relative));
    }
  }

  // The linker of GCC before 2.31 leaves PC32 at calls, and so does
  // LibcarePlus: call rel32 (e8), jmp rel32 (e9), jcc rel32 (0f 8x).
  static bool is_branch_field(uint32_t type, std::span<const uint8_t> code) {
    if (type != Pc32 || code.empty())
      return false;
    uint8_t last = code.back();
    bool is_jcc = code.size() >= 2 && code[code.size() - 2] == 0x0f &&
                  (last & 0xf0) == 0x80;
    return last == 0xe8 || last == 0xe9 || is_jcc;
  }

  // Instructions have no fixed length, so every byte is taken for the start of
  // one: jmp, jcc, loop and call with a distance of one or four bytes.
  static bool may_branch_into(std::span<const uint8_t> code, uint64_t address,
                              uint64_t start, uint64_t end) {
    auto is_inside = [&](uint64_t target) {
      return target - start < end - start;
    };
    for (size_t i = 0; i + 2 <= code.size(); ++i) {
      uint8_t first = code[i];
      bool is_short =
          (first & 0xf0) == 0x70 || first == 0xeb || (first & 0xfc) == 0xe0;
      auto distance = static_cast<uint64_t>(
          static_cast<int64_t>(static_cast<int8_t>(code[i + 1])));
      if (is_short && is_inside(address + i + 2 + distance))
        return true;
      bool is_conditional = first == 0x0f && (code[i + 1] & 0xf0) == 0x80;
      size_t field = i + (is_conditional ? 2 : 1);
      bool is_near = is_conditional || first == 0xe9 || first == 0xe8;
      if (!is_near || code.size() < field + 4)
        continue;
      int32_t far;
      memcpy(&far, &code[field], sizeof far);
      if (is_inside(address + field + 4 +
                    static_cast<uint64_t>(static_cast<int64_t>(far))))
        return true;
    }
    return false;
  }

  // int3 and zero fill, and the nops that assemblers align with: 90, 66 90,
  // and 0f 1f /0 with prefixes 66 and 2e. A nop may reach over the end.
  static bool is_padding(std::span<const uint8_t> code) {
    while (!code.empty()) {
      size_t prefixes = 0;
      while (prefixes < code.size() &&
             (code[prefixes] == 0x66 || code[prefixes] == 0x2e))
        ++prefixes;
      std::span<const uint8_t> rest = code.subspan(prefixes);
      if (rest.empty())
        return true; // nothing but prefixes: a nop reaching over the end
      size_t length = 1;
      if (rest[0] == 0x0f) {
        if (rest.size() >= 2 && rest[1] != 0x1f)
          return false;
        length = rest.size() >= 3 ? long_nop_length(rest[2]) : 3;
      } else if (rest[0] != 0x90 && rest[0] != 0xcc && rest[0] != 0x00) {
        return false;
      }
      code = rest.subspan(std::min(length, rest.size()));
    }
    return true;
  }

private:
  static bool is_signed_32(uint64_t value) {
    auto number = static_cast<int64_t>(value);
    return number == static_cast<int32_t>(number);
  }
  static RelocationStatus write64(const RelocationField &field,
                                  uint64_t value) {
    if (!field.has_room(8))
      return RelocationStatus::Outside;
    field.write<uint64_t>(value);
    return RelocationStatus::Applied;
  }
  static RelocationStatus write32(const RelocationField &field, uint64_t value,
                                  bool fits) {
    if (!field.has_room(4))
      return RelocationStatus::Outside;
    if (!fits)
      return RelocationStatus::Overflow;
    field.write<uint32_t>(static_cast<uint32_t>(value));
    return RelocationStatus::Applied;
  }
  // 0f 1f with its ModRM byte, SIB and displacement (SDM volume 2, 2.1).
  static size_t long_nop_length(uint8_t modrm) {
    size_t length = 3;
    bool has_sib = (modrm & 7) == 4 && (modrm >> 6) != 3;
    length += has_sib ? 1 : 0;
    if ((modrm >> 6) == 1)
      length += 1;
    if ((modrm >> 6) == 2)
      length += 4;
    return length;
  }
};

static_assert(RelocationArch<X86_64Relocations>);

} // namespace care::runtime

#endif
