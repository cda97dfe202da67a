// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lets tests use the process library on a live process, one operation for
// each call, with output that a test can check. Not installed.
//
//   process-probe objects PID              loaded objects
//   process-probe stop PID [ROUNDS]        stop and let go; median freeze
//   process-probe getpid PID [ROUNDS]      remote system calls
//   process-probe map PID                  map and unmap memory
//   process-probe resolve PID NAME [VERSION]   symbol; calls an ifunc resolver
//   process-probe stacks PID               call stacks of all threads
//   process-probe others PID NAME          stacks that no thread runs on
//   process-probe die-borrowed PID         ends itself by SIGKILL while a
//                                          system call is under way

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <elf.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fmt/format.h>

#include "common/diagnostics.h"
#include "runtime/process/borrowed_thread.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_memory.h"
#include "runtime/process/other_stacks.h"
#include "runtime/process/stack_scan.h"
#include "runtime/process/stopped_process.h"
#include "runtime/process/symbol_lookup.h"
#include "runtime/process/unwinder.h"

using namespace care;
using namespace care::runtime;

namespace {

struct Target {
  RemoteMemory memory;
  MemoryMap map;
  std::vector<LoadedObject> objects;
};

Result<Target> look_at(pid_t pid) {
  Result<RemoteMemory> memory = RemoteMemory::open(pid);
  if (!memory)
    return memory.take_error();
  Result<MemoryMap> map = MemoryMap::read(pid);
  if (!map)
    return map.take_error();
  Result<std::vector<LoadedObject>> objects =
      find_loaded_objects(*memory, *map);
  if (!objects)
    return objects.take_error();
  return Target{std::move(*memory), std::move(*map), std::move(*objects)};
}

Error print_objects(const Target &target) {
  for (const LoadedObject &object : target.objects) {
    Result<MappedFile> file = open_object_file(target.memory.pid(), object);
    fmt::print("{} build-id={} bias={:#x} main={} vdso={} deleted={} file={}\n",
               object.path, object.build_id, object.load_bias,
               object.is_main_program, object.is_vdso, object.is_deleted,
               file ? "yes" : file.take_error().message());
  }
  return {};
}

Error stop_often(pid_t pid, int rounds) {
  std::vector<double> times;
  size_t threads = 0;
  for (int round = 0; round < rounds; ++round) {
    Result<StoppedProcess> stopped = StoppedProcess::stop(pid);
    if (!stopped)
      return stopped.take_error();
    threads = stopped->threads().size();
    if (Error error = stopped->release())
      return error;
    times.push_back(static_cast<double>(stopped->frozen_time().count()) / 1e3);
  }
  std::sort(times.begin(), times.end());
  fmt::print("threads={} freeze_us median={:.0f} min={:.0f} max={:.0f}\n",
             threads, times[times.size() / 2], times.front(), times.back());
  return {};
}

Error call_getpid(const Target &target, int rounds) {
  uint64_t answer = 0;
  for (int round = 0; round < rounds; ++round) {
    Result<MemoryMap> map = MemoryMap::read(target.memory.pid());
    if (!map)
      return map.take_error();
    Result<BorrowedThread> thread = BorrowedThread::borrow(target.memory, *map);
    if (!thread)
      return thread.take_error();
    Result<uint64_t> pid = thread->system_call(SYS_getpid, {});
    if (!pid)
      return pid.take_error();
    answer = *pid;
    if (Error error = thread->give_back())
      return error;
  }
  fmt::print("getpid {}\n", answer);
  return {};
}

Error map_memory(const Target &target) {
  std::optional<RemoteAddress> gap =
      target.map.find_gap(target.objects[0].range, 65536, uint64_t{1} << 31);
  if (!gap)
    return not_safe_now("no gap");
  Result<BorrowedThread> thread =
      BorrowedThread::borrow(target.memory, target.map);
  if (!thread)
    return thread.take_error();
  uint64_t flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
  Result<uint64_t> mapped = thread->system_call(
      SYS_mmap, {gap->value(), 65536, PROT_READ, flags, ~uint64_t{0}, 0});
  if (!mapped)
    return mapped.take_error();
  std::vector<uint8_t> text(100, 0x5a);
  if (Error error = target.memory.write_forced(RemoteAddress(*mapped), text))
    return error;
  Result<std::vector<uint8_t>> back =
      target.memory.read_bytes(RemoteAddress(*mapped), text.size());
  bool is_same = back && *back == text;
  Result<uint64_t> unmapped =
      thread->system_call(SYS_munmap, {*mapped, 65536, 0, 0, 0, 0});
  if (!unmapped)
    return unmapped.take_error();
  fmt::print("mapped at the gap: {}, forced write: {}\n",
             *mapped == gap->value(), is_same);
  return thread->give_back();
}

// name[@version]; what a call of it from the main program reaches.
Error resolve(const Target &target, std::string_view name,
              std::string_view version) {
  Result<SymbolLookup> lookup =
      SymbolLookup::make(target.memory, target.objects);
  if (!lookup)
    return lookup.take_error();
  std::optional<ResolvedSymbol> symbol =
      lookup->find(name, version, target.objects[0]);
  if (!symbol)
    return not_safe_now(fmt::format("'{}' is not defined", name));
  const LoadedObject &object = *symbol->object;
  if (symbol->type == STT_TLS) {
    Result<uint64_t> module = lookup->tls_module_id(object);
    if (!module)
      return module.take_error();
    Result<int64_t> offset =
        lookup->tls_offset_from_thread_pointer(object, symbol->tls_offset);
    fmt::print("{} tls in {} module={} tpoff={}\n", name, object.name(),
               *module,
               offset ? std::to_string(*offset) : offset.take_error().code());
    return {};
  }
  fmt::print("{} at {} type={} in {}\n", name, symbol->address.hex(),
             symbol->type, object.name());
  if (symbol->type != STT_GNU_IFUNC)
    return {};
  Result<BorrowedThread> thread =
      BorrowedThread::borrow(target.memory, target.map);
  if (!thread)
    return thread.take_error();
  Result<uint64_t> address = thread->call_function(symbol->address);
  if (!address)
    return address.take_error();
  fmt::print("{} resolved to {:#x}\n", name, *address);
  return thread->give_back();
}

Error print_stacks(const Target &target) {
  Unwinder unwinder(target.memory, target.objects);
  unwinder.prepare();
  Result<MappingQuery> mappings = MappingQuery::open(target.memory.pid());
  if (!mappings)
    return mappings.take_error();
  std::vector<std::vector<StackFrame>> stacks;
  std::string failures;
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.memory.pid());
  if (!stopped)
    return stopped.take_error();
  StackCopy stack;
  for (const StoppedThread &thread : stopped->threads()) {
    if (Error error =
            copy_stack(target.memory, *mappings, thread.registers.sp(), stack))
      return error;
    Result<std::vector<StackFrame>> frames =
        unwinder.unwind(thread.registers, stack);
    if (frames)
      stacks.push_back(std::move(*frames));
    else
      failures += frames.take_error().message() + "\n";
  }
  if (Error error = stopped->release())
    return error;
  for (const std::vector<StackFrame> &frames : stacks)
    fmt::print("{}\n\n", unwinder.describe(frames));
  fmt::print("{} stacks, failures: {}\n", stacks.size(),
             failures.empty() ? "none" : failures);
  return {};
}

