// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every unit of the program wrote its own records; the linker put them one
// after the other, with padding between units, which is zero.

#include "linker/passes/read_records.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <fmt/format.h>

#include "common/patch_format.h"
#include "linker/twin.h"

namespace care::linker {

namespace {

class RecordReader {
public:
  RecordReader(const Places &original, const Places &patched,
               const Correspondence &ranges)
      : original_(original), patched_(patched), ranges_(ranges) {}

  Result<PatchRecords> run();

private:
  Error read_functions(const Section &section);
  Error read_parts(const Section &section);
  Error read_aliases(const Section &section);
  Error read_signatures(const Section &section);
  template <size_t count>
  Result<std::array<uint64_t, count>>
  read_addresses(const std::array<uint64_t, count> &fields) const;
  template <size_t count, typename Take>
  Error for_each_record(const Section &section, Take take) const;
  Result<uint64_t> read_address(uint64_t field) const;
  uint64_t in_original(uint64_t address) const;
  Result<std::string> read_name(uint64_t address, std::string_view where) const;

  const Places &original_;
  const Places &patched_;
  const Correspondence &ranges_;
  PatchRecords records_;
};

} // namespace

// An address that the program would see at run time in an 8-byte field, even
// if another object could interpose the symbol: here the place is meant.
Result<uint64_t> RecordReader::read_address(uint64_t field) const {
  std::optional<Slot> slot = patched_.read_pointer(field);
  if (slot && slot->symbol && !slot->symbol->is_undefined())
    return slot->symbol->value + slot->address;
  if (slot && slot->kind == DynamicKind::Relative)
    return slot->address;
  return format_error(fmt::format(
      "the address at {:#x} of the patch's function list has no known value",
      field));
}

uint64_t RecordReader::in_original(uint64_t address) const {
  const Symbol *twin =
      find_twin_at(original_.object(), patched_.object(), address);
  if (!twin)
    return address;
  return ranges_.patched_address(twin->section, twin->value).value_or(address);
}

template <size_t count>
Result<std::array<uint64_t, count>>
RecordReader::read_addresses(const std::array<uint64_t, count> &fields) const {
  std::array<uint64_t, count> addresses{};
  for (size_t i = 0; i < count; ++i) {
    Result<uint64_t> address = read_address(fields[i]);
    if (!address)
      return address.take_error();
    addresses[i] = *address;
  }
  return addresses;
}

// Records that are so many addresses; `take` gets them and returns an Error.
template <size_t count, typename Take>
Error RecordReader::for_each_record(const Section &section, Take take) const {
  constexpr uint64_t size = count * sizeof(uint64_t);
  for (uint64_t at = 0; at + size <= section.bytes.size(); at += size) {
    std::array<uint64_t, count> fields;
    for (size_t i = 0; i < count; ++i)
      fields[i] = section.address + at + i * sizeof(uint64_t);
    Result<std::array<uint64_t, count>> addresses = read_addresses(fields);
    if (!addresses)
      return addresses.take_error();
    if (Error error = take(*addresses))
      return error;
  }
  return {};
}

Result<std::string> RecordReader::read_name(uint64_t address,
                                            std::string_view where) const {
  std::span<const uint8_t> name = patched_.bytes_at(address);
  auto end = std::find(name.begin(), name.end(), 0);
  if (name.empty() || end == name.end())
    return format_error(fmt::format("section '{}': the name at {:#x} is not a "
                                    "string in the file",
                                    where, address));
  return std::string(name.begin(), end);
}

Error RecordReader::read_functions(const Section &section) {
  for (uint64_t at = 0; at + sizeof(PatchInfo) <= section.bytes.size();
       at += sizeof(PatchInfo)) {
    PatchInfo raw;
    memcpy(&raw, &section.bytes[at], sizeof raw);
    uint64_t start = section.address + at;
    auto fields =
        read_addresses<3>({start + offsetof(PatchInfo, original_address),
                           start + offsetof(PatchInfo, replacement_address),
                           start + offsetof(PatchInfo, name)});
    if (!fields)
      return fields.take_error();
    auto [function, replacement, name_address] = *fields;
    if (replacement == 0) // padding
      continue;
    Result<std::string> name = read_name(name_address, section.name);
    if (!name)
      return name.take_error();
    records_.functions.push_back({in_original(function), replacement,
                                  raw.replacement_length, raw.flags,
                                  name_address, std::move(*name)});
  }
  return {};
}

// The part, then its function.
Error RecordReader::read_parts(const Section &section) {
  return for_each_record<2>(section, [&](const auto &record) -> Error {
    auto [part, function] = record;
    records_.parts.emplace(in_original(function), in_original(part));
    return {};
  });
}

// The function, then a name.
Error RecordReader::read_aliases(const Section &section) {
  return for_each_record<2>(section, [&](const auto &record) -> Error {
    auto [function, name_address] = record;
    if (name_address == 0) // padding
      return {};
    Result<std::string> name = read_name(name_address, section.name);
    if (!name)
      return name.take_error();
    records_.aliases.push_back({in_original(function), std::move(*name)});
    return {};
  });
}

// Function, caller or 0, words or 0. No function: such a caller is not reached
// any more when the patch is applied.
Error RecordReader::read_signatures(const Section &section) {
  return for_each_record<3>(section, [&](const auto &record) -> Error {
    auto [address, caller, words_address] = record;
    if (address == 0) {
      if (caller != 0) // else padding
        records_.unreached.insert(in_original(caller));
      return {};
    }
    ChangedSignature &function = records_.signatures[in_original(address)];
    if (caller != 0)
      function.callers.insert(in_original(caller));
    if (words_address == 0)
      return {};
    Result<std::string> words = read_name(words_address, section.name);
    if (!words)
      return words.take_error();
    function.words = std::move(*words);
    return {};
  });
}

Result<PatchRecords> RecordReader::run() {
  for (const Section &section : patched_.object().sections) {
    Error error;
    if (section.name == section::info)
      error = read_functions(section);
    else if (section.name == section::parts)
      error = read_parts(section);
    else if (section.name == section::aliases)
      error = read_aliases(section);
    else if (section.name == section::signatures)
      error = read_signatures(section);
    if (error)
      return error;
  }
  return std::move(records_);
}

Result<PatchRecords> read_records(const Places &original, const Places &patched,
                                  const Correspondence &ranges) {
  return RecordReader(original, patched, ranges).run();
}

} // namespace care::linker
