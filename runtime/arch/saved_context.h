// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Contexts that the C library saved for a thread of control that does not run:
// the ucontext_t of getcontext and swapcontext, and pointers that setjmp hides.
// One file for each architecture defines the functions.
#ifndef LIBCARE_RUNTIME_ARCH_SAVED_CONTEXT_H
#define LIBCARE_RUNTIME_ARCH_SAVED_CONTEXT_H

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "runtime/process/remote_address.h"

namespace care::runtime {

struct SavedContext {
  RemoteAddress address; // of the ucontext_t
  RemoteAddress pc, sp;
  RemoteAddress pc_location; // of the word that holds pc
  AddressRange stack; // uc_stack: what makecontext was given, or nonsense

  // Where the return address was on its stack, if it was saved by a call.
  RemoteAddress frame() const { return sp - sizeof(uint64_t); }
};

// The leading bytes of a ucontext_t that are looked at.
constexpr size_t saved_context_size = 176;
using SavedContextBytes = std::array<uint8_t, saved_context_size>;
SavedContext decode_saved_context(RemoteAddress address,
                                  const SavedContextBytes &bytes);

struct ContextFormat {
  // A ucontext_t is known by a pointer in it to another part of it: where the
  // pointer is, and how far behind itself it points.
  uint64_t self_pointer_offset;
  uint64_t self_pointer_distance;
  // setjmp rotates a pointer left by so much, after an exclusive or with the
  // guard of the process.
  int mangling_rotation;

  std::optional<RemoteAddress> find_context(RemoteAddress location,
                                            uint64_t word) const {
    if (word - location.value() != self_pointer_distance)
      return std::nullopt;
    return location - self_pointer_offset;
  }
  uint64_t demangle(uint64_t word, uint64_t guard) const {
    return std::rotr(word, mangling_rotation) ^ guard;
  }
};
extern const ContextFormat context_format;

} // namespace care::runtime

#endif
