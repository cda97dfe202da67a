// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The general registers of one stopped thread, behind names that all
// architectures share. One file for each architecture (x86_64.cpp) defines the
// functions; CMake compiles the host's. The class holds the kernel's own
// structure unchanged, so that writing back what was read restores everything,
// the marks for restarting an interrupted system call included.
#ifndef LIBCARE_RUNTIME_ARCH_REGISTERS_H
#define LIBCARE_RUNTIME_ARCH_REGISTERS_H

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/types.h>
#include <sys/user.h>

#include "common/result.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

using SystemCallArguments = std::array<uint64_t, 6>;

class Registers {
public:
  // ptrace requests on a stopped thread.
  static Result<Registers> read(pid_t tid);
  Error write(pid_t tid) const;

  RemoteAddress pc() const;
  RemoteAddress sp() const;
  RemoteAddress thread_pointer() const;
  void set_pc(RemoteAddress pc);
  void set_sp(RemoteAddress sp);

  // The general registers other than the program counter, for a conservative
  // search: a return address may be on its way through any of them.
  std::span<const uint64_t> words() const;

  // By DWARF register number; nothing if there is no such general register.
  std::optional<uint64_t> dwarf_register(int number) const;

  // The system call that the thread was in when it was stopped; -1 if none.
  int64_t system_call_number() const;
  void set_system_call_number(int64_t number);
  // What a call or system call returned.
  uint64_t result() const;

  // Arguments for a system call, no call under way (nothing to restart).
  void prepare_system_call(int64_t number,
                           const SystemCallArguments &arguments);
  // Arguments for a function, flags as the ABI wants them at an entry.
  void prepare_function_call(std::span<const uint64_t> arguments);

  // If the thread is in a system call that the kernel would restart by itself,
  // make that restart now: the state to go on from after rt_sigreturn, which
  // does not restart anything. `code` is what lies before the program counter
  // (up to 16 bytes, may be empty): a call that was already restarted once no
  // longer has its number in a register, only there.
  void restart_system_call(std::span<const uint8_t> code);
  // A call that returned EINTR only because we stopped the thread (epoll_wait
  // and others are not restarted after a stop) and that may be made again with
  // the same arguments is marked for the kernel to restart. True if it was.
  bool hide_interruption();

  const user_regs_struct &raw() const { return raw_; }
  user_regs_struct &raw() { return raw_; }

private:
  user_regs_struct raw_{};
};

} // namespace care::runtime

#endif
