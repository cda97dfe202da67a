// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Registers of an x86_64 thread. The kernel's layout is that of
// user_regs_struct; orig_rax tells whether the thread is in a system call, and
// rax then holds what the call returned or one of the kernel's own codes that
// ask for a restart (include/linux/errno.h; never seen by programs).

#include "runtime/arch/registers.h"

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <elf.h>
#include <iterator>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <fmt/format.h>

#include "runtime/arch/dead_man_frame.h"

namespace care::runtime {

namespace {

constexpr int64_t restart_sys = -512;        // ERESTARTSYS
constexpr int64_t restart_no_intr = -513;    // ERESTARTNOINTR
constexpr int64_t restart_no_handler = -514; // ERESTARTNOHAND
constexpr int64_t restart_block = -516;      // ERESTART_RESTARTBLOCK

constexpr uint64_t direction_flag = 1 << 10;
constexpr uint64_t trap_flag = 1 << 8;
constexpr uint64_t alignment_check_flag = 1 << 18;

constexpr uint64_t user_code_segment = 0x33; // __USER_CS; 0x23 is 32-bit

Error register_error(pid_t tid, std::string_view what, int error_number) {
  if (error_number == ESRCH)
    return target_gone(fmt::format("thread {} has ended", tid));
  return system_error(fmt::format("thread {}: cannot {} registers", tid, what),
                      error_number);
}

} // namespace

Result<Registers> Registers::read(pid_t tid) {
  Registers registers;
  iovec part{&registers.raw_, sizeof registers.raw_};
  if (ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &part) == -1)
    return register_error(tid, "read", errno);
  return registers;
}

Error Registers::write(pid_t tid) const {
  user_regs_struct copy = raw_;
  iovec part{&copy, sizeof copy};
  if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &part) == -1)
    return register_error(tid, "write", errno);
  return {};
}

RemoteAddress Registers::pc() const {
  return RemoteAddress(raw_.rip);
}
RemoteAddress Registers::sp() const {
  return RemoteAddress(raw_.rsp);
}
RemoteAddress Registers::thread_pointer() const {
  return RemoteAddress(raw_.fs_base);
}
void Registers::set_pc(RemoteAddress pc) {
  raw_.rip = pc.value();
}
void Registers::set_sp(RemoteAddress sp) {
  raw_.rsp = sp.value();
}

std::span<const uint64_t> Registers::words() const {
  // r15 to rdi are the 15 general registers but rsp.
  static_assert(offsetof(user_regs_struct, r15) == 0 &&
                offsetof(user_regs_struct, rdi) == 14 * sizeof(uint64_t));
  return {reinterpret_cast<const uint64_t *>(&raw_), 15};
}

std::optional<uint64_t> Registers::dwarf_register(int number) const {
  // psABI figure 3.36
  const user_regs_struct &r = raw_;
  const uint64_t order[] = {r.rax, r.rdx, r.rcx, r.rbx, r.rsi, r.rdi,
                            r.rbp, r.rsp, r.r8,  r.r9,  r.r10, r.r11,
                            r.r12, r.r13, r.r14, r.r15, r.rip};
  if (number < 0 || static_cast<size_t>(number) >= std::size(order))
    return std::nullopt;
  return order[number];
}

int64_t Registers::system_call_number() const {
  return static_cast<int64_t>(raw_.orig_rax);
}

void Registers::set_system_call_number(int64_t number) {
  raw_.orig_rax = static_cast<uint64_t>(number);
}

uint64_t Registers::result() const {
  return raw_.rax;
}

void Registers::prepare_system_call(int64_t number,
                                    const SystemCallArguments &arguments) {
  raw_.orig_rax = ~uint64_t{0}; // no restart of the interrupted call
  raw_.rax = static_cast<uint64_t>(number);
  raw_.rdi = arguments[0];
  raw_.rsi = arguments[1];
  raw_.rdx = arguments[2];
  raw_.r10 = arguments[3];
  raw_.r8 = arguments[4];
  raw_.r9 = arguments[5];
  raw_.eflags &= ~trap_flag;
}

void Registers::prepare_function_call(std::span<const uint64_t> arguments) {
  raw_.orig_rax = ~uint64_t{0};
  raw_.rax = 0; // no vector arguments (psABI 3.5.7)
  raw_.rbp = 0; // the outermost frame (psABI 3.4.1)
  decltype(raw_.rdi) *order[] = {&raw_.rdi, &raw_.rsi, &raw_.rdx,
                                 &raw_.rcx, &raw_.r8,  &raw_.r9};
  for (size_t i = 0; i < arguments.size() && i < std::size(order); ++i)
    *order[i] = arguments[i];
  // psABI 3.2.3: the direction flag is clear on function entry.
  raw_.eflags &= ~(direction_flag | trap_flag | alignment_check_flag);
}

// The number that the instruction before `syscall` loads; 0 if another one is
// there, as in musl, which loads it elsewhere.
static uint64_t decode_call_number(std::span<const uint8_t> code) {
  constexpr size_t size = 7; // b8 and 4 bytes: mov $n,%eax; 0f 05: syscall
  if (code.size() < size)
    return 0;
  std::span<const uint8_t> last = code.last(size);
  if (last[0] != 0xb8 || last[5] != 0x0f || last[6] != 0x05)
    return 0;
  uint32_t number = 0;
  memcpy(&number, &last[1], sizeof number);
  return number;
}

void Registers::restart_system_call(std::span<const uint8_t> code_before) {
  if (system_call_number() < 0)
    return;
  auto code = static_cast<int64_t>(raw_.rax);
  // restart_block continues with the time that is left, but rt_sigreturn
  // cancels it. Making the call again from its arguments is the next best:
  // exact for absolute times, and for nanosleep(&t, &t), where the kernel has
  // already written what is left.
  if (code == restart_sys || code == restart_no_intr ||
      code == restart_no_handler || code == restart_block) {
    raw_.rip -= 2; // back to the syscall instruction
    raw_.rax = raw_.orig_rax;
    uint64_t number = decode_call_number(code_before);
    if (raw_.orig_rax == SYS_restart_syscall && number != 0)
      raw_.rax = number;
  }
  raw_.orig_rax = ~uint64_t{0};
}

bool Registers::hide_interruption() {
  if (static_cast<int64_t>(raw_.rax) != -EINTR)
    return false;
  // Only calls that wait without a time limit: making them again is the same
  // as going on with them. If a signal handler is to run after all, the kernel
  // turns the mark back into EINTR.
  bool waits_for_ever = false;
  switch (system_call_number()) {
  case SYS_epoll_wait:
  case SYS_epoll_pwait:
    waits_for_ever = static_cast<int32_t>(raw_.r10) < 0;
    break;
  case SYS_epoll_pwait2:
  case SYS_semtimedop:
    waits_for_ever = raw_.r10 == 0;
    break;
  case SYS_rt_sigtimedwait:
    waits_for_ever = raw_.rdx == 0;
    break;
  case SYS_semop:
    waits_for_ever = true;
    break;
  default:
    break;
  }
  if (waits_for_ever)
    raw_.rax = static_cast<uint64_t>(restart_no_handler);
  return waits_for_ever;
}

bool is_timed_system_call(int64_t number) {
  return number == SYS_nanosleep || number == SYS_clock_nanosleep ||
         number == SYS_poll || number == SYS_restart_syscall;
}

bool is_native_mode(const Registers &registers) {
  return registers.raw().cs == user_code_segment;
}

} // namespace care::runtime
