// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// As in the proof, the field is decoded, and the kept relocation only tells
// its kind, symbol and addend. Where the linker made a reference go through a
// slot or a PLT entry that the dynamic linker fills by symbol, the patch gets
// an undefined symbol: that is exactly the case in which another object may
// provide it (an import, or interposition of a library's own symbol). Where it
// bound directly, the patch does the same, to the original's place.
//
// Fields that become relocations are set to zero. Thread-local offsets that
// the linker fixed stay as they are: the proof showed that the original has
// the same thread-local segment.

#include "linker/passes/convert_references.h"

#include <algorithm>
#include <fmt/format.h>

#include "common/patch_format.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

struct ReferenceConverter::Field {
  const Section &section; // of the patched binary
  Relocation reference;
  RelocationMeaning meaning;
  const Symbol &symbol;
  std::span<const uint8_t> bytes;

  uint64_t offset() const { return reference.address - section.address; }
};

Error ReferenceConverter::refuse(const Field &field, std::string code,
                                 std::string_view why) const {
  return refused(std::move(code),
                 fmt::format("section '{}': offset {:#x}: {} to '{}': {}",
                             field.section.name, field.offset(),
                             arch_.relocation_name(field.reference.type),
                             plain_name(field.symbol), why));
}

Error ReferenceConverter::unsupported(const Field &field) const {
  return refuse(field, "kpatch-relocation", "cannot be part of a patch")
      .note("compile the unit with the default code model and -fPIC; in "
            "assembly by hand, refer to the symbol in another way");
}

// Functions of glibc of which each object that uses them has a copy of its own
// (libc_nonshared.a), and what the copies call.
static std::string_view called_by_copy(std::string_view function) {
  static constexpr std::pair<std::string_view, std::string_view> calls[] = {
      {"atexit", "__cxa_atexit(FUNCTION, 0, &__dso_handle)"},
      {"at_quick_exit", "__cxa_at_quick_exit(FUNCTION, &__dso_handle)"},
      {"pthread_atfork",
       "__register_atfork(PREPARE, PARENT, CHILD, &__dso_handle)"},
  };
  for (const auto &[name, call] : calls)
    if (name == function)
      return call;
  return {};
}

Error ReferenceConverter::missing(const Field &field) const {
  std::string name = plain_name(field.symbol);
  if (std::string_view call = called_by_copy(name); !call.empty())
    return refuse(field, "kpatch-missing-symbol",
                  "each program and library that uses this function has a copy "
                  "of its own, and the original has none")
        .note(fmt::format("call what '{}' calls, which is in the C library: {}",
                          name, call));
  return refuse(field, "kpatch-missing-symbol",
                "it is neither in the original binary nor in the patch nor "
                "imported")
      .note("a symbol that the original link discarded cannot be used; define "
            "it again in the patch under another name");
}

void ReferenceConverter::emit(const Field &field, PatchSection &section,
                              uint32_t type, const Target &target,
                              int64_t addend) {
  uint64_t offset = field.offset();
  std::fill_n(section.bytes.begin() + static_cast<int64_t>(offset),
              field.meaning.size_bytes, uint8_t{0});
  section.relocations.push_back(
      {offset, type, target.symbol, target.addend + addend});
}

