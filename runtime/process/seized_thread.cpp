// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Seizing, stopping and letting go of one thread.
//
// Between PTRACE_INTERRUPT and the stop that it causes, the thread may report
// other things first: a signal that is about to be delivered, a group-stop,
// its end. A signal is handed back with the resume, so that the thread sets up
// its handler as if nobody looked; the interrupt stays pending and stops it
// right behind that, at the first instruction of the handler. A group-stop
// (SIGSTOP and the like) is a PTRACE_EVENT_STOP too and as good as ours;
// detaching leaves the thread stopped as the group-stop demands.
//
// A thread that we detach from, or whose tracer dies, loses pending interrupts
// (Linux, __ptrace_unlink), so that nothing stops it afterwards.

#include "runtime/process/seized_thread.h"

#include <cerrno>
#include <chrono>
#include <sys/ptrace.h>
#include <thread>

#include <fmt/format.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

// Asked to stop, given up, and not let go yet. Of the calling thread, since
// only the thread that seized another one can deal with it.
struct LateThread {
  pid_t pid, tid;
};
thread_local std::vector<LateThread> late_threads;

Error does_not_stop(pid_t pid, pid_t tid) {
  return not_safe_now(fmt::format(
      "thread {} ({}) does not stop (state {})", tid, thread_name(pid, tid),
      read_status_field(pid, tid, "State").value_or("unknown")));
}

} // namespace

size_t let_go_of_late_threads() {
  std::erase_if(late_threads, [](const LateThread &late) {
    std::optional<WaitStatus> status = poll_thread(late.tid);
    if (!status)
      return false;
    int signal = status->kind() == WaitKind::SignalStop ? status->signal() : 0;
    // It fails only if the thread has ended.
    if (status->is_stop())
      (void)ptrace(PTRACE_DETACH, late.tid, nullptr, signal);
    return true;
  });
  return late_threads.size();
}

// A running thread stops at once, one in an uninterruptible sleep when it wakes
// up, which the kernel keeps for us to see.
static Error wait_for_late_threads() {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds limit(200);
  constexpr std::chrono::microseconds pause(100);
  clock::time_point deadline = clock::now() + limit;
  while (let_go_of_late_threads() > 0) {
    if (clock::now() >= deadline)
      return does_not_stop(late_threads.front().pid, late_threads.front().tid);
    std::this_thread::sleep_for(pause);
  }
  return {};
}

Result<SeizedThread> SeizedThread::seize(pid_t pid, pid_t tid) {
  // One that was late is ours still.
  if (std::erase_if(late_threads,
                    [=](const LateThread &late) { return late.tid == tid; }))
    return SeizedThread(pid, tid);
  unsigned long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC;
  if (ptrace(PTRACE_SEIZE, tid, nullptr, options) == -1) {
    int error_number = errno;
    return access_error(pid, tid, "cannot attach", error_number);
  }
  return SeizedThread(pid, tid);
}

SeizedThread::~SeizedThread() {
  // Nowhere to report to; the thread is gone if this fails.
  Error ignored = detach();
  (void)ignored;
}

Error SeizedThread::request_stop() {
  if (ptrace(PTRACE_INTERRUPT, tid_, nullptr, nullptr) == -1) {
    int error_number = errno;
    return access_error(pid_, tid_, "cannot stop", error_number);
  }
  return {};
}

Error SeizedThread::wait_for_stop(const WaitDeadline &deadline) {
  for (;;) {
    Result<WaitStatus> status = wait(deadline);
    if (!status)
      return status.take_error();
    switch (status->kind()) {
    case WaitKind::InterruptStop:
    case WaitKind::GroupStop:
      return {};
    case WaitKind::EventStop: // execve: the program is another one now
      return target_gone("the process started another program");
    case WaitKind::Exited:
      return target_gone(fmt::format("thread {} has ended", tid_));
    case WaitKind::SignalStop:
    case WaitKind::SystemCallStop:
      if (Error error = resume(status->signal()))
        return error;
    }
  }
}

// PTRACE_CONT or PTRACE_SYSCALL; a thread that was killed meanwhile is gone.
static Error let_run(pid_t pid, pid_t tid, bool to_system_call, int signal) {
  if (ptrace(to_system_call ? PTRACE_SYSCALL : PTRACE_CONT, tid, nullptr,
             signal) == 0)
    return {};
  int error_number = errno;
  return access_error(pid, tid, "cannot let it run", error_number);
}

Error SeizedThread::run_to_system_call(int signal) {
  is_stopped_ = false;
  signal_ = 0;
  return let_run(pid_, tid_, true, signal);
}

Error SeizedThread::resume(int signal) {
  is_stopped_ = false;
  signal_ = 0;
  return let_run(pid_, tid_, false, signal);
}

Result<WaitStatus> SeizedThread::wait(const WaitDeadline &deadline) {
  pid_t tid = tid_;
  Result<std::optional<WaitStatus>> status = wait_for_thread(tid, deadline);
  if (!status)
    return status.take_error();
  if (!*status)
    return does_not_stop(pid_, tid);
  is_stopped_ = (*status)->is_stop();
  if (!is_stopped_)
    tid_ = 0; // it is not ours any more, nor anybody's
  signal_ = (*status)->kind() == WaitKind::SignalStop ? (*status)->signal() : 0;
  return **status;
}

Error SeizedThread::detach() {
  if (tid_ == 0)
    return {};
  if (is_stopped_)
    return detach_stopped();
  make_late();
  return wait_for_late_threads();
}

Error SeizedThread::detach_stopped() {
  pid_t tid = std::exchange(tid_, 0);
  // Twice: a thread that we keep holds up all that comes after.
  for (int attempt = 0; attempt < 2; ++attempt)
    if (ptrace(PTRACE_DETACH, tid, nullptr, signal_) == 0 || errno == ESRCH)
      return {}; // ended: the kernel let it go
  return system_error(fmt::format("thread {}: cannot detach", tid), errno);
}

// Only a stopped thread can be detached from.
void SeizedThread::make_late() {
  pid_t tid = std::exchange(tid_, 0);
  if (ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr) == 0)
    late_threads.push_back({pid_, tid});
}

Error detach_all(std::vector<SeizedThread> threads) {
  Error errors;
  for (SeizedThread &thread : threads)
    if (thread.is_stopped())
      errors = join_errors(std::move(errors), thread.detach_stopped());
    else
      thread.make_late();
  (void)static_cast<bool>(wait_for_late_threads()); // no more than a try
  return errors;
}

} // namespace care::runtime
