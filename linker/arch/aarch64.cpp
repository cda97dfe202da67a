// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations of the AArch64 ELF ABI (2022Q3, section 5.7).
//
// Most arm64 addresses are made by two instructions (ADRP for the page, ADD or
// a load for the low 12 bits), so a single field does not tell the address:
// decode() gives nothing for those, and the proof compares what encode() makes
// of the expected address. Linkers relax pairs through the GOT and TLS
// descriptors only; those types are Unsupported here, which the passes refuse
// when the bytes differ.

#include "linker/arch/architecture.h"

#include <cstring>
#include <fmt/format.h>

#include "common/arch/aarch64.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static RelocationMeaning describe(uint32_t type) {
  using enum ReferenceKind;
  switch (type) {
  case R_AARCH64_NONE:
  case R_AARCH64_TLSDESC_CALL:
    return {None, 0};
  case R_AARCH64_ABS64:
    return {Absolute, 8};
  case R_AARCH64_ABS32:
  case R_AARCH64_ADD_ABS_LO12_NC:
  case R_AARCH64_LDST8_ABS_LO12_NC:
  case R_AARCH64_LDST16_ABS_LO12_NC:
  case R_AARCH64_LDST32_ABS_LO12_NC:
  case R_AARCH64_LDST64_ABS_LO12_NC:
  case R_AARCH64_LDST128_ABS_LO12_NC:
    return {Absolute, 4};
  case R_AARCH64_PREL64:
    return {PcRelative, 8};
  case R_AARCH64_PREL32:
  case R_AARCH64_ADR_PREL_LO21:
  case R_AARCH64_ADR_PREL_PG_HI21:
  case R_AARCH64_CONDBR19:
  case R_AARCH64_TSTBR14:
    return {PcRelative, 4};
  case R_AARCH64_CALL26:
  case R_AARCH64_JUMP26:
    return {Branch, 4};
  case R_AARCH64_TLSLE_ADD_TPREL_HI12:
  case R_AARCH64_TLSLE_ADD_TPREL_LO12:
  case R_AARCH64_TLSLE_ADD_TPREL_LO12_NC:
    return {TlsConstant, 4};
  default:
    return {Unsupported, 4};
  }
}

static DynamicKind describe_dynamic(uint32_t type) {
  switch (type) {
  case R_AARCH64_RELATIVE:
    return DynamicKind::Relative;
  case R_AARCH64_ABS64:
  case R_AARCH64_GLOB_DAT:
  case R_AARCH64_JUMP_SLOT:
    return DynamicKind::Symbolic;
  case R_AARCH64_IRELATIVE:
    return DynamicKind::Ifunc;
  case R_AARCH64_COPY:
    return DynamicKind::Copy;
  case R_AARCH64_TLS_DTPMOD64:
    return DynamicKind::TlsModule;
  case R_AARCH64_TLS_DTPREL64:
    return DynamicKind::TlsOffset;
  case R_AARCH64_TLS_TPREL64:
    return DynamicKind::TlsPointer;
  case R_AARCH64_TLSDESC:
    return DynamicKind::TlsDescriptor;
  default:
    return DynamicKind::Other;
  }
}

// A number of `bits` bits at `shift` of an instruction word.
static uint64_t signed_bits(uint32_t word, unsigned shift, unsigned bits) {
  auto value = static_cast<int64_t>(uint64_t{word} << (64 - bits - shift));
  return static_cast<uint64_t>(value >> (64 - bits));
}

static std::optional<uint64_t>
decode(uint32_t type, std::span<const uint8_t> field, uint64_t place) {
  if (field.size() < describe(type).size_bytes || field.size() < 4)
    return std::nullopt;
  uint32_t word = Aarch64::instruction(field, 0);
  uint64_t wide = 0;
  switch (type) {
  case R_AARCH64_ABS64:
  case R_AARCH64_PREL64:
    memcpy(&wide, field.data(), 8);
    return type == R_AARCH64_ABS64 ? wide : wide + place;
  case R_AARCH64_ABS32:
    return word;
  case R_AARCH64_PREL32:
    return place + static_cast<uint64_t>(int64_t{static_cast<int32_t>(word)});
  case R_AARCH64_CALL26:
  case R_AARCH64_JUMP26:
    return place + (signed_bits(word, 0, 26) << 2);
  case R_AARCH64_CONDBR19:
    return place + (signed_bits(word, 5, 19) << 2);
  case R_AARCH64_TSTBR14:
    return place + (signed_bits(word, 5, 14) << 2);
  case R_AARCH64_ADR_PREL_LO21:
    return place + (signed_bits(word, 5, 19) << 2) + (word >> 29 & 3);
  default:
    return std::nullopt;
  }
}

static void put_word(std::span<uint8_t> field, uint32_t mask, uint32_t bits) {
  uint32_t word = Aarch64::instruction(field, 0);
  word = (word & ~mask) | (bits & mask);
  memcpy(field.data(), &word, sizeof word);
}

static bool fits(uint64_t value, unsigned bits) {
  auto number = static_cast<int64_t>(value);
  return number >= -(int64_t{1} << (bits - 1)) &&
         number < (int64_t{1} << (bits - 1));
}

// The two parts of an ADR or ADRP immediate.
static uint32_t adr_bits(uint64_t value) {
  return static_cast<uint32_t>((value & 3) << 29 | (value >> 2 & 0x7ffff) << 5);
}

