// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stacks that belong to no running thread: suspended coroutines (makecontext
// and its relatives), alternate signal stacks, stacks that a program switches
// by itself. They can be anywhere in writable memory, so all of it is searched
// for return addresses into the code to be replaced: words that point just
// behind a call instruction there.
//
// The search of a large process takes long, so it is made while the process
// runs; inside the stop only the few words that hit are looked at again.
#ifndef LIBCARE_RUNTIME_PROCESS_OTHER_STACKS_H
#define LIBCARE_RUNTIME_PROCESS_OTHER_STACKS_H

#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/stack_scan.h"

namespace care::runtime {

struct OtherStackHit {
  RemoteAddress location; // of the word
  RemoteAddress value;    // the return address it holds
  size_t range_index;     // in the list given to CodeRanges
  std::string region;     // "[heap]", a path, "anonymous memory"
};

class OtherStacks {
public:
  // Searches. `own_memory` are ranges that are not looked at: our own patch
  // images in the target. Threads run on: a hit may be out of date, and a
  // coroutine suspended later is not seen.
  static Result<OtherStacks> search(const RemoteMemory &memory,
                                    const MemoryMap &map,
                                    std::span<const LoadedObject> objects,
                                    std::span<const AddressRange> code,
                                    std::span<const AddressRange> own_memory);

  std::span<const OtherStackHit> hits() const { return hits_; }

  // Inside the stop: the hits that still hold the same word and are not dead.
  // `thread_stacks` are the live parts of all threads' stacks, each from the
  // stack pointer to the end of its mapping (StackCopy::range), which the exact
  // check covers. Words below a thread's stack pointer on its own stack are
  // dead too.
  Result<std::vector<OtherStackHit>>
  recheck(const RemoteMemory &memory,
          std::span<const AddressRange> thread_stacks) const;

private:
  std::vector<OtherStackHit> hits_;
  // For each hit the part of a thread's own stack above the word, from the word
  // to the thread's control block; empty if the word is on no such stack.
  std::vector<AddressRange> own_stacks_;
};

} // namespace care::runtime

#endif
