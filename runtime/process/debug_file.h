// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the symbols of a stripped object are: the separate debug file that
// distributions ship (Debian's -dbgsym packages) and objcopy makes.
#ifndef LIBCARE_RUNTIME_PROCESS_DEBUG_FILE_H
#define LIBCARE_RUNTIME_PROCESS_DEBUG_FILE_H

#include <cstdint>
#include <optional>
#include <span>
#include <sys/types.h>

#include "common/mapped_file.h"
#include "runtime/process/loaded_object.h"

namespace care::runtime {

// The debug file of an object that has a build-id; `file` is the object's own
// file, for its .gnu_debuglink, or empty. Nothing if there is none with the
// same build-id.
std::optional<MappedFile> find_debug_file(pid_t pid, const LoadedObject &object,
                                          std::span<const uint8_t> file);

} // namespace care::runtime

#endif
