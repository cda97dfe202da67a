// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// /proc/PID/task/TID/syscall says what a thread is doing without stopping it:
// "running", or the number of a system call, its arguments and the stack
// pointer.

#include "runtime/process/thread_choice.h"

#include <algorithm>

#include "common/parse_number.h"
#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

enum Disturbance {
  asleep,
  asleep_with_time_limit,
  asleep_filtered, // has a seccomp filter
  running,
  running_filtered,
  cannot_be_stopped,
};

Disturbance examine(pid_t pid, pid_t tid) {
  Result<ThreadStatus> status = ThreadStatus::read(pid, tid);
  if (!status)
    return cannot_be_stopped;
  std::string_view state = status->field("State").value_or("X");
  if (!state.starts_with('S') && !state.starts_with('R') &&
      !state.starts_with('T'))
    return cannot_be_stopped;
  bool is_filtered = status->field("Seccomp").value_or("0") != "0";
  Result<std::string> call =
      read_proc_file(fmt::format("/proc/{}/task/{}/syscall", pid, tid));
  int64_t number =
      call ? leading_number<int64_t>(*call).value_or(-1) : int64_t{-1};
  if (number < 0)
    return is_filtered ? running_filtered : running;
  if (is_filtered)
    return asleep_filtered;
  return is_timed_system_call(number) ? asleep_with_time_limit : asleep;
}

bool is_libc(const MemoryRegion &region) {
  return region.path.find("/libc.so") != region.path.npos ||
         region.path.find("/libc-2.") != region.path.npos ||
         region.path.find("/ld-musl") != region.path.npos;
}

} // namespace

Result<std::vector<pid_t>> rank_threads(pid_t pid) {
  Result<std::vector<pid_t>> tids = list_threads(pid);
  if (!tids)
    return tids.take_error();
  // Enough to find a good one; asking thousands takes longer than it is worth.
  constexpr size_t examined_max = 64;
  struct Candidate {
    pid_t tid;
    Disturbance disturbance;
  };
  std::vector<Candidate> candidates;
  for (pid_t tid : *tids) {
    if (candidates.size() == examined_max)
      break;
    Disturbance disturbance = examine(pid, tid);
    if (disturbance != cannot_be_stopped)
      candidates.push_back({tid, disturbance});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate &a, const Candidate &b) {
                     return a.disturbance < b.disturbance;
                   });
  std::vector<pid_t> ranked;
  for (const Candidate &candidate : candidates)
    ranked.push_back(candidate.tid);
  return ranked;
}

std::optional<AddressRange> stack_below(const RegionFinder &find,
                                        RemoteAddress sp,
                                        RemoteAddress thread_pointer) {
  std::optional<MemoryRegion> region = find(sp);
  if (!region || !region->is_writable || !region->is_readable ||
      region->is_file() || region->is_shared)
    return std::nullopt;
  AddressRange below{region->range.start, sp};
  if (region->path == "[stack]")
    return below;
  bool has_control_block =
      region->range.contains(thread_pointer) && sp < thread_pointer;
  if (!has_control_block || region->path == "[heap]")
    return std::nullopt;
  std::optional<MemoryRegion> guard = find(region->range.start - 1);
  if (!guard || !guard->is_accessible())
    return below;
  return std::nullopt;
}

Result<Gadgets> find_gadgets(const RemoteMemory &memory, const MemoryMap &map) {
  std::vector<const MemoryRegion *> regions;
  for (const MemoryRegion &region : map.regions())
    if (region.is_executable && region.path != "[vsyscall]" && region.is_file())
      regions.push_back(&region);
  std::stable_sort(regions.begin(), regions.end(),
                   [](const MemoryRegion *a, const MemoryRegion *b) {
                     return is_libc(*a) > is_libc(*b);
                   });
  Gadgets gadgets;
  constexpr size_t searched_max = 16 << 20; // a browser's text is 200 MB
  constexpr size_t piece_size = 128 << 10; // the C library's has all of it soon
  constexpr size_t overlap = 256;          // longer than any sequence
  std::vector<uint8_t> code(piece_size);
  auto has_all = [&] {
    return gadgets.can_call() && gadgets.can_store_result();
  };
  for (const MemoryRegion *region : regions) {
    size_t searched =
        std::min<size_t>(region->range.size_bytes(), searched_max);
    for (size_t at = 0; at < searched && !has_all();
         at += piece_size - overlap) {
      std::span<uint8_t> piece(code.data(),
                               std::min(piece_size, searched - at));
      size_t size = memory.read_some(region->range.start + at, piece);
      gadgets.search(piece.first(size), region->range.start + at);
    }
    if (has_all())
      break;
  }
  if (gadgets.can_call())
    return gadgets;
  if (has_ended(memory.pid(), living_thread(memory.pid())))
    return target_gone("the process has ended");
  return refused("kpatch-no-gadget",
                 "no 'syscall; ret' and no way to rt_sigreturn in its "
                 "executable memory")
      .note("the program brings no C library of a known kind; calls cannot be "
            "made in it without overwriting code");
}

} // namespace care::runtime
