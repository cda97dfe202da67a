// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// .eh_frame (Linux Standard Base 5.0, section 10.6) is a list of records: CIEs
// with what functions have in common, and FDEs, each for one range of code.
// Linkers merge CIEs, drop FDEs and move all of them, so the kept relocations
// are not relied on: the final records say everything. The FDEs that start in
// .kpatch.text are taken with their CIEs, record for record; the pointers in
// them (start of the code, personality routine, LSDA) become relocations and
// keep their encoding, and with it their size.

#include "linker/passes/extract_unwind.h"

#include <cstring>
#include <fmt/format.h>
#include <map>

#include "common/patch_format.h"
#include "llvm/BinaryFormat/Dwarf.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::dwarf;

namespace {

// Bounds-checked reading; after a failure everything reads as 0.
class Cursor {
public:
  Cursor(std::span<const uint8_t> bytes, uint64_t at)
      : bytes_(bytes), at_(at) {}

  uint64_t at() const { return at_; }
  bool ok() const { return ok_; }

  template <typename T> T read() {
    T value{};
    if (at_ > bytes_.size() || bytes_.size() - at_ < sizeof value) {
      ok_ = false;
      return value;
    }
    memcpy(&value, &bytes_[at_], sizeof value);
    at_ += sizeof value;
    return value;
  }
  uint64_t read_uleb() {
    uint64_t value = 0;
    for (unsigned shift = 0; ok_; shift += 7) {
      uint8_t byte = read<uint8_t>();
      if (shift < 64)
        value |= uint64_t{byte & 0x7fu} << shift;
      if (!(byte & 0x80))
        break;
    }
    return value;
  }
  std::string_view read_text() {
    uint64_t start = at_;
    while (read<uint8_t>() != 0 && ok_)
      ;
    return ok_ ? std::string_view(
                     reinterpret_cast<const char *>(&bytes_[start]),
                     at_ - start - 1)
               : std::string_view();
  }

private:
  std::span<const uint8_t> bytes_;
  uint64_t at_;
  bool ok_ = true;
};

// A pointer inside a record.
struct Pointer {
  uint64_t offset = 0; // in .eh_frame
  uint8_t encoding = DW_EH_PE_omit;
  uint64_t value = 0; // address in the patched binary; of the place that
                      // holds the address, if the encoding is indirect
  uint8_t size_bytes = 0;
  bool is_null = true;
};

struct Cie {
  uint64_t start = 0, end = 0;
  uint8_t pointer_encoding = DW_EH_PE_absptr;
  uint8_t lsda_encoding = DW_EH_PE_omit;
  Pointer personality;
};

class Extractor {
public:
  Extractor(const Section &section, const Section &text,
            const Architecture &arch, TargetFinder &targets)
      : section_(section), text_(text), arch_(arch), targets_(targets) {}

  Error run(PatchObject &out);

private:
  Error malformed(uint64_t at, std::string_view what) const {
    return format_error(
        fmt::format("section '.eh_frame': offset {:#x}: {}", at, what));
  }
  Result<Cie> read_cie(uint64_t start) const;
  Result<Pointer> read_pointer(Cursor &cursor, uint8_t encoding) const;
  Error take_fde(uint64_t start, uint64_t end, uint64_t cie_start);
  Error add_pointer(const Pointer &pointer, uint64_t record,
                    uint64_t new_record);
  Result<uint64_t> place_cie(const Cie &cie);
  uint64_t append(uint64_t start, uint64_t end);

  const Section &section_;
  const Section &text_;
  const Architecture &arch_;
  TargetFinder &targets_;
  PatchSection made_;
  std::map<uint64_t, uint64_t> placed_cies_; // old start to new start
};

} // namespace

