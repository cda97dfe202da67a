// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A .kpatch file, as far as libcare-ctl takes it before it touches a process:
// read, checked, laid out, filled in for some address, its functions listed.
// The checksum is not in the way: a header may say that there is none.

#include <cstring>

#include "runtime/patch/image.h"
#include "runtime/patch/patch_file.h"
#include "runtime/patch/replaced_functions.h"
#include "test/fuzz/input_file.h"

using namespace care;
using namespace care::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::vector<uint8_t> bytes(data, data + size);
  size_t checksum = offsetof(PatchHeader, checksum);
  if (bytes.size() >= checksum + sizeof(uint32_t))
    memset(&bytes[checksum], 0, sizeof(uint32_t));
  InputFile file(bytes.data(), bytes.size());
  Result<PatchFile> patch = PatchFile::open(file.path());
  if (!patch)
    return 0;
  Result<ImageLayout> layout = plan_layout(*patch, 4096);
  if (!layout || layout->size_bytes > 1 << 24)
    return 0;
  Placement placement;
  placement.base = 0x7f0000001000;
  placement.load_bias = 0x7f0000100000;
  placement.symbols.resize(patch->symbols().size());
  (void)static_cast<bool>(build_image(*patch, *layout, placement));
  (void)static_cast<bool>(read_functions(*patch, *layout, placement));
  needs_low_address(*patch);
  return 0;
}
