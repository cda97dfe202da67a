// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Stacks that belong to no running thread: suspended coroutines (makecontext
// and its relatives), alternate signal stacks, stacks that a program switches
// by itself. They can be anywhere in writable memory, so all of it is searched
// for return addresses into the code to be replaced.
//
// The search of a large process takes long, so it is made while the process
// runs. Inside the stop, the words that hit are looked at again, and every
// context that the C library saved (swapcontext), with the stack that it leads
// to: such a coroutine is found even if it was suspended after the search.
#ifndef LIBCARE_RUNTIME_PROCESS_OTHER_STACKS_H
#define LIBCARE_RUNTIME_PROCESS_OTHER_STACKS_H

#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "runtime/arch/saved_context.h"
#include "runtime/process/holes.h"
#include "runtime/process/known_stacks.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/return_sites.h"

namespace care::runtime {

struct OtherStackHit {
  RemoteAddress location; // of the word
  RemoteAddress value;    // the return address it holds
  size_t range_index;     // in the list given to search()
  std::string region;     // "[heap]", a path, "anonymous memory"
};

class OtherStacks {
public:
  // Searches. `own_memory` is not looked at: our own patch images in the
  // target.
  static Result<OtherStacks> search(const RemoteMemory &memory,
                                    const MemoryMap &map,
                                    std::span<const LoadedObject> objects,
                                    std::span<const AddressRange> code,
                                    const Holes &own_memory);

  std::span<const OtherStackHit> hits() const { return hits_; }

  // Inside the stop: what returns into the code from a stack that no thread is
  // on. `thread_stacks` are the live parts of all threads' stacks, each from
  // the stack pointer to the end of its mapping (StackCopy::range); on the
  // stack that a thread is on, the exact check decides.
  Result<std::vector<OtherStackHit>>
  recheck(const RemoteMemory &memory,
          std::span<const AddressRange> thread_stacks) const;

private:
  class Recheck;

  explicit OtherStacks(ReturnSites sites) : sites_(std::move(sites)) {}
  std::vector<AddressRange> search_memory(const RemoteMemory &memory,
                                          const MemoryMap &map,
                                          const Holes &own_memory);
  std::vector<SavedContext> read_contexts(const RemoteMemory &memory) const;
  void add_stacks_of(std::span<const SavedContext> contexts,
                     const RemoteMemory &memory);

  ReturnSites sites_;
  KnownStacks stacks_;
  std::vector<OtherStackHit> hits_;     // ascending
  std::vector<RemoteAddress> contexts_; // addresses of ucontext_t, ascending
  // Parts of coroutines' stacks below the lowest saved stack pointer into which
  // nothing outside of them points: no other context is there. Ascending.
  std::vector<AddressRange> dead_;
};

} // namespace care::runtime

#endif
