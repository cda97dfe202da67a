// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The ELF objects of a process, as they are in its memory.
//
// Nothing here needs the file on disk: it may be deleted, replaced by a newer
// version, or in a container that we cannot look into. An object is recognised
// by the ELF header at the start of its first mapping, and believed only if
// its executable segments are mapped executable where the header says (a
// program may also map an ELF file to read it).
#ifndef LIBCARE_RUNTIME_PROCESS_LOADED_OBJECT_H
#define LIBCARE_RUNTIME_PROCESS_LOADED_OBJECT_H

#include <cstdint>
#include <elf.h>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/mapped_file.h"
#include "common/result.h"
#include "runtime/process/memory_map.h"
#include "runtime/process/remote_address.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

struct LoadedObject {
  std::string path; // as the target sees it; "[vdso]"
  bool is_deleted = false;
  bool is_main_program = false;
  bool is_vdso = false;
  uint16_t e_type = 0; // ET_EXEC or ET_DYN
  uint16_t e_machine = 0;
  uint64_t load_bias = 0; // add to a p_vaddr or st_value
  AddressRange range;     // from the first to the last byte of all PT_LOADs
  std::vector<Elf64_Phdr> program_headers;
  std::string build_id; // lower case hex; empty if there is none
  std::vector<AddressRange> executable_ranges; // of PT_LOADs with PF_X
  std::optional<AddressRange> dynamic;         // PT_DYNAMIC
  std::optional<AddressRange> eh_frame_header; // PT_GNU_EH_FRAME
  std::optional<Elf64_Phdr> tls;               // PT_TLS
  AddressRange first_mapping; // names the file in /proc/PID/map_files

  // The last part of the path, for messages.
  std::string name() const;
  RemoteAddress at(uint64_t vaddr) const {
    return RemoteAddress(load_bias + vaddr);
  }
};

// All objects, the main program first, the others by address. A 32-bit target
// is refused [kpatch-process-32bit].
Result<std::vector<LoadedObject>>
find_loaded_objects(const RemoteMemory &memory, const MemoryMap &map);

// The object whose loaded range holds `address`, or nullptr.
const LoadedObject *find_object(std::span<const LoadedObject> objects,
                                RemoteAddress address);

// The file of an object, for its section headers and symbol table: through
// /proc/PID/map_files (also when deleted or replaced on disk), else through
// /proc/PID/root/PATH if that still has the object's build-id.
Result<MappedFile> open_object_file(pid_t pid, const LoadedObject &object);

} // namespace care::runtime

#endif