// Words that return into the dynamic function `name`, on no running stack.
Error print_others(const Target &target, std::string_view name) {
  Result<SymbolLookup> lookup =
      SymbolLookup::make(target.memory, target.objects);
  if (!lookup)
    return lookup.take_error();
  std::optional<ResolvedSymbol> symbol =
      lookup->find(name, "", target.objects[0]);
  if (!symbol)
    return not_safe_now(fmt::format("'{}' is not defined", name));
  AddressRange code{symbol->address, symbol->address + symbol->size_bytes};
  Result<OtherStacks> others = OtherStacks::search(
      target.memory, target.map, target.objects, {&code, 1}, {});
  if (!others)
    return others.take_error();
  Result<MappingQuery> mappings = MappingQuery::open(target.memory.pid());
  if (!mappings)
    return mappings.take_error();
  Result<StoppedProcess> stopped = StoppedProcess::stop(target.memory.pid());
  if (!stopped)
    return stopped.take_error();
  std::vector<AddressRange> stacks;
  for (const StoppedThread &thread : stopped->threads()) {
    StackCopy stack;
    if (Error error =
            copy_stack(target.memory, *mappings, thread.registers.sp(), stack))
      return error;
    stacks.push_back(stack.range());
  }
  Result<std::vector<OtherStackHit>> hits =
      others->recheck(target.memory, stacks);
  if (!hits)
    return hits.take_error();
  fmt::print("{} words in memory, {} on other stacks\n", others->hits().size(),
             hits->size());
  return stopped->release();
}

Error die_borrowed(const Target &target) {
  Result<BorrowedThread> thread =
      BorrowedThread::borrow(target.memory, target.map);
  if (!thread)
    return thread.take_error();
  Result<uint64_t> pid = thread->system_call(SYS_getpid, {});
  if (!pid)
    return pid.take_error();
  kill(getpid(), SIGKILL);
  return {};
}

Error run(std::string_view operation, pid_t pid,
          std::span<char *const> arguments) {
  int rounds = arguments.empty() ? 1 : atoi(arguments[0]);
  if (operation == "stop")
    return stop_often(pid, std::max(rounds, 1));
  Result<Target> target = look_at(pid);
  if (!target)
    return target.take_error();
  if (operation == "objects")
    return print_objects(*target);
  if (operation == "getpid")
    return call_getpid(*target, std::max(rounds, 1));
  if (operation == "map")
    return map_memory(*target);
  if (operation == "resolve" && !arguments.empty())
    return resolve(*target, arguments[0],
                   arguments.size() > 1 ? arguments[1] : "");
  if (operation == "stacks")
    return print_stacks(*target);
  if (operation == "others" && !arguments.empty())
    return print_others(*target, arguments[0]);
  if (operation == "die-borrowed")
    return die_borrowed(*target);
  return usage_error(fmt::format("unknown operation '{}'", operation));
}

} // namespace

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("process-probe");
  Error error;
  if (argc < 3)
    error = usage_error("process-probe OPERATION PID [ARGUMENT...]");
  else
    error =
        run(argv[1], atoi(argv[2]), {argv + 3, static_cast<size_t>(argc - 3)});
  if (!error)
    return 0;
  int status = exit_status(error.kind());
  diagnostics.report(error);
  return status;
}
