// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a run says at its end: what was made.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_REPORT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_REPORT_H

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/unit_changes.h"

namespace care::patch_make {

struct LinkedFunction {
  std::string name;
  bool is_new = false;
  uint64_t original_size_bytes = 0; // 0: new
  uint64_t size_bytes = 0;
  std::string unit; // id of the unit that it was compiled in, or empty
};

// One binary that got a patch.
struct PatchedBinary {
  std::string binary; // below the install folder
  std::string build_id;
  std::vector<std::string> replaced_functions;
  std::vector<std::string> new_functions;
  std::vector<LinkedFunction> functions; // all of them
  std::vector<std::string> imports; // what the patch needs of other binaries
  std::vector<std::string> allowed; // answers to refusals that were needed
  std::string patch_file;
  uint64_t size_bytes = 0;
};

struct Report {
  std::string id;
  std::vector<PatchedBinary> patched;
  size_t unchanged_binaries = 0;
  // Changed, but without a function to replace: no patch. Functions were
  // added, and nothing in the original calls them.
  std::vector<PatchedBinary> only_added;
  // What the compiler warned of in the units that have functions in the
  // patches. It said so in the middle of a build, where nobody looks.
  std::vector<Remark> warnings;
};

// The table at the end. Names may be long: the columns are as wide as they
// have to be.
std::string text_table(const Report &report);
std::string json_document(const Report &report);

} // namespace care::patch_make

#endif
