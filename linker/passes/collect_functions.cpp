// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function that several units have (an inline function in a header) comes
// several times with one original address, because the linker kept one copy of
// it: the first record stays if all replacements are the same code.
//
// The length of an original function comes from the original's symbol table if
// it has one, else from the patched binary's, which the proof showed to
// describe the same bytes.

#include "linker/passes/collect_functions.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <map>
#include <unordered_map>

#include "common/patch_format.h"
#include "linker/passes/check_entry_bytes.h"
#include "linker/passes/check_folding.h"
#include "linker/passes/check_signatures.h"
#include "linker/passes/read_records.h"
#include "linker/passes/same_replacement.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

namespace {

struct Record : FunctionRecord {
  uint64_t original = 0;        // address of `function` in the original binary
  uint64_t original_length = 0; // bytes
  bool is_left_out = false;     // nothing to replace, and nobody calls it
};

// Sizes of functions by address, as the symbols of an object tell.
class FunctionSizes {
public:
  explicit FunctionSizes(const Object &object);

  std::optional<uint64_t> find(uint64_t address) const {
    auto found = sizes_.find(address);
    return found == sizes_.end() ? std::nullopt : std::optional(found->second);
  }

private:
  std::unordered_map<uint64_t, uint64_t> sizes_;
};

// The markers in front of each unit's code; none after strip(1).
class UnitMarkers {
public:
  explicit UnitMarkers(const Object &patched);

  // The unit of the code at `address`, or empty.
  std::string_view find(uint64_t address) const;

private:
  std::map<uint64_t, std::string_view> ids_;
};

class Collector {
public:
  Collector(const Places &original, const Places &patched,
            const Architecture &arch, TargetFinder &targets,
            Allowances &allowed, PatchObject &out)
      : original_(original), patched_(patched), arch_(arch), targets_(targets),
        allowed_(allowed), out_(out), original_sizes_(original.object()),
        patched_sizes_(patched.object()), markers_(patched.object()) {}

  Result<std::vector<PatchedFunction>> run();

private:
  Error check_entries();
  Error resolve(Record &record) const;
  Error drop_duplicates();
  Result<uint64_t> length_of(uint64_t patched_address, uint64_t original,
                             std::string_view name) const;
  Error check_entry(const Record &record) const;
  std::vector<EntryBytes> entry_bytes() const;
  Error add_info();
  Error add_sites();
  Error add_site(PatchSection &sites, std::vector<uint8_t> &bytes,
                 uint64_t address, uint64_t length, uint32_t info_index,
                 uint32_t flags);
  void relocate(PatchSection &section, uint64_t offset, const Target &target) {
    section.relocations.push_back(
        {offset, arch_.type_64, target.symbol, target.addend});
  }

  const Places &original_;
  const Places &patched_;
  const Architecture &arch_;
  TargetFinder &targets_;
  Allowances &allowed_;
  PatchObject &out_;
  FunctionSizes original_sizes_, patched_sizes_;
  UnitMarkers markers_;
  PatchRecords read_;
  std::vector<Record> records_; // of read_.functions
};

} // namespace

Error Collector::check_entries() {
  std::vector<EntryName> replaced;
  std::set<uint64_t> in_patch = read_.unreached;
  for (const Record &record : records_) {
    if (record.function == 0)
      continue;
    replaced.push_back({record.function, record.original, record.name});
    in_patch.insert(record.function);
    if (auto found = read_.signatures.find(record.function);
        found != read_.signatures.end())
      found->second.name = record.name;
  }
  for (const auto &[function, part] : read_.parts)
    in_patch.insert(part);
  std::vector<EntryName> aliases;
  for (AliasRecord &alias : read_.aliases)
    aliases.push_back(
        {alias.function,
         targets_.original_address(alias.function, nullptr).value_or(0),
         std::move(alias.name)});
  for (const Symbol &symbol : patched_.object().symbols)
    if (auto found = read_.signatures.find(symbol.value);
        found != read_.signatures.end() && symbol.type == STT_OBJECT &&
        found->second.name.empty()) {
      found->second.is_variable = true;
      found->second.name = symbol.name;
    }
  if (Error error =
          check_folding(original_, patched_, replaced, aliases, allowed_))
    return error;
  return check_signatures(patched_, arch_, read_.signatures, in_patch,
                          allowed_);
}

FunctionSizes::FunctionSizes(const Object &object) {
  for (const std::vector<Symbol> *table :
       {&object.symbols, &object.dynamic_symbols})
    for (const Symbol &symbol : *table)
      if (symbol.size_bytes != 0 && !symbol.is_undefined() &&
          (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC))
        sizes_.emplace(symbol.value, symbol.size_bytes);
}

