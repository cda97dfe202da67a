// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a relocation of the patch can name: places of the patch, places of the
// original binary, symbols that the process has to provide.
#ifndef LIBCARE_LINKER_TARGET_FINDER_H
#define LIBCARE_LINKER_TARGET_FINDER_H

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "linker/correspondence.h"
#include "linker/patch_object.h"
#include "linker/places.h"

namespace care::linker {

// Symbol and addend.
struct Target {
  uint32_t symbol = 0;
  int64_t addend = 0;
};

// Without what the differ put behind the name.
std::string plain_name(const Symbol &symbol);

// Adds the symbols that it finds to the patch.
class TargetFinder {
public:
  TargetFinder(const Places &original, const Places &patched,
               const Correspondence &ranges, PatchObject &out)
      : original_(original), patched_(patched), ranges_(ranges), out_(out) {}

  const Correspondence &ranges() const { return ranges_; }

  // The section of the patched binary is in the patch.
  void add_placed(uint32_t patched_section, uint32_t section);
  // Its index there.
  std::optional<uint32_t> find_placed(uint32_t patched_section) const;

  // Functions that the original does not have, with their replacements.
  void set_left_out(std::map<uint64_t, uint64_t> functions) {
    left_out_ = std::move(functions);
  }
  bool is_left_out(uint64_t function) const {
    return left_out_.contains(function);
  }

  // Where an address of the patched binary is: in the patch or in the
  // original. `symbol`, if any, says which of two adjoining sections is meant;
  // `is_called`, that nothing but a call goes there. Nothing: in neither.
  std::optional<Target> find_target(uint64_t address,
                                    const Symbol *symbol = nullptr,
                                    bool is_called = false);
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
  // A symbol whose value is the place: for slots, whose addend is their own.
  uint32_t place_symbol(const Target &target, const Symbol &like);

private:
  const Symbol *find_programs_own(const Section &section, const Symbol &symbol,
                                  bool is_called) const;
  bool is_exported_already(const Section &section, const Symbol &symbol) const;
  Target original_place(uint32_t section, uint64_t address);
  std::optional<Target> find_handle();
  const Correspondence::Range *find_range(uint32_t section,
                                          uint64_t address) const;

  const Places &original_;
  const Places &patched_;
  const Correspondence &ranges_;
  PatchObject &out_;
  std::map<uint32_t, uint32_t> placed_; // patched index to patch index
  std::map<uint64_t, uint64_t> left_out_;
};

} // namespace care::linker

#endif