Error ReferenceConverter::convert_absolute(const Field &field,
                                           PatchSection &section) {
  const Relocation &reference = field.reference;
  auto addend = static_cast<uint64_t>(reference.addend);
  std::optional<uint64_t> address =
      arch_.decode(reference.type, field.bytes, reference.address);
  const auto &dynamic = patched_.object().dynamic_relocations;
  if (field.meaning.size_bytes == 8 && dynamic.contains(reference.address)) {
    Slot slot = *patched_.read_pointer(reference.address);
    if (slot.kind == DynamicKind::Symbolic && slot.symbol) {
      emit(field, section, reference.type, targets_.import(*slot.symbol),
           static_cast<int64_t>(slot.address));
      return {};
    }
    if (slot.kind == DynamicKind::Ifunc) {
      std::optional<Target> ifunc = targets_.find_ifunc(slot.address);
      if (!ifunc)
        return missing(field);
      emit(field, section, reference.type, *ifunc, 0);
      return {};
    }
    if (slot.kind != DynamicKind::Relative)
      return unsupported(field);
    address = slot.address;
  }
  if (!address)
    return unsupported(field);
  *address -= addend;
  if (field.symbol.section == SHN_ABS && *address == field.symbol.value)
    return {}; // a constant, and it is there
  if (std::optional<Slot> stub = patched_.find_plt_slot(*address)) {
    if (stub->symbol)
      return convert_import_address(field, *stub->symbol, section);
    std::optional<Target> ifunc = targets_.find_ifunc(stub->address);
    if (!ifunc)
      return missing(field);
    emit(field, section, reference.type, *ifunc, reference.addend);
    return {};
  }
  if (*address == 0 && field.symbol.is_undefined())
    return {}; // a weak symbol that nobody defines
  std::optional<Target> target = targets_.find_target(*address, &field.symbol);
  if (!target)
    return missing(field);
  emit(field, section, reference.type, *target, reference.addend);
  return {};
}

// The address of an imported function as a value. Programs that are not
// position-independent use the address of their PLT entry for it, and shared
// libraries are given the same one, so that pointers compare equal.
Error ReferenceConverter::convert_import_address(const Field &field,
                                                 const Symbol &symbol,
                                                 PatchSection &section) {
  const Relocation &reference = field.reference;
  if (field.meaning.size_bytes == 8) {
    emit(field, section, reference.type, targets_.import(symbol),
         reference.addend);
    return {};
  }
  std::optional<Target> canonical = targets_.find_canonical_plt(symbol);
  if (!canonical)
    return refuse(field, "kpatch-import-data",
                  "the patch takes the address of this function of a shared "
                  "library in 32 bits, and the original binary does not")
        .note("make the patched assembly with --force-gotpcrel, or compile "
              "the unit with -fPIC");
  emit(field, section, reference.type, *canonical, reference.addend);
  return {};
}

Error ReferenceConverter::convert_relative(const Field &field,
                                           PatchSection &section) {
  const Relocation &reference = field.reference;
  std::optional<uint64_t> address =
      arch_.decode(reference.type, field.bytes, reference.address);
  if (!address)
    return unsupported(field);
  *address -= static_cast<uint64_t>(reference.addend);

  if (std::optional<Slot> stub = patched_.find_plt_slot(*address)) {
    bool is_branch = field.meaning.kind == ReferenceKind::Branch ||
                     arch_.is_branch_field(field.section.bytes, field.offset());
    if (stub->symbol && !is_branch)
      return convert_import_address(field, *stub->symbol, section);
    std::optional<Target> target = stub->symbol ? targets_.import(*stub->symbol)
                                   : stub->kind == DynamicKind::Ifunc
                                       ? targets_.find_ifunc(stub->address)
                                       : targets_.find_target(stub->address);
    // GNU ld makes such an entry in static position-independent programs for a
    // weak symbol that nobody defines.
    if (!target && field.symbol.is_undefined() &&
        field.symbol.binding == STB_WEAK)
      target = targets_.import(field.symbol);
    if (!target)
      return missing(field);
    emit(field, section, arch_.type_branch, *target, reference.addend);
    return {};
  }
  if (*address == 0 && field.symbol.is_undefined()) {
    emit(field, section, reference.type, targets_.import(field.symbol),
         reference.addend);
    return {};
  }
  bool is_call = field.meaning.kind == ReferenceKind::Branch ||
                 arch_.is_branch_field(field.section.bytes, field.offset());
  std::optional<Target> target =
      targets_.find_target(*address, &field.symbol, is_call);
  if (!target)
    return missing(field);
  // A branch to a place that is near needs no far stub, and LibcarePlus's
  // injector knows PC32 only.
  bool is_plain =
      reference.type == arch_.type_branch &&
      arch_.describe(arch_.type_pc32).size_bytes == field.meaning.size_bytes &&
      arch_.e_machine == EM_X86_64;
  emit(field, section, is_plain ? arch_.type_pc32 : reference.type, *target,
       reference.addend);
  return {};
}

