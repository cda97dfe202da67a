// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ucontext_t of x86_64 (sys/ucontext.h), as glibc fills it: uc_stack, then
// the registers in the order of enum REG_*, then the pointer to the vector
// state, which is the member __fpregs_mem of the same structure.

#include "runtime/arch/saved_context.h"

#include <cstring>
#include <ucontext.h>

namespace care::runtime {

static constexpr size_t register_offset(int number) {
  return offsetof(ucontext_t, uc_mcontext) +
         static_cast<size_t>(number) * sizeof(greg_t);
}

static_assert(register_offset(REG_RIP) + sizeof(greg_t) == saved_context_size);

const ContextFormat context_format = {
    .self_pointer_offset = offsetof(ucontext_t, uc_mcontext.fpregs),
    .self_pointer_distance = offsetof(ucontext_t, __fpregs_mem) -
                             offsetof(ucontext_t, uc_mcontext.fpregs),
    .mangling_rotation = 17,
};

SavedContext decode_saved_context(RemoteAddress address,
                                  const SavedContextBytes &bytes) {
  auto word_at = [&](size_t offset) {
    uint64_t word;
    memcpy(&word, &bytes[offset], sizeof word);
    return word;
  };
  RemoteAddress stack(word_at(offsetof(ucontext_t, uc_stack.ss_sp)));
  return {.address = address,
          .pc = RemoteAddress(word_at(register_offset(REG_RIP))),
          .sp = RemoteAddress(word_at(register_offset(REG_RSP))),
          .pc_location = address + register_offset(REG_RIP),
          .stack = {stack,
                    stack + word_at(offsetof(ucontext_t, uc_stack.ss_size))}};
}

} // namespace care::runtime
