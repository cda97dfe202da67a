// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Undoes the link of the .kpatch.* sections: what the linker wrote into their
// fields becomes relocations against the patch, the original binary's places
// and imported symbols.
#ifndef LIBCARE_LINKER_PASSES_CONVERT_REFERENCES_H
#define LIBCARE_LINKER_PASSES_CONVERT_REFERENCES_H

#include <optional>

#include "common/result.h"
#include "linker/correspondence.h"
#include "linker/patch_object.h"
#include "linker/places.h"

namespace care::linker {

// A place that a relocation can name: symbol and addend.
struct Target {
  uint32_t symbol = 0;
  int64_t addend = 0;
};

class ReferenceConverter {
public:
  ReferenceConverter(const Places &original, const Places &patched,
                     const Architecture &arch, const Correspondence &ranges,
                     PatchObject &out)
      : original_(original), patched_(patched), arch_(arch), ranges_(ranges),
        out_(out) {}

  // Puts every .kpatch.* section into the patch, with its relocations.
  // Those that collect_functions reads (info, parts, aliases, signatures) are
  // left out.
  Error convert_sections();

  // Where an address of the patched binary is: in the patch or in the
  // original. `symbol`, if any, says which of two adjoining sections is meant.
  // Nothing: in neither.
  std::optional<Target> find_target(uint64_t address,
                                    const Symbol *symbol = nullptr);
  // The original address of an address of the patched binary.
  std::optional<uint64_t> original_address(uint64_t address,
                                           const Symbol *symbol) const;
  // The same, and for a PLT entry the one that serves the symbol's address in
  // the original.
  std::optional<Target> find_address(uint64_t address);
  // An undefined symbol of the patch for a dynamic symbol.
  Target import(const Symbol &symbol);
  // The symbol in the original binary whose value its resolver returns.
  std::optional<Target> find_ifunc(uint64_t address);
  // The PLT entry of the original that is the address of `symbol` for all the
  // program, if there is one.
  std::optional<Target> find_canonical_plt(const Symbol &symbol);

private:
  struct Field; // one relocated field, being converted

  const Correspondence::Range *find_range(uint32_t section,
                                          uint64_t address) const;

  Error convert_section(const Section &section, uint32_t out_index);
  Error convert_field(const Field &field, PatchSection &section);
  Error convert_absolute(const Field &field, PatchSection &section);
  Error convert_relative(const Field &field, PatchSection &section);
  Error convert_got(const Field &field, PatchSection &section);
  Error convert_tls(const Field &field, uint32_t type, PatchSection &section);
  Error convert_descriptor(const Field &field, PatchSection &section);
  std::optional<Slot> find_got_slot(const Field &field) const;
  Error convert_import_address(const Field &field, const Symbol &symbol,
                               PatchSection &section);
  void emit(const Field &field, PatchSection &section, uint32_t type,
            const Target &target, int64_t addend);
  Error unsupported(const Field &field) const;
  Error missing(const Field &field) const;
  Error refuse(const Field &field, std::string code,
               std::string_view why) const;
  void add_named_symbols();
  // A symbol whose value is the place: for slots, whose addend is their own.
  uint32_t place_symbol(const Target &target, const Symbol &like);

  const Places &original_;
  const Places &patched_;
  const Architecture &arch_;
  const Correspondence &ranges_;
  PatchObject &out_;
  std::map<uint32_t, uint32_t> out_sections_; // patched index to patch index
};

} // namespace care::linker

#endif