UnitMarkers::UnitMarkers(const Object &patched) {
  for (const Symbol &symbol : patched.symbols)
    if (symbol.name.starts_with(unit_marker))
      ids_[symbol.value] = symbol.name.substr(unit_marker.size());
}

std::string_view UnitMarkers::find(uint64_t address) const {
  auto behind = ids_.upper_bound(address);
  return behind == ids_.begin() ? "" : std::prev(behind)->second;
}

Result<uint64_t> Collector::length_of(uint64_t patched_address,
                                      uint64_t original,
                                      std::string_view name) const {
  std::optional<uint64_t> size = original_sizes_.find(original);
  if (!size)
    size = patched_sizes_.find(patched_address);
  if (!size)
    return refused("kpatch-missing-symbol",
                   fmt::format("'{}': no symbol gives the size of the original "
                               "function",
                               name))
        .note("make the patch from binaries that are not stripped");
  return *size;
}

Error Collector::resolve(Record &record) const {
  if (record.function == 0)
    return {};
  std::optional<uint64_t> original =
      targets_.original_address(record.function, nullptr);
  record.is_left_out = targets_.is_left_out(record.function);
  record.flags &= ~info_weak;
  if (record.is_left_out)
    return {};
  if (!original)
    return refused("kpatch-missing-symbol",
                   fmt::format("'{}': the function to be replaced is not in "
                               "the original binary",
                               record.name))
        .note("build both binaries from the same objects, and with the same "
              "linker options");
  record.original = *original;
  Result<uint64_t> length =
      length_of(record.function, record.original, record.name);
  if (!length)
    return length.take_error();
  record.original_length = *length;
  return check_entry(record);
}

std::vector<EntryBytes> Collector::entry_bytes() const {
  std::vector<EntryBytes> entries;
  for (const Record &record : records_) {
    if (record.function == 0)
      continue;
    std::span<const uint8_t> code = original_.bytes_at(record.original);
    uint64_t skip = arch_.entry_skip(code);
    entries.push_back({record.function + skip,
                       record.function + skip + arch_.jump_size,
                       record.function + record.original_length, record.name});
  }
  return entries;
}

// The jump must fit into the function, or into padding that follows it. No
// thread runs inside an original function when the jump is written, so branches
// back to its first bytes do not matter.
Error Collector::check_entry(const Record &record) const {
  std::span<const uint8_t> code = original_.bytes_at(record.original);
  uint64_t needed = arch_.entry_skip(code) + arch_.jump_size;
  if (record.original_length >= needed)
    return {};
  uint64_t limit = record.function + needed;
  for (const Symbol &symbol : patched_.object().symbols)
    if (symbol.type != STT_SECTION && symbol.type != STT_FILE &&
        symbol.section < patched_.object().sections.size() &&
        symbol.value > record.function && symbol.value < limit &&
        symbol.value >= record.function + record.original_length)
      limit = symbol.value;
  uint64_t room = limit - record.function;
  bool is_padded =
      room >= needed && code.size() >= needed &&
      arch_.is_padding(code.subspan(record.original_length,
                                    needed - record.original_length));
  if (is_padded)
    return {};
  return refused("kpatch-too-short",
                 fmt::format("'{}': the function has {} bytes, and the jump to "
                             "its replacement needs {}",
                             record.name, record.original_length, needed))
      .note("change its callers instead, or build the original with "
            "-falign-functions=16");
}

Error Collector::drop_duplicates() {
  ReplacementComparer comparer(targets_, out_);
  std::map<uint64_t, size_t> first;
  std::vector<Record> kept;
  for (Record &record : records_) {
    if (record.function != 0) {
      auto [found, is_first] = first.try_emplace(record.original, kept.size());
      if (!is_first) {
        if (comparer.is_same(kept[found->second], record))
          continue;
        return refused("kpatch-ambiguous-function",
                       fmt::format("'{}': two units have different "
                                   "replacements for the one function in the "
                                   "original binary",
                                   record.name))
            .note("rebuild both units from the same patched sources with the "
                  "same flags");
      }
    }
    kept.push_back(std::move(record));
  }
  records_ = std::move(kept);
  return {};
}

