// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the thread-local variables of an object are: the dynamic linker's
// number of the object, and the distance of its block from the thread pointer.
// Neither has a public interface; three sources are tried, none of them a
// guess: values that the dynamic linker already stored into the object, the
// ABI's rules for the main program, and the descriptions that the C library
// publishes for debuggers (libthread_db's _thread_db_* symbols).
#ifndef LIBCARE_RUNTIME_PROCESS_TLS_LAYOUT_H
#define LIBCARE_RUNTIME_PROCESS_TLS_LAYOUT_H

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "common/result.h"
#include "runtime/process/dynamic_symbols.h"
#include "runtime/process/loaded_object.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct TlsLayout {
  const RemoteMemory &memory;
  const LoadedObject &object;
  const DynamicSymbols *symbols; // of the object; may be nullptr
};

// A member of a C library structure as libthread_db describes it.
struct LibraryField {
  uint32_t offset;
  uint32_t size_bytes;
};
// `name` without "_thread_db_", for example "pthread_tid".
std::optional<LibraryField>
find_library_field(const RemoteMemory &memory,
                   std::span<const LoadedObject> objects,
                   std::string_view name);

Result<uint64_t> find_tls_module_id(const TlsLayout &layout,
                                    std::span<const LoadedObject> objects);
// Distance from the thread pointer to the object's block, negative on x86_64.
Result<int64_t> find_tls_block_offset(const TlsLayout &layout,
                                      std::span<const LoadedObject> objects);

} // namespace care::runtime

#endif