// The slot in the global offset table that the field refers to.
std::optional<Slot>
ReferenceConverter::find_got_slot(const Field &field) const {
  const Relocation &reference = field.reference;
  std::optional<uint64_t> address =
      arch_.decode(reference.type, field.bytes, reference.address);
  if (!address)
    return std::nullopt;
  return patched_.find_got_slot(*address -
                                static_cast<uint64_t>(reference.addend));
}

Error ReferenceConverter::convert_got(const Field &field,
                                      PatchSection &section) {
  const Relocation &reference = field.reference;
  std::optional<Slot> slot = find_got_slot(field);
  if (!slot)
    return unsupported(field);
  if (slot->symbol) {
    emit(field, section, reference.type, targets_.import(*slot->symbol),
         reference.addend);
    return {};
  }
  if (slot->kind == DynamicKind::Relative && slot->address == 0) {
    emit(field, section, reference.type, targets_.import(field.symbol),
         reference.addend); // weak, undefined
    return {};
  }
  uint64_t place = slot->address;
  bool is_ifunc = slot->kind == DynamicKind::Ifunc;
  if (std::optional<Slot> stub = patched_.find_plt_slot(place)) {
    is_ifunc = stub->kind == DynamicKind::Ifunc;
    place = stub->address;
  }
  std::optional<Target> target =
      is_ifunc ? targets_.find_ifunc(place)
               : targets_.find_target(place, &field.symbol);
  if (!target)
    return missing(field);
  uint32_t symbol =
      is_ifunc ? target->symbol : targets_.place_symbol(*target, field.symbol);
  emit(field, section, reference.type, {symbol, 0}, reference.addend);
  return {};
}

// `type` of the relocation in the patch.
Error ReferenceConverter::convert_tls(const Field &field, uint32_t type,
                                      PatchSection &section) {
  const Relocation &reference = field.reference;
  std::optional<Slot> slot = find_got_slot(field);
  if (slot && slot->symbol) {
    emit(field, section, type, targets_.import(*slot->symbol),
         reference.addend);
    return {};
  }
  // The object's own variable; for the module alone, any of them.
  const Object &object = patched_.object();
  bool is_module = field.meaning.kind == ReferenceKind::TlsGotLd;
  const Section *block =
      is_module ? nullptr : object.find_section_of(field.symbol);
  for (const Section &candidate : object.sections)
    if (is_module && candidate.is_tls() && !block)
      block = &candidate;
  if (!block || !block->is_tls())
    return missing(field);
  std::optional<uint32_t> same =
      ranges_.original_section(object.index_of(*block));
  if (!same)
    return refuse(field, "kpatch-tls-layout",
                  "a patch cannot add thread-local variables");
  PatchSymbol symbol;
  symbol.type = STT_TLS;
  symbol.section = out_.original_section(original_.object(), *same);
  symbol.name = is_module ? "tls.module" : plain_name(field.symbol);
  symbol.value = is_module ? 0 : field.symbol.value;
  if (!is_module && field.symbol.type == STT_SECTION)
    return refuse(field, "kpatch-tls-model",
                  "a thread-local variable without a symbol of its own");
  emit(field, section, type, {out_.add_symbol(symbol), 0}, reference.addend);
  return {};
}

// A running thread's block has the place that it has: what a descriptor finds
// out at each access is known when the patch is applied, or it is refused then.
Error ReferenceConverter::convert_descriptor(const Field &field,
                                             PatchSection &section) {
  bool is_null_elsewhere =
      field.symbol.is_undefined() && field.symbol.binding == STB_WEAK;
  if (is_null_elsewhere ||
      !arch_.replace_descriptor(field.reference.type, section.bytes,
                                field.offset()))
    return refuse(field, "kpatch-tls-model",
                  "this use of a thread-local descriptor is not supported")
        .note("compile the unit with -mtls-dialect=gnu");
  if (field.meaning.kind == ReferenceKind::TlsDescCall)
    return {};
  return convert_tls(field, arch_.type_tls_ie, section);
}

