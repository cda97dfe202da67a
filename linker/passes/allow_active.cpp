// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One bit in the record of each function that is named.

#include "linker/passes/allow_active.h"

#include "common/patch_format.h"

#include <algorithm>
#include <cstring>

namespace care::linker {

static void set_flag(PatchSection &info, size_t index) {
  std::vector<uint8_t> &records = info.bytes;
  size_t at = index * sizeof(PatchInfo) + offsetof(PatchInfo, flags);
  uint32_t flags;
  memcpy(&flags, &records[at], sizeof flags);
  flags |= info_allow_active;
  memcpy(&records[at], &flags, sizeof flags);
}

std::vector<std::string>
allow_active(std::span<const std::string> names,
             std::span<const PatchedFunction> functions, PatchObject &out) {
  std::vector<std::string> unknown;
  PatchSection *info = out.find_section(section::info);
  for (const std::string &name : names) {
    bool is_known = false;
    for (size_t i = 0; i < functions.size(); ++i) {
      if (!info || functions[i].is_new || functions[i].name != name)
        continue;
      is_known = true;
      set_flag(*info, i);
    }
    if (!is_known)
      unknown.push_back(name);
  }
  return unknown;
}

} // namespace care::linker