static bool encode(uint32_t type, std::span<uint8_t> field, uint64_t value,
                   uint64_t place) {
  if (field.size() < describe(type).size_bytes || field.size() < 4)
    return false;
  uint64_t distance = value - place;
  auto low12 = static_cast<uint32_t>(value & 0xfff);
  auto scaled = [&](unsigned shift) {
    put_word(field, 0xfff << 10, low12 >> shift << 10);
    return low12 % (1u << shift) == 0;
  };
  switch (type) {
  case R_AARCH64_ABS64:
    memcpy(field.data(), &value, 8);
    return true;
  case R_AARCH64_PREL64:
    memcpy(field.data(), &distance, 8);
    return true;
  case R_AARCH64_ABS32:
    put_word(field, ~0u, static_cast<uint32_t>(value));
    return value <= UINT32_MAX;
  case R_AARCH64_PREL32:
    put_word(field, ~0u, static_cast<uint32_t>(distance));
    return fits(distance, 32);
  case R_AARCH64_CALL26:
  case R_AARCH64_JUMP26:
    put_word(field, 0x3ffffff, static_cast<uint32_t>(distance >> 2));
    return fits(distance, 28) && distance % 4 == 0;
  case R_AARCH64_CONDBR19:
    put_word(field, 0x7ffff << 5, static_cast<uint32_t>(distance >> 2 << 5));
    return fits(distance, 21) && distance % 4 == 0;
  case R_AARCH64_TSTBR14:
    put_word(field, 0x3fff << 5, static_cast<uint32_t>(distance >> 2 << 5));
    return fits(distance, 16) && distance % 4 == 0;
  case R_AARCH64_ADR_PREL_LO21:
    put_word(field, 0x60ffffe0, adr_bits(distance));
    return fits(distance, 21);
  case R_AARCH64_ADR_PREL_PG_HI21: {
    uint64_t pages = (value >> 12) - (place >> 12);
    put_word(field, 0x60ffffe0, adr_bits(pages));
    return fits(pages, 21);
  }
  case R_AARCH64_ADD_ABS_LO12_NC:
  case R_AARCH64_LDST8_ABS_LO12_NC:
    return scaled(0);
  case R_AARCH64_LDST16_ABS_LO12_NC:
    return scaled(1);
  case R_AARCH64_LDST32_ABS_LO12_NC:
    return scaled(2);
  case R_AARCH64_LDST64_ABS_LO12_NC:
    return scaled(3);
  case R_AARCH64_LDST128_ABS_LO12_NC:
    return scaled(4);
  default:
    return false;
  }
}

// [bti c;] adrp x16, page; ldr x17, [x16, #low]; add x16, ...; br x17
static std::optional<uint64_t> plt_slot(std::span<const uint8_t> code,
                                        uint64_t address) {
  size_t at = Aarch64::entry_skip(code);
  if (code.size() < at + 8)
    return std::nullopt;
  uint32_t adrp = Aarch64::instruction(code, at);
  uint32_t load = Aarch64::instruction(code, at + 4);
  if ((adrp & 0x9f00001f) != 0x90000010 || (load & 0xffc003ff) != 0xf9400211)
    return std::nullopt;
  uint64_t pages = (signed_bits(adrp, 5, 19) << 2) | (adrp >> 29 & 3);
  uint64_t page = ((address + at) & ~uint64_t{0xfff}) + (pages << 12);
  return page + (load >> 10 & 0xfff) * 8;
}

static bool is_padding(std::span<const uint8_t> code) {
  for (size_t at = 0; at + 4 <= code.size(); at += 4) {
    uint32_t word = Aarch64::instruction(code, at);
    if (word != 0xd503201f && word != 0) // nop, udf #0
      return false;
  }
  return true;
}

static void follow_relaxations(std::span<const uint8_t>, uint64_t,
                               std::vector<Relocation> &) {}

// Descriptors here are of four instructions, of which none has a meaning by
// itself.
static bool replace_descriptor(uint32_t, std::span<uint8_t>, uint64_t) {
  return false;
}

static std::string relocation_name(uint32_t type) {
  switch (type) {
#define ELF_RELOC(name, value)                                                 \
  case value:                                                                  \
    return #name;
#include "llvm/BinaryFormat/ELFRelocs/AArch64.def"
#undef ELF_RELOC
  default:
    return fmt::format("aarch64 relocation {}", type);
  }
}

// Branches have relocations of their own.
static bool is_branch_field(std::span<const uint8_t>, uint64_t) {
  return false;
}

const Architecture aarch64_architecture = {
    .name = Aarch64::name,
    .e_machine = Aarch64::e_machine,
    .jump_size = Aarch64::jump_size,
    .entry_skip = Aarch64::entry_skip,
    .is_padding = is_padding,
    .describe = describe,
    .describe_dynamic = describe_dynamic,
    .decode = decode,
    .encode = encode,
    .plt_slot = plt_slot,
    .follow_relaxations = follow_relaxations,
    .replace_descriptor = replace_descriptor,
    .is_branch_field = is_branch_field,
    .branch_base = 0,
    .type_none = R_AARCH64_NONE,
    .type_64 = R_AARCH64_ABS64,
    .type_32 = R_AARCH64_ABS32,
    .type_pc32 = R_AARCH64_PREL32,
    .type_pc64 = R_AARCH64_PREL64,
    .type_branch = R_AARCH64_CALL26,
    .type_got = R_AARCH64_ADR_GOT_PAGE,
    .type_tls_ie = R_AARCH64_TLSIE_ADR_GOTTPREL_PAGE21,
    .relocation_name = relocation_name,
};

} // namespace care::linker
