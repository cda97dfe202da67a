// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The post-link pass on binaries of the caller's choice:
//
//   export LIBCARE_BENCH_ORIGINAL=redis-server
//   export LIBCARE_BENCH_PATCHED=patched/redis-server
//   bench_linker
//
// Without them it measures itself against itself: reading, and the proof of
// every section that needs no relocation.

#include <cstdlib>
#include <string>

#include <benchmark/benchmark.h>

#include "linker/link.h"
#include "linker/reader.h"

using namespace care;
using namespace care::linker;

static std::string path_from(const char *variable) {
  const char *value = getenv(variable);
  return value ? value : "/proc/self/exe";
}

static void read_binary(benchmark::State &state) {
  std::string path = path_from("LIBCARE_BENCH_ORIGINAL");
  for (auto _ : state) {
    Result<Object> object = read_object(path);
    if (!object)
      state.SkipWithError(object.error().message().c_str());
    benchmark::DoNotOptimize(object);
  }
}
BENCHMARK(read_binary)->Unit(benchmark::kMillisecond);

static void link_whole_patch(benchmark::State &state) {
  Result<Object> original = read_object(path_from("LIBCARE_BENCH_ORIGINAL"));
  Result<Object> patched = read_object(path_from("LIBCARE_BENCH_PATCHED"));
  if (!original || !patched) {
    state.SkipWithError("cannot read the binaries");
    return;
  }
  for (auto _ : state) {
    Result<LinkedPatch> patch = link_patch(*original, *patched);
    if (!patch)
      state.SkipWithError(patch.error().message().c_str());
    benchmark::DoNotOptimize(patch);
  }
}
BENCHMARK(link_whole_patch)->Unit(benchmark::kMillisecond);
