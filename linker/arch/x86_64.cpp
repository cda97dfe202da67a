// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations of the x86-64 psABI (version 1.0, sections 4.4 and B.2) and what
// linkers make of the instructions that carry them.
//
// follow_relaxations() looks at the bytes in front of a field to see which of
// the psABI's rewrites was made. It must not matter which linker did it: GNU
// ld changes the kept relocation along with a relaxed GOTPCRELX but not with a
// TLS transition, lld and gold change none. Afterwards each relocation has the
// type, place and addend that an assembler would have written for the
// instruction that is there.

#include "linker/arch/architecture.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "common/arch/x86_64.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static RelocationMeaning describe(uint32_t type) {
  using enum ReferenceKind;
  switch (type) {
  case R_X86_64_NONE:
  case 250: // GNU_VTINHERIT
  case 251: // GNU_VTENTRY
    return {None, 0};
  case R_X86_64_TLSDESC_CALL:
    return {TlsDescCall, 0};
  case R_X86_64_64:
    return {Absolute, 8};
  case R_X86_64_32:
  case R_X86_64_32S:
    return {Absolute, 4};
  case R_X86_64_PC32:
  case R_X86_64_GOTPC32:
    return {PcRelative, 4};
  case R_X86_64_PC64:
    return {PcRelative, 8};
  case R_X86_64_PLT32:
    return {Branch, 4};
  case R_X86_64_GOTPCREL:
  case R_X86_64_GOTPCRELX:
  case R_X86_64_REX_GOTPCRELX:
    return {GotSlot, 4};
  case R_X86_64_GOTTPOFF:
    return {TlsGotIe, 4};
  case R_X86_64_TLSGD:
    return {TlsGotGd, 4};
  case R_X86_64_TLSLD:
    return {TlsGotLd, 4};
  case R_X86_64_GOTPC32_TLSDESC:
    return {TlsGotDesc, 4};
  case R_X86_64_TPOFF32:
  case R_X86_64_DTPOFF32:
  case R_X86_64_SIZE32:
    return {TlsConstant, 4};
  case R_X86_64_TPOFF64:
  case R_X86_64_DTPOFF64:
  case R_X86_64_SIZE64:
    return {TlsConstant, 8};
  case R_X86_64_16:
  case R_X86_64_PC16:
    return {Unsupported, 2};
  case R_X86_64_8:
  case R_X86_64_PC8:
    return {Unsupported, 1};
  case R_X86_64_GOTOFF64:
    return {Unsupported, 8};
  default:
    return {Unsupported, 4};
  }
}

static DynamicKind describe_dynamic(uint32_t type) {
  switch (type) {
  case R_X86_64_RELATIVE:
    return DynamicKind::Relative;
  case R_X86_64_64:
  case R_X86_64_GLOB_DAT:
  case R_X86_64_JUMP_SLOT:
    return DynamicKind::Symbolic;
  case R_X86_64_IRELATIVE:
    return DynamicKind::Ifunc;
  case R_X86_64_COPY:
    return DynamicKind::Copy;
  case R_X86_64_DTPMOD64:
    return DynamicKind::TlsModule;
  case R_X86_64_DTPOFF64:
    return DynamicKind::TlsOffset;
  case R_X86_64_TPOFF64:
    return DynamicKind::TlsPointer;
  case R_X86_64_TLSDESC:
    return DynamicKind::TlsDescriptor;
  default:
    return DynamicKind::Other;
  }
}

// call rel32, jmp rel32, jcc rel32: assemblers before 2.31 wrote PC32 for all
// of these, newer ones do for branches to a symbol and more.
static bool is_branch_field(std::span<const uint8_t> content, uint64_t offset) {
  if (offset < 1 || offset > content.size())
    return false;
  uint8_t opcode = content[offset - 1];
  if (opcode == 0xe8 || opcode == 0xe9)
    return true;
  return offset >= 2 && content[offset - 2] == 0x0f && (opcode & 0xf0) == 0x80;
}

static bool is_relative_to_place(ReferenceKind kind) {
  return kind != ReferenceKind::Absolute;
}

static std::optional<uint64_t>
decode(uint32_t type, std::span<const uint8_t> field, uint64_t place) {
  RelocationMeaning meaning = describe(type);
  if (meaning.kind == ReferenceKind::Unsupported ||
      meaning.kind == ReferenceKind::None || field.size() < meaning.size_bytes)
    return std::nullopt;
  uint64_t value;
  if (meaning.size_bytes == 8) {
    memcpy(&value, field.data(), 8);
  } else if (type == R_X86_64_32) {
    uint32_t word;
    memcpy(&word, field.data(), 4);
    value = word;
  } else {
    int32_t word;
    memcpy(&word, field.data(), 4);
    value = static_cast<uint64_t>(int64_t{word});
  }
  return is_relative_to_place(meaning.kind) ? value + place : value;
}

