// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every unit of the program wrote its own records into .kpatch.info; the linker
// put them one after the other. A function that several units have (an inline
// function in a header) comes several times with one original address, because
// the linker kept one copy of it: the first record stays if all replacements
// are the same code.
//
// The length of an original function comes from the original's symbol table if
// it has one, else from the patched binary's, which the proof showed to
// describe the same bytes.

#include "linker/passes/collect_functions.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <map>

#include "common/patch_format.h"
#include "linker/passes/check_entry_bytes.h"
#include "linker/passes/check_folding.h"
#include "linker/passes/check_signatures.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

namespace {

struct Record {
  uint64_t function = 0;    // address in the patched binary; 0: new
  uint64_t replacement = 0; // the same
  uint64_t original = 0;    // address in the original binary
  uint64_t original_length = 0;
  uint32_t replacement_length = 0;
  uint32_t flags = 0;
  uint64_t name_address = 0;
  std::string name;
};

struct Part {
  uint64_t address = 0; // in the patched binary
  uint64_t function = 0;
};

class Collector {
public:
  Collector(const Places &original, const Places &patched,
            const Architecture &arch, ReferenceConverter &converter,
            Allowances &allowed, PatchObject &out)
      : original_(original), patched_(patched), arch_(arch),
        converter_(converter), allowed_(allowed), out_(out) {}

  Result<std::vector<PatchedFunction>> run();

private:
  Result<uint64_t> read_address(uint64_t field) const;
  Error read_records(const Section &section);
  Error read_parts(const Section &section);
  Error read_aliases(const Section &section);
  Error read_signatures(const Section &section);
  Result<std::string> read_name(uint64_t address, std::string_view where) const;
  Error check_entries();
  Error resolve(Record &record) const;
  Error drop_duplicates();
  Result<uint64_t> length_of(uint64_t patched_address, uint64_t original,
                             std::string_view name) const;
  Error check_entry(const Record &record) const;
  std::vector<EntryBytes> entry_bytes() const;
  std::string unit_of(uint64_t address) const;
  bool is_same_replacement(const Record &a, const Record &b);
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
  ReferenceConverter &converter_;
  Allowances &allowed_;
  PatchObject &out_;
  std::vector<Record> records_;
  std::vector<Part> parts_;
  std::vector<EntryName> aliases_;
  std::map<uint64_t, ChangedSignature> signatures_; // by patched address
  std::set<uint64_t> unreached_;                    // patched addresses
};

} // namespace

template <typename T>
static T read_at(std::span<const uint8_t> bytes, uint64_t offset) {
  T value;
  memcpy(&value, &bytes[offset], sizeof value);
  return value;
}

// An address that the program would see at run time in an 8-byte field, even
// if another object could interpose the symbol: here the place is meant.
Result<uint64_t> Collector::read_address(uint64_t field) const {
  std::optional<Slot> slot = patched_.read_pointer(field);
  if (slot && slot->symbol && !slot->symbol->is_undefined())
    return slot->symbol->value + slot->address;
  if (slot && slot->kind == DynamicKind::Relative)
    return slot->address;
  return format_error(fmt::format(
      "the address at {:#x} of the patch's function list has no known value",
      field));
}

Error Collector::read_records(const Section &section) {
  for (uint64_t at = 0; at + sizeof(PatchInfo) <= section.bytes.size();
       at += sizeof(PatchInfo)) {
    auto raw = read_at<PatchInfo>(section.bytes, at);
    Record record;
    record.replacement_length = raw.replacement_length;
    record.flags = raw.flags;
    uint64_t fields[3] = {
        section.address + at + offsetof(PatchInfo, original_address),
        section.address + at + offsetof(PatchInfo, replacement_address),
        section.address + at + offsetof(PatchInfo, name)};
    uint64_t *values[3] = {&record.function, &record.replacement,
                           &record.name_address};
    for (int i = 0; i < 3; ++i) {
      Result<uint64_t> value = read_address(fields[i]);
      if (!value)
        return value.take_error();
      *values[i] = *value;
    }
    if (record.replacement == 0) // padding between units
      continue;
    Result<std::string> name = read_name(record.name_address, section.name);
    if (!name)
      return name.take_error();
    record.name = std::move(*name);
    if (Error error = resolve(record))
      return error;
    records_.push_back(std::move(record));
  }
  return {};
}

Result<std::string> Collector::read_name(uint64_t address,
                                         std::string_view where) const {
  std::span<const uint8_t> name = patched_.bytes_at(address);
  auto end = std::find(name.begin(), name.end(), 0);
  if (name.empty() || end == name.end())
    return format_error(fmt::format("section '{}': the name at {:#x} is not a "
                                    "string in the file",
                                    where, address));
  return std::string(name.begin(), end);
}

