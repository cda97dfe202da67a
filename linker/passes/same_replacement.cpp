// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations of two units may name different copies of one literal. They are
// equal if these hold the same bytes up to a border that is certain, the end of
// a string.

#include "linker/passes/same_replacement.h"

#include <algorithm>
#include <optional>
#include <string>

#include "common/patch_format.h"

namespace care::linker {

std::span<const PatchRelocation>
ReplacementComparer::relocations_of(uint32_t section, uint64_t start,
                                    uint64_t length_bytes) {
  auto [found, is_new] = sorted_.try_emplace(section);
  std::vector<PatchRelocation> &list = found->second;
  if (is_new) {
    list = patch_.sections[section].relocations;
    std::ranges::stable_sort(list, {}, &PatchRelocation::offset);
  }
  auto first =
      std::ranges::lower_bound(list, start, {}, &PatchRelocation::offset);
  auto behind = std::ranges::lower_bound(list, start + length_bytes, {},
                                         &PatchRelocation::offset);
  return {first, behind};
}

std::optional<ReplacementComparer::Code>
ReplacementComparer::find_code(const FunctionRecord &record) {
  std::optional<Target> target = targets_.find_target(record.replacement);
  if (!target)
    return std::nullopt;
  uint32_t index = patch_.symbols[target->symbol].section;
  if (index == PatchSymbol::undefined)
    return std::nullopt;
  const PatchSection &section = patch_.sections[index];
  auto start = static_cast<uint64_t>(target->addend);
  uint64_t length = record.replacement_length;
  if (start > section.bytes.size() || length > section.bytes.size() - start)
    return std::nullopt;
  return Code{&section, start, std::span(section.bytes).subspan(start, length),
              relocations_of(index, start, length)};
}

// The string that a field of 4 bytes, relative to its end, refers to; nothing
// if it does not end in the section.
static std::optional<std::string_view> string_at(const PatchSection &section,
                                                 int64_t addend) {
  auto at = static_cast<uint64_t>(addend + 4);
  if (at >= section.bytes.size())
    return std::nullopt;
  std::string_view rest(reinterpret_cast<const char *>(&section.bytes[at]),
                        section.bytes.size() - at);
  size_t end = rest.find('\0');
  return end == rest.npos ? std::nullopt : std::optional(rest.substr(0, end));
}

bool ReplacementComparer::is_same_relocation(const Code &a,
                                             const PatchRelocation &x,
                                             const Code &b,
                                             const PatchRelocation &y) const {
  if (x.offset - a.start != y.offset - b.start || x.type != y.type ||
      x.symbol != y.symbol)
    return false;
  if (x.addend == y.addend)
    return true;
  uint32_t index = patch_.symbols[x.symbol].section;
  if (index == PatchSymbol::undefined)
    return false;
  const PatchSection &holder = patch_.sections[index];
  if (holder.name == section::text) // a call or jump within the function
    return x.addend - y.addend == static_cast<int64_t>(a.start - b.start);
  std::optional<std::string_view> text = string_at(holder, x.addend);
  return holder.name == section::rodata && text &&
         text == string_at(holder, y.addend);
}

bool ReplacementComparer::is_same(const FunctionRecord &a,
                                  const FunctionRecord &b) {
  std::optional<Code> first = find_code(a), second = find_code(b);
  if (!first || !second || first->section != second->section ||
      !std::ranges::equal(first->bytes, second->bytes))
    return false;
  return std::ranges::equal(
      first->relocations, second->relocations,
      [&](const PatchRelocation &x, const PatchRelocation &y) {
        return is_same_relocation(*first, x, *second, y);
      });
}

} // namespace care::linker
