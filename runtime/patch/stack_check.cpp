// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// First the conservative scan, which proves most threads safe without
// unwinding. Only where a word hits, the unwinder tells a live frame from a
// stale word. If it cannot, the thread counts as busy: what is not known is
// not safe.

#include "runtime/patch/stack_check.h"

#include <fmt/format.h>

namespace care::runtime {

// Larger ones cost the stop an allocation.
static constexpr size_t stack_size_foreseen = 64 * 1024;
static constexpr size_t threads_foreseen = 64;

static std::vector<AddressRange> ranges_of(const Activation &activation) {
  std::vector<AddressRange> ranges;
  for (const GuardedCode &code : activation.guarded)
    ranges.push_back(code.range);
  return ranges;
}

// What the stack in a refusal calls the code of a region: the functions that
// it replaces by their names, the rest of its text as the patch's.
static void add_names(const PatchRegion &region, Unwinder &unwinder) {
  std::string origin = fmt::format("patch {}", region.id());
  for (const JournalRange &range : region.journal.ranges) {
    RemoteAddress start(range.address);
    if (range.is_replacement)
      unwinder.add_name({start, start + range.length},
                        region.journal.sites[range.site].name, origin);
  }
  unwinder.add_name(region.text(), "", origin);
}

StackCheck::StackCheck(const Target &target, const Activation &activation)
    : target_(target), activation_(activation), code_(ranges_of(activation)),
      ranges_(code_), unwinder_(target.memory(), target.objects()) {
  for (const PatchRegion &region : target.regions()) {
    add_names(region, unwinder_);
    // Without unwind tables there is nothing to add; then the unwinder stops
    // there and the thread counts as busy.
    if (std::optional<AddressRange> eh_frame = region.eh_frame())
      unwinder_.add_code(region.text(), *eh_frame);
  }
  unwinder_.prepare();
  // Room, and the pages of it, are not to be found inside the stop.
  stack_.bytes.resize(stack_size_foreseen);
  stack_.reads.reserve(activation.entries.size() + 1); // and the stack itself
  hits_.reserve(threads_foreseen);
  thread_stacks_.reserve(threads_foreseen);
}

Error StackCheck::search_other_stacks() {
  std::vector<AddressRange> own_memory;
  for (const PatchRegion &region : target_.regions())
    own_memory.push_back(region.whole());
  Result<MemoryMap> map = MemoryMap::read(target_.pid());
  if (!map)
    return map.take_error();
  Result<OtherStacks> found =
      OtherStacks::search(target_.memory(), *map, target_.objects(), code_,
                          Holes(std::move(own_memory)));
  if (!found)
    return found.take_error();
  other_stacks_.emplace(std::move(*found));
  if (!mappings_) {
    Result<MappingQuery> mappings = MappingQuery::open(target_.pid());
    if (!mappings)
      return mappings.take_error();
    mappings_.emplace(std::move(*mappings));
  }
  mappings_->refresh();
  return {};
}

Result<std::optional<BusyCode>>
StackCheck::check_thread(const StoppedThread &thread,
                         std::span<const MemoryRead> further) {
  hits_.clear();
  scan_registers(thread.registers, ranges_, hits_);
  if (Error error = copy_stack(target_.memory(), *mappings_,
                               thread.registers.sp(), stack_, further))
    return std::move(error).in(fmt::format("thread {}", thread.tid()));
  scan_stack(stack_, ranges_, hits_);
  thread_stacks_.push_back(stack_.range());
  if (hits_.empty())
    return std::optional<BusyCode>();

  BusyCode busy;
  busy.tid = thread.tid();
  busy.guarded_index = hits_.front().range_index;
  Result<std::vector<StackFrame>> frames =
      unwinder_.unwind(thread.registers, stack_);
  if (!frames) {
    busy.unwind_problem = frames.error().message();
    return std::optional<BusyCode>(std::move(busy));
  }
  for (size_t i = 0; i < frames->size(); ++i) {
    const StackFrame &frame = (*frames)[i];
    const size_t *index = frame.is_return_address
                              ? ranges_.find_return_address(frame.pc.value())
                              : ranges_.find_pc(frame.pc.value());
    if (!index)
      continue;
    busy.guarded_index = *index;
    busy.is_innermost = i == 0;
    busy.frames = std::move(*frames);
    return std::optional<BusyCode>(std::move(busy));
  }
  return std::optional<BusyCode>();
}

// A C++ exception object keeps the landing pad of its handler, often long after
// it was freed; landing pads follow calls, as return addresses do. The object
// (Itanium C++ ABI, exception handling, 2.2.1) has behind the landing pad
// `adjustedPtr` and the unwinder's header, which begins with the vendor and
// language. While the exception is handled, the handler's frame is on the
// stack of a thread, where it is found.
static bool is_landing_pad(const RemoteMemory &memory,
                           const OtherStackHit &hit) {
  constexpr uint64_t header_distance = 16;
  constexpr uint64_t gnu_cxx = 0x474e5543432b2b;   // "GNUCC++"
  constexpr uint64_t clang_cxx = 0x434c4e47432b2b; // "CLNGC++"
  Result<uint64_t> exception_class =
      memory.read_value<uint64_t>(hit.location + header_distance);
  // The lowest byte tells primary and dependent exceptions apart.
  return exception_class && (*exception_class >> 8 == gnu_cxx ||
                             *exception_class >> 8 == clang_cxx);
}

Result<std::optional<BusyCode>>
StackCheck::find_busy(const StoppedProcess &process, bool ignore_coroutines,
                      std::span<const MemoryRead> further) {
  thread_stacks_.clear();
  if (ranges_.is_empty()) {
    if (Error error = target_.memory().read(further))
      return error;
    return std::optional<BusyCode>();
  }
  for (const StoppedThread &thread : process.threads()) {
    Result<std::optional<BusyCode>> busy =
        check_thread(thread, std::exchange(further, {}));
    if (!busy || *busy)
      return busy;
  }
  if (ignore_coroutines)
    return std::optional<BusyCode>();
  Result<std::vector<OtherStackHit>> hits =
      other_stacks_->recheck(target_.memory(), thread_stacks_);
  if (!hits)
    return hits.take_error();
  std::erase_if(*hits, [&](const OtherStackHit &hit) {
    return is_landing_pad(target_.memory(), hit);
  });
  if (hits->empty())
    return std::optional<BusyCode>();
  BusyCode busy;
  busy.guarded_index = hits->front().range_index;
  busy.other_stack = hits->front();
  return std::optional<BusyCode>(std::move(busy));
}

Error StackCheck::describe(const BusyCode &busy) {
  const std::string &function =
      activation_.guarded[busy.guarded_index].function;
  if (busy.tid == 0) {
    const OtherStackHit &hit = busy.other_stack;
    return not_safe_now(fmt::format("a suspended stack (coroutine or signal "
                                    "stack) at {} in {} returns into '{}'",
                                    hit.location.hex(), hit.region, function))
        .with_code("kpatch-coroutine")
        .note(fmt::format("the word there is {}; if it is no return address, "
                          "--ignore-coroutines leaves such words out",
                          hit.value.hex()));
  }
  std::string name = thread_name(target_.pid(), busy.tid);
  std::string thread = fmt::format("thread {} ({})", busy.tid, name);
  if (busy.frames.empty())
    return not_safe_now(fmt::format("{} may be in '{}', and its stack cannot "
                                    "be unwound ({})",
                                    thread, function, busy.unwind_problem))
        .with_code("kpatch-busy");
  Error error = not_safe_now(fmt::format("{} {} '{}'", thread,
                                         busy.is_innermost ? "is executing"
                                                           : "will return into",
                                         function))
                    .with_code("kpatch-busy")
                    .note("stack:\n" + unwinder_.describe(busy.frames));
  if (activation_.guarded[busy.guarded_index].branches_to_entry)
    error = std::move(error).note("it cannot be allowed to be active: it may "
                                  "branch back to the bytes of the jump");
  else if (function == "main")
    error = std::move(error).note(
        "it runs as long as the program; if the thread may go on in the code "
        "that it is in: --allow-active=main");
  return error;
}

} // namespace care::runtime
