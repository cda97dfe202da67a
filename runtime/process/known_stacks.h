// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which memory is one stack, and whose? Threads' stacks are known by their
// control blocks, coroutines' by the context that names them. Several stacks
// can lie in one mapping: the kernel joins neighbours, malloc has many blocks.
#ifndef LIBCARE_RUNTIME_PROCESS_KNOWN_STACKS_H
#define LIBCARE_RUNTIME_PROCESS_KNOWN_STACKS_H

#include <map>
#include <span>

#include "runtime/process/loaded_object.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/tls_layout.h"

namespace care::runtime {

struct KnownStack {
  enum class Kind {
    Thread,
    EndedThread, // kept by the C library for the next thread
    Coroutine,
    Unknown, // no more is known than the mapping
  };
  Kind kind = Kind::Unknown;
  AddressRange range;

  bool is_exact() const { return kind != Kind::Unknown; }
};

class KnownStacks {
public:
  KnownStacks() = default;
  KnownStacks(const RemoteMemory &memory, const MemoryMap &map,
              std::span<const LoadedObject> objects);

  // Looks for control blocks in `region`, if a thread's stack can be there.
  void add_threads(const RemoteMemory &memory, const MemoryRegion &region,
                   std::span<const AddressRange> resident_parts);
  // Named by a context; left out if it is not all in one private writable
  // mapping.
  void add_coroutine(AddressRange stack);

  // The smallest known stack around `address`; empty if it is in no private
  // writable memory.
  KnownStack find(RemoteAddress address) const;
  const MemoryRegion *find_region(RemoteAddress address) const;

private:
  MemoryMap map_;
  LibraryField tid_field_{};
  std::map<RemoteAddress, KnownStack> threads_, coroutines_; // by end
};

} // namespace care::runtime

#endif
