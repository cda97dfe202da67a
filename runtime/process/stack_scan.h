// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Conservative stack check: does any word of a thread's stack or registers
// look like an address in code that is to be replaced? No hit is a proof that
// the thread will not return there, without unwinding. A hit may be a stale
// word: Unwinder tells.
#ifndef LIBCARE_RUNTIME_PROCESS_STACK_SCAN_H
#define LIBCARE_RUNTIME_PROCESS_STACK_SCAN_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "common/result.h"
#include "runtime/arch/registers.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

// Code ranges with fast lookup. Ranges may be given in any order and must not
// overlap; index is the position in the list given.
class CodeRanges {
public:
  explicit CodeRanges(std::span<const AddressRange> ranges);

  // The range with start <= address < end (a program counter).
  const size_t *find_pc(uint64_t address) const;
  // The range with start < address <= end (a return address: the call may be
  // the last instruction of its function).
  const size_t *find_return_address(uint64_t address) const;
  // Quick no for either of them.
  bool may_contain(uint64_t address) const {
    return address - low_ <= high_ - low_;
  }
  bool is_empty() const { return entries_.empty(); }

private:
  struct Entry {
    uint64_t start;
    uint64_t end;
    size_t index;
  };
  std::vector<Entry> entries_; // by start
  uint64_t low_ = 1, high_ = 0;
};

// The live part of a stack: from sp (less the red zone) to the end of its
// mapping. What it needs of memory can be used again for the next thread.
struct StackCopy {
  RemoteAddress start; // of bytes, 8-byte aligned
  std::vector<uint8_t> bytes;
  size_t size_bytes = 0;         // bytes in use
  std::vector<MemoryRead> reads; // only while copying

  AddressRange range() const { return {start, start + size_bytes}; }
};

// Fails if sp is not in readable memory. `further` is read in the same call.
Error copy_stack(const RemoteMemory &memory, MappingQuery &mappings,
                 RemoteAddress sp, StackCopy &copy,
                 std::span<const MemoryRead> further = {});

struct ScanHit {
  enum class Where { ProgramCounter, Register, Stack };
  Where where;
  RemoteAddress value;    // the word: an address in the range
  RemoteAddress location; // of the word, if Stack
  size_t range_index;     // in the list given to CodeRanges
};

// Appends to `hits`.
void scan_registers(const Registers &registers, const CodeRanges &ranges,
                    std::vector<ScanHit> &hits);
void scan_stack(const StackCopy &stack, const CodeRanges &ranges,
                std::vector<ScanHit> &hits);

} // namespace care::runtime

#endif
