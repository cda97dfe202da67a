// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only calls of waitpid for threads of the target, and how they end.
//
// A wait must end although a thread in an uninterruptible sleep reports
// nothing, and without spinning, which would take the processor from the very
// threads that have to run to their stop. So waitpid blocks, and a timer with
// a signal of our own, sent to this thread only, interrupts it. A signal that
// arrives just before waitpid blocks is lost; the timer therefore repeats.
//
// A main thread that ends while others go on is reported by no waitpid until
// the others have ended too. Whenever the timer interrupts, /proc is asked.

#include "runtime/process/wait_status.h"

#include <cerrno>
#include <csignal>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

// Shows that a stop comes from a system call (PTRACE_O_TRACESYSGOOD).
constexpr int system_call_flag = 0x80;

int timer_signal() {
  return SIGRTMIN + 4;
}

bool is_stop_signal(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
         signal == SIGTTOU;
}

// Installed once: without SA_RESTART, so that waitpid returns EINTR.
bool install_timer_handler() {
  struct sigaction action {};
  action.sa_handler = [](int) {};
  sigemptyset(&action.sa_mask);
  return sigaction(timer_signal(), &action, nullptr) == 0;
}

} // namespace

WaitStatus WaitStatus::decode(int raw) {
  WaitStatus status;
  if (!WIFSTOPPED(raw))
    return status;
  int signal = WSTOPSIG(raw);
  int event = raw >> 16;
  if (event == PTRACE_EVENT_STOP) {
    bool is_group_stop = is_stop_signal(signal);
    status.kind_ =
        is_group_stop ? WaitKind::GroupStop : WaitKind::InterruptStop;
    status.signal_ = is_group_stop ? signal : 0;
  } else if (event != 0) {
    status.kind_ = WaitKind::EventStop;
    status.event_ = event;
  } else if (signal == (SIGTRAP | system_call_flag)) {
    status.kind_ = WaitKind::SystemCallStop;
  } else {
    status.kind_ = WaitKind::SignalStop;
    status.signal_ = signal;
  }
  return status;
}

WaitDeadline::WaitDeadline(std::chrono::milliseconds limit)
    : end_(clock::now() + limit) {
  static const bool has_handler = install_timer_handler();
  if (!has_handler)
    return;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = timer_signal();
  event._sigev_un._tid = static_cast<pid_t>(syscall(SYS_gettid));
  has_timer_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  constexpr long tick_ns = 20'000'000;
  itimerspec ticks{{0, tick_ns}, {0, tick_ns}};
  if (has_timer_)
    timer_settime(timer_, 0, &ticks, nullptr);
}

WaitDeadline::~WaitDeadline() {
  if (has_timer_)
    timer_delete(timer_);
}

static pid_t process_of(pid_t tid) {
  std::optional<std::string> group = read_status_field(tid, tid, "Tgid");
  return group ? static_cast<pid_t>(strtol(group->c_str(), nullptr, 10)) : tid;
}

Result<std::optional<WaitStatus>>
wait_for_thread(pid_t tid, const WaitDeadline &deadline) {
  for (;;) {
    int raw = 0;
    bool must_poll = !deadline.has_timer();
    pid_t answer = waitpid(tid, &raw, __WALL | (must_poll ? WNOHANG : 0));
    if (answer == tid)
      return std::optional(WaitStatus::decode(raw));
    if (answer == 0) { // polling: nothing yet
      timespec pause{0, 100'000};
      nanosleep(&pause, nullptr);
    } else if (errno == ECHILD) {
      return std::optional(WaitStatus());
    } else if (errno != EINTR) {
      return system_error(fmt::format("thread {}: cannot wait", tid), errno);
    }
    if (has_ended(process_of(tid), tid))
      return std::optional(WaitStatus());
    if (deadline.has_passed())
      return std::optional<WaitStatus>();
  }
}

} // namespace care::runtime
