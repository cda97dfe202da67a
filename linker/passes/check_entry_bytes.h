// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Does anything lead into the bytes that the jump to a replacement overwrites,
// behind the first? No compiler makes such code, but assembly by hand does: a
// second name for a function without its first instruction, a branch past it.
// It would run half a jump. Branches from the function itself do not count: no
// thread is in the old code when the jump is written, and none comes there
// again. Branches that the assembler resolved itself, within one section and to
// a local name, leave no relocation and are not seen.
#ifndef LIBCARE_LINKER_PASSES_CHECK_ENTRY_BYTES_H
#define LIBCARE_LINKER_PASSES_CHECK_ENTRY_BYTES_H

#include <cstdint>
#include <string>
#include <vector>

#include "common/allowances.h"
#include "common/result.h"
#include "linker/arch/architecture.h"
#include "linker/object_model.h"

namespace care::linker {

// Addresses in the object that is searched.
struct EntryBytes {
  uint64_t start;
  uint64_t jump_end; // of the bytes that are overwritten
  uint64_t end;      // of the function
  std::string name;
};

// Searches names and, as far as the link kept relocations, branches. Refused
// with kpatch-entry-target.
Error check_entry_bytes(const Object &object, const Architecture &arch,
                        std::vector<EntryBytes> entries, Allowances &allowed);

} // namespace care::linker

#endif
