// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The entries of an activation as few, large writes.
//
// A system call costs as much as copying several kilobytes, so entries that lie
// close together become one chunk, with the bytes between them as they are in
// memory. Before the write, all chunks are read in one call and compared with
// what they were when the chunks were made: nothing that changed in between is
// written over.
#ifndef LIBCARE_RUNTIME_PATCH_CODE_WRITES_H
#define LIBCARE_RUNTIME_PATCH_CODE_WRITES_H

#include <cstdint>
#include <span>
#include <vector>

#include "common/result.h"
#include "runtime/patch/activation.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

class CodeWrites {
public:
  // Reads the memory; refused [kpatch-site-differs] if an entry does not hold
  // what the activation says.
  static Result<CodeWrites> make(const RemoteMemory &memory,
                                 const MemoryMap &map,
                                 const Activation &activation);

  // Makes the pages private to the process ahead of the stop, by writing one
  // byte of each as it is. Best effort: the real write comes later.
  void touch_pages(const RemoteMemory &memory) const;

  // Inside the stop: what is there now is read (by whoever reads for us, with
  // other memory in one call); then, is everything still as it was?
  std::span<const MemoryRead> reads() const { return reads_; }
  Error verify() const;

  std::span<const MemoryWrite> writes() const { return writes_; }
  std::span<const MemoryWrite> undo_writes() const { return undo_writes_; }

private:
  struct Chunk {
    RemoteAddress address;
    std::vector<uint8_t> before, after, now;
  };
  std::vector<Chunk> chunks_;
  std::vector<MemoryWrite> writes_, undo_writes_;
  std::vector<MemoryRead> reads_;
};

} // namespace care::runtime

#endif
