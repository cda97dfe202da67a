// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The child shares our memory (CLONE_VM), so that making it copies nothing and
// leaves no page of ours to be copied later, inside the stop. It sleeps in the
// kernel from its first instruction on and never returns from there: it has no
// thread-local storage of its own. It dies with us.

#include "runtime/patch/rehearsal.h"

#include "runtime/process/remote_memory.h"
#include "runtime/process/stopped_process.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace care::runtime {

namespace {

// Private memory, read-only as code and stacks of a target are to us.
class Scratch {
public:
  explicit Scratch(size_t size_bytes)
      : size_(size_bytes),
        start_(mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)) {}
  Scratch(const Scratch &) = delete;
  Scratch &operator=(const Scratch &) = delete;
  ~Scratch() {
    if (is_there())
      munmap(start_, size_);
  }
  bool is_there() const { return start_ != MAP_FAILED; }
  uint8_t *end() const { return static_cast<uint8_t *>(start_) + size_; }
  RemoteAddress address() const {
    return RemoteAddress(reinterpret_cast<uint64_t>(start_));
  }

private:
  size_t size_;
  void *start_;
};

// `parent` is its process id, as a pointer. No call here returns an error,
// which would be stored in our errno.
int sleep_forever(void *parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before that, and nobody would ever wake us.
  if (reinterpret_cast<intptr_t>(parent) != getppid())
    _exit(0);
  for (;;)
    pause();
}

class SleepingChild {
public:
  SleepingChild() : stack_(stack_size) {
    if (stack_.is_there())
      pid_ = clone(sleep_forever, stack_.end(), CLONE_VM | SIGCHLD,
                   reinterpret_cast<void *>(static_cast<intptr_t>(getpid())));
  }
  SleepingChild(const SleepingChild &) = delete;
  SleepingChild &operator=(const SleepingChild &) = delete;
  ~SleepingChild() {
    if (pid_ <= 0)
      return;
    kill(pid_, SIGKILL);
    int status;
    while (waitpid(pid_, &status, __WALL) == -1 && errno == EINTR)
      ;
  }
  pid_t pid() const { return pid_; }

private:
  static constexpr size_t stack_size = 64 * 1024;
  Scratch stack_;
  pid_t pid_ = -1;
};

using clock = std::chrono::steady_clock;

// When one of our threads last made a stop, in ticks of the clock; 0: never.
std::atomic<clock::rep> last_stop = 0;

bool is_in_practice() {
  constexpr std::chrono::milliseconds practice_lasts(20);
  clock::rep last = last_stop;
  return last != 0 && clock::now() - clock::time_point(clock::duration(last)) <
                          practice_lasts;
}

} // namespace

void note_stop() {
  last_stop = clock::now().time_since_epoch().count();
}

void rehearse_stop(const CodeWrites &code, const CodeRanges &ranges) {
  if (is_in_practice())
    return;
  size_t size = 1;
  for (const MemoryWrite &write : code.writes())
    size = std::max(size, write.bytes.size());
  Scratch scratch(size);
  SleepingChild child;
  if (!scratch.is_there() || child.pid() <= 0)
    return;
  Result<RemoteMemory> memory = RemoteMemory::open(child.pid());
  Result<MappingQuery> mappings = MappingQuery::open(child.pid());
  if (!memory || !mappings)
    return;
  std::vector<MemoryWrite> writes;
  for (const MemoryWrite &write : code.writes())
    writes.push_back({scratch.address(), write.bytes});
  std::vector<uint8_t> now(size);
  StackCopy stack;
  std::vector<ScanHit> hits;

  for (int round = 0; round < 3; ++round) {
    Result<StoppedProcess> stopped = StoppedProcess::stop(child.pid());
    if (!stopped || stopped->threads().empty())
      return;
    const Registers &registers = stopped->threads().front().registers;
    MemoryRead further{scratch.address(), now};
    if (Error error = copy_stack(*memory, *mappings, registers.sp(), stack,
                                 {&further, 1}))
      return;
    scan_registers(registers, ranges, hits);
    scan_stack(stack, ranges, hits);
    hits.clear();
    if (Error error = memory->write_forced(writes, stopped->any_tid()))
      return;
    if (Error error = stopped->release())
      return;
  }
}

} // namespace care::runtime
