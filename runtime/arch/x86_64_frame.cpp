// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dead-man frame of x86_64: the bytes that the kernel itself puts on a
// stack when it delivers a signal (struct rt_sigframe), so that rt_sigreturn
// accepts them. From low to high addresses:
//
//     result store, words it pops       function_sp: return here from a
//     function restorer                          chain_sp: return here from a
//     system call ucontext                          sigreturn_sp word for a
//     function's result vector state, magic               64-byte aligned red
//     zone of 128 bytes, then the thread's own stack
//
// The vector state is in the layout of XSAVE. In its bytes 464 to 511 the
// kernel looks for the size and the set of features (struct _fpx_sw_bytes) and
// behind it for a second magic number; if one of them is wrong it silently
// restores the SSE part only. What ptrace hands out may be longer than what
// this thread may restore (AMX state that it never asked for), so the size is
// computed from the thread's own set of features, which ptrace puts at 464.

#include "runtime/arch/dead_man_frame.h"

#include <algorithm>
#include <cerrno>
#include <cpuid.h>
#include <csignal>
#include <cstring>
#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <fmt/format.h>

namespace care::runtime {

const int64_t BorrowCalls::sigreturn = SYS_rt_sigreturn;
const uint64_t BorrowCalls::instruction_size = 2; // 0f 05  syscall

namespace {

constexpr uint64_t red_zone = 128; // psABI 3.2.2
constexpr size_t legacy_area_size = 512;
constexpr size_t xsave_header_size = 64;
constexpr size_t software_bytes_offset = 464;
constexpr uint32_t xstate_magic1 = 0x46505853; // FP_XSTATE_MAGIC1
constexpr uint32_t xstate_magic2 = 0x46505845; // FP_XSTATE_MAGIC2
constexpr uint64_t x87_and_sse = 3;

// uc_flags, arch/x86/include/uapi/asm/ucontext.h
constexpr uint64_t has_xstate = 1;
constexpr uint64_t has_stack_segment = 2;
constexpr uint64_t strict_stack_segment = 4;

// rt_sigreturn sets the alternate signal stack as well. ptrace cannot read the
// one the thread has; flags that sigaltstack() rejects leave it alone, and
// rt_sigreturn ignores that failure (kernel/signal.c, restore_altstack).
constexpr int32_t keep_alternate_stack = 4;

// struct ucontext of the kernel (not of libc, whose mask is longer).
struct KernelContext {
  uint64_t flags;
  uint64_t link;
  uint64_t stack_sp;
  int32_t stack_flags;
  int32_t pad;
  uint64_t stack_size;
  uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
  uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
  uint16_t cs, gs, fs, ss;
  uint64_t err, trapno, oldmask, cr2, fpstate, reserved[8];
  uint64_t signal_mask;
};
static_assert(sizeof(KernelContext) == 304);

struct SoftwareBytes { // struct _fpx_sw_bytes
  uint32_t magic1;
  uint32_t extended_size;
  uint64_t features;
  uint32_t state_size;
  uint32_t pad[7];
};
static_assert(sizeof(SoftwareBytes) == 48);

KernelContext make_context(const Registers &resume, uint64_t signal_mask,
                           RemoteAddress vector_state) {
  const user_regs_struct &regs = resume.raw();
  KernelContext context{};
  context.flags = has_xstate | has_stack_segment | strict_stack_segment;
  context.stack_flags = keep_alternate_stack;
  context.r8 = regs.r8;
  context.r9 = regs.r9;
  context.r10 = regs.r10;
  context.r11 = regs.r11;
  context.r12 = regs.r12;
  context.r13 = regs.r13;
  context.r14 = regs.r14;
  context.r15 = regs.r15;
  context.rdi = regs.rdi;
  context.rsi = regs.rsi;
  context.rbp = regs.rbp;
  context.rbx = regs.rbx;
  context.rdx = regs.rdx;
  context.rax = regs.rax;
  context.rcx = regs.rcx;
  context.rsp = regs.rsp;
  context.rip = regs.rip;
  context.eflags = regs.eflags;
  context.cs = static_cast<uint16_t>(regs.cs);
  context.ss = static_cast<uint16_t>(regs.ss);
  context.fpstate = vector_state.value();
  context.signal_mask = signal_mask;
  return context;
}

// Size of a standard-format XSAVE area with these features (SDM volume 1,
// 13.4.3: CPUID leaf 13 gives size and offset of each).
size_t xsave_size(uint64_t features) {
  size_t size = legacy_area_size + xsave_header_size;
  for (unsigned feature = 2; feature < 63; ++feature) {
    if ((features >> feature & 1) == 0)
      continue;
    unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
    __cpuid_count(13, feature, eax, ebx, ecx, edx);
    size = std::max<size_t>(size, ebx + eax);
  }
  return size;
}

// The vector state as the kernel writes it into a signal frame.
std::vector<uint8_t> to_signal_format(std::vector<uint8_t> state) {
  SoftwareBytes software{};
  uint64_t features = 0;
  memcpy(&features, &state[software_bytes_offset], sizeof features);
  features |= x87_and_sse;
  size_t size = std::min(xsave_size(features), state.size());
  state.resize(size);
  software.magic1 = xstate_magic1;
  software.extended_size = static_cast<uint32_t>(size + sizeof xstate_magic2);
  software.features = features;
  software.state_size = static_cast<uint32_t>(size);
  memcpy(&state[software_bytes_offset], &software, sizeof software);
  state.resize(size + sizeof xstate_magic2);
  memcpy(&state[size], &xstate_magic2, sizeof xstate_magic2);
  return state;
}

// --- gadgets ---

// clang-format off
constexpr uint8_t set_number_code[] = {
    0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, // mov $15,%rax
};
constexpr uint8_t short_set_number_code[] = {
    0xb8, 0x0f, 0x00, 0x00, 0x00, // mov $15,%eax
};
// clang-format on

// Calls visit(position) for every `first` that `second` follows, until it
// returns true. memchr is many times as fast as memmem with such short needles.
template <typename Visitor>
void find_pairs(std::span<const uint8_t> code, uint8_t first, uint8_t second,
                Visitor visit) {
  const uint8_t *end = code.data() + code.size();
  for (const uint8_t *at = code.data(); at < end; ++at) {
    auto left = static_cast<size_t>(end - at);
    at = static_cast<const uint8_t *>(memchr(at, first, left));
    if (at == nullptr || at + 1 == end)
      return;
    if (at[1] == second && visit(static_cast<size_t>(at - code.data())))
      return;
  }
}

bool ends_with(std::span<const uint8_t> code,
               std::span<const uint8_t> pattern) {
  return code.size() >= pattern.size() &&
         std::equal(pattern.begin(), pattern.end(),
                    code.end() - static_cast<ptrdiff_t>(pattern.size()));
}

// From `at` on: instructions that only drop words from the stack or change
// registers that do not matter any more, then a return. The number of words
// that the return address is away, or nothing.
std::optional<size_t> words_to_return(std::span<const uint8_t> code,
                                      size_t at) {
  constexpr size_t words_max = 64;
  size_t words = 0;
  for (int instructions = 0; instructions < 10; ++instructions) {
    auto byte = [&](size_t i) -> unsigned {
      return at + i < code.size() ? code[at + i] : 0;
    };
    bool is_prefixed = byte(0) >= 0x40 && byte(0) <= 0x4f; // REX
    size_t op = is_prefixed ? 1 : 0;
    bool is_register_form = byte(op + 1) >= 0xc0; // mod == 3
    bool writes_rsp = (byte(op + 1) & 7) == 4 && (byte(0) & 0x41) != 0x41;
    if (byte(0) == 0xc3) // ret
      return words;
    if (byte(op) >= 0x58 && byte(op) <= 0x5f) { // pop
      if (!is_prefixed && byte(0) == 0x5c)      // pop %rsp
        return std::nullopt;
      words += 1;
      at += op + 1;
    } else if (byte(0) == 0x48 && byte(1) == 0x83 && byte(2) == 0xc4 &&
               byte(3) % 8 == 0 && byte(3) < 0x80) { // add $n,%rsp
      words += byte(3) / 8;
      at += 4;
    } else if ((byte(op) == 0x31 || byte(op) == 0x89) && is_register_form &&
               !writes_rsp) { // xor, mov between registers
      at += op + 2;
    } else if (!is_prefixed && byte(0) == 0xb8) { // mov $n,%eax
      at += 5;
    } else {
      return std::nullopt;
    }
    if (words > words_max)
      return std::nullopt;
  }
  return std::nullopt;
}

// mov %rax,disp(%reg) for a register that a function preserves: rbx, rbp, r12
// to r15 (psABI, figure 3.4).
std::optional<Gadgets::ResultStore> decode_store(std::span<const uint8_t> code,
                                                 size_t at) {
  if (at + 4 > code.size() || (code[at] != 0x48 && code[at] != 0x49) ||
      code[at + 1] != 0x89)
    return std::nullopt;
  unsigned modrm = code[at + 2];
  unsigned mod = modrm >> 6;
  bool is_rax = (modrm >> 3 & 7) == 0;
  unsigned base = (modrm & 7) | (code[at] == 0x49 ? 8 : 0);
  bool is_preserved = base == 3 || base == 5 || base >= 12;
  if (!is_rax || !is_preserved || mod > 1 || (mod == 0 && (base & 7) == 5))
    return std::nullopt;
  size_t next = at + 3;
  if ((base & 7) == 4 && code[next++] != 0x24) // SIB: base only
    return std::nullopt;
  int64_t displacement = 0;
  if (mod == 1 && next < code.size())
    displacement = static_cast<int8_t>(code[next++]);
  std::optional<size_t> words = words_to_return(code, next);
  if (!words)
    return std::nullopt;
  return Gadgets::ResultStore{RemoteAddress(at), base, displacement, *words};
}

} // namespace

void Gadgets::search_system_calls(std::span<const uint8_t> code,
                                  RemoteAddress address) {
  find_pairs(code, 0x0f, 0x05, [&](size_t at) { // syscall
    std::span<const uint8_t> before = code.first(at);
    bool returns = at + 2 < code.size() && code[at + 2] == 0xc3; // ret
    if (system_call_.is_null() && returns)
      system_call_ = address + at;
    if (restorer_.is_null() && ends_with(before, set_number_code))
      restorer_ = address + (at - sizeof set_number_code);
    if (restorer_.is_null() && ends_with(before, short_set_number_code))
      restorer_ = address + (at - sizeof short_set_number_code);
    return !system_call_.is_null() && !restorer_.is_null();
  });
}

void Gadgets::search(std::span<const uint8_t> code, RemoteAddress address) {
  if (system_call_.is_null() || restorer_.is_null())
    search_system_calls(code, address);
  if (restorer_.is_null() && pop_number_.is_null())
    find_pairs(code, 0x58, 0xc3, [&](size_t at) { // pop %rax; ret
      pop_number_ = address + at;
      return true;
    });
  // mov %rax,disp(%rbx) and its like: REX, 89, ModRM.
  const uint8_t *end = code.data() + code.size();
  for (size_t at = 1; !store_ && at < code.size(); ++at) {
    auto *opcode = static_cast<const uint8_t *>(
        memchr(&code[at], 0x89, static_cast<size_t>(end - &code[at])));
    if (opcode == nullptr)
      break;
    at = static_cast<size_t>(opcode - code.data());
    store_ = decode_store(code, at - 1);
    if (store_)
      store_->address = address + (at - 1);
  }
}

std::vector<uint64_t> Gadgets::sigreturn_chain() const {
  if (!restorer_.is_null())
    return {restorer_.value()};
  if (!pop_number_.is_null() && !system_call_.is_null())
    return {pop_number_.value(), SYS_rt_sigreturn, system_call_.value()};
  return {};
}

static Error vector_state_error(pid_t tid, const char *what, int error_number) {
  if (error_number == ESRCH)
    return target_gone(fmt::format("thread {} has ended", tid));
  return system_error(
      fmt::format("thread {}: cannot {} vector registers", tid, what),
      error_number);
}

Result<std::vector<uint8_t>> read_vector_state(pid_t tid) {
  std::vector<uint8_t> state(32768);
  iovec part{state.data(), state.size()};
  if (ptrace(PTRACE_GETREGSET, tid, NT_X86_XSTATE, &part) == -1)
    return vector_state_error(tid, "read", errno);
  if (part.iov_len < legacy_area_size + xsave_header_size)
    return vector_state_error(tid, "read", EINVAL);
  state.resize(part.iov_len);
  return state;
}

Error write_vector_state(pid_t tid, std::span<const uint8_t> state) {
  iovec part{const_cast<uint8_t *>(state.data()), state.size()};
  if (ptrace(PTRACE_SETREGSET, tid, NT_X86_XSTATE, &part) == -1)
    return vector_state_error(tid, "write", errno);
  return {};
}

Result<DeadManFrame> build_dead_man_frame(pid_t tid, const Registers &resume,
                                          uint64_t signal_mask,
                                          const Gadgets &gadgets) {
  Result<std::vector<uint8_t>> raw_state = read_vector_state(tid);
  if (!raw_state)
    return raw_state.take_error();
  std::vector<uint8_t> state = to_signal_format(std::move(*raw_state));

  std::vector<uint64_t> chain = gadgets.sigreturn_chain();
  size_t store_words =
      gadgets.result_store() ? 1 + gadgets.result_store()->words : 0;

  DeadManFrame frame;
  RemoteAddress vector_start =
      align_down(resume.sp() - red_zone - state.size(), 64);
  frame.result = vector_start - sizeof(uint64_t);
  frame.sigreturn_sp = align_down(frame.result - sizeof(KernelContext), 16);
  // A function is entered with its return address at 8 modulo 16 (psABI
  // 3.2.2); a function without the result store too.
  auto place = [&] {
    frame.chain_sp = frame.sigreturn_sp - chain.size() * sizeof(uint64_t);
    frame.function_sp = frame.chain_sp - store_words * sizeof(uint64_t);
  };
  place();
  if (frame.function_sp.value() % 16 != 8) {
    frame.sigreturn_sp = frame.sigreturn_sp - 8;
    place();
  }
  frame.start = frame.function_sp;
  frame.bytes.resize(vector_start + state.size() - frame.start);

  auto put = [&](RemoteAddress at, const void *bytes, size_t size) {
    memcpy(&frame.bytes[at - frame.start], bytes, size);
  };
  if (gadgets.result_store()) {
    uint64_t address = gadgets.result_store()->address.value();
    put(frame.function_sp, &address, sizeof address);
  }
  KernelContext context = make_context(resume, signal_mask, vector_start);
  put(frame.chain_sp, chain.data(), chain.size() * sizeof chain[0]);
  put(frame.sigreturn_sp, &context, sizeof context);
  put(vector_start, state.data(), state.size());
  return frame;
}

Registers park(const Registers &saved, const DeadManFrame &frame,
               const Gadgets &gadgets) {
  Registers parked = saved;
  parked.prepare_function_call({});
  parked.set_pc(RemoteAddress(gadgets.sigreturn_chain()[0]));
  parked.set_sp(frame.chain_sp + sizeof(uint64_t));
  return parked;
}

void prepare_result_store(Registers &registers, const DeadManFrame &frame,
                          const Gadgets &gadgets) {
  const Gadgets::ResultStore &store = *gadgets.result_store();
  user_regs_struct &raw = registers.raw();
  decltype(raw.rbx) *by_number[16] = {};
  by_number[3] = &raw.rbx;
  by_number[5] = &raw.rbp;
  by_number[12] = &raw.r12;
  by_number[13] = &raw.r13;
  by_number[14] = &raw.r14;
  by_number[15] = &raw.r15;
  *by_number[store.base_register] =
      frame.result.value() - static_cast<uint64_t>(store.displacement);
}

} // namespace care::runtime
