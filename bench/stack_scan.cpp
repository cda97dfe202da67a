// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The stack check's inner loop, which runs while the target is stopped: stacks
// of different depth against 100 functions to be replaced, half of their words
// looking like code of the same object.
#include <cstring>
#include <vector>

#include <benchmark/benchmark.h>

#include "runtime/process/memory_map.h"
#include "runtime/process/stack_scan.h"

namespace {

using namespace care::runtime;

constexpr uint64_t text_start = 0x555555554000;

CodeRanges make_ranges() {
  std::vector<AddressRange> ranges;
  for (uint64_t i = 0; i < 100; i++) {
    RemoteAddress start(text_start + i * 4096);
    ranges.push_back({start, start + 128});
  }
  return CodeRanges(ranges);
}

StackCopy make_stack(size_t size_bytes) {
  StackCopy stack;
  stack.start = RemoteAddress(0x7ffff7000000);
  stack.bytes.resize(size_bytes);
  stack.size_bytes = size_bytes;
  for (size_t offset = 0; offset < size_bytes; offset += 16) {
    // Between two functions: near, and no hit.
    uint64_t word = text_start + (offset * 37 % 100) * 4096 + 2048;
    memcpy(&stack.bytes[offset], &word, sizeof word);
  }
  return stack;
}

void scan(benchmark::State &state) {
  CodeRanges ranges = make_ranges();
  StackCopy stack = make_stack(static_cast<size_t>(state.range(0)));
  std::vector<ScanHit> hits;
  for (auto _ : state) {
    hits.clear();
    scan_stack(stack, ranges, hits);
    if (!hits.empty()) {
      state.SkipWithError("found a function that is not there");
      break;
    }
  }
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

BENCHMARK(scan)->RangeMultiplier(8)->Range(1 << 10, 1 << 19);

} // namespace
