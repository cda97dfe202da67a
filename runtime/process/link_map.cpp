// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The list may change while it is read. What could be read is returned; an
// object that is missing is then missing from the objects in memory as well,
// or is about to go.

#include "runtime/process/link_map.h"

#include <algorithm>
#include <link.h>
#include <optional>
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

// Nothing if the program has no such entry; null until the dynamic linker has
// filled it in.
std::optional<RemoteAddress> find_debug_entry(const RemoteMemory &memory,
                                              const LoadedObject &program) {
  if (!program.dynamic)
    return std::nullopt;
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
  return std::nullopt;
}

// A static program that is PIE has the entry, and nobody who fills it in.
bool has_dynamic_linker(std::span<const LoadedObject> objects) {
  return std::any_of(objects.begin() + 1, objects.end(),
                     [](const LoadedObject &object) {
                       return object.dynamic && !object.is_vdso;
                     });
}

} // namespace

bool is_loading_libraries(const RemoteMemory &memory,
                          std::span<const LoadedObject> objects) {
  if (objects.empty() || !has_dynamic_linker(objects))
    return false;
  std::optional<RemoteAddress> debug_at = find_debug_entry(memory, objects[0]);
  if (!debug_at)
    return false;
  if (debug_at->is_null())
    return true;
  Result<RawDebug> debug = memory.read_value<RawDebug>(*debug_at);
  if (!debug || debug->map == 0 || debug->state != r_debug::RT_CONSISTENT)
    return true;
  std::vector<LinkMapEntry> entries = read_link_map(memory, objects[0]);
  return std::any_of(
      entries.begin(), entries.end(), [&](const LinkMapEntry &entry) {
        return std::none_of(
            objects.begin(), objects.end(), [&](const LoadedObject &object) {
              return object.dynamic && object.dynamic->start == entry.dynamic;
            });
      });
}

std::vector<LinkMapEntry> read_link_map(const RemoteMemory &memory,
                                        const LoadedObject &program) {
  std::vector<LinkMapEntry> entries;
  RemoteAddress debug_at =
      find_debug_entry(memory, program).value_or(RemoteAddress());
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
