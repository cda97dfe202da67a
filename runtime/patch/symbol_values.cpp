// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Imports are found the way the target's dynamic linker did it, so that new
// code calls and reads what the old code does. Only symbols that a relocation
// uses are looked up.

#include "runtime/patch/symbol_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <elf.h>
#include <set>

namespace care::runtime {

PatchSymbols::PatchSymbols(const Target &target, const LoadedObject &object,
                           std::span<const size_t> removals) {
  const std::vector<PatchRegion> &regions = target.regions();
  std::set<size_t> removed(removals.begin(), removals.end());
  for (size_t i = 0; i < regions.size(); ++i) {
    if (regions[i].journal.state != PatchState::Applied ||
        removed.contains(i) || regions[i].journal.exports.empty() ||
        target.object_of(regions[i]) != &object)
      continue;
    for (const JournalExport &symbol : regions[i].journal.exports)
      symbols_[symbol.name] = {symbol.address, regions[i].base.value()};
  }
}

std::optional<PatchSymbols::Found>
PatchSymbols::find(std::string_view name) const {
  auto known = symbols_.find(name);
  return known == symbols_.end() ? std::nullopt : std::optional(known->second);
}

namespace {

struct Resolution {
  const SymbolLookup &lookup;
  const PatchSymbols &patches;
  PlannedPatch &planned;

  const PatchFile &file() const { return *planned.file; }

  Error resolve(uint32_t index, uint32_t uses) {
    const PatchSymbol &symbol = file().symbols()[index];
    if (symbol.is_import())
      return resolve_import(index, symbol, uses);
    if (symbol.section == SHN_ABS)
      return {};
    const PatchSection &section = file().sections()[symbol.section];
    if (symbol.type == STT_TLS) {
      if (section.is_of_patch())
        return refused("kpatch-tls",
                       fmt::format("thread-local variable {} is new in the "
                                   "patch",
                                   file().describe_symbol(index)))
            .note("running threads have no room for it");
      return set_tls(index, *planned.object, symbol.value, uses);
    }
    if (symbol.type == STT_GNU_IFUNC)
      planned.resolvers.push_back(
          {index, planned.object->at(section.address + symbol.value)});
    if ((uses & use_bit(SymbolUse::TlsModule)) != 0)
      return set_own_module();
    return {};
  }

  Error resolve_import(uint32_t index, const PatchSymbol &symbol,
                       uint32_t uses) {
    if (symbol.name.empty())
      return {}; // symbol 0: the value is all in the addend
    bool is_only_called = uses == use_bit(SymbolUse::Branch);
    std::optional<ResolvedSymbol> found = lookup.find(
        symbol.name, symbol.version, *planned.object,
        is_only_called ? ReferenceKind::Call : ReferenceKind::Address);
    if (!found) {
      if (hold_patch_symbol(index, symbol))
        return {};
      if (symbol.binding == STB_WEAK)
        return {}; // an undefined weak symbol is zero
      return refused("kpatch-unresolved",
                     fmt::format("the patch refers to {}, which no object of "
                                 "the process defines",
                                 file().describe_symbol(index)))
          .note("the library that defines it is not loaded, or it is another "
                "version than the patch was built with");
    }
    if (found->type == STT_TLS)
      return set_tls(index, *found->object, found->tls_offset, uses);
    if (found->type == STT_GNU_IFUNC)
      planned.resolvers.push_back({index, found->address});
    else
      planned.placement.symbols[index].address = found->address.value();
    return {};
  }

  // A symbol of an earlier patch, which is held from now on.
  bool hold_patch_symbol(uint32_t index, const PatchSymbol &symbol) {
    std::optional<PatchSymbols::Found> found = patches.find(symbol.name);
    if (!found)
      return false;
    planned.placement.symbols[index].address = found->address;
    std::vector<uint64_t> &held = planned.journal.held;
    if (std::find(held.begin(), held.end(), found->region) == held.end())
      held.push_back(found->region);
    return true;
  }

  Error set_tls(uint32_t index, const LoadedObject &object, uint64_t offset,
                uint32_t uses) {
    SymbolValue &value = planned.placement.symbols[index];
    value.tls_offset = offset;
    std::string who = "symbol " + file().describe_symbol(index);
    if ((uses & use_bit(SymbolUse::TlsPair)) != 0) {
      Result<uint64_t> module = lookup.tls_module_id(object);
      if (!module)
        return module.take_error().in(who);
      value.tls_module = *module;
    }
    if ((uses & use_bit(SymbolUse::GotTlsSlot)) != 0) {
      Result<int64_t> distance =
          lookup.tls_offset_from_thread_pointer(object, offset);
      if (!distance)
        return distance.take_error().in(who);
      value.tls_tp_offset = static_cast<uint64_t>(*distance);
    }
    if ((uses & use_bit(SymbolUse::TlsModule)) != 0)
      return set_own_module();
    return {};
  }

  Error set_own_module() {
    Result<uint64_t> module = lookup.tls_module_id(*planned.object);
    if (!module)
      return module.take_error();
    planned.placement.tls_module = *module;
    return {};
  }
};

} // namespace

Error resolve_symbols(const SymbolLookup &lookup, const PatchSymbols &patches,
                      PlannedPatch &planned) {
  planned.placement.symbols.assign(planned.file->symbols().size(), {});
  std::vector<uint32_t> uses = find_symbol_uses(*planned.file);
  Resolution resolution{lookup, patches, planned};
  for (uint32_t index = 0; index < uses.size(); ++index) {
    bool is_used = (uses[index] & ~use_bit(SymbolUse::Nothing)) != 0;
    if (!is_used)
      continue;
    if (Error error = resolution.resolve(index, uses[index]))
      return error;
  }
  return {};
}

} // namespace care::runtime
