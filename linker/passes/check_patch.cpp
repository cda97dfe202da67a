// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Looks for what strip(1) or another tool could have damaged: the function
// list and its relocations, symbols that relocations name, the addresses of
// the stand-ins.

#include "linker/passes/check_patch.h"

#include <fmt/format.h>

#include "common/patch_format.h"
#include "linker/arch/architecture.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static Error check_relocation(const Architecture &arch, const Section &section,
                              const Relocation &relocation) {
  RelocationMeaning meaning = arch.describe(relocation.type);
  if (meaning.kind == ReferenceKind::Unsupported)
    return format_error(fmt::format("section '.rela{}': {} cannot be part of "
                                    "a patch",
                                    section.name,
                                    arch.relocation_name(relocation.type)));
  if (meaning.size_bytes > section.size_bytes - relocation.address)
    return format_error(fmt::format("section '.rela{}': relocation at {:#x} "
                                    "reaches past the end of the section",
                                    section.name, relocation.address));
  if (relocation.symbol == 0 && meaning.kind != ReferenceKind::None)
    return format_error(fmt::format("section '.rela{}': relocation at {:#x} "
                                    "names no symbol",
                                    section.name, relocation.address));
  return {};
}

Error check_patch(const Object &patch) {
  Result<const Architecture *> arch = find_architecture(patch.e_machine);
  if (!arch)
    return arch.take_error();
  const Section *info = patch.find_section(section::info);
  if (!info || !patch.find_section(section::text))
    return format_error("not a patch object: no section '.kpatch.info' or "
                        "'.kpatch.text'")
        .note("it is what 'kpatch_strip --rel-fixup ORIGINAL PATCH' makes");
  if (!patch.relocations.contains(patch.index_of(*info)))
    return format_error("section '.kpatch.info': its relocations are gone");
  for (const auto &[index, list] : patch.relocations)
    for (const Relocation &relocation : list)
      if (Error error =
              check_relocation(**arch, patch.sections[index], relocation))
        return error;
  return {};
}

Error check_patch_against(const Object &patch, const Object &original) {
  for (const Section &section : patch.sections) {
    if (!section.is_allocated() || section.is_patch() ||
        section.type != SHT_NOBITS)
      continue;
    bool is_known = false;
    for (const Section &own : original.sections)
      is_known |= own.name == section.name && own.address == section.address &&
                  own.size_bytes == section.size_bytes;
    if (!is_known)
      return refused("kpatch-original-differs",
                     fmt::format("section '{}' (size {:#x}, address {:#x}) is "
                                 "not in '{}'",
                                 section.name, section.size_bytes,
                                 section.address, original.file.path()))
          .note("use the same original as for 'kpatch_strip --rel-fixup'");
  }
  return {};
}

} // namespace care::linker
