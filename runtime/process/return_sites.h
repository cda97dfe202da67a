// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does a word look like a return address into some code? It lies there, and a
// call instruction ends right before it; function pointers (starts of
// functions) and jump table entries do not look like that.
#ifndef LIBCARE_RUNTIME_PROCESS_RETURN_SITES_H
#define LIBCARE_RUNTIME_PROCESS_RETURN_SITES_H

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/stack_scan.h"

namespace care::runtime {

class ReturnSites {
public:
  // Reads the code.
  ReturnSites(const RemoteMemory &memory, std::span<const AddressRange> code);

  // The index in `code`, or nullptr.
  const size_t *find(uint64_t word) const {
    return ranges_.may_contain(word) ? look_up(word) : nullptr;
  }

private:
  const size_t *look_up(uint64_t word) const;

  CodeRanges ranges_;
  std::vector<AddressRange> code_;
  std::vector<std::vector<uint8_t>> bytes_;
};

} // namespace care::runtime

#endif
