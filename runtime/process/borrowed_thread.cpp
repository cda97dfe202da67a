// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The life of a borrowed thread. At every instant between two steps, one of
// these holds, so that our death is harmless:
//
//   untouched  its own registers and signal mask; at most some bytes below its
//              red zone have changed
//   parked     its next instruction leads to rt_sigreturn with our frame
//   in a call  the call returns to rt_sigreturn with our frame
//   restored   its own registers again, the restart of an interrupted system
//              call left to the kernel
//
// The signal mask is changed only while parked: rt_sigreturn restores it. No
// single-stepping: the kernel leaves the trap flag set when a tracer dies, and
// the thread would be killed by SIGTRAP. A call is followed with
// PTRACE_SYSCALL, whose mark the kernel takes away with the tracer. Between
// calls the thread is in PTRACE_EVENT_STOP, inside the kernel's signal
// delivery, from where an interrupted system call is restarted by the kernel
// itself once its registers are back.

#include "runtime/process/borrowed_thread.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <linux/audit.h>
#include <sys/ptrace.h>

#include "runtime/arch/dead_man_frame.h"
#include "runtime/process/seccomp_filter.h"
#include "runtime/process/seized_thread.h"
#include "runtime/process/target_process.h"
#include "runtime/process/thread_choice.h"

namespace care::runtime {

namespace {

constexpr std::chrono::milliseconds stop_limit{200};
constexpr std::chrono::milliseconds call_limit{1000};
constexpr uint64_t function_room = 16384; // stack for a called function
constexpr uint64_t least_room = 1024;     // below the frame, for anything else

// Signals that an instruction raises. If they were blocked, the kernel would
// reset their handlers for the whole process (force_sig).
constexpr uint64_t bit_of(int signal) {
  return uint64_t{1} << (signal - 1);
}
constexpr uint64_t fault_signals = bit_of(SIGSEGV) | bit_of(SIGBUS) |
                                   bit_of(SIGILL) | bit_of(SIGFPE) |
                                   bit_of(SIGTRAP) | bit_of(SIGSYS);

// The largest error number that a system call returns, negated.
constexpr uint64_t first_error = static_cast<uint64_t>(-4095);

Error mask_error(pid_t tid, int error_number) {
  if (error_number == ESRCH)
    return target_gone(fmt::format("thread {} has ended", tid));
  return system_error(fmt::format("thread {}: signal mask", tid), error_number);
}

Error set_signal_mask(pid_t tid, uint64_t mask) {
  if (ptrace(static_cast<__ptrace_request>(PTRACE_SETSIGMASK), tid, sizeof mask,
             &mask) == -1)
    return mask_error(tid, errno);
  return {};
}

} // namespace

struct BorrowedThread::Data {
  Data(const RemoteMemory &target_memory, SeizedThread seized,
       const Gadgets &found)
      : memory(target_memory), gadgets(found), thread(std::move(seized)) {}

  Error prepare();
  Error write_frame();
  Error check_filters(int64_t number, const SystemCallArguments &arguments);
  Error follow_system_call(const Registers &call,
                           std::optional<Registers> &after);
  Error regain(const Registers &call, std::optional<Registers> &after);
  Result<Registers> make_system_call(int64_t number,
                                     const SystemCallArguments &arguments);
  Error follow_function(const WaitDeadline &deadline);
  Error park_now();
  Error restore();

