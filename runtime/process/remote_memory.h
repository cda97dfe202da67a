// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one class that moves memory between the target and us.
//
// Reads and ordinary writes use process_vm_readv/writev (one copy, no
// descriptor) and fall back to /proc/PID/mem. Forced writes go through
// /proc/PID/mem, which writes to pages that the target itself may only read or
// execute: the kernel makes a private copy of the page first, so the file
// behind it never changes. The descriptor belongs to the address space that
// the process had when it was opened: after an execve, writes cannot hit the
// new program. Where the kernel forbids forced writes
// (proc_mem.force_override), PTRACE_POKETEXT on a stopped thread does it.
#ifndef LIBCARE_RUNTIME_PROCESS_REMOTE_MEMORY_H
#define LIBCARE_RUNTIME_PROCESS_REMOTE_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>
#include <type_traits>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

struct MemoryWrite {
  RemoteAddress to;
  std::span<const uint8_t> bytes;
};

struct MemoryRead {
  RemoteAddress from;
  std::span<uint8_t> bytes;
};

class RemoteMemory {
public:
  // No such process: TargetGone. No right to trace: [kpatch-no-permission].
  static Result<RemoteMemory> open(pid_t pid);

  pid_t pid() const { return pid_; }
  // A thread that has the memory: living_thread(pid), as it was at open().
  pid_t tid() const { return tid_; }

  // TargetGone if the address space has been given up: at the end of a process,
  // a while before it is a zombie, or by exec. Nothing can be read then, which
  // means nothing.
  Error check_is_there() const;

  // All of `bytes`, or an error.
  Error read(RemoteAddress from, std::span<uint8_t> bytes) const;
  // The readable bytes from the start on; may be fewer than asked, or none.
  size_t read_some(RemoteAddress from, std::span<uint8_t> bytes) const;
  // Many ranges with few system calls; all of them, or an error.
  Error read(std::span<const MemoryRead> reads) const;
  // The same for ranges of which some may be unreadable: how much of each was
  // read.
  std::vector<size_t> read_each(std::span<const MemoryRead> reads) const;

  template <typename T> Result<T> read_value(RemoteAddress from) const {
    static_assert(std::is_trivially_copyable_v<T>);
    T value{};
    if (Error error =
            read(from, {reinterpret_cast<uint8_t *>(&value), sizeof value}))
      return error;
    return value;
  }
  Result<std::vector<uint8_t>> read_bytes(RemoteAddress from,
                                          size_t size_bytes) const;

  // Ordinary writable memory of the target.
  Error write(RemoteAddress to, std::span<const uint8_t> bytes) const;
  Error write(std::span<const MemoryWrite> writes) const;

  // Text and read-only pages too. One pwrite for each range, in the order
  // given, stopping at the first failure; `done` (if given) is the number of
  // ranges written completely. `stopped_tid` is a thread of the target that we
  // hold in a ptrace-stop, or 0: then there is no way around a kernel that
  // forbids forced writes, and the error is [kpatch-force-write].
  Error write_forced(std::span<const MemoryWrite> writes, pid_t stopped_tid = 0,
                     size_t *done = nullptr) const;
  Error write_forced(RemoteAddress to, std::span<const uint8_t> bytes,
                     pid_t stopped_tid = 0) const;

private:
  RemoteMemory(pid_t pid, pid_t tid, UniqueFd fd)
      : pid_(pid), tid_(tid), fd_(std::move(fd)) {}

  bool is_gone() const;
  // TargetGone if the memory is, otherwise as access_error says.
  Error failure(std::string what, int error_number) const;
  Error write_failure(const MemoryWrite &one, int error_number) const;

  pid_t pid_;
  pid_t tid_;
  UniqueFd fd_; // /proc/PID/mem
};

} // namespace care::runtime

#endif
