// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The post-link pass. The input is the patched binary; the original is the file
// named in LIBCARE_FUZZ_ORIGINAL, or else the input itself. The same bytes are
// also tried as a patch object.

#include <cstdlib>

#include "linker/link.h"
#include "linker/passes/check_patch.h"
#include "linker/passes/drop_debug.h"
#include "linker/patch_file.h"
#include "linker/reader.h"
#include "test/fuzz/input_file.h"

using namespace care;
using namespace care::linker;

static const Object *find_original() {
  const char *path = getenv("LIBCARE_FUZZ_ORIGINAL");
  static Result<Object> original = read_object(path ? path : "");
  return original ? &*original : nullptr;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  (void)static_cast<bool>(read_patch_file({data, size}));
  InputFile file(data, size);
  if (Result<Object> relocatable = read_relocatable(file.path()))
    (void)static_cast<bool>(check_patch(*relocatable));
  Result<Object> patched = read_object(file.path());
  if (!patched)
    return 0;
  (void)drop_debug(*patched).size();
  const Object *original = find_original();
  (void)static_cast<bool>(
      link_patch(original ? *original : *patched, *patched));
  return 0;
}
