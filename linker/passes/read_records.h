// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the units of the patched binary say about the functions of the patch:
// .kpatch.info, .parts, .aliases and .signatures (docs/patch-format.md,
// section 1). All addresses are those of the patched binary; of what both the
// patch and the original have, where the original's is there.
#ifndef LIBCARE_LINKER_PASSES_READ_RECORDS_H
#define LIBCARE_LINKER_PASSES_READ_RECORDS_H

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "common/result.h"
#include "linker/correspondence.h"
#include "linker/passes/check_signatures.h"
#include "linker/places.h"

namespace care::linker {

struct FunctionRecord {
  uint64_t function = 0; // to be replaced; 0: new
  uint64_t replacement = 0;
  uint32_t replacement_length = 0; // bytes
  uint32_t flags = 0;
  uint64_t name_address = 0;
  std::string name;
};

struct AliasRecord {
  uint64_t function = 0;
  std::string name;
};

struct PatchRecords {
  std::vector<FunctionRecord> functions;
  std::multimap<uint64_t, uint64_t> parts; // further parts, by function
  std::vector<AliasRecord> aliases;
  std::map<uint64_t, ChangedSignature> signatures; // by function or variable
  // Callers that are not reached any more when the patch is applied.
  std::set<uint64_t> unreached;
};

// A function to be replaced is the original's, even if the linker took the
// patch's copy of it for all units, and kept the original's.
Result<PatchRecords> read_records(const Places &original, const Places &patched,
                                  const Correspondence &ranges);

} // namespace care::linker

#endif