  const RemoteMemory &memory;
  Gadgets gadgets;
  SeizedThread thread;
  Registers saved;
  uint64_t signal_mask = 0;
  std::vector<uint8_t> vector_state;
  DeadManFrame frame;
  SeccompFilters filters;
  bool has_function_room = false;
  bool is_parked = false;   // in PTRACE_EVENT_STOP, registers parked
  bool has_changed = false; // registers are not the thread's own
  bool is_seccomp_suspended = false;
  int last_errno = 0;
};

// --- taking ---

// Everything that is decided before anything is changed, then the frame.
Error BorrowedThread::Data::prepare() {
  pid_t tid = thread.tid();
  WaitDeadline deadline(stop_limit);
  if (Error error = thread.request_stop())
    return error;
  if (Error error = thread.wait_for_stop(deadline))
    return error;
  Result<Registers> registers = Registers::read(tid);
  if (!registers)
    return registers.take_error();
  saved = *registers;
  if (!is_native_mode(saved))
    return not_safe_now(fmt::format("thread {} runs 32-bit code", tid));
  std::string features =
      read_status_field(memory.pid(), tid, "x86_Thread_features").value_or("");
  if (features.find("shstk") != features.npos)
    return refused("kpatch-shadow-stack",
                   fmt::format("thread {} has a shadow stack", tid))
        .note("start the program without it "
              "(GLIBC_TUNABLES=glibc.cpu.x86_shstk=off)");
  if (ptrace(static_cast<__ptrace_request>(PTRACE_GETSIGMASK), tid,
             sizeof signal_mask, &signal_mask) == -1)
    return mask_error(tid, errno);
  Result<SeccompFilters> found_filters =
      SeccompFilters::read(memory.pid(), tid);
  if (!found_filters)
    return found_filters.take_error();
  filters = std::move(*found_filters);
  if (Error error = check_filters(BorrowCalls::sigreturn, {}))
    return error;
  return write_frame();
}

// The stack is asked for now that the thread stands still: it does not go away.
Error BorrowedThread::Data::write_frame() {
  pid_t tid = thread.tid();
  Result<MappingQuery> mappings = MappingQuery::open(memory.pid());
  if (!mappings)
    return mappings.take_error();
  RegionFinder find = [&](RemoteAddress address) {
    Result<std::optional<MemoryRegion>> region = mappings->find_region(address);
    return region ? *region : std::nullopt;
  };
  std::optional<AddressRange> below =
      stack_below(find, saved.sp(), saved.thread_pointer());
  if (!below)
    return not_safe_now(
        fmt::format("thread {} is not on a thread's own stack", tid));
  Result<std::vector<uint8_t>> state = read_vector_state(tid);
  if (!state)
    return state.take_error();
  vector_state = std::move(*state);
  uint8_t code[16];
  bool has_code =
      memory.read_some(saved.pc() - sizeof code, code) == sizeof code;
  Registers resume = saved;
  resume.hide_interruption();
  resume.restart_system_call({code, has_code ? sizeof code : 0});
  Result<DeadManFrame> built =
      build_dead_man_frame(tid, resume, signal_mask, gadgets);
  if (!built)
    return built.take_error();
  frame = std::move(*built);
  if (frame.start < below->start + least_room)
    return not_safe_now(
        fmt::format("thread {} has no room left on its stack", tid));
  // The kernel lets the main thread's stack grow under a function's feet.
  std::optional<MemoryRegion> region = find(saved.sp());
  has_function_room = frame.start >= below->start + function_room ||
                      (region && region->path == "[stack]");
  return memory.write(frame.start, frame.bytes);
}

// From untouched to parked.
static Error change_hands(SeizedThread &thread, const Registers &parked,
                          bool &has_changed) {
  has_changed = true;
  if (Error error = parked.write(thread.tid()))
    return error;
  return set_signal_mask(thread.tid(), ~fault_signals);
}

Result<BorrowedThread> BorrowedThread::borrow(const RemoteMemory &memory,
                                              const MemoryMap &map) {
  pid_t pid = memory.pid();
  if (Error error = check_target(pid))
    return error;
  Result<Gadgets> gadgets = find_gadgets(memory, map);
  if (!gadgets)
    return gadgets.take_error();
  Result<std::vector<pid_t>> tids = rank_threads(pid);
  if (!tids)
    return tids.take_error();

  constexpr size_t attempts_max = 16;
  Error last = not_safe_now("all threads are in an uninterruptible sleep");
  for (size_t i = 0; i < tids->size() && i < attempts_max; ++i) {
    Result<SeizedThread> thread = SeizedThread::seize(pid, (*tids)[i]);
    Error error;
    if (thread) {
      auto data = std::make_unique<Data>(memory, std::move(*thread), *gadgets);
      error = data->prepare();
      if (!error)
        error = change_hands(data->thread,
                             park(data->saved, data->frame, data->gadgets),
                             data->has_changed);
      if (!error) {
        data->is_parked = true;
        return BorrowedThread(std::move(data));
      }
      // Not this one; it is restored and let go.
      BorrowedThread unsuitable(std::move(data));
      if (Error undo = unsuitable.give_back())
        return join_errors(std::move(error), std::move(undo));
    } else {
      error = thread.take_error();
    }
    bool may_another_do = error.kind() == ErrorKind::TargetGone ||
                          error.kind() == ErrorKind::NotSafeNow ||
                          error.code() == "kpatch-seccomp" ||
                          error.code() == "kpatch-shadow-stack";
    if (!may_another_do)
      return error;
    last = std::move(error);
  }
  return last;
}

// --- calling ---

Error BorrowedThread::Data::check_filters(
    int64_t number, const SystemCallArguments &arguments) {
  if (filters.is_empty())
    return {};
  seccomp_data data{};
  data.nr = static_cast<int>(number);
  data.arch = AUDIT_ARCH_X86_64;
  data.instruction_pointer =
      gadgets.system_call().value() + BorrowCalls::instruction_size;
  std::copy(arguments.begin(), arguments.end(), data.args);
  uint32_t action = filters.action(data);
  if (action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG)
    return {};
  // A filter that only answers with an error can be suspended: should we die
  // in between, the thread gets that error and restores itself.
  if (action == SECCOMP_RET_ERRNO && number != BorrowCalls::sigreturn) {
    unsigned long options =
        PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_SUSPEND_SECCOMP;
    is_seccomp_suspended =
        is_seccomp_suspended ||
        ptrace(PTRACE_SETOPTIONS, thread.tid(), nullptr, options) == 0;
    if (is_seccomp_suspended)
      return {};
  }
  return refused("kpatch-seccomp",
                 fmt::format("a seccomp filter forbids system call {} "
                             "(action {:#x})",
                             number, action))
      .note("the process was not touched; its filter has to allow the call");
}

// One system call from entry to exit; the registers behind it go to `after`.
// Signals that cannot be blocked are passed on; a group-stop takes effect when
// we let go.
Error BorrowedThread::Data::follow_system_call(
    const Registers &call, std::optional<Registers> &after) {
  is_parked = false;
  if (Error error = call.write(thread.tid()))
    return error;
  WaitDeadline deadline(call_limit);
  int signal = 0;
  for (int stops = 0; stops < 2;) { // entry, exit
    if (Error error = thread.run_to_system_call(signal))
      return error;
    Result<WaitStatus> status = thread.wait(deadline);
    if (!status)
      return status.take_error();
    if (!status->is_stop())
      return target_gone(fmt::format("thread has ended"));
    signal = status->kind() == WaitKind::SignalStop ? status->signal() : 0;
    stops += status->kind() == WaitKind::SystemCallStop;
  }
  Result<Registers> registers = Registers::read(thread.tid());
  if (!registers)
    return registers.take_error();
  after = *registers;
  return {};
}

// After a failure in the middle of `call`: finds the thread, wherever it is,
// and parks it. If it has made the call by then, `after` gets its registers.
Error BorrowedThread::Data::regain(const Registers &call,
                                   std::optional<Registers> &after) {
  if (Error error = thread.request_stop())
    return error;
  WaitDeadline deadline(call_limit);
  Result<WaitStatus> status = thread.wait(deadline); // the stop that it is in
  if (!status)
    return status.take_error();
  if (!status->is_stop())
    return target_gone("thread has ended");
  Result<Registers> registers = Registers::read(thread.tid());
  if (!registers)
    return registers.take_error();
  // At the entry, the result register says ENOSYS, and parking cancels the
  // call; a call that ended with ENOSYS has done nothing either.
  constexpr uint64_t not_made = static_cast<uint64_t>(-ENOSYS);
  bool was_made =
      registers->pc() == call.pc() + BorrowCalls::instruction_size &&
      registers->sp() == call.sp() && registers->result() != not_made;
  if (!after && was_made)
    after = *registers;
  return park_now();
}

// Fails only if the call was not made, or if the thread is lost.
Result<Registers>
BorrowedThread::Data::make_system_call(int64_t number,
                                       const SystemCallArguments &arguments) {
  Registers call = saved;
  call.prepare_system_call(number, arguments);
  call.set_pc(gadgets.system_call());
  call.set_sp(frame.chain_sp);
  std::optional<Registers> after;
  Error error = follow_system_call(call, after);
  if (!error)
    error = park_now();
  if (error && error.kind() != ErrorKind::TargetGone)
    if (Error lost = regain(call, after))
      return join_errors(std::move(error), std::move(lost));
  if (after)
    return *after;
  return error;
}

// From any stop to PTRACE_EVENT_STOP, parked.
Error BorrowedThread::Data::park_now() {
  Registers parked = park(saved, frame, gadgets);
  if (Error error = parked.write(thread.tid()))
    return error;
  WaitDeadline deadline(stop_limit);
  if (Error error = thread.request_stop())
    return error;
  // A signal of an instruction that is about to be delivered is dropped here:
  // it belongs to the call that we cut short.
  if (Error error = thread.resume())
    return error;
  if (Error error = thread.wait_for_stop(deadline))
    return error;
  // A signal that nobody can block may have been delivered on the way.
  if (Error error = parked.write(thread.tid()))
    return error;
  is_parked = true;
  return {};
}

Result<uint64_t>
BorrowedThread::system_call(int64_t number,
                            const SystemCallArguments &arguments) {
  Data &data = *data_;
  data.last_errno = 0;
  if (Error error = data.check_filters(number, arguments))
    return error;
  Result<Registers> after = data.make_system_call(number, arguments);
  if (!after)
    return after.take_error();
  uint64_t result = after->result();
  if (result < first_error)
    return result;
  data.last_errno = static_cast<int>(-static_cast<int64_t>(result));
  return system_error(fmt::format("system call {} in the target", number),
                      data.last_errno);
}

int BorrowedThread::last_errno() const {
  return data_->last_errno;
}

// Until the function arrives at rt_sigreturn: a system call with the stack
// pointer that only our frame has.
Error BorrowedThread::Data::follow_function(const WaitDeadline &deadline) {
  int signal = 0;
  for (;;) {
    if (Error error = thread.run_to_system_call(signal))
      return error;
    Result<WaitStatus> status = thread.wait(deadline);
    if (!status)
      return status.take_error();
    if (!status->is_stop())
      return target_gone("the process ended during a call");
    signal = 0;
    if (status->kind() == WaitKind::SignalStop) {
      siginfo_t info{};
      bool is_fault =
          (bit_of(status->signal()) & fault_signals) != 0 &&
          ptrace(PTRACE_GETSIGINFO, thread.tid(), nullptr, &info) == 0 &&
          info.si_code > 0;
      if (is_fault)
        return refused("kpatch-call-failed",
                       fmt::format("a function called in the target raised "
                                   "signal {}",
                                   status->signal()));
      signal = status->signal();
    }
    if (status->kind() != WaitKind::SystemCallStop)
      continue;
    Result<Registers> registers = Registers::read(thread.tid());
    if (!registers)
      return registers.take_error();
    if (registers->sp() == frame.sigreturn_sp &&
        registers->system_call_number() == BorrowCalls::sigreturn)
      return {};
  }
}

Result<uint64_t>
BorrowedThread::call_function(RemoteAddress function,
                              std::span<const uint64_t> arguments) {
  Data &data = *data_;
  if (!data.gadgets.can_store_result())
    return refused("kpatch-no-gadget",
                   "no instructions in its memory that save a function's "
                   "result");
  if (!data.has_function_room)
    return not_safe_now(fmt::format("thread {} has no room on its stack for a "
                                    "function call",
                                    tid()));
  // -1 is the number of the system call that is skipped at the end.
  if (Error error = data.check_filters(-1, {}))
    return error;
  Registers call = data.saved;
  call.prepare_function_call(arguments);
  prepare_result_store(call, data.frame, data.gadgets);
  call.set_pc(function);
  call.set_sp(data.frame.function_sp);
  // An earlier function call may have written over the words below its frame,
  // and over nothing else; but a function may change its caller's words too.
  if (Error error = data.memory.write(data.frame.start, data.frame.bytes))
    return error;
  data.is_parked = false;
  if (Error error = call.write(tid()))
    return error;

  WaitDeadline deadline(call_limit);
  Error failure = data.follow_function(deadline);
  if (failure && failure.kind() == ErrorKind::NotSafeNow) {
    // Still in the function: stop it where it is.
    WaitDeadline stop_deadline(stop_limit);
    if (Error error = data.thread.request_stop())
      return error;
    if (Error error = data.thread.wait_for_stop(stop_deadline))
      return join_errors(std::move(failure), std::move(error));
    failure = not_safe_now(
        fmt::format("a function at {} called in the target did not return",
                    function.hex()));
  }
  if (failure && failure.kind() == ErrorKind::TargetGone)
    return failure;
  if (Error error = data.park_now())
    return join_errors(std::move(failure), std::move(error));
  if (failure)
    return failure;
  return data.memory.read_value<uint64_t>(data.frame.result);
}

// --- giving back ---

Error BorrowedThread::Data::restore() {
  if (!thread.is_stopped())
    return {};
  if (!has_changed)
    return {};
  if (!is_parked)
    if (Error error = park_now())
      return error;
  pid_t tid = thread.tid();
  Error errors = write_vector_state(tid, vector_state);
  errors = join_errors(std::move(errors), set_signal_mask(tid, signal_mask));
  Registers own = saved;
  own.hide_interruption();
  // From here on the frame is not needed any more.
  return join_errors(std::move(errors), own.write(tid));
}

Error BorrowedThread::give_back() {
  if (!data_)
    return {};
  std::unique_ptr<Data> data = std::move(data_);
  // A call that was left because of an error may still be running.
  if (data->has_changed && data->thread.tid() != 0 &&
      !data->thread.is_stopped()) {
    WaitDeadline deadline(call_limit);
    Error ignored = data->thread.request_stop();
    if (!ignored)
      ignored = data->thread.wait_for_stop(deadline);
    // If it does not stop, the frame restores it when its call returns.
    data->is_parked = false;
  }
  Error errors = data->restore();
  errors = join_errors(std::move(errors), data->thread.detach());
  if (errors && errors.kind() == ErrorKind::TargetGone)
    return {}; // nothing left to be restored
  return errors;
}

BorrowedThread::BorrowedThread(std::unique_ptr<Data> data)
    : data_(std::move(data)) {}
BorrowedThread::BorrowedThread(BorrowedThread &&) noexcept = default;
BorrowedThread::~BorrowedThread() {
  // A destructor cannot report; the frame restores the thread if this fails.
  Error ignored = give_back();
  (void)ignored;
}

pid_t BorrowedThread::tid() const {
  return data_->thread.tid();
}

} // namespace care::runtime
