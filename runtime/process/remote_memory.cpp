// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// process_vm_readv first: it needs no seek and takes many ranges in one call.
// It fails on the whole range where /proc/PID/mem would as well, except in
// one case: a range may be readable only by force (text mapped execute-only).
// So a short answer is continued through the descriptor.

#include "runtime/process/remote_memory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

static iovec local_part(const uint8_t *data, size_t size_bytes) {
  // The kernel's structure has no const; writing ranges are only read.
  return {const_cast<uint8_t *>(data), size_bytes};
}

static iovec remote_part(RemoteAddress address, size_t size_bytes) {
  return {reinterpret_cast<void *>(address.value()), size_bytes};
}

Result<RemoteMemory> RemoteMemory::open(pid_t pid) {
  pid_t tid = living_thread(pid);
  std::string path = fmt::format("/proc/{}/mem", tid);
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.is_open()) {
    int error_number = errno;
    return access_error(pid, pid, "cannot open its memory", error_number);
  }
  return RemoteMemory(pid, tid, std::move(fd));
}

size_t RemoteMemory::read_some(RemoteAddress from,
                               std::span<uint8_t> bytes) const {
  iovec local = local_part(bytes.data(), bytes.size());
  iovec remote = remote_part(from, bytes.size());
  ssize_t count = process_vm_readv(tid_, &local, 1, &remote, 1, 0);
  size_t done = count > 0 ? static_cast<size_t>(count) : 0;
  while (done < bytes.size()) {
    count = pread(fd_.get(), bytes.data() + done, bytes.size() - done,
                  static_cast<off_t>((from + done).value()));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      break;
    done += static_cast<size_t>(count);
  }
  return done;
}

Error RemoteMemory::read(RemoteAddress from, std::span<uint8_t> bytes) const {
  size_t done = read_some(from, bytes);
  if (done == bytes.size())
    return {};
  return failure(fmt::format("cannot read {} bytes of its memory at {}",
                             bytes.size(), from.hex()),
                 EIO);
}

// Below the kernel's UIO_MAXIOV of 1024.
static constexpr size_t batch_max = 512;

static std::span<const MemoryRead> next_batch(std::span<const MemoryRead> reads,
                                              size_t done) {
  return reads.subspan(done, std::min(batch_max, reads.size() - done));
}

// How many bytes of all were read. No memory is asked for: it may be that
// the target is stopped.
static size_t read_batch(pid_t tid, std::span<const MemoryRead> batch) {
  std::array<iovec, batch_max> local, remote;
  for (size_t i = 0; i < batch.size(); ++i) {
    local[i] = local_part(batch[i].bytes.data(), batch[i].bytes.size());
    remote[i] = remote_part(batch[i].from, batch[i].bytes.size());
  }
  ssize_t count = process_vm_readv(tid, local.data(), batch.size(),
                                   remote.data(), batch.size(), 0);
  return count > 0 ? static_cast<size_t>(count) : 0;
}

Error RemoteMemory::read(std::span<const MemoryRead> reads) const {
  for (size_t done = 0; done < reads.size();) {
    std::span<const MemoryRead> batch = next_batch(reads, done);
    size_t wanted = 0;
    for (const MemoryRead &one : batch)
      wanted += one.bytes.size();
    if (read_batch(tid_, batch) != wanted)
      for (const MemoryRead &one : batch) // find the one that fails
        if (Error error = read(one.from, one.bytes))
          return error;
    done += batch.size();
  }
  return {};
}

// The kernel stops in the first range that it cannot read to the end. That one
// is asked for on its own, and it goes on behind it.
std::vector<size_t>
RemoteMemory::read_each(std::span<const MemoryRead> reads) const {
  std::vector<size_t> sizes;
  while (sizes.size() < reads.size()) {
    std::span<const MemoryRead> batch = next_batch(reads, sizes.size());
    size_t left = read_batch(tid_, batch);
    for (const MemoryRead &one : batch) {
      bool is_whole = left >= one.bytes.size();
      sizes.push_back(is_whole ? one.bytes.size()
                               : read_some(one.from, one.bytes));
      if (!is_whole)
        break;
      left -= one.bytes.size();
    }
  }
  return sizes;
}

