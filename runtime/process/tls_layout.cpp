// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// See the header. TLS terms are those of "ELF Handling For Thread-Local
// Storage" (Drepper): x86_64 is of variant II, blocks lie below the thread
// pointer, the main program's block directly below it, and the main program is
// module 1 if it has a block.

#include "runtime/process/tls_layout.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "runtime/process/link_map.h"

namespace care::runtime {

namespace {

// Is the relocation for something in the object's own block? Then `value` is
// the offset of that thing in the block.
bool refers_to_own_block(const TlsLayout &layout, const Elf64_Rela &relocation,
                         uint64_t &value) {
  size_t index = ELF64_R_SYM(relocation.r_info);
  std::span<const Elf64_Sym> symbols = layout.symbols->symbols();
  value = static_cast<uint64_t>(relocation.r_addend);
  if (index == 0)
    return true;
  if (index >= symbols.size())
    return false;
  const Elf64_Sym &symbol = symbols[index];
  // Only a symbol that cannot be interposed is certainly its own.
  bool is_own = symbol.st_shndx != SHN_UNDEF &&
                (ELF64_ST_BIND(symbol.st_info) == STB_LOCAL ||
                 ELF64_ST_VISIBILITY(symbol.st_other) != STV_DEFAULT);
  value += symbol.st_value;
  return is_own;
}

Error no_tls(const LoadedObject &object, std::string_view what) {
  return refused("kpatch-tls",
                 fmt::format("'{}': {} of its thread-local variables cannot "
                             "be learnt",
                             object.name(), what))
      .note("the C library of the process does not tell and the object does "
            "not use one itself");
}

template <typename T>
std::optional<T> read_link_map_field(const TlsLayout &layout,
                                     std::span<const LoadedObject> objects,
                                     std::string_view name) {
  std::optional<LibraryField> field =
      find_library_field(layout.memory, objects, name);
  if (!field || field->size_bytes != sizeof(T) || !layout.object.dynamic)
    return std::nullopt;
  for (const LinkMapEntry &entry : read_link_map(layout.memory, objects[0])) {
    if (entry.dynamic != layout.object.dynamic->start)
      continue;
    Result<T> value =
        layout.memory.read_value<T>(entry.address + field->offset);
    if (value)
      return *value;
  }
  return std::nullopt;
}

} // namespace

std::optional<LibraryField>
find_library_field(const RemoteMemory &memory,
                   std::span<const LoadedObject> objects,
                   std::string_view name) {
  // struct { uint32_t bits, count, offset; }, nptl_db/db_info.c of glibc.
  constexpr std::string_view version = "GLIBC_PRIVATE";
  std::string symbol_name = fmt::format("_thread_db_{}", name);
  for (const LoadedObject &object : objects) {
    if (object.name().find("libc") == std::string::npos)
      continue;
    std::unique_ptr<DynamicSymbols> symbols =
        DynamicSymbols::read(memory, object);
    if (!symbols)
      continue;
    std::optional<Elf64_Sym> symbol =
        symbols->find(symbol_name, version, ReferenceKind::Call);
    if (!symbol)
      continue;
    auto words =
        memory.read_value<std::array<uint32_t, 3>>(object.at(symbol->st_value));
    if (words)
      return LibraryField{(*words)[2], (*words)[0] / 8};
  }
  return std::nullopt;
}

Result<uint64_t> find_tls_module_id(const TlsLayout &layout,
                                    std::span<const LoadedObject> objects) {
  const LoadedObject &object = layout.object;
  if (!object.tls)
    return no_tls(object, "the module number");
  if (object.is_main_program)
    return uint64_t{1};
  if (layout.symbols != nullptr)
    for (const Elf64_Rela &relocation : layout.symbols->relocations()) {
      uint64_t offset = 0;
      if (ELF64_R_TYPE(relocation.r_info) != R_X86_64_DTPMOD64 ||
          !refers_to_own_block(layout, relocation, offset))
        continue;
      Result<uint64_t> id =
          layout.memory.read_value<uint64_t>(object.at(relocation.r_offset));
      if (id && *id != 0)
        return id;
    }
  std::optional<uint64_t> id =
      read_link_map_field<uint64_t>(layout, objects, "link_map_l_tls_modid");
  if (id && *id != 0)
    return *id;
  return no_tls(object, "the module number");
}

Result<int64_t> find_tls_block_offset(const TlsLayout &layout,
                                      std::span<const LoadedObject> objects) {
  const LoadedObject &object = layout.object;
  if (!object.tls)
    return no_tls(object, "the place");
  if (object.is_main_program) {
    uint64_t alignment = std::max<uint64_t>(object.tls->p_align, 1);
    // The block ends where p_vaddr's own misalignment puts it.
    uint64_t first = (0 - object.tls->p_vaddr) & (alignment - 1);
    uint64_t size = object.tls->p_memsz;
    uint64_t offset =
        ((size - first + alignment - 1) & ~(alignment - 1)) + first;
    return -static_cast<int64_t>(offset);
  }
  if (layout.symbols != nullptr)
    for (const Elf64_Rela &relocation : layout.symbols->relocations()) {
      uint64_t offset = 0;
      if (ELF64_R_TYPE(relocation.r_info) != R_X86_64_TPOFF64 ||
          !refers_to_own_block(layout, relocation, offset))
        continue;
      Result<int64_t> stored =
          layout.memory.read_value<int64_t>(object.at(relocation.r_offset));
      if (stored && *stored != 0)
        return *stored - static_cast<int64_t>(offset);
    }
  std::optional<int64_t> below =
      read_link_map_field<int64_t>(layout, objects, "link_map_l_tls_offset");
  if (!below)
    return no_tls(object, "the place");
  // 0: no place yet; negative: never in the static block.
  if (*below <= 0)
    return refused("kpatch-tls",
                   fmt::format("'{}': its thread-local variables have no fixed "
                               "place: it was loaded late, and each thread "
                               "gets them when it first uses them",
                               object.name()))
        .note("compile the unit with -ftls-model=global-dynamic and "
              "-mtls-dialect=gnu");
  return -*below;
}

} // namespace care::runtime