Error ReferenceConverter::convert_field(const Field &field,
                                        PatchSection &section) {
  switch (field.meaning.kind) {
  case ReferenceKind::None:
  case ReferenceKind::TlsConstant:
    return {};
  case ReferenceKind::Absolute:
    return convert_absolute(field, section);
  case ReferenceKind::PcRelative:
  case ReferenceKind::Branch:
    return convert_relative(field, section);
  case ReferenceKind::GotSlot:
    return convert_got(field, section);
  case ReferenceKind::TlsGotIe:
  case ReferenceKind::TlsGotGd:
  case ReferenceKind::TlsGotLd:
    return convert_tls(field, field.reference.type, section);
  case ReferenceKind::TlsGotDesc:
  case ReferenceKind::TlsDescCall:
    return convert_descriptor(field, section);
  case ReferenceKind::Unsupported:
    break;
  }
  return unsupported(field);
}

Error ReferenceConverter::convert_section(const Section &section,
                                          uint32_t out_index) {
  const Object &object = patched_.object();
  auto found = object.relocations.find(object.index_of(section));
  if (found == object.relocations.end())
    return {};
  std::vector<Relocation> references = found->second;
  arch_.follow_relaxations(section.bytes, section.address, references);
  // Stand-ins are added to out_.sections meanwhile: work on a copy.
  PatchSection converted = std::move(out_.sections[out_index]);
  for (const Relocation &reference : references) {
    RelocationMeaning meaning = arch_.describe(reference.type);
    uint64_t offset = reference.address - section.address;
    if (offset > section.bytes.size() ||
        meaning.size_bytes > section.bytes.size() - offset)
      return format_error(fmt::format("section '.rela{}': relocation at {:#x} "
                                      "reaches past the end of the section",
                                      section.name, offset));
    Field field{section, reference, meaning, object.symbols[reference.symbol],
                section.bytes.subspan(offset, meaning.size_bytes)};
    if (Error error = convert_field(field, converted))
      return error;
  }
  out_.sections[out_index] = std::move(converted);
  return {};
}

// Functions and variables of the patch keep their names, for debuggers.
void ReferenceConverter::add_named_symbols() {
  const Object &object = patched_.object();
  for (const Symbol &symbol : object.symbols) {
    std::optional<uint32_t> own = targets_.find_placed(symbol.section);
    bool is_kept = own && !symbol.name.empty() &&
                   (symbol.type == STT_FUNC || symbol.type == STT_OBJECT);
    if (!is_kept)
      continue;
    PatchSymbol kept;
    kept.name = symbol.name;
    kept.value = symbol.value - object.sections[symbol.section].address;
    kept.size_bytes = symbol.size_bytes;
    kept.type = symbol.type;
    kept.binding = symbol.binding;
    kept.visibility = symbol.visibility;
    kept.section = *own;
    out_.add_symbol(kept);
  }
}

Error ReferenceConverter::convert_sections() {
  const Object &object = patched_.object();
  std::vector<std::pair<const Section *, uint32_t>> placed; // by index
  for (const Section &section : object.sections) {
    if (!section.is_allocated() || !section.is_patch() ||
        section.name == section::info || section.name == section::parts ||
        section.name == section::aliases || section.name == section::allowed ||
        section.name == section::signatures || section.size_bytes == 0)
      continue;
    if (section.is_tls())
      return refused("kpatch-tls-layout",
                     fmt::format("section '{}': a patch cannot add "
                                 "thread-local variables",
                                 section.name))
          .note("use a thread-local variable that is there, or memory of "
                "another kind");
    PatchSection copy;
    copy.name = section.name;
    copy.type = section.type;
    copy.flags = section.flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR);
    copy.size_bytes = section.size_bytes;
    copy.alignment = std::max<uint64_t>(section.alignment, 1);
    copy.bytes.assign(section.bytes.begin(), section.bytes.end());
    uint32_t index = out_.add_section(std::move(copy));
    targets_.add_placed(object.index_of(section), index);
    placed.emplace_back(&section, index);
  }
  add_named_symbols();
  for (auto [section, index] : placed)
    if (Error error = convert_section(*section, index))
      return error;
  return {};
}

} // namespace care::linker
