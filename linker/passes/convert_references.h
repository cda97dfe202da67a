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
#include "linker/target_finder.h"

namespace care::linker {

class ReferenceConverter {
public:
  ReferenceConverter(const Places &original, const Places &patched,
                     const Architecture &arch, const Correspondence &ranges,
                     TargetFinder &targets, PatchObject &out)
      : original_(original), patched_(patched), arch_(arch), ranges_(ranges),
        targets_(targets), out_(out) {}

  // Puts every .kpatch.* section into the patch, with its relocations, and
  // tells `targets` where it is.
  // Those that collect_functions reads (info, parts, aliases, signatures) are
  // left out.
  Error convert_sections();

private:
  struct Field; // one relocated field, being converted

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

  const Places &original_;
  const Places &patched_;
  const Architecture &arch_;
  const Correspondence &ranges_;
  TargetFinder &targets_;
  PatchObject &out_;
};

} // namespace care::linker

#endif