static bool encode(uint32_t type, std::span<uint8_t> field, uint64_t value,
                   uint64_t place) {
  RelocationMeaning meaning = describe(type);
  if (meaning.kind == ReferenceKind::Unsupported ||
      meaning.kind == ReferenceKind::None || field.size() < meaning.size_bytes)
    return false;
  if (is_relative_to_place(meaning.kind))
    value -= place;
  if (meaning.size_bytes == 4) {
    bool fits_unsigned = value <= UINT32_MAX;
    auto number = static_cast<int64_t>(value);
    bool fits_signed = number == static_cast<int32_t>(number);
    if (type == R_X86_64_32 ? !fits_unsigned : !fits_signed)
      return false;
  }
  memcpy(field.data(), &value, meaning.size_bytes);
  return true;
}

// jmp *slot(%rip), with endbr64 or bnd in front of it, and the lazy first
// entry's push before its jmp: whatever the kind of PLT, the first such jump
// of an entry is the one that leaves it.
static std::optional<uint64_t> plt_slot(std::span<const uint8_t> code,
                                        uint64_t address) {
  size_t at = X86_64::entry_skip(code);
  if (at < code.size() && code[at] == 0xf2) // bnd
    ++at;
  if (code.size() < at + 6 || code[at] != 0xff || code[at + 1] != 0x25)
    return std::nullopt;
  int32_t distance;
  memcpy(&distance, &code[at + 2], 4);
  return address + at + 6 + static_cast<uint64_t>(int64_t{distance});
}

static bool is_padding(std::span<const uint8_t> code) {
  // int3 or zeros, or the nops of the SDM's table (0f 1f /0, with 66 and
  // cs prefixes) that assemblers align with.
  size_t at = 0;
  while (at < code.size()) {
    uint8_t byte = code[at];
    bool is_single = byte == 0xcc || byte == 0x90 || byte == 0x66 ||
                     byte == 0x2e || byte == 0x00;
    if (is_single) {
      ++at;
      continue;
    }
    if (byte != 0x0f || at + 1 >= code.size() || code[at + 1] != 0x1f)
      return byte == 0x0f && at + 1 >= code.size();
    if (at + 2 >= code.size())
      return true;
    uint8_t modrm = code[at + 2];
    size_t sib = (modrm & 7) == 4;
    size_t displacement = (modrm >> 6) == 1 ? 1 : (modrm >> 6) == 2 ? 4 : 0;
    at += 3 + sib + displacement;
  }
  return true;
}

// Follows the relaxations of one section. `here(i)` is the byte at `i` from the
// field, 0 outside of the section.
class RelaxationFollower {
public:
  RelaxationFollower(std::span<const uint8_t> content, uint64_t base,
                     std::vector<Relocation> &list)
      : content_(content), base_(base), list_(list) {}

  void run() {
    for (size_t i = 0; i < list_.size(); ++i) {
      Relocation &r = list_[i];
      switch (r.type) {
      case R_X86_64_GOTPCREL:
      case R_X86_64_GOTPCRELX:
      case R_X86_64_REX_GOTPCRELX:
        follow_got(r);
        break;
      case R_X86_64_GOTTPOFF:
        follow_initial_exec(r);
        break;
      case R_X86_64_TLSGD:
        if (follow_general_dynamic(r))
          drop_call_after(i);
        break;
      case R_X86_64_TLSLD:
        if (!matches(r, -3, {0x48, 0x8d, 0x3d})) { // lea x@tlsld(%rip),%rdi
          r.type = R_X86_64_NONE;
          drop_call_after(i);
        }
        break;
      case R_X86_64_GOTPC32_TLSDESC:
        follow_descriptor(r);
        break;
      default:
        break;
      }
    }
    // A relaxed jmp moves the field.
    std::stable_sort(list_.begin(), list_.end(),
                     [](const Relocation &a, const Relocation &b) {
                       return a.address < b.address;
                     });
  }

private:
  int here(const Relocation &r, int64_t distance) const {
    uint64_t at = r.address - base_ + static_cast<uint64_t>(distance);
    return at < content_.size() ? content_[at] : -1;
  }
  bool matches(const Relocation &r, int64_t distance,
               std::initializer_list<int> bytes) const {
    for (int byte : bytes)
      if (here(r, distance++) != byte)
        return false;
    return true;
  }
  // op disp32(%rip), reg
  bool is_rip_relative(const Relocation &r) const {
    return (here(r, -1) & 0xc7) == 0x05;
  }
  // op $imm32, reg
  bool is_register(const Relocation &r) const {
    return (here(r, -1) & 0xc0) == 0xc0;
  }

  // psABI B.2, "Optimize GOTPCRELX Relocations".
  void follow_got(Relocation &r) {
    int opcode = here(r, -2);
    if (matches(r, -2, {0x67, 0xe8})) { // addr32 call foo
      r.type = R_X86_64_PLT32;
    } else if (opcode == 0xe9 || opcode == 0xe8) { // jmp foo; nop
      r.address -= 1;
      r.type = R_X86_64_PLT32;
    } else if (opcode == 0x8d && is_rip_relative(r)) { // lea foo(%rip), reg
      r.type = R_X86_64_PC32;
    } else if ((opcode == 0xc7 || opcode == 0xf7 || opcode == 0x81) &&
               is_register(r)) { // mov, test, binop $foo, reg
      r.type = R_X86_64_32S;
      r.addend += 4;
    }
  }

