// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list may change while it is read. What could be read is returned; an
// object that is missing is then missing from the objects in memory as well,
// or is about to go.

#include "runtime/process/link_map.h"

#include <algorithm>
#include <link.h>
#include <span>

namespace care::runtime {

namespace {

constexpr size_t entries_max = 65536;
constexpr size_t namespaces_max = 16; // DL_NNS of glibc

// The public beginning of struct link_map.
struct RawEntry {
  uint64_t load_bias;
  uint64_t name;
  uint64_t dynamic;
  uint64_t next;
  uint64_t previous;
};

// struct r_debug_extended, glibc 2.35: version 2 has a further member.
struct RawDebug {
  int32_t version;
  int32_t pad;
  uint64_t map;
  uint64_t breakpoint;
  int32_t state;
  int32_t pad_28;
  uint64_t linker_base;
};

RemoteAddress find_debug(const RemoteMemory &memory,
                         const LoadedObject &program) {
  if (!program.dynamic)
    return {};
  std::vector<Elf64_Dyn> entries(
      std::min(program.dynamic->size_bytes() / sizeof(Elf64_Dyn), entries_max));
  std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(entries.data()),
                           entries.size() * sizeof(Elf64_Dyn));
  entries.resize(memory.read_some(program.dynamic->start, bytes) /
                 sizeof(Elf64_Dyn));
  for (const Elf64_Dyn &entry : entries) {
    if (entry.d_tag == DT_NULL)
      break;
    if (entry.d_tag == DT_DEBUG)
      return RemoteAddress(entry.d_un.d_ptr);
  }
  return {};
}

} // namespace

std::vector<LinkMapEntry> read_link_map(const RemoteMemory &memory,
                                        const LoadedObject &program) {
  std::vector<LinkMapEntry> entries;
  RemoteAddress debug_at = find_debug(memory, program);
  for (size_t space = 0; !debug_at.is_null() && space < namespaces_max;
       ++space) {
    Result<RawDebug> debug = memory.read_value<RawDebug>(debug_at);
    if (!debug)
      break;
    RemoteAddress at(debug->map);
    while (!at.is_null() && entries.size() < entries_max) {
      Result<RawEntry> entry = memory.read_value<RawEntry>(at);
      if (!entry)
        break;
      entries.push_back({at, RemoteAddress(entry->dynamic)});
      at = RemoteAddress(entry->next);
    }
    if (debug->version < 2)
      break;
    Result<uint64_t> next =
        memory.read_value<uint64_t>(debug_at + sizeof(RawDebug));
    debug_at = RemoteAddress(next ? *next : 0);
  }
  return entries;
}

} // namespace care::runtime