Error Collector::read_aliases(const Section &section) {
  for (uint64_t at = 0; at + 16 <= section.bytes.size(); at += 16) {
    Result<uint64_t> function = read_address(section.address + at);
    Result<uint64_t> name_address = read_address(section.address + at + 8);
    if (!function)
      return function.take_error();
    if (!name_address)
      return name_address.take_error();
    if (*name_address == 0) // padding between units
      continue;
    Result<std::string> name = read_name(*name_address, section.name);
    if (!name)
      return name.take_error();
    aliases_.push_back(
        {*function, converter_.original_address(*function, nullptr).value_or(0),
         std::move(*name)});
  }
  return {};
}

// Function, caller or 0, words or 0. No function: such a caller is not reached
// any more when the patch is applied.
Error Collector::read_signatures(const Section &section) {
  for (uint64_t at = 0; at + 24 <= section.bytes.size(); at += 24) {
    uint64_t fields[3] = {};
    for (uint64_t i = 0; i < 3; ++i) {
      Result<uint64_t> value = read_address(section.address + at + 8 * i);
      if (!value)
        return value.take_error();
      fields[i] = *value;
    }
    if (fields[0] == 0) {
      if (fields[1] != 0) // else padding between units
        unreached_.insert(fields[1]);
      continue;
    }
    ChangedSignature &function = signatures_[fields[0]];
    if (fields[1] != 0)
      function.callers.insert(fields[1]);
    if (fields[2] == 0)
      continue;
    Result<std::string> words = read_name(fields[2], section.name);
    if (!words)
      return words.take_error();
    function.words = std::move(*words);
  }
  return {};
}

Error Collector::check_entries() {
  std::vector<EntryName> replaced;
  std::set<uint64_t> in_patch = unreached_;
  for (const Record &record : records_) {
    if (record.function == 0)
      continue;
    replaced.push_back({record.function, record.original, record.name});
    in_patch.insert(record.function);
    if (auto found = signatures_.find(record.function);
        found != signatures_.end())
      found->second.name = record.name;
  }
  for (const Part &part : parts_)
    in_patch.insert(part.address);
  for (const Symbol &symbol : patched_.object().symbols)
    if (auto found = signatures_.find(symbol.value);
        found != signatures_.end() && symbol.type == STT_OBJECT &&
        found->second.name.empty()) {
      found->second.is_variable = true;
      found->second.name = symbol.name;
    }
  if (Error error =
          check_folding(original_, patched_, replaced, aliases_, allowed_))
    return error;
  return check_signatures(patched_, arch_, signatures_, in_patch, allowed_);
}

Error Collector::read_parts(const Section &section) {
  for (uint64_t at = 0; at + 16 <= section.bytes.size(); at += 16) {
    Result<uint64_t> address = read_address(section.address + at);
    Result<uint64_t> function = read_address(section.address + at + 8);
    if (!address)
      return address.take_error();
    if (!function)
      return function.take_error();
    parts_.push_back({*address, *function});
  }
  return {};
}

static const Symbol *find_function(const Object &object, uint64_t address) {
  for (const std::vector<Symbol> *table :
       {&object.symbols, &object.dynamic_symbols})
    for (const Symbol &symbol : *table)
      if (symbol.value == address && symbol.size_bytes != 0 &&
          !symbol.is_undefined() &&
          (symbol.type == STT_FUNC || symbol.type == STT_GNU_IFUNC))
        return &symbol;
  return nullptr;
}

Result<uint64_t> Collector::length_of(uint64_t patched_address,
                                      uint64_t original,
                                      std::string_view name) const {
  const Symbol *symbol = find_function(original_.object(), original);
  if (!symbol)
    symbol = find_function(patched_.object(), patched_address);
  if (!symbol)
    return refused("kpatch-missing-symbol",
                   fmt::format("'{}': no symbol gives the size of the original "
                               "function",
                               name))
        .note("make the patch from binaries that are not stripped");
  return symbol->size_bytes;
}

