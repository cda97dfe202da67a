// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The dynamic symbols of one object, from the target's memory: lookup by name
// and version through its hash table, and its dynamic relocations.
#ifndef LIBCARE_RUNTIME_PROCESS_DYNAMIC_SYMBOLS_H
#define LIBCARE_RUNTIME_PROCESS_DYNAMIC_SYMBOLS_H

#include <cstdint>
#include <elf.h>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/process/loaded_object.h"
#include "runtime/process/remote_memory.h"

namespace care::runtime {

// What a reference wants of a symbol. The address of a function, which a
// program may compare, is the same everywhere in the process: the canonical
// PLT entry of the main program where it has one (an undefined symbol with a
// value; System V ABI, "Function Addresses"). A call goes to the definition.
enum class ReferenceKind { Call, Address };

class CopiedMemory;

class DynamicSymbols {
public:
  // Nothing if the object has no usable dynamic section.
  static std::unique_ptr<DynamicSymbols> read(const RemoteMemory &memory,
                                              const LoadedObject &object);

  // A definition that a reference `name` with `version` (or without one) is
  // bound to.
  std::optional<Elf64_Sym> find(std::string_view name, std::string_view version,
                                ReferenceKind kind) const;

  std::span<const Elf64_Sym> symbols() const { return symbols_; }
  std::string_view name_of(const Elf64_Sym &symbol) const;
  // DT_RELA and DT_JMPREL.
  std::span<const Elf64_Rela> relocations() const { return relocations_; }
  std::string_view soname() const { return soname_; }
  const std::vector<std::string> &needed() const { return needed_; }

private:
  struct Tables;
  static Tables find_tables(const CopiedMemory &memory,
                            const LoadedObject &object);
  void read_versions(const CopiedMemory &memory, const Tables &tables);
  void read_needed_versions(const CopiedMemory &memory, const Tables &tables);
  void set_version_name(size_t number, uint64_t name);
  bool matches(size_t index, std::string_view name, std::string_view version,
               ReferenceKind kind) const;
  std::optional<size_t> find_gnu(std::string_view name,
                                 std::string_view version,
                                 ReferenceKind kind) const;
  std::optional<size_t> find_sysv(std::string_view name,
                                  std::string_view version,
                                  ReferenceKind kind) const;

  std::vector<Elf64_Sym> symbols_;
  std::vector<uint8_t> strings_;
  std::vector<uint16_t> version_of_;       // DT_VERSYM; empty: no versions
  std::vector<std::string> version_names_; // by index
  bool defines_versions_ = false;
  std::vector<uint32_t> gnu_hash_;
  std::vector<uint32_t> sysv_hash_;
  std::vector<Elf64_Rela> relocations_;
  std::string soname_;
  std::vector<std::string> needed_;
};

} // namespace care::runtime

#endif
