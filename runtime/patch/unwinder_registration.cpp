// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The unwinder guards its list with a lock. Another thread that holds it runs
// on and lets it go; the borrowed thread itself must not hold it, so one with
// a frame of the unwinder on its stack is not used.

#include "runtime/patch/unwinder_registration.h"

#include "runtime/patch/region_memory.h"
#include "runtime/patch/borrow.h"
#include "runtime/process/stack_scan.h"
#include "runtime/process/symbol_lookup.h"
#include "runtime/process/unwinder.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace care::runtime {

namespace {

// The mark goes to the target before the call: if we die in between, the next
// call knows that it does not know.
Error write_unwinder_state(const Target &target, PatchRegion &region,
                           UnwinderState state) {
  region.journal.unwinder = state;
  return write_state(target, region, region.journal.state);
}

Result<bool> is_inside_unwinder(const Target &target,
                                const BorrowedThread &thread,
                                const LoadedObject &unwinder) {
  Result<Registers> registers = Registers::read(thread.tid());
  if (!registers)
    return registers.take_error();
  Result<MappingQuery> mappings = MappingQuery::open(target.pid());
  if (!mappings)
    return mappings.take_error();
  StackCopy stack;
  if (Error error =
          copy_stack(target.memory(), *mappings, registers->sp(), stack))
    return error;
  CodeRanges code(unwinder.executable_ranges);
  std::vector<ScanHit> hits;
  scan_stack(stack, code, hits);
  if (hits.empty())
    return false;
  // Most words that hit are left over, from our own last call for one. What
  // cannot be unwound counts as inside.
  Unwinder exact(target.memory(), target.objects());
  for (const PatchRegion &region : target.regions())
    if (std::optional<AddressRange> eh_frame = region.eh_frame())
      exact.add_code(region.text(), *eh_frame);
  exact.prepare();
  Result<std::vector<StackFrame>> frames = exact.unwind(*registers, stack);
  return !frames || std::any_of(frames->begin(), frames->end(),
                                [&](const StackFrame &frame) {
                                  uint64_t pc = frame.pc.value();
                                  return frame.is_return_address
                                             ? code.find_return_address(pc)
                                             : code.find_pc(pc);
                                });
}

enum class Outcome { Done, ThreadUnsuitable };

// One call of the unwinder, after which the region is in the state `after`.
struct Call {
  const Target &target;
  ResolvedSymbol function;
  std::vector<uint64_t> arguments;
  UnwinderState after;
};

Result<Outcome> try_to_call(const Call &call, PatchRegion &region) {
  const Target &target = call.target;
  Result<BorrowedThread> thread = borrow_thread(target);
  if (!thread)
    return thread.take_error();
  // In a static program the unwinder is part of the program itself, which is
  // on every stack; there it is found by no dynamic symbol anyway.
  Result<bool> is_inside =
      is_inside_unwinder(target, *thread, *call.function.object);
  if (!is_inside)
    return is_inside.take_error();
  if (*is_inside) {
    Error error = thread->give_back();
    if (error)
      return error;
    return Outcome::ThreadUnsuitable;
  }
  if (Error error =
          write_unwinder_state(target, region, UnwinderState::Telling))
    return error;
  Result<uint64_t> answer =
      thread->call_function(call.function.address, call.arguments);
  if (!answer)
    return answer.take_error();
  if (Error error = thread->give_back())
    return error;
  if (Error error = write_unwinder_state(target, region, call.after))
    return error;
  return Outcome::Done;
}

Error call_unwinder(const Call &call, PatchRegion &region) {
  using clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds pause(5);
  clock::time_point deadline = clock::now() + call.target.patience();
  for (;;) {
    Result<Outcome> outcome = try_to_call(call, region);
    if (!outcome)
      return outcome.take_error().in("cannot announce the unwind tables");
    if (*outcome == Outcome::Done)
      return {};
    if (clock::now() + pause > deadline)
      break;
    std::this_thread::sleep_for(pause);
  }
  return not_safe_now("the thread to announce unwind tables with is unwinding "
                      "its stack all the time")
      .with_code("kpatch-unwinding")
      .note("nothing was changed; try again");
}

Result<std::optional<ResolvedSymbol>> find_function(const Target &target,
                                                    std::string_view name,
                                                    const LoadedObject &from) {
  Result<const SymbolLookup *> lookup = target.symbols();
  if (!lookup)
    return lookup.take_error();
  std::optional<ResolvedSymbol> function = (*lookup)->find(name, "", from);
  if (function && function->address.is_null())
    function.reset();
  return function;
}

} // namespace

Error register_with_unwinder(const Target &target, const LoadedObject &object,
                             PatchRegion &region) {
  if (region.journal.eh_frame == 0 ||
      region.journal.unwinder == UnwinderState::Registered)
    return {};
  Result<std::optional<ResolvedSymbol>> function =
      find_function(target, "__register_frame_info", object);
  if (!function)
    return function.take_error();
  if (!*function)
    return {};
  return call_unwinder(
      {target,
       **function,
       {region.journal.eh_frame, region.journal.unwinder_storage},
       UnwinderState::Registered},
      region);
}

Error deregister_from_unwinder(const Target &target, PatchRegion &region) {
  const LoadedObject *object = target.object_of(region);
  if (region.journal.unwinder != UnwinderState::Registered || !object)
    return {};
  Result<std::optional<ResolvedSymbol>> function =
      find_function(target, "__deregister_frame_info", *object);
  if (!function)
    return function.take_error();
  if (!*function)
    return {};
  return call_unwinder(
      {target, **function, {region.journal.eh_frame}, UnwinderState::Unknown},
      region);
}

} // namespace care::runtime