Error Collector::resolve(Record &record) const {
  if (record.function == 0)
    return {};
  std::optional<uint64_t> original =
      converter_.original_address(record.function, nullptr);
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

// The same bytes, and the same relocations within them.
bool Collector::is_same_replacement(const Record &a, const Record &b) {
  if (a.replacement_length != b.replacement_length)
    return false;
  std::optional<Target> first = converter_.find_target(a.replacement);
  std::optional<Target> second = converter_.find_target(b.replacement);
  if (!first || !second || first->symbol != second->symbol)
    return false;
  const PatchSection &section =
      out_.sections[out_.symbols[first->symbol].section];
  auto start_a = static_cast<uint64_t>(first->addend);
  auto start_b = static_cast<uint64_t>(second->addend);
  uint64_t length = a.replacement_length;
  if (start_a + length > section.bytes.size() ||
      start_b + length > section.bytes.size() ||
      memcmp(&section.bytes[start_a], &section.bytes[start_b], length) != 0)
    return false;
  auto within = [&](uint64_t start) {
    std::vector<PatchRelocation> list;
    for (PatchRelocation relocation : section.relocations)
      if (relocation.offset >= start && relocation.offset - start < length) {
        relocation.offset -= start;
        list.push_back(relocation);
      }
    return list;
  };
  std::vector<PatchRelocation> of_a = within(start_a), of_b = within(start_b);
  auto is_equal = [&](const PatchRelocation &x, const PatchRelocation &y) {
    if (x.offset != y.offset || x.type != y.type)
      return false;
    if (x.symbol == y.symbol && x.addend == y.addend)
      return true;
    // Each unit has its own copy of literals: equal if they hold the same
    // bytes up to a border that is certain, the end of a string.
    const PatchSymbol &target_x = out_.symbols[x.symbol];
    const PatchSymbol &target_y = out_.symbols[y.symbol];
    if (target_x.section == PatchSymbol::undefined || x.symbol != y.symbol)
      return false;
    const PatchSection &holder = out_.sections[target_y.section];
    if (holder.name == section::text) // a call or jump within the function
      return x.addend - y.addend == static_cast<int64_t>(start_a - start_b);
    auto text_at = [&](int64_t addend) {
      auto at = static_cast<uint64_t>(addend + 4);
      if (at >= holder.bytes.size())
        return std::string();
      auto begin = holder.bytes.begin() + static_cast<int64_t>(at);
      auto end = std::find(begin, holder.bytes.end(), 0);
      return std::string(begin, end) + (end == holder.bytes.end() ? "" : "|");
    };
    std::string text = text_at(x.addend);
    return holder.name == section::rodata && text.ends_with('|') &&
           text == text_at(y.addend);
  };
  return std::equal(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                    is_equal);
}

Error Collector::drop_duplicates() {
  std::map<uint64_t, size_t> first;
  std::vector<Record> kept;
  for (Record &record : records_) {
    if (record.function != 0) {
      auto [found, is_first] = first.try_emplace(record.original, kept.size());
      if (!is_first) {
        if (is_same_replacement(kept[found->second], record))
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
      std::optional<Target> target = converter_.find_target(address);
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
      converter_.original_address(address, nullptr);
  std::optional<Target> target = converter_.find_target(address);
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
    for (const Part &part : parts_) {
      if (part.function != record.function)
        continue;
      std::optional<uint64_t> place =
          converter_.original_address(part.address, nullptr);
      Result<uint64_t> size =
          length_of(part.address, place.value_or(0), record.name + ".cold");
      if (!size)
        return size.take_error();
      if (Error error =
              add_site(sites, original.bytes, part.address, *size, i, 0))
        return error;
    }
  }
  sites.size_bytes = sites.bytes.size();
  original.size_bytes = original.bytes.size();
  out_.add_section(std::move(sites));
  out_.add_section(std::move(original));
  return {};
}

// The marker in front of the code at `address`; none after strip(1).
std::string Collector::unit_of(uint64_t address) const {
  const Symbol *nearest = nullptr;
  for (const Symbol &symbol : patched_.object().symbols)
    if (symbol.name.starts_with(unit_marker) && symbol.value <= address &&
        (!nearest || symbol.value >= nearest->value))
      nearest = &symbol;
  return nearest ? std::string(nearest->name.substr(unit_marker.size())) : "";
}

Result<std::vector<PatchedFunction>> Collector::run() {
  for (const Section &section : patched_.object().sections) {
    if (section.name == section::info)
      if (Error error = read_records(section))
        return error;
    if (section.name == section::parts)
      if (Error error = read_parts(section))
        return error;
    if (section.name == section::aliases)
      if (Error error = read_aliases(section))
        return error;
    if (section.name == section::signatures)
      if (Error error = read_signatures(section))
        return error;
  }
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
                         unit_of(record.replacement)});
  return functions;
}

Result<std::vector<PatchedFunction>>
collect_functions(const Places &original, const Places &patched,
                  const Architecture &arch, ReferenceConverter &converter,
                  Allowances &allowed, PatchObject &out) {
  return Collector(original, patched, arch, converter, allowed, out).run();
}

} // namespace care::linker
