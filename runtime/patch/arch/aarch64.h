// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// arm64 relocations of .kpatch files. Formulas: ELF for the Arm 64-bit
// Architecture (AAELF64), section 5.7.
#ifndef LIBCARE_RUNTIME_PATCH_ARCH_AARCH64_H
#define LIBCARE_RUNTIME_PATCH_ARCH_AARCH64_H

#include "common/arch/aarch64.h"
#include "runtime/patch/relocation.h"

#include <algorithm>

namespace care::runtime {

struct Aarch64Relocations {
  enum : uint32_t {
    None = 0,
    Abs64 = 257,
    Abs32 = 258,
    Prel64 = 260,
    Prel32 = 261,
    AdrPrelLo21 = 274,
    AdrPrelPgHi21 = 275,
    AddAbsLo12Nc = 277,
    Ldst8AbsLo12Nc = 278,
    TstBr14 = 279,
    CondBr19 = 280,
    Jump26 = 282,
    Call26 = 283,
    Ldst16AbsLo12Nc = 284,
    Ldst32AbsLo12Nc = 285,
    Ldst64AbsLo12Nc = 286,
    Ldst128AbsLo12Nc = 299,
    AdrGotPage = 311,
    Ld64GotLo12Nc = 312,
    TlsIeAdrGotTprelPage21 = 541,
    TlsIeLd64GotTprelLo12Nc = 542,
  };

  static const RelocationKind *find_kind(uint32_t type) {
    using enum SymbolUse;
    static constexpr RelocationKind kinds[] = {
        {None, "R_AARCH64_NONE", Nothing},
        {Abs64, "R_AARCH64_ABS64", Address},
        {Abs32, "R_AARCH64_ABS32", Address},
        {Prel64, "R_AARCH64_PREL64", Address},
        {Prel32, "R_AARCH64_PREL32", Address},
        {AdrPrelLo21, "R_AARCH64_ADR_PREL_LO21", Address},
        {AdrPrelPgHi21, "R_AARCH64_ADR_PREL_PG_HI21", Address},
        {AddAbsLo12Nc, "R_AARCH64_ADD_ABS_LO12_NC", Address},
        {Ldst8AbsLo12Nc, "R_AARCH64_LDST8_ABS_LO12_NC", Address},
        {TstBr14, "R_AARCH64_TSTBR14", Address},
        {CondBr19, "R_AARCH64_CONDBR19", Address},
        {Jump26, "R_AARCH64_JUMP26", Branch},
        {Call26, "R_AARCH64_CALL26", Branch},
        {Ldst16AbsLo12Nc, "R_AARCH64_LDST16_ABS_LO12_NC", Address},
        {Ldst32AbsLo12Nc, "R_AARCH64_LDST32_ABS_LO12_NC", Address},
        {Ldst64AbsLo12Nc, "R_AARCH64_LDST64_ABS_LO12_NC", Address},
        {Ldst128AbsLo12Nc, "R_AARCH64_LDST128_ABS_LO12_NC", Address},
        {AdrGotPage, "R_AARCH64_ADR_GOT_PAGE", GotSlot},
        {Ld64GotLo12Nc, "R_AARCH64_LD64_GOT_LO12_NC", GotSlot},
        {TlsIeAdrGotTprelPage21, "R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21",
         GotTlsSlot},
        {TlsIeLd64GotTprelLo12Nc, "R_AARCH64_TLSIE_LD64_GOTTPREL_LO12_NC",
         GotTlsSlot},
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
      return write_number<uint64_t>(field, absolute, true);
    case Prel64:
      return write_number<uint64_t>(field, relative, true);
    case Abs32:
      return write_number<uint32_t>(field, absolute,
                                    absolute == uint32_t(absolute) ||
                                        is_signed(absolute, 32));
    case Prel32:
      return write_number<uint32_t>(field, relative, is_signed(relative, 32));
    default:
      break;
    }
    if (!field.has_room(4))
      return RelocationStatus::Outside;
    return apply_to_instruction(type, field, absolute, relative);
  }

