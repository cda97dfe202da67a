// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Recognising ELF objects in memory. Every mapping that begins with the ELF
// magic is a candidate; its program headers are read from the target, and the
// object is accepted if each executable segment lies in an executable mapping.
// The main program is the one whose program headers AT_PHDR points to, the
// vDSO the one at AT_SYSINFO_EHDR (/proc/PID/auxv).

#include "runtime/process/loaded_object.h"

#include <algorithm>
#include <cstring>

#include "common/build_id.h"
#include "runtime/process/copied_memory.h"
#include "runtime/process/elf_file.h"
#include "runtime/process/target_process.h"

namespace care::runtime {

namespace {

constexpr size_t program_headers_max = 512;
constexpr size_t note_size_max = 65536;

struct AuxiliaryVector {
  uint64_t program_headers = 0;
  uint64_t vdso = 0;
};

AuxiliaryVector read_auxiliary_vector(pid_t tid) {
  AuxiliaryVector vector;
  Result<std::string> text = read_proc_file(fmt::format("/proc/{}/auxv", tid));
  // Without it (kernel threads have none) no object is the main program.
  size_t size_bytes = text ? text->size() : 0;
  for (size_t at = 0; at + sizeof(Elf64_auxv_t) <= size_bytes;
       at += sizeof(Elf64_auxv_t)) {
    Elf64_auxv_t entry;
    memcpy(&entry, text->data() + at, sizeof entry);
    if (entry.a_type == AT_PHDR)
      vector.program_headers = entry.a_un.a_val;
    if (entry.a_type == AT_SYSINFO_EHDR)
      vector.vdso = entry.a_un.a_val;
  }
  return vector;
}

// Fills in everything that the program headers say.
void describe_segments(LoadedObject &object, const CopiedMemory &memory) {
  auto range_of = [&](const Elf64_Phdr &segment) {
    RemoteAddress start = object.at(segment.p_vaddr);
    return AddressRange{start, start + segment.p_memsz};
  };
  object.range = {RemoteAddress(~uint64_t{0}), RemoteAddress(0)};
  for (const Elf64_Phdr &segment : object.program_headers) {
    AddressRange range = range_of(segment);
    switch (segment.p_type) {
    case PT_LOAD:
      object.range.start = std::min(object.range.start, range.start);
      object.range.end = std::max(object.range.end, range.end);
      if (segment.p_flags & PF_X)
        object.executable_ranges.push_back(range);
      break;
    case PT_DYNAMIC:
      object.dynamic = range;
      break;
    case PT_GNU_EH_FRAME:
      object.eh_frame_header = range;
      break;
    case PT_TLS:
      object.tls = segment;
      break;
    case PT_NOTE: {
      if (!object.build_id.empty() || segment.p_memsz > note_size_max)
        break;
      std::vector<uint8_t> notes(segment.p_memsz);
      // Notes that cannot be read are as good as none.
      notes.resize(memory.read_some(range.start, notes));
      object.build_id = find_build_id(notes, segment.p_align);
      break;
    }
    default:
      break;
    }
  }
}

// Executable segments must be where the headers say; else somebody mapped a
// file to look at it.
bool is_loaded(const LoadedObject &object, const MemoryMap &map) {
  if (object.executable_ranges.empty())
    return false;
  return std::all_of(object.executable_ranges.begin(),
                     object.executable_ranges.end(),
                     [&](const AddressRange &range) {
                       const MemoryRegion *region = map.find(range.start);
                       return region != nullptr && region->is_executable;
                     });
}

// The object whose ELF header is at the start of `region`, if there is one.
std::optional<LoadedObject> examine(const CopiedMemory &memory,
                                    const MemoryMap &map,
                                    const MemoryRegion &region,
                                    const Elf64_Ehdr &header) {
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0 ||
      header.e_phnum > program_headers_max)
    return std::nullopt;
  LoadedObject object;
  object.program_headers.resize(header.e_phnum);
  size_t size_bytes = header.e_phnum * sizeof(Elf64_Phdr);
  std::span<uint8_t> bytes(
      reinterpret_cast<uint8_t *>(object.program_headers.data()), size_bytes);
  if (memory.read_some(region.range.start + header.e_phoff, bytes) !=
      size_bytes)
    return std::nullopt;

