// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Relocations against sections are left out: assemblers make these for local
// symbols, and what refers to a local symbol is in its own unit, where the
// differ has looked.

#include "linker/passes/check_signatures.h"

#include <fmt/format.h>
#include <unordered_map>

#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

using namespace llvm::ELF;

static Error refuse(const ChangedSignature &function, std::string_view why,
                    Allowances &allowed) {
  if (function.is_variable) {
    if (allowed.permits("kpatch-data-gone", function.name))
      return {};
    return refused("kpatch-data-gone",
                   fmt::format("variable '{}' was removed, and {}",
                               function.name, why))
        .note("keep the variable, or change all that uses it")
        .note(allow_hint("kpatch-data-gone", function.name));
  }
  if (allowed.permits("kpatch-signature", function.name))
    return {};
  std::string words =
      function.words.empty() ? "" : fmt::format(" ({})", function.words);
  return refused("kpatch-signature",
                 fmt::format("function '{}': the parameters or the return type "
                             "changed{}, and {}",
                             function.name, words, why))
      .note("keep this function as it is, and add one with another name")
      .note(allow_hint("kpatch-signature", function.name));
}

// The function or variable that holds `address`.
static const Symbol *find_holder(const Object &object, uint64_t address) {
  for (const Symbol &symbol : object.symbols)
    if ((symbol.type == STT_FUNC || symbol.type == STT_OBJECT ||
         symbol.type == STT_GNU_IFUNC) &&
        !symbol.is_undefined() && symbol.value <= address &&
        address - symbol.value < symbol.size_bytes)
      return &symbol;
  return nullptr;
}

static std::string describe(const Section &section, const Symbol *holder,
                            uint64_t address) {
  if (!holder)
    return fmt::format("section '{}' at offset {:#x}", section.name,
                       address - section.address);
  std::string name(holder->name.substr(0, holder->name.find(".kpatchref.")));
  std::string file =
      holder->file.empty() ? "" : fmt::format(" of '{}'", holder->file);
  return fmt::format("{} '{}'{}",
                     section.is_executable() ? "function" : "variable", name,
                     file);
}

static Error check_reference(const Object &object, const Architecture &arch,
                             const Section &section,
                             const Relocation &relocation,
                             const ChangedSignature &function,
                             const std::set<uint64_t> &in_patch,
                             Allowances &allowed) {
  const Symbol *holder = find_holder(object, relocation.address);
  std::string where = describe(section, holder, relocation.address);
  if (!section.is_executable())
    return refuse(function, where + " holds its address", allowed);
  if (holder && function.callers.contains(holder->value))
    return {};
  // A library's own function may be called through its slot.
  bool is_call = arch.describe(relocation.type).kind == ReferenceKind::Branch;
  if (holder && in_patch.contains(holder->value))
    return {};
  return refuse(function,
                where + ", which is not in the patch, " +
                    (is_call ? "calls it" : "refers to it"),
                allowed);
}

static Error check_exports(const Object &object,
                           const std::map<uint64_t, ChangedSignature> &changed,
                           Allowances &allowed) {
  for (const Symbol &symbol : object.dynamic_symbols) {
    auto found = changed.find(symbol.value);
    if (found == changed.end())
      continue;
    uint8_t type = found->second.is_variable ? STT_OBJECT : STT_FUNC;
    if (!symbol.is_undefined() && symbol.type == type)
      if (Error error = refuse(found->second,
                               fmt::format("'{}' exports it: other objects "
                                           "may use it",
                                           object.base_name()),
                               allowed))
        return error;
  }
  return {};
}

Error check_signatures(const Places &patched, const Architecture &arch,
                       const std::map<uint64_t, ChangedSignature> &changed,
                       const std::set<uint64_t> &in_patch,
                       Allowances &allowed) {
  if (changed.empty())
    return {};
  const Object &object = patched.object();
  std::unordered_map<uint32_t, const ChangedSignature *> by_symbol;
  for (uint32_t i = 0; i < object.symbols.size(); ++i) {
    const Symbol &symbol = object.symbols[i];
    auto found = changed.find(symbol.value);
    if (found != changed.end() && !symbol.is_undefined() &&
        symbol.type != STT_SECTION && symbol.type != STT_TLS &&
        symbol.section < object.sections.size())
      by_symbol.emplace(i, &found->second);
  }
  for (const auto &[index, relocations] : object.relocations) {
    const Section &section = object.sections[index];
    if (!section.is_allocated() || section.is_patch() ||
        is_linker_made(section) || section.name == ".gcc_except_table")
      continue;
    for (const Relocation &relocation : relocations)
      if (auto found = by_symbol.find(relocation.symbol);
          found != by_symbol.end())
        if (Error error = check_reference(object, arch, section, relocation,
                                          *found->second, in_patch, allowed))
          return error;
  }
  return check_exports(object, changed, allowed);
}

} // namespace care::linker