Result<Pointer> Extractor::read_pointer(Cursor &cursor,
                                        uint8_t encoding) const {
  Pointer pointer;
  pointer.offset = cursor.at();
  pointer.encoding = encoding;
  switch (encoding & 0x0f) {
  case DW_EH_PE_absptr:
  case DW_EH_PE_udata8:
  case DW_EH_PE_sdata8:
    pointer.value = cursor.read<uint64_t>();
    pointer.size_bytes = 8;
    break;
  case DW_EH_PE_udata4:
    pointer.value = cursor.read<uint32_t>();
    pointer.size_bytes = 4;
    break;
  case DW_EH_PE_sdata4:
    pointer.value = static_cast<uint64_t>(int64_t{cursor.read<int32_t>()});
    pointer.size_bytes = 4;
    break;
  default:
    return malformed(
        pointer.offset,
        fmt::format("pointer encoding {:#x} is not supported", encoding));
  }
  uint8_t relation = encoding & 0x70;
  if (relation != DW_EH_PE_absptr && relation != DW_EH_PE_pcrel)
    return malformed(
        pointer.offset,
        fmt::format("pointer encoding {:#x} is not supported", encoding));
  pointer.is_null = pointer.value == 0;
  if (relation == DW_EH_PE_pcrel)
    pointer.value += section_.address + pointer.offset;
  if (!cursor.ok())
    return malformed(pointer.offset, "record is cut off");
  return pointer;
}

Result<Cie> Extractor::read_cie(uint64_t start) const {
  Cursor cursor(section_.bytes, start);
  Cie cie;
  cie.start = start;
  uint32_t length = cursor.read<uint32_t>();
  cie.end = start + 4 + length;
  uint32_t id = cursor.read<uint32_t>();
  uint8_t version = cursor.read<uint8_t>();
  std::string_view augmentation = cursor.read_text();
  cursor.read_uleb(); // code alignment
  cursor.read_uleb(); // data alignment
  if (version == 1)
    cursor.read<uint8_t>(); // return address register
  else
    cursor.read_uleb();
  if (!cursor.ok() || id != 0 || length == 0 ||
      cie.end > section_.bytes.size() ||
      (!augmentation.empty() && augmentation.front() != 'z'))
    return malformed(start, "not a CIE");
  if (!augmentation.empty())
    cursor.read_uleb(); // length of the augmentation data
  for (char letter : augmentation) {
    if (letter == 'R') {
      cie.pointer_encoding = cursor.read<uint8_t>();
    } else if (letter == 'L') {
      cie.lsda_encoding = cursor.read<uint8_t>();
    } else if (letter == 'P') {
      uint8_t encoding = cursor.read<uint8_t>();
      Result<Pointer> personality = read_pointer(cursor, encoding);
      if (!personality)
        return personality.take_error();
      cie.personality = *personality;
    } else if (letter != 'z' && letter != 'S' && letter != 'B') {
      return malformed(start, fmt::format("augmentation '{}' is not supported",
                                          augmentation));
    }
  }
  if (!cursor.ok())
    return malformed(start, "CIE is cut off");
  return cie;
}

uint64_t Extractor::append(uint64_t start, uint64_t end) {
  uint64_t at = made_.bytes.size();
  made_.bytes.insert(made_.bytes.end(),
                     section_.bytes.begin() + static_cast<int64_t>(start),
                     section_.bytes.begin() + static_cast<int64_t>(end));
  return at;
}

// A relocation for a pointer of the record that was at `record` and is at
// `new_record` now.
Error Extractor::add_pointer(const Pointer &pointer, uint64_t record,
                             uint64_t new_record) {
  if (pointer.is_null || pointer.encoding == DW_EH_PE_omit)
    return {};
  std::optional<Target> target = targets_.find_address(pointer.value);
  if (!target)
    return refused("kpatch-unwind",
                   fmt::format("section '.eh_frame': offset {:#x}: a pointer "
                               "to {:#x}, neither in the original nor in the "
                               "patch",
                               pointer.offset, pointer.value))
        .note("compile the unit with -fPIC, or as part of a "
              "position-independent program");
  bool is_relative = (pointer.encoding & 0x70) == DW_EH_PE_pcrel;
  uint32_t type = pointer.size_bytes == 8
                      ? (is_relative ? arch_.type_pc64 : arch_.type_64)
                      : (is_relative ? arch_.type_pc32 : arch_.type_32);
  uint64_t offset = pointer.offset - record + new_record;
  memset(&made_.bytes[offset], 0, pointer.size_bytes);
  made_.relocations.push_back({offset, type, target->symbol, target->addend});
  return {};
}

