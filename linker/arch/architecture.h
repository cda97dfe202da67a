// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the post-link pass knows about an architecture: the meaning of its
// relocations, what linkers do to instructions, and what a PLT entry looks
// like. Pure functions over bytes, in one table for each architecture; all are
// compiled on every host. Instruction facts shared with the runtime are in
// common/arch/.
#ifndef LIBCARE_LINKER_ARCH_ARCHITECTURE_H
#define LIBCARE_LINKER_ARCH_ARCHITECTURE_H

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "linker/object_model.h"

namespace care::linker {

enum class ReferenceKind {
  None,        // changes nothing
  Absolute,    // S + A
  PcRelative,  // S + A - P
  Branch,      // the same in a call or jump; may go through a PLT entry
  GotSlot,     // the address of a slot that holds S, relative to P
  TlsGotIe,    // a slot that holds the offset from the thread pointer
  TlsGotGd,    // a pair of slots: module and offset
  TlsGotLd,    // a pair of slots: the module
  TlsGotDesc,  // a descriptor: function and argument
  TlsDescCall, // no field, but the call of a descriptor's function
  TlsConstant, // an offset in the thread-local block, fixed by the linker
  Unsupported, // nothing is known
};

struct RelocationMeaning {
  ReferenceKind kind = ReferenceKind::Unsupported;
  uint8_t size_bytes = 0; // of the field
};

enum class DynamicKind {
  Relative,   // load bias + addend
  Symbolic,   // the address of a symbol
  Ifunc,      // what the resolver at load bias + addend returns
  Copy,       // a copy of a shared library's variable
  TlsModule,  // number of the module that defines the symbol
  TlsOffset,  // offset in the module's block
  TlsPointer, // offset from the thread pointer
  TlsDescriptor,
  Other,
};

struct Architecture {
  std::string_view name;
  uint16_t e_machine;
  size_t jump_size;
  // Bytes at a function's start that stay in front of the jump.
  size_t (*entry_skip)(std::span<const uint8_t> code);
  // Could these bytes lie between two functions, never executed?
  bool (*is_padding)(std::span<const uint8_t> code);

  RelocationMeaning (*describe)(uint32_t type);
  DynamicKind (*describe_dynamic)(uint32_t type);
  // S + A (for GOT kinds: slot address + A) as the field at `place` has it.
  // Nothing if the field holds only part of it.
  std::optional<uint64_t> (*decode)(uint32_t type,
                                    std::span<const uint8_t> field,
                                    uint64_t place);
  // Puts S + A into a copy of the field; false: does not fit.
  bool (*encode)(uint32_t type, std::span<uint8_t> field, uint64_t value,
                 uint64_t place);
  // The GOT slot through which the PLT entry `code` at `address` jumps.
  std::optional<uint64_t> (*plt_slot)(std::span<const uint8_t> code,
                                      uint64_t address);
  // Makes `list` say what the code in `content` (at `base`) does. Linkers
  // rewrite instructions, and keep the relocation that the assembler wrote.
  void (*follow_relaxations)(std::span<const uint8_t> content, uint64_t base,
                             std::vector<Relocation> &list);

  // Rewrites one of the two instructions of a thread-local access by
  // descriptor, that with the field of `type` at `offset` of `content`: the
  // offset from the thread pointer then comes from a slot. False: the
  // instruction is not one that the ABI allows, and is as it was.
  bool (*replace_descriptor)(uint32_t type, std::span<uint8_t> content,
                             uint64_t offset);

  // Does the PC-relative field at `offset` belong to a call or jump, though its
  // relocation is not a branch's?
  bool (*is_branch_field)(std::span<const uint8_t> content, uint64_t offset);
  // A branch goes to S + A and this: x86 counts from the end of the field.
  uint64_t branch_base;

  // Relocation types that a patch is written with.
  uint32_t type_none, type_64, type_32, type_pc32, type_pc64;
  uint32_t type_branch, type_got, type_tls_ie;
  std::string (*relocation_name)(uint32_t type);
};

extern const Architecture x86_64_architecture;
extern const Architecture aarch64_architecture;

Result<const Architecture *> find_architecture(uint16_t e_machine);

} // namespace care::linker

#endif