Error Collector::add_info() {
  PatchSection info;
  info.name = section::info;
  info.type = SHT_PROGBITS;
  info.flags = SHF_ALLOC | SHF_WRITE;
  info.alignment = 8;
  info.bytes.resize(records_.size() * sizeof(PatchInfo) +
                    patch_info_terminator_size);
  info.size_bytes = info.bytes.size();
  for (size_t i = 0; i < records_.size(); ++i) {
    const Record &record = records_[i];
    uint64_t at = i * sizeof(PatchInfo);
    PatchInfo raw = {};
    raw.original_length = static_cast<uint32_t>(record.original_length);
    raw.replacement_length = record.replacement_length;
    raw.flags = record.flags;
    memcpy(&info.bytes[at], &raw, sizeof raw);
    auto add = [&](size_t field, uint64_t address) -> Error {
      std::optional<Target> target = targets_.find_target(address);
      if (!target)
        return format_error(fmt::format("section '.kpatch.info': record {}: "
                                        "address {:#x} is nowhere",
                                        i, address));
      relocate(info, at + field, *target);
      return {};
    };
    if (record.function != 0)
      if (Error error =
              add(offsetof(PatchInfo, original_address), record.function))
        return error;
    if (Error error =
            add(offsetof(PatchInfo, replacement_address), record.replacement))
      return error;
    if (Error error = add(offsetof(PatchInfo, name), record.name_address))
      return error;
  }
  out_.add_section(std::move(info));
  return {};
}

Error Collector::add_site(PatchSection &sites, std::vector<uint8_t> &bytes,
                          uint64_t address, uint64_t length,
                          uint32_t info_index, uint32_t flags) {
  std::optional<uint64_t> original =
      targets_.original_address(address, nullptr);
  std::optional<Target> target = targets_.find_target(address);
  if (!original || !target)
    return format_error(fmt::format("a part of '{}' at {:#x} is not in the "
                                    "original binary",
                                    records_[info_index].name, address));
  std::span<const uint8_t> code = original_.bytes_at(*original);
  if (length > code.size())
    return format_error(fmt::format("'{}': length {:#x} is past the end of its "
                                    "section",
                                    records_[info_index].name, length));
  PatchSite site = {};
  site.length = static_cast<uint32_t>(length);
  site.info_index = info_index;
  site.flags = flags;
  site.bytes_offset = static_cast<uint32_t>(bytes.size());
  bytes.insert(bytes.end(), code.begin(),
               code.begin() + static_cast<int64_t>(length));
  uint64_t at = sites.bytes.size();
  sites.bytes.resize(at + sizeof site);
  memcpy(&sites.bytes[at], &site, sizeof site);
  relocate(sites, at + offsetof(PatchSite, address), *target);
  return {};
}

Error Collector::add_sites() {
  PatchSection sites, original;
  sites.name = section::sites;
  original.name = section::original;
  sites.type = original.type = SHT_PROGBITS;
  sites.alignment = 8;
  for (uint32_t i = 0; i < records_.size(); ++i) {
    const Record &record = records_[i];
    if (record.function == 0)
      continue;
    // Padding that the jump will use belongs to what must be as it was.
    std::span<const uint8_t> code = original_.bytes_at(record.original);
    uint64_t length = std::max<uint64_t>(
        record.original_length, arch_.entry_skip(code) + arch_.jump_size);
    if (Error error = add_site(sites, original.bytes, record.function, length,
                               i, site_is_entry))
      return error;
    auto [part, behind] = read_.parts.equal_range(record.function);
    for (; part != behind; ++part) {
      uint64_t address = part->second;
      std::optional<uint64_t> place =
          targets_.original_address(address, nullptr);
      Result<uint64_t> size =
          length_of(address, place.value_or(0), record.name + ".cold");
      if (!size)
        return size.take_error();
      if (Error error = add_site(sites, original.bytes, address, *size, i, 0))
        return error;
    }
  }
  sites.size_bytes = sites.bytes.size();
  original.size_bytes = original.bytes.size();
  out_.add_section(std::move(sites));
  out_.add_section(std::move(original));
  return {};
}

Result<std::vector<PatchedFunction>> Collector::run() {
  Result<PatchRecords> read =
      read_records(original_, patched_, targets_.ranges());
  if (!read)
    return read.take_error();
  read_ = std::move(*read);
  for (FunctionRecord &function : read_.functions) {
    records_.push_back({std::move(function)});
    if (Error error = resolve(records_.back()))
      return error;
  }
  std::erase_if(records_, [](const Record &r) { return r.is_left_out; });
  if (Error error = check_entries())
    return error;
  if (Error error = drop_duplicates())
    return error;
  if (Error error =
          check_entry_bytes(patched_.object(), arch_, entry_bytes(), allowed_))
    return error;
  if (Error error = add_info())
    return error;
  if (Error error = add_sites())
    return error;
  std::vector<PatchedFunction> functions;
  for (const Record &record : records_)
    functions.push_back({record.name, record.function == 0,
                         record.original_length, record.replacement_length,
                         std::string(markers_.find(record.replacement))});
  return functions;
}

Result<std::vector<PatchedFunction>>
collect_functions(const Places &original, const Places &patched,
                  const Architecture &arch, TargetFinder &targets,
                  Allowances &allowed, PatchObject &out) {
  return Collector(original, patched, arch, targets, allowed, out).run();
}

} // namespace care::linker
