// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations as pure functions over bytes.
//
// An architecture describes each type with a RelocationKind: which value the
// symbol stands for (its address, the address of a GOT slot, ...). Whoever has
// computed that value calls apply(), which knows the field. Nothing here knows
// about processes, so both architectures are tested on any host.
#ifndef LIBCARE_RUNTIME_PATCH_RELOCATION_H
#define LIBCARE_RUNTIME_PATCH_RELOCATION_H

#include <concepts>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace care::runtime {

// What S stands for in the formula of a relocation.
enum class SymbolUse : uint8_t {
  Nothing,    // no field is changed
  Address,    // the symbol's address
  Branch,     // the same, or a far stub that jumps there
  GotSlot,    // a slot that holds the address
  GotTlsSlot, // a slot that holds the offset from the thread pointer
  TlsPair,    // two slots: module id, offset in the module's TLS block
  TlsModule,  // two slots: module id, 0
  TlsOffset,  // the offset in the module's TLS block
};

struct RelocationKind {
  uint32_t type;
  std::string_view name;
  SymbolUse use;
};

enum class RelocationStatus {
  Applied,
  Overflow, // the value does not fit
  Outside,  // the field is not inside the bytes
};

// One field to be changed: `offset` in `bytes`, which run at `place` (the
// address of the field itself).
struct RelocationField {
  std::span<uint8_t> bytes;
  uint64_t offset;
  uint64_t place;

  bool has_room(size_t size) const {
    return offset <= bytes.size() && size <= bytes.size() - offset;
  }
  template <typename T> T read() const {
    T value;
    memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
  }
  template <typename T> void write(T value) const {
    memcpy(bytes.data() + offset, &value, sizeof value);
  }
};

template <typename R>
concept RelocationArch = requires(uint32_t type, RelocationField field,
                                  uint64_t value, int64_t addend,
                                  std::span<const uint8_t> code) {
  // nullptr: not known.
  { R::find_kind(type) } -> std::same_as<const RelocationKind *>;
  { R::apply(type, field, value, addend) } -> std::same_as<RelocationStatus>;
  // May the field at code.size() of the instruction that begins in `code`
  // be sent through a far stub, although its type is not a branch?
  { R::is_branch_field(type, code) } -> std::same_as<bool>;
  // May `code`, which runs at `address`, branch to a byte from `start` to
  // before `end`? Never a wrong no.
  { R::may_branch_into(code, value, value, value) } -> std::same_as<bool>;
  // Does `code`, from the end of a function on, hold filling that is
  // never executed?
  { R::is_padding(code) } -> std::same_as<bool>;
};

} // namespace care::runtime

#endif
