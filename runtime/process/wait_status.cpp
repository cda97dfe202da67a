// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only waits for threads of the target, and how they end.
//
// A stop is looked at and left as it is (WNOWAIT). Waiting for it in the usual
// way takes the number of a signal that is about to be delivered out of the
// thread (Linux, wait_task_stopped): if the tracer then dies before it resumes
// the thread, the kernel goes on without the signal, and it is lost. What is
// left behind of the other kinds of stops means nothing to the kernel.
//
// A wait must end although a thread in an uninterruptible sleep reports
// nothing, and without spinning, which would take the processor from the very
// threads that have to run to their stop. So waitid blocks, and a timer with
// a signal of our own, sent to this thread only, interrupts it. A signal that
// arrives just before waitid blocks is lost; the timer therefore repeats.
//
// A main thread that ends while others go on is reported by no wait until
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

// Installed once: without SA_RESTART, so that waitid returns EINTR.
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

// As waitpid() gives it, and 0 for the end of the thread.
static int raw_status(const siginfo_t &info) {
  bool is_stop = info.si_code == CLD_TRAPPED || info.si_code == CLD_STOPPED;
  return is_stop ? info.si_status << 8 | 0x7f : 0;
}

// An ended thread stays until it has been waited for.
static void take_away(pid_t tid) {
  siginfo_t ignored{};
  (void)waitid(P_PID, static_cast<id_t>(tid), &ignored,
               WEXITED | WNOHANG | __WALL);
}

std::optional<WaitStatus> poll_thread(pid_t tid) {
  siginfo_t info{};
  int flags = WEXITED | WSTOPPED | WNOWAIT | WNOHANG | __WALL;
  if (waitid(P_PID, static_cast<id_t>(tid), &info, flags) != 0)
    return errno == ECHILD ? std::optional(WaitStatus()) : std::nullopt;
  if (info.si_pid != tid)
    return std::nullopt;
  return WaitStatus::decode(raw_status(info));
}

Result<std::optional<WaitStatus>>
wait_for_thread(pid_t tid, const WaitDeadline &deadline) {
  for (;;) {
    siginfo_t info{};
    int flags = WEXITED | WSTOPPED | WNOWAIT | __WALL;
    if (!deadline.has_timer())
      flags |= WNOHANG; // then it has to poll
    int answer = waitid(P_PID, static_cast<id_t>(tid), &info, flags);
    if (answer == 0 && info.si_pid == tid) {
      WaitStatus status = WaitStatus::decode(raw_status(info));
      if (!status.is_stop())
        take_away(tid);
      return std::optional(status);
    }
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