  // psABI 4.4.6 with the figures on linker optimization.
  void follow_initial_exec(Relocation &r) {
    if (is_rip_relative(r) && here(r, -2) != 0x8d)
      return;
    r.type = R_X86_64_TPOFF32;
    r.addend += 4;
  }

  // True if the sequence was rewritten, and its call with it.
  bool follow_general_dynamic(Relocation &r) {
    if (matches(r, -3, {0x48, 0x8d, 0x3d})) // lea x@tlsgd(%rip), %rdi
      return false;
    // mov %fs:0, %rax (9 bytes from -4), then lea x@tpoff(%rax), %rax or
    // add x@gottpoff(%rip), %rax.
    bool is_initial_exec = matches(r, 5, {0x48, 0x03, 0x05});
    r.address += 8;
    r.type = is_initial_exec ? R_X86_64_GOTTPOFF : R_X86_64_TPOFF32;
    if (!is_initial_exec)
      r.addend += 4;
    return true;
  }

  void follow_descriptor(Relocation &r) {
    if (here(r, -2) == 0x8b && is_rip_relative(r)) { // mov x@gottpoff
      r.type = R_X86_64_GOTTPOFF;
    } else if (here(r, -2) == 0xc7 && is_register(r)) { // mov $x@tpoff
      r.type = R_X86_64_TPOFF32;
      r.addend += 4;
    }
  }

  // The call of __tls_get_addr that followed list_[i] is gone.
  void drop_call_after(size_t i) {
    if (i + 1 >= list_.size())
      return;
    Relocation &call = list_[i + 1];
    switch (call.type) {
    case R_X86_64_PLT32:
    case R_X86_64_PC32:
    case R_X86_64_GOTPCREL:
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX:
      call.type = R_X86_64_NONE;
      break;
    default:
      break;
    }
  }

  std::span<const uint8_t> content_;
  uint64_t base_;
  std::vector<Relocation> &list_;
};

static void follow_relaxations(std::span<const uint8_t> content, uint64_t base,
                               std::vector<Relocation> &list) {
  RelaxationFollower(content, base, list).run();
}

// What linkers do for a module whose block has a fixed place (RFC "Thread-Local
// Storage Descriptors for IA32 and AMD64/EM64T", Oliva and de Assis Araujo):
// lea x@tlsdesc(%rip), reg becomes mov x@gottpoff(%rip), reg; and
// call *x@tlscall(%rax) becomes xchg %ax, %ax.
static bool replace_descriptor(uint32_t type, std::span<uint8_t> content,
                               uint64_t offset) {
  if (type == R_X86_64_TLSDESC_CALL) {
    if (content.size() < 2 || offset > content.size() - 2)
      return false;
    uint8_t *call = &content[offset];
    bool is_call = call[0] == 0xff && call[1] == 0x10;
    if (is_call) {
      call[0] = 0x66;
      call[1] = 0x90;
    }
    return is_call || (call[0] == 0x66 && call[1] == 0x90);
  }
  if (offset < 3 || offset > content.size())
    return false;
  uint8_t *load = &content[offset - 3];
  bool is_load =
      (load[0] & 0xfb) == 0x48 && load[1] == 0x8d && (load[2] & 0xc7) == 0x05;
  if (is_load)
    load[1] = 0x8b;
  return is_load;
}

static std::string relocation_name(uint32_t type) {
  switch (type) {
#define ELF_RELOC(name, value)                                                 \
  case value:                                                                  \
    return #name;
#include "llvm/BinaryFormat/ELFRelocs/x86_64.def"
#undef ELF_RELOC
  default:
    return fmt::format("x86_64 relocation {}", type);
  }
}

const Architecture x86_64_architecture = {
    .name = X86_64::name,
    .e_machine = X86_64::e_machine,
    .jump_size = X86_64::jump_size,
    .entry_skip = X86_64::entry_skip,
    .is_padding = is_padding,
    .describe = describe,
    .describe_dynamic = describe_dynamic,
    .decode = decode,
    .encode = encode,
    .plt_slot = plt_slot,
    .follow_relaxations = follow_relaxations,
    .replace_descriptor = replace_descriptor,
    .is_branch_field = is_branch_field,
    .branch_base = 4,
    .type_none = R_X86_64_NONE,
    .type_64 = R_X86_64_64,
    .type_32 = R_X86_64_32,
    .type_pc32 = R_X86_64_PC32,
    .type_pc64 = R_X86_64_PC64,
    .type_branch = R_X86_64_PLT32,
    .type_got = R_X86_64_GOTPCREL,
    .type_tls_ie = R_X86_64_GOTTPOFF,
    .relocation_name = relocation_name,
};

} // namespace care::linker
