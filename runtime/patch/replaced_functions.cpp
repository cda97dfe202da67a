// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The records are relocated like any other section, but stay on this side.

#include "runtime/patch/replaced_functions.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <elf.h>
#include <map>

namespace care::runtime {

static std::string name_at(const PatchFile &patch, uint64_t offset) {
  std::optional<size_t> names = patch.find_section(section::strtab);
  if (!names)
    return {};
  std::span<const uint8_t> content = patch.sections()[*names].content;
  if (offset >= content.size())
    return {};
  const auto *start = reinterpret_cast<const char *>(content.data()) + offset;
  return std::string(start, strnlen(start, content.size() - offset));
}

// Symbols such as `NAME.cold.kpatch`: where else the replacement lives.
static void add_replacement_parts(const PatchFile &patch,
                                  const ImageLayout &layout,
                                  std::vector<ReplacedFunction> &functions) {
  std::map<std::string_view, ReplacedFunction *> by_name;
  for (ReplacedFunction &function : functions)
    by_name.emplace(function.name, &function);
  for (const PatchSymbol &symbol : patch.symbols()) {
    size_t suffix = symbol.name.find(".cold");
    if (symbol.type != STT_FUNC || suffix == symbol.name.npos ||
        symbol.section >= patch.sections().size() ||
        !layout.section_offsets[symbol.section])
      continue;
    auto owner = by_name.find(symbol.name.substr(0, suffix));
    if (owner != by_name.end())
      owner->second->replacement_parts.emplace_back(
          *layout.section_offsets[symbol.section] + symbol.value,
          symbol.size_bytes);
  }
}

namespace {

class FunctionReader {
public:
  FunctionReader(const PatchFile &patch, const ImageLayout &layout,
                 const Placement &placement)
      : patch_(patch), layout_(layout), placement_(placement) {
    // Based at zero, so that replacement addresses come out as offsets.
    placement_.base = 0;
  }

  Result<std::vector<ReplacedFunction>> run();

private:
  Error read_records();
  Error read_sites();
  Error add_site(size_t index, const PatchSite &site);
  void add_missing_entries();
  Error bad_site(size_t index, std::string_view why) const;
  std::span<const uint8_t> original_bytes() const;

  const PatchFile &patch_;
  const ImageLayout &layout_;
  Placement placement_;
  std::vector<ReplacedFunction> functions_;
  // By index of the record; nothing for new functions.
  std::vector<std::optional<size_t>> function_of_record_;
};

} // namespace

Error FunctionReader::read_records() {
  Result<std::vector<uint8_t>> records = relocate_section(
      patch_, layout_, placement_, *patch_.find_section(section::info));
  if (!records)
    return records.take_error();
  function_of_record_.resize(patch_.info_count());
  for (size_t i = 0; i < patch_.info_count(); ++i) {
    PatchInfo info;
    memcpy(&info, records->data() + i * sizeof info, sizeof info);
    if (info.original_address == 0)
      continue; // a new function
    bool is_inside_text = info.replacement_address >= layout_.text.offset &&
                          info.replacement_address - layout_.text.offset <
                              layout_.text_size_bytes;
    if (!is_inside_text)
      return format_error(
                 fmt::format("'{}': section '.kpatch.info': entry {}: the "
                             "replacement at 0x{:x} is not in '.kpatch.text'",
                             patch_.path(), i, info.replacement_address))
          .with_code("kpatch-format");
    function_of_record_[i] = functions_.size();
    functions_.push_back(
        {.name = name_at(patch_, info.name),
         .original_address = info.original_address,
         .original_length = info.original_length,
         .replacement_offset = info.replacement_address,
         .replacement_length = info.replacement_length,
         .may_be_active = (info.flags & info_allow_active) != 0,
         .parts = {},
         .replacement_parts = {}});
  }
  return {};
}

Error FunctionReader::bad_site(size_t index, std::string_view why) const {
  return format_error(fmt::format("'{}': section '.kpatch.sites': entry {}: {}",
                                  patch_.path(), index, why))
      .with_code("kpatch-format");
}

std::span<const uint8_t> FunctionReader::original_bytes() const {
  std::optional<size_t> section = patch_.find_section(section::original);
  return section ? patch_.sections()[*section].content
                 : std::span<const uint8_t>();
}

Error FunctionReader::add_site(size_t index, const PatchSite &site) {
  // Relocations may have changed what was checked when the file was read.
  std::span<const uint8_t> original = original_bytes();
  if (site.info_index >= function_of_record_.size() ||
      uint64_t{site.bytes_offset} + site.length > original.size())
    return bad_site(index, "a relocation changes its function or its bytes");
  std::optional<size_t> function = function_of_record_[site.info_index];
  if (!function)
    return bad_site(
        index, fmt::format("function {} replaces nothing", site.info_index));
  std::span<const uint8_t> bytes =
      original.subspan(site.bytes_offset, site.length);
  functions_[*function].parts.push_back(
      {.address = site.address,
       .length = site.length,
       .is_entry = (site.flags & site_is_entry) != 0,
       .bytes = {bytes.begin(), bytes.end()}});
  return {};
}

Error FunctionReader::read_sites() {
  std::optional<size_t> section = patch_.find_section(section::sites);
  if (!section)
    return {};
  Result<std::vector<uint8_t>> records =
      relocate_section(patch_, layout_, placement_, *section);
  if (!records)
    return records.take_error();
  for (size_t i = 0; i < patch_.site_count(); ++i) {
    PatchSite site;
    memcpy(&site, records->data() + i * sizeof site, sizeof site);
    if (Error error = add_site(i, site))
      return error;
  }
  return {};
}

// LibcarePlus records no sites.
void FunctionReader::add_missing_entries() {
  for (ReplacedFunction &function : functions_) {
    bool has_entry =
        std::any_of(function.parts.begin(), function.parts.end(),
                    [](const OriginalPart &part) { return part.is_entry; });
    if (!has_entry)
      function.parts.push_back({.address = function.original_address,
                                .length = function.original_length,
                                .is_entry = true,
                                .bytes = {}});
  }
}

Result<std::vector<ReplacedFunction>> FunctionReader::run() {
  if (Error error = read_records())
    return error;
  if (Error error = read_sites())
    return error;
  add_replacement_parts(patch_, layout_, functions_);
  add_missing_entries();
  return std::move(functions_);
}

Result<std::vector<ReplacedFunction>>
read_functions(const PatchFile &patch, const ImageLayout &layout,
               const Placement &placement) {
  return FunctionReader(patch, layout, placement).run();
}

std::vector<ExportedSymbol> find_exports(const PatchFile &patch,
                                         const ImageLayout &layout) {
  std::vector<ExportedSymbol> exports;
  for (const PatchSymbol &symbol : patch.symbols()) {
    bool is_new = symbol.binding != STB_LOCAL && !symbol.name.empty() &&
                  (symbol.type == STT_FUNC || symbol.type == STT_OBJECT) &&
                  symbol.section != 0 &&
                  symbol.section < patch.sections().size() &&
                  !symbol.name.ends_with(".kpatch");
    if (is_new && layout.section_offsets[symbol.section])
      exports.push_back({symbol.name, *layout.section_offsets[symbol.section] +
                                          symbol.value});
  }
  return exports;
}

} // namespace care::runtime
