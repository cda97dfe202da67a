// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Do two places, one in each binary, mean the same? Addresses are compared
// through the Correspondence, table slots by what they serve, linker-defined
// borders by name.
#ifndef LIBCARE_LINKER_PASSES_COMPARE_PLACES_H
#define LIBCARE_LINKER_PASSES_COMPARE_PLACES_H

#include <map>
#include <span>
#include <vector>

#include "linker/correspondence.h"
#include "linker/places.h"

namespace care::linker {

class PlaceComparison {
public:
  PlaceComparison(const Places &original, const Places &patched,
                  const Architecture &arch, const Correspondence &ranges)
      : original_(original), patched_(patched), arch_(arch), ranges_(ranges) {}

  // `reference` is in the patched binary; its field is `patched_field`, the
  // corresponding one in the original, at `original_place`, `original_field`.
  bool is_same_reference(const Relocation &reference,
                         std::span<const uint8_t> patched_field,
                         std::span<const uint8_t> original_field,
                         uint64_t original_place) const;

private:
  bool is_same_place(uint64_t patched, uint64_t original, const Symbol *symbol,
                     int depth) const;
  const std::vector<uint64_t> &starts_in(const Section &section) const;
  uint64_t size_at(const Section &section, uint64_t address) const;
  bool is_same_literal(const Section &section, uint64_t patched,
                       uint64_t original) const;
  bool is_same_table(const Section &section, uint64_t patched,
                     uint64_t original) const;
  bool is_same_slot(const std::optional<Slot> &patched,
                    const std::optional<Slot> &original, const Symbol *symbol,
                    int depth) const;
  bool is_same_inside(ReferenceKind kind, uint64_t patched,
                      uint64_t original) const;
  bool is_same_pointer(const Relocation &reference,
                       std::span<const uint8_t> patched_field,
                       std::span<const uint8_t> original_field,
                       uint64_t original_place) const;
  bool is_same_encoding(const Relocation &reference,
                        std::span<const uint8_t> original_field,
                        uint64_t original_place) const;

  const Places &original_;
  const Places &patched_;
  const Architecture &arch_;
  const Correspondence &ranges_;
  // By patched section, once somebody asked.
  mutable std::map<uint32_t, std::vector<uint64_t>> starts_;
};

} // namespace care::linker

#endif
