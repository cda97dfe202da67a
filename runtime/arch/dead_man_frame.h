// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a borrowed thread needs from its architecture: instructions that are
// already in the target (gadgets), and the signal frame that brings the thread
// back to its original state when it returns from an injected call.
// docs/ptrace-rules.md explains the frame.
#ifndef LIBCARE_RUNTIME_ARCH_DEAD_MAN_FRAME_H
#define LIBCARE_RUNTIME_ARCH_DEAD_MAN_FRAME_H

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <sys/types.h>
#include <vector>

#include "common/result.h"
#include "runtime/arch/registers.h"
#include "runtime/process/remote_address.h"

namespace care::runtime {

// Addresses of instruction sequences in executable memory of the target.
class Gadgets {
public:
  // Looks through the code at `address` for what is still missing.
  void search(std::span<const uint8_t> code, RemoteAddress address);

  // Enough for system calls and procedures.
  bool can_call() const {
    return !system_call_.is_null() && !sigreturn_chain().empty();
  }
  // A function's result can be brought to safety before rt_sigreturn.
  bool can_store_result() const { return store_.has_value(); }

  // A system call, then a return.
  RemoteAddress system_call() const { return system_call_; }
  // The words of a stack which a return goes through to end in rt_sigreturn;
  // the stack pointer is behind them then.
  std::vector<uint64_t> sigreturn_chain() const;

  // Stores the result register where another one points, takes `words` from
  // the stack and returns.
  struct ResultStore {
    RemoteAddress address;
    unsigned base_register; // number as in instructions
    int64_t displacement;
    size_t words;
  };
  const std::optional<ResultStore> &result_store() const { return store_; }

private:
  void search_system_calls(std::span<const uint8_t> code,
                           RemoteAddress address);

  RemoteAddress system_call_;
  RemoteAddress restorer_;   // sets the number of rt_sigreturn and calls it
  RemoteAddress pop_number_; // takes a system call number from the stack
  std::optional<ResultStore> store_;
};

// The bytes to be put on the thread's stack, and the addresses in them.
struct DeadManFrame {
  RemoteAddress start;
  std::vector<uint8_t> bytes;

  RemoteAddress chain_sp;    // stack pointer whose return leads to rt_sigreturn
  RemoteAddress function_sp; // the same through the result store
  RemoteAddress result;      // the word that the result store writes
  RemoteAddress sigreturn_sp; // stack pointer at the rt_sigreturn
};

// rt_sigreturn is to restore `resume` (the restart of an interrupted system
// call already made), the vector state as it is in the stopped thread `tid`,
// and the signal mask.
Result<DeadManFrame> build_dead_man_frame(pid_t tid, const Registers &resume,
                                          uint64_t signal_mask,
                                          const Gadgets &gadgets);

// Floating-point and vector registers, as the kernel hands them out.
Result<std::vector<uint8_t>> read_vector_state(pid_t tid);
Error write_vector_state(pid_t tid, std::span<const uint8_t> state);

// Registers such that the thread, if let run, goes straight to rt_sigreturn.
Registers park(const Registers &saved, const DeadManFrame &frame,
               const Gadgets &gadgets);
// Makes the result store write to the frame.
void prepare_result_store(Registers &registers, const DeadManFrame &frame,
                          const Gadgets &gadgets);

// What the borrowing itself has to know of system calls.
struct BorrowCalls {
  static const int64_t sigreturn;
  static const uint64_t instruction_size; // of the instruction that makes one
};
// Whether a system call that was cut short is better not disturbed: if we die,
// its time limit starts again.
bool is_timed_system_call(int64_t number);
// Whether the thread runs code of this architecture, not of a 32-bit mode.
bool is_native_mode(const Registers &registers);

} // namespace care::runtime

#endif
