// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the tables that a linker makes stand for. An address in .got or .plt
// says nothing by itself: it serves a symbol, and two binaries serve the same
// symbol from different slots. Places reads, for one object, what a GOT slot
// will hold at run time and where a PLT entry leads.
#ifndef LIBCARE_LINKER_PLACES_H
#define LIBCARE_LINKER_PLACES_H

#include <optional>
#include <string>

#include "linker/arch/architecture.h"
#include "linker/object_model.h"

namespace care::linker {

// Content of a place at run time, as far as the file determines it.
struct Slot {
  DynamicKind kind = DynamicKind::Relative;
  const Symbol *symbol = nullptr; // of the dynamic symbol table
  uint64_t address = 0;           // in the object; or an addend
};

// Sections that the linker makes and lays out as it needs: their content is
// not compared, what goes through them is compared by meaning.
bool is_linker_made(const Section &section);

// Symbols that the linker defines at the borders of what it lays out
// (_end, __bss_start...).
bool is_linker_defined(std::string_view name);

class Places {
public:
  Places(const Object &object, const Architecture &arch)
      : object_(object), arch_(arch) {}

  const Object &object() const { return object_; }

  // The slot at an address in a global offset table.
  std::optional<Slot> find_got_slot(uint64_t address) const;
  // The slot that a PLT entry at this address jumps through.
  std::optional<Slot> find_plt_slot(uint64_t address) const;
  // What 8 bytes at `address`, anywhere, hold at run time.
  std::optional<Slot> read_pointer(uint64_t address) const;
  // Bytes from `address` to the end of its section; empty: none in the file.
  std::span<const uint8_t> bytes_at(uint64_t address) const;
  // The lowest address of the loaded image.
  uint64_t base_address() const;

private:
  const Object &object_;
  const Architecture &arch_;
};

} // namespace care::linker

#endif