Result<uint64_t> Extractor::place_cie(const Cie &cie) {
  auto found = placed_cies_.find(cie.start);
  if (found != placed_cies_.end())
    return found->second;
  uint64_t at = append(cie.start, cie.end);
  placed_cies_[cie.start] = at;
  if (Error error = add_pointer(cie.personality, cie.start, at))
    return error;
  return at;
}

Error Extractor::take_fde(uint64_t start, uint64_t end, uint64_t cie_start) {
  Result<Cie> cie = read_cie(cie_start);
  if (!cie)
    return cie.take_error();
  Cursor cursor(section_.bytes, start + 8);
  Result<Pointer> code = read_pointer(cursor, cie->pointer_encoding);
  if (!code)
    return code.take_error();
  bool is_ours = code->value >= text_.address &&
                 code->value - text_.address < text_.size_bytes;
  if (!is_ours)
    return {};
  Result<Pointer> length = read_pointer(cursor, cie->pointer_encoding & 0x0f);
  if (!length)
    return length.take_error();
  Pointer lsda;
  cursor.read_uleb(); // length of the augmentation data
  if (cie->lsda_encoding != DW_EH_PE_omit) {
    Result<Pointer> read = read_pointer(cursor, cie->lsda_encoding);
    if (!read)
      return read.take_error();
    lsda = *read;
  }

  Result<uint64_t> new_cie = place_cie(*cie);
  if (!new_cie)
    return new_cie.take_error();
  uint64_t at = append(start, end);
  auto distance = static_cast<uint32_t>(at + 4 - *new_cie);
  memcpy(&made_.bytes[at + 4], &distance, sizeof distance);
  if (Error error = add_pointer(*code, start, at))
    return error;
  return add_pointer(lsda, start, at);
}

Error Extractor::run(PatchObject &out) {
  uint64_t at = 0;
  while (at + 4 <= section_.bytes.size()) {
    Cursor cursor(section_.bytes, at);
    uint32_t length = cursor.read<uint32_t>();
    if (length == 0) { // the end, or padding between two inputs
      at += 4;
      continue;
    }
    if (length == 0xffffffff)
      return malformed(at, "64-bit records are not supported");
    uint64_t end = at + 4 + length;
    if (end > section_.bytes.size() || length < 4)
      return malformed(at, "record is cut off");
    uint32_t id = cursor.read<uint32_t>();
    if (id != 0) {
      if (id > at + 4)
        return malformed(at, "CIE pointer leads out of the section");
      if (Error error = take_fde(at, end, at + 4 - id))
        return error;
    }
    at = end;
  }
  if (made_.bytes.empty())
    return {};
  made_.bytes.resize(made_.bytes.size() + 4); // the end
  made_.name = section::eh_frame;
  made_.type = llvm::ELF::SHT_PROGBITS;
  made_.flags = llvm::ELF::SHF_ALLOC;
  made_.alignment = 8;
  made_.size_bytes = made_.bytes.size();
  out.add_section(std::move(made_));
  return {};
}

Error extract_unwind(const Places &patched, const Architecture &arch,
                     TargetFinder &targets, PatchObject &out) {
  const Section *frames = patched.object().find_section(".eh_frame");
  const Section *text = patched.object().find_section(section::text);
  if (!frames || !text)
    return {};
  return Extractor(*frames, *text, arch, targets).run(out);
}

} // namespace care::linker
