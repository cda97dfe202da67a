// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic linker's list of loaded objects (struct link_map), which the main
// program's DT_DEBUG entry leads to. Its public members are an interface that
// debuggers use. A static program has no list.
#ifndef LIBCARE_RUNTIME_PROCESS_LINK_MAP_H
#define LIBCARE_RUNTIME_PROCESS_LINK_MAP_H

#include <span>
#include <vector>

#include "runtime/process/loaded_object.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct LinkMapEntry {
  RemoteAddress address; // of the entry itself
  RemoteAddress dynamic; // l_ld
};

// In the order of the list: the program, preloaded objects, its libraries,
// what was opened later. Of other namespaces (dlmopen) too.
std::vector<LinkMapEntry> read_link_map(const RemoteMemory &memory,
                                        const LoadedObject &program);

// Is the dynamic linker still loading libraries, or did it load some since
// `objects` (the program first) were read? It does so when a program starts,
// and for dlopen.
bool is_loading_libraries(const RemoteMemory &memory,
                          std::span<const LoadedObject> objects);

} // namespace care::runtime

#endif