Result<std::vector<uint8_t>> RemoteMemory::read_bytes(RemoteAddress from,
                                                      size_t size_bytes) const {
  std::vector<uint8_t> bytes(size_bytes);
  if (Error error = read(from, bytes))
    return error;
  return bytes;
}

// The kernel says "end of file" at any address then.
bool RemoteMemory::is_gone() const {
  uint8_t byte;
  return pread(fd_.get(), &byte, sizeof byte, 0) == 0;
}

Error RemoteMemory::check_is_there() const {
  if (!is_gone())
    return {};
  return target_gone("its memory is gone: it has ended, or runs another "
                     "program now");
}

Error RemoteMemory::failure(std::string what, int error_number) const {
  if (Error gone = check_is_there())
    return gone;
  return access_error(pid_, tid_, std::move(what), error_number);
}

Error RemoteMemory::write_failure(const MemoryWrite &one,
                                  int error_number) const {
  return failure(fmt::format("cannot write {} bytes of its memory at {}",
                             one.bytes.size(), one.to.hex()),
                 error_number);
}

Error RemoteMemory::write(std::span<const MemoryWrite> writes) const {
  for (const MemoryWrite &one : writes) {
    iovec local = local_part(one.bytes.data(), one.bytes.size());
    iovec remote = remote_part(one.to, one.bytes.size());
    ssize_t count = process_vm_writev(tid_, &local, 1, &remote, 1, 0);
    if (count < 0)
      return write_failure(one, errno);
    if (static_cast<size_t>(count) != one.bytes.size())
      return write_failure(one, EFAULT);
  }
  return {};
}

Error RemoteMemory::write(RemoteAddress to,
                          std::span<const uint8_t> bytes) const {
  MemoryWrite one{to, bytes};
  return write({&one, 1});
}

// Word by word, the words at the ends read first to keep their other bytes.
static int poke(pid_t tid, const MemoryWrite &one) {
  size_t done = 0;
  while (done < one.bytes.size()) {
    RemoteAddress at = one.to + done;
    RemoteAddress word_at = align_down(at, sizeof(long));
    auto inside = static_cast<size_t>(at - word_at);
    size_t count = std::min(sizeof(long) - inside, one.bytes.size() - done);
    errno = 0;
    long word = ptrace(PTRACE_PEEKTEXT, tid, word_at.value(), nullptr);
    if (errno != 0)
      return errno;
    memcpy(reinterpret_cast<uint8_t *>(&word) + inside, one.bytes.data() + done,
           count);
    if (ptrace(PTRACE_POKETEXT, tid, word_at.value(), word) == -1)
      return errno;
    done += count;
  }
  return 0;
}

static int write_through(int fd, const MemoryWrite &one) {
  size_t done = 0;
  while (done < one.bytes.size()) {
    ssize_t count = pwrite(fd, one.bytes.data() + done, one.bytes.size() - done,
                           static_cast<off_t>((one.to + done).value()));
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return count < 0 ? errno : EIO;
    done += static_cast<size_t>(count);
  }
  return 0;
}

Error RemoteMemory::write_forced(std::span<const MemoryWrite> writes,
                                 pid_t stopped_tid, size_t *done) const {
  if (done != nullptr)
    *done = 0;
  for (const MemoryWrite &one : writes) {
    int error_number = write_through(fd_.get(), one);
    // proc_mem.force_override=ptrace or never (Linux 6.12): forced writes are
    // for a tracer only, or for nobody but PTRACE_POKETEXT.
    bool is_forbidden =
        error_number == EIO || error_number == EPERM || error_number == EACCES;
    if (is_forbidden && stopped_tid != 0)
      error_number = poke(stopped_tid, one);
    else if (is_forbidden && !is_gone())
      return write_failure(one, error_number)
          .with_code("kpatch-force-write")
          .note("the kernel may forbid forced writes "
                "(proc_mem.force_override)");
    if (error_number != 0)
      return write_failure(one, error_number);
    if (done != nullptr)
      ++*done;
  }
  return {};
}

Error RemoteMemory::write_forced(RemoteAddress to,
                                 std::span<const uint8_t> bytes,
                                 pid_t stopped_tid) const {
  MemoryWrite one{to, bytes};
  return write_forced({&one, 1}, stopped_tid);
}

} // namespace care::runtime
