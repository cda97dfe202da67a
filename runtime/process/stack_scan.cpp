// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scan is a loop over aligned words with one subtraction and one compare
// each; only words between the lowest and the highest address of interest are
// looked up. Return addresses are 8-byte aligned on every stack that the ABI
// allows (psABI 3.2.2).

#include "runtime/process/stack_scan.h"

#include <algorithm>
#include <cstring>

namespace care::runtime {

CodeRanges::CodeRanges(std::span<const AddressRange> ranges) {
  for (size_t i = 0; i < ranges.size(); ++i)
    if (!ranges[i].is_empty())
      entries_.push_back({ranges[i].start.value(), ranges[i].end.value(), i});
  std::sort(entries_.begin(), entries_.end(),
            [](const Entry &a, const Entry &b) { return a.start < b.start; });
  if (entries_.empty())
    return;
  low_ = entries_.front().start;
  high_ = 0;
  for (const Entry &entry : entries_)
    high_ = std::max(high_, entry.end);
}

const size_t *CodeRanges::find_pc(uint64_t address) const {
  auto after = std::upper_bound(
      entries_.begin(), entries_.end(), address,
      [](uint64_t value, const Entry &entry) { return value < entry.start; });
  if (after == entries_.begin())
    return nullptr;
  const Entry &entry = *std::prev(after);
  return address < entry.end ? &entry.index : nullptr;
}

const size_t *CodeRanges::find_return_address(uint64_t address) const {
  return find_pc(address - 1); // the last byte of the call
}

Error copy_stack(const RemoteMemory &memory, MappingQuery &mappings,
                 RemoteAddress sp, StackCopy &copy,
                 std::span<const MemoryRead> further) {
  constexpr uint64_t red_zone = 128; // psABI 3.2.2
  Result<std::optional<MappingQuery::Mapping>> mapping = mappings.find(sp);
  if (!mapping)
    return mapping.take_error();
  if (!*mapping || !(*mapping)->is_readable)
    return not_safe_now(
        fmt::format("the stack pointer {} is not in memory", sp.hex()));
  RemoteAddress start = align_down(sp - red_zone, sizeof(uint64_t));
  copy.start = std::max(start, (*mapping)->range.start);
  copy.size_bytes = (*mapping)->range.end - copy.start;
  if (copy.bytes.size() < copy.size_bytes)
    copy.bytes.resize(copy.size_bytes);
  MemoryRead stack{copy.start, {copy.bytes.data(), copy.size_bytes}};
  if (further.empty())
    return memory.read(stack.from, stack.bytes);
  copy.reads.assign(further.begin(), further.end());
  copy.reads.push_back(stack);
  return memory.read(copy.reads);
}

void scan_registers(const Registers &registers, const CodeRanges &ranges,
                    std::vector<ScanHit> &hits) {
  if (const size_t *range = ranges.find_pc(registers.pc().value()))
    hits.push_back(
        {ScanHit::Where::ProgramCounter, registers.pc(), {}, *range});
  for (uint64_t word : registers.words()) {
    if (!ranges.may_contain(word))
      continue;
    if (const size_t *range = ranges.find_return_address(word))
      hits.push_back(
          {ScanHit::Where::Register, RemoteAddress(word), {}, *range});
  }
}

void scan_stack(const StackCopy &stack, const CodeRanges &ranges,
                std::vector<ScanHit> &hits) {
  if (ranges.is_empty())
    return;
  for (size_t at = 0; at + sizeof(uint64_t) <= stack.size_bytes;
       at += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, &stack.bytes[at], sizeof word);
    if (!ranges.may_contain(word))
      continue;
    if (const size_t *range = ranges.find_return_address(word))
      hits.push_back({ScanHit::Where::Stack, RemoteAddress(word),
                      stack.start + at, *range});
  }
}

} // namespace care::runtime
