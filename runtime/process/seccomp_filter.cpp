// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The subset of classic BPF that seccomp admits (kernel/seccomp.c,
// seccomp_check_filter): 32-bit loads from struct seccomp_data, constants,
// scratch words, arithmetic, jumps forward, return.

#include "runtime/process/seccomp_filter.h"

#include <cerrno>
#include <cstring>
#include <sys/ptrace.h>
#include <sys/syscall.h>

#include <fmt/format.h>

#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

struct Machine {
  uint32_t a = 0;
  uint32_t x = 0;
  uint32_t scratch[BPF_MEMWORDS] = {};
};

bool load(Machine &machine, const sock_filter &op, const seccomp_data &data) {
  uint32_t value = 0;
  switch (BPF_MODE(op.code)) {
  case BPF_ABS:
    if (op.k % 4 != 0 || op.k + 4 > sizeof data)
      return false;
    memcpy(&value, reinterpret_cast<const uint8_t *>(&data) + op.k, 4);
    break;
  case BPF_IMM:
    value = op.k;
    break;
  case BPF_LEN:
    value = sizeof data;
    break;
  case BPF_MEM:
    if (op.k >= BPF_MEMWORDS)
      return false;
    value = machine.scratch[op.k];
    break;
  default:
    return false;
  }
  (BPF_CLASS(op.code) == BPF_LD ? machine.a : machine.x) = value;
  return true;
}

bool calculate(Machine &machine, const sock_filter &op) {
  uint32_t operand = BPF_SRC(op.code) == BPF_X ? machine.x : op.k;
  uint32_t &a = machine.a;
  switch (BPF_OP(op.code)) {
  case BPF_ADD:
    a += operand;
    return true;
  case BPF_SUB:
    a -= operand;
    return true;
  case BPF_MUL:
    a *= operand;
    return true;
  case BPF_DIV:
    if (operand != 0)
      a /= operand;
    return operand != 0;
  case BPF_AND:
    a &= operand;
    return true;
  case BPF_OR:
    a |= operand;
    return true;
  case BPF_XOR:
    a ^= operand;
    return true;
  case BPF_LSH:
    a = operand < 32 ? a << operand : 0;
    return true;
  case BPF_RSH:
    a = operand < 32 ? a >> operand : 0;
    return true;
  case BPF_NEG:
    a = 0 - a;
    return true;
  default:
    return false;
  }
}

// How far to jump; instructions behind this one.
uint32_t jump_distance(const Machine &machine, const sock_filter &op) {
  uint32_t operand = BPF_SRC(op.code) == BPF_X ? machine.x : op.k;
  bool is_taken = false;
  switch (BPF_OP(op.code)) {
  case BPF_JA:
    return op.k;
  case BPF_JEQ:
    is_taken = machine.a == operand;
    break;
  case BPF_JGT:
    is_taken = machine.a > operand;
    break;
  case BPF_JGE:
    is_taken = machine.a >= operand;
    break;
  case BPF_JSET:
    is_taken = (machine.a & operand) != 0;
    break;
  default:
    break;
  }
  return is_taken ? op.jt : op.jf;
}

} // namespace

uint32_t run_seccomp_program(std::span<const sock_filter> program,
                             const seccomp_data &data) {
  Machine machine;
  for (size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter &op = program[pc];
    bool is_valid = true;
    switch (BPF_CLASS(op.code)) {
    case BPF_LD:
    case BPF_LDX:
      is_valid = load(machine, op, data);
      break;
    case BPF_ST:
    case BPF_STX:
      is_valid = op.k < BPF_MEMWORDS;
      if (is_valid)
        machine.scratch[op.k] =
            BPF_CLASS(op.code) == BPF_ST ? machine.a : machine.x;
      break;
    case BPF_ALU:
      is_valid = calculate(machine, op);
      break;
    case BPF_JMP:
      pc += jump_distance(machine, op);
      break;
    case BPF_RET:
      return BPF_RVAL(op.code) == BPF_A ? machine.a : op.k;
    case BPF_MISC:
      (BPF_MISCOP(op.code) == BPF_TAX ? machine.x : machine.a) =
          BPF_MISCOP(op.code) == BPF_TAX ? machine.a : machine.x;
      break;
    default:
      is_valid = false;
    }
    if (!is_valid)
      break;
  }
  return SECCOMP_RET_KILL_PROCESS;
}

Result<SeccompFilters> SeccompFilters::read(pid_t pid, pid_t tid) {
  SeccompFilters filters;
  std::string mode = read_status_field(pid, tid, "Seccomp").value_or("0");
  filters.is_strict_ = mode == "1";
  if (mode != "2")
    return filters;
  for (unsigned long index = 0;; ++index) {
    long count = ptrace(PTRACE_SECCOMP_GET_FILTER, tid, index, nullptr);
    if (count < 0 && errno == ENOENT)
      return filters;
    std::vector<sock_filter> program(count < 0 ? 0
                                               : static_cast<size_t>(count));
    if (count < 0 ||
        ptrace(PTRACE_SECCOMP_GET_FILTER, tid, index, program.data()) < 0)
      return refused("kpatch-seccomp",
                     fmt::format("thread {} has a seccomp filter that cannot "
                                 "be examined: {}",
                                 tid, strerror(errno)))
          .note("the filter may end the process for a system call that the "
                "patch needs; examining it takes CAP_SYS_ADMIN");
    filters.programs_.push_back(std::move(program));
  }
}

uint32_t SeccompFilters::action(const seccomp_data &data) const {
  if (is_strict_)
    return data.nr == SYS_read || data.nr == SYS_write || data.nr == SYS_exit ||
                   data.nr == SYS_rt_sigreturn
               ? SECCOMP_RET_ALLOW
               : SECCOMP_RET_KILL_THREAD;
  uint32_t strictest = SECCOMP_RET_ALLOW;
  for (const std::vector<sock_filter> &program : programs_) {
    uint32_t action =
        run_seccomp_program(program, data) & SECCOMP_RET_ACTION_FULL;
    // The kernel compares them as signed numbers: the smaller wins.
    if (static_cast<int32_t>(action) < static_cast<int32_t>(strictest))
      strictest = action;
  }
  return strictest;
}

} // namespace care::runtime