  // Branches have relocation types of their own.
  static bool is_branch_field(uint32_t, std::span<const uint8_t>) {
    return false;
  }

  // The jump is one instruction: no branch leads to the middle of it.
  static bool may_branch_into(std::span<const uint8_t>, uint64_t, uint64_t,
                              uint64_t) {
    return false;
  }

  // nop and zero words (udf #0).
  static bool is_padding(std::span<const uint8_t> code) {
    for (; code.size() >= 4; code = code.subspan(4)) {
      uint32_t word = Aarch64::instruction(code, 0);
      if (word != 0xd503201f && word != 0)
        return false;
    }
    return true;
  }

private:
  static bool is_signed(uint64_t value, unsigned bits) {
    auto number = static_cast<int64_t>(value);
    int64_t limit = int64_t{1} << (bits - 1);
    return number >= -limit && number < limit;
  }
  template <typename T>
  static RelocationStatus write_number(const RelocationField &field,
                                       uint64_t value, bool fits) {
    if (!field.has_room(sizeof(T)))
      return RelocationStatus::Outside;
    if (!fits)
      return RelocationStatus::Overflow;
    field.write<T>(static_cast<T>(value));
    return RelocationStatus::Applied;
  }

  // Puts `bits` bits of `immediate` at bit `position` of the instruction.
  static RelocationStatus put(const RelocationField &field, uint64_t immediate,
                              unsigned position, unsigned bits) {
    uint32_t mask = ((uint32_t{1} << bits) - 1) << position;
    auto word = field.read<uint32_t>();
    word =
        (word & ~mask) | (static_cast<uint32_t>(immediate << position) & mask);
    field.write<uint32_t>(word);
    return RelocationStatus::Applied;
  }

  // adr and adrp: the low two bits are apart from the others.
  static RelocationStatus put_adr(const RelocationField &field,
                                  uint64_t immediate) {
    if (!is_signed(immediate, 21))
      return RelocationStatus::Overflow;
    put(field, immediate & 3, 29, 2);
    return put(field, immediate >> 2, 5, 19);
  }

  // A word-aligned branch distance of `bits` bits at `position`.
  static RelocationStatus put_branch(const RelocationField &field,
                                     uint64_t distance, unsigned position,
                                     unsigned bits) {
    if (!is_signed(distance, bits + 2) || distance % 4 != 0)
      return RelocationStatus::Overflow;
    return put(field, distance >> 2, position, bits);
  }

  static RelocationStatus apply_to_instruction(uint32_t type,
                                               const RelocationField &field,
                                               uint64_t absolute,
                                               uint64_t relative) {
    auto page_distance = static_cast<int64_t>((absolute & ~uint64_t{0xfff}) -
                                              (field.place & ~uint64_t{0xfff}));
    switch (type) {
    case AdrPrelPgHi21:
    case AdrGotPage:
    case TlsIeAdrGotTprelPage21:
      return put_adr(field, static_cast<uint64_t>(page_distance >> 12));
    case AdrPrelLo21:
      return put_adr(field, relative);
    case AddAbsLo12Nc:
    case Ldst8AbsLo12Nc:
      return put(field, absolute & 0xfff, 10, 12);
    case Ldst16AbsLo12Nc:
      return put(field, (absolute & 0xfff) >> 1, 10, 12);
    case Ldst32AbsLo12Nc:
      return put(field, (absolute & 0xfff) >> 2, 10, 12);
    case Ldst64AbsLo12Nc:
    case Ld64GotLo12Nc:
    case TlsIeLd64GotTprelLo12Nc:
      return put(field, (absolute & 0xfff) >> 3, 10, 12);
    case Ldst128AbsLo12Nc:
      return put(field, (absolute & 0xfff) >> 4, 10, 12);
    case CondBr19:
      return put_branch(field, relative, 5, 19);
    case TstBr14:
      return put_branch(field, relative, 5, 14);
    case Jump26:
    case Call26:
      return put_branch(field, relative, 0, 26);
    default:
      return RelocationStatus::Outside;
    }
  }
};

static_assert(RelocationArch<Aarch64Relocations>);

} // namespace care::runtime

#endif
