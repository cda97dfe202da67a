// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libcare-ctl computes before it touches a process: reading a patch file,
// laying it out and building its image, and which bytes change when patches lie
// on top of each other. The file is named by LIBCARE_BENCH_PATCH;
// bench/freeze.py makes one with 100 functions.

#include "runtime/patch/activation.h"
#include "runtime/patch/image.h"
#include "runtime/patch/patch_file.h"

#include <benchmark/benchmark.h>

#include <cstdlib>

using namespace care;
using namespace care::runtime;

namespace {

const char *patch_path(benchmark::State &state) {
  const char *path = getenv("LIBCARE_BENCH_PATCH");
  if (!path)
    state.SkipWithError("LIBCARE_BENCH_PATCH names no .kpatch file");
  return path;
}

void read_patch_file(benchmark::State &state) {
  const char *path = patch_path(state);
  for (auto _ : state) {
    if (!path)
      break;
    Result<PatchFile> file = PatchFile::open(path);
    if (!file) {
      state.SkipWithError(file.error().message().c_str());
      break;
    }
    benchmark::DoNotOptimize(file->info_count());
  }
}
BENCHMARK(read_patch_file);

void build_patch_image(benchmark::State &state) {
  const char *path = patch_path(state);
  if (!path)
    return;
  Result<PatchFile> file = PatchFile::open(path);
  Result<ImageLayout> layout =
      file ? plan_layout(*file, 65536) : Result<ImageLayout>(Error());
  if (!file || !layout) {
    state.SkipWithError("the patch cannot be laid out");
    return;
  }
  Placement placement;
  placement.base = 0x555555400000;
  placement.load_bias = 0x555555554000;
  placement.symbols.resize(file->symbols().size());
  for (auto _ : state)
    benchmark::DoNotOptimize(build_image(*file, *layout, placement));
}
BENCHMARK(build_patch_image);

// `count` functions, each replaced by two patches; the newer one goes.
void plan_removal(benchmark::State &state) {
  auto count = static_cast<uint64_t>(state.range(0));
  std::vector<PatchRegion> regions(2);
  for (uint64_t r = 0; r < regions.size(); ++r) {
    regions[r].base = RemoteAddress(0x10000000 * (r + 1));
    Journal &journal = regions[r].journal;
    journal.text_size = count * 64;
    for (uint32_t i = 0; i < count; ++i) {
      uint64_t original = 0x401000 + i * 64;
      uint64_t replacement = regions[r].base.value() + i * 64;
      journal.sites.push_back({.name = "f",
                               .address = original,
                               .function = original,
                               .replacement = replacement,
                               .jump_size = 5,
                               .original = {},
                               .jump = {}});
      journal.ranges.push_back({original, 64, i, false});
      journal.ranges.push_back({replacement, 64, i, true});
    }
  }
  const PatchRegion *const all[] = {&regions[0], &regions[1]};
  for (auto _ : state)
    benchmark::DoNotOptimize(plan_activation(all, {true, true}, {true, false}));
}
BENCHMARK(plan_removal)->Arg(100)->Arg(10000);

} // namespace