  const Elf64_Phdr *first = nullptr; // the segment with the ELF header
  for (const Elf64_Phdr &segment : object.program_headers)
    if (segment.p_type == PT_LOAD &&
        (first == nullptr || segment.p_offset < first->p_offset))
      first = &segment;
  if (first == nullptr)
    return std::nullopt;
  object.load_bias =
      region.range.start.value() - (first->p_vaddr - first->p_offset);
  object.path = region.path;
  object.is_deleted = region.is_deleted;
  object.e_type = header.e_type;
  object.e_machine = header.e_machine;
  object.first_mapping = region.range;
  describe_segments(object, memory);
  if (!is_loaded(object, map))
    return std::nullopt;
  return object;
}

// Program headers and notes mostly follow the ELF header directly.
constexpr size_t start_size = 1024;

// Reads the start of many mappings at once; those that cannot be read are
// empty and not ELF.
std::vector<std::vector<uint8_t>>
read_starts(const RemoteMemory &memory, std::span<const MemoryRegion> regions) {
  std::vector<std::vector<uint8_t>> starts(regions.size());
  std::vector<MemoryRead> reads;
  std::vector<size_t> indices;
  for (size_t i = 0; i < regions.size(); ++i) {
    const MemoryRegion &region = regions[i];
    // A writable mapping can hold an object as well (an old linker's RWX
    // segment), an anonymous one too (text moved to huge pages).
    bool is_candidate = region.is_readable &&
                        !region.path.starts_with("[vvar") &&
                        (!region.is_file() || region.file_offset == 0);
    if (!is_candidate)
      continue;
    starts[i].resize(std::min<size_t>(start_size, region.range.size_bytes()));
    reads.push_back({region.range.start, starts[i]});
    indices.push_back(i);
  }
  std::vector<size_t> sizes = memory.read_each(reads);
  for (size_t i = 0; i < indices.size(); ++i)
    starts[indices[i]].resize(sizes[i]);
  return starts;
}

} // namespace

std::string LoadedObject::name() const {
  size_t slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

Result<std::vector<LoadedObject>>
find_loaded_objects(const RemoteMemory &memory, const MemoryMap &map) {
  AuxiliaryVector auxiliary = read_auxiliary_vector(memory.tid());
  std::vector<LoadedObject> objects;
  bool has_32_bit = false;
  std::vector<std::vector<uint8_t>> starts = read_starts(memory, map.regions());
  for (size_t i = 0; i < starts.size(); ++i) {
    const MemoryRegion &region = map.regions()[i];
    std::optional<Elf64_Ehdr> header = value_at<Elf64_Ehdr>(starts[i], 0);
    if (!header || !is_program_or_library(*header))
      continue;
    has_32_bit |= header->e_ident[EI_CLASS] == ELFCLASS32;
    CopiedMemory copied(memory, region.range.start, std::move(starts[i]));
    std::optional<LoadedObject> object = examine(copied, map, region, *header);
    if (!object)
      continue;
    object->is_vdso = region.range.start.value() == auxiliary.vdso;
    object->is_main_program =
        !object->is_vdso &&
        object->range.contains(RemoteAddress(auxiliary.program_headers));
    objects.push_back(std::move(*object));
  }
  std::stable_sort(objects.begin(), objects.end(),
                   [](const LoadedObject &a, const LoadedObject &b) {
                     return a.is_main_program > b.is_main_program;
                   });
  if (!objects.empty() && objects[0].is_main_program)
    return objects;
  if (has_32_bit)
    return refused("kpatch-process-32bit",
                   "is a 32-bit process (supported: 64-bit)");
  return format_error("no ELF program found in its memory");
}

const LoadedObject *find_object(std::span<const LoadedObject> objects,
                                RemoteAddress address) {
  for (const LoadedObject &object : objects)
    if (object.range.contains(address))
      return &object;
  return nullptr;
}

// Does the file have the build-id that the object in memory has?
static bool is_file_of(const MappedFile &mapped_file,
                       const LoadedObject &object) {
  ElfFile file(mapped_file.bytes());
  for (const Elf64_Phdr &segment : file.segments()) {
    if (segment.p_type != PT_NOTE)
      continue;
    std::string build_id =
        find_build_id(file.content_of(segment), segment.p_align);
    if (!build_id.empty())
      return build_id == object.build_id;
  }
  return !file.segments().empty() && object.build_id.empty();
}

Result<MappedFile> open_object_file(pid_t pid, const LoadedObject &object) {
  if (object.is_vdso)
    return format_error("[vdso] has no file");
  // map_files needs CAP_CHECKPOINT_RESTORE or CAP_SYS_ADMIN; the path does not.
  pid_t tid = living_thread(pid);
  std::string by_mapping = fmt::format("/proc/{}/map_files/{:x}-{:x}", tid,
                                       object.first_mapping.start.value(),
                                       object.first_mapping.end.value());
  Result<MappedFile> file = MappedFile::open(by_mapping);
  if (file && is_file_of(*file, object))
    return file;
  Result<MappedFile> by_path =
      MappedFile::open(fmt::format("/proc/{}/root{}", tid, object.path));
  if (!by_path)
    return by_path;
  if (!is_file_of(*by_path, object))
    return format_error(fmt::format(
        "'{}' was replaced: it no longer has the build-id of the running "
        "object ({})",
        object.path, object.build_id.empty() ? "none" : object.build_id));
  return by_path;
}

} // namespace care::runtime
