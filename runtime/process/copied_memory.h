// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Memory of the target with a copy of a part that much is read of: one system
// call instead of hundreds. What is not all in the copy is read from the
// target.
#ifndef LIBCARE_RUNTIME_PROCESS_COPIED_MEMORY_H
#define LIBCARE_RUNTIME_PROCESS_COPIED_MEMORY_H

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

class CopiedMemory {
public:
  // `memory` must outlive it. `copy` is of what is at `start`.
  explicit CopiedMemory(const RemoteMemory &memory, RemoteAddress start = {},
                        std::vector<uint8_t> copy = {})
      : memory_(memory), start_(start), copy_(std::move(copy)) {}

  // What of `part` can be read; in place of the copy that was.
  void copy(AddressRange part) {
    copy_.resize(part.size_bytes());
    copy_.resize(memory_.read_some(part.start, copy_));
    start_ = part.start;
  }

  // As RemoteMemory has it.
  size_t read_some(RemoteAddress from, std::span<uint8_t> bytes) const {
    uint64_t offset = from - start_;
    if (from < start_ || offset > copy_.size() ||
        copy_.size() - offset < bytes.size())
      return memory_.read_some(from, bytes);
    std::copy_n(copy_.begin() + static_cast<long>(offset), bytes.size(),
                bytes.begin());
    return bytes.size();
  }
  template <typename T> std::optional<T> read_value(RemoteAddress from) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(&value), sizeof value);
    return read_some(from, bytes) == sizeof value ? std::optional(value)
                                                  : std::nullopt;
  }

private:
  const RemoteMemory &memory_;
  RemoteAddress start_;
  std::vector<uint8_t> copy_;
};

} // namespace care::runtime

#endif
