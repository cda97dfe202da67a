// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A small dynamic linker that only looks. For each object its dynamic section
// says where hash table, symbols, strings and versions are; all of them are
// read once, the first time a symbol is looked for in the object. The order of
// the search is that of the link map, a list in the dynamic linker's memory
// which the program's DT_DEBUG entry leads to (psABI, "Dynamic Linking"; GDB
// uses the same list). Static programs have no such list and no other object.
//
// Simplification that cannot give a wrong answer for calls of a patch: ld.so
// searches a dlopened library's own scope after the global one; here the
// object that refers is searched after the global scope, then its DT_NEEDED.

#include "runtime/process/symbol_lookup.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "runtime/process/dynamic_symbols.h"
#include "runtime/process/link_map.h"
#include "runtime/process/tls_layout.h"

namespace care::runtime {

struct SymbolLookup::Data {
  const RemoteMemory &memory;
  std::span<const LoadedObject> objects;
  std::vector<const LoadedObject *> global_scope; // in link-map order
  std::vector<const LoadedObject *> all;          // also dlopened ones
  // Read when first needed; a lookup does not change what it says.
  mutable std::map<const LoadedObject *, std::unique_ptr<DynamicSymbols>>
      symbols;

  const DynamicSymbols *symbols_of(const LoadedObject &object) const {
    auto [place, is_new] = symbols.try_emplace(&object);
    if (is_new)
      place->second = DynamicSymbols::read(memory, object);
    return place->second.get();
  }
};

namespace {

// The objects in the order of the link map.
std::vector<const LoadedObject *>
in_link_map_order(const RemoteMemory &memory,
                  std::span<const LoadedObject> objects) {
  std::vector<const LoadedObject *> order;
  for (const LinkMapEntry &entry : read_link_map(memory, objects[0]))
    for (const LoadedObject &object : objects)
      // The vDSO is in the list, but in no scope.
      if (object.dynamic && object.dynamic->start == entry.dynamic &&
          !object.is_vdso)
        order.push_back(&object);
  if (order.empty())
    order.push_back(&objects[0]);
  return order;
}

// The object that a DT_NEEDED name means: by DT_SONAME or by file name.
const LoadedObject *find_needed(std::span<const LoadedObject *const> all,
                                std::string_view name, const auto &symbols_of) {
  for (const LoadedObject *object : all) {
    const DynamicSymbols *symbols = symbols_of(*object);
    if (object->name() == name ||
        (symbols != nullptr && symbols->soname() == name))
      return object;
  }
  return nullptr;
}

} // namespace

SymbolLookup::SymbolLookup(std::unique_ptr<Data> data)
    : data_(std::move(data)) {}
SymbolLookup::SymbolLookup(SymbolLookup &&) noexcept = default;
SymbolLookup::~SymbolLookup() = default;

Result<SymbolLookup> SymbolLookup::make(const RemoteMemory &memory,
                                        std::span<const LoadedObject> objects) {
  if (objects.empty())
    return format_error("no ELF objects to look up symbols in");
  auto data = std::make_unique<Data>(Data{memory, objects, {}, {}, {}});
  data->all = in_link_map_order(memory, objects);

  // The global scope: what the program and LD_PRELOAD brought, which is what
  // is reachable through DT_NEEDED; libraries opened later are not in it
  // unless RTLD_GLOBAL said so, which the list does not tell.
  auto symbols_of = [&](const LoadedObject &object) {
    return data->symbols_of(object);
  };
  std::vector<const LoadedObject *> reachable = {data->all[0]};
  for (size_t i = 0; i < reachable.size(); ++i) {
    const DynamicSymbols *symbols = symbols_of(*reachable[i]);
    if (symbols == nullptr)
      continue;
    for (const std::string &name : symbols->needed()) {
      const LoadedObject *object = find_needed(data->all, name, symbols_of);
      if (object != nullptr && std::find(reachable.begin(), reachable.end(),
                                         object) == reachable.end())
        reachable.push_back(object);
    }
  }
  // Preloaded objects come directly behind the program in the list, before the
  // first needed one.
  bool is_before_needed = true;
  for (const LoadedObject *object : data->all) {
    bool is_reachable = std::find(reachable.begin(), reachable.end(), object) !=
                        reachable.end();
    if (is_reachable && object != data->all[0])
      is_before_needed = false;
    if (is_reachable || is_before_needed)
      data->global_scope.push_back(object);
  }
  return SymbolLookup(std::move(data));
}

std::optional<ResolvedSymbol> SymbolLookup::find(std::string_view name,
                                                 std::string_view version,
                                                 const LoadedObject &from,
                                                 ReferenceKind kind) const {
  const Data &data = *data_;
  std::vector<const LoadedObject *> scope = data.global_scope;
  auto add = [&](const LoadedObject *object) {
    if (object != nullptr &&
        std::find(scope.begin(), scope.end(), object) == scope.end())
      scope.push_back(object);
  };
  // Its own scope: the object and, breadth first, what it needs.
  size_t own_start = scope.size();
  add(&from);
  auto symbols_of = [&](const LoadedObject &object) {
    return data.symbols_of(object);
  };
  for (size_t i = own_start; i < scope.size(); ++i)
    if (const DynamicSymbols *symbols = data.symbols_of(*scope[i]))
      for (const std::string &needed : symbols->needed())
        add(find_needed(data.all, needed, symbols_of));
  // Last of all, the rest: opened with RTLD_GLOBAL perhaps.
  for (const LoadedObject *object : data.all)
    add(object);

  for (const LoadedObject *object : scope) {
    const DynamicSymbols *symbols = data.symbols_of(*object);
    if (symbols == nullptr)
      continue;
    std::optional<Elf64_Sym> symbol = symbols->find(name, version, kind);
    if (!symbol)
      continue;
    ResolvedSymbol resolved;
    resolved.type = ELF64_ST_TYPE(symbol->st_info);
    resolved.size_bytes = symbol->st_size;
    resolved.object = object;
    if (resolved.type == STT_TLS)
      resolved.tls_offset = symbol->st_value;
    else if (symbol->st_shndx == SHN_ABS)
      resolved.address = RemoteAddress(symbol->st_value);
    else
      resolved.address = object->at(symbol->st_value);
    return resolved;
  }
  return std::nullopt;
}

Result<uint64_t> SymbolLookup::tls_module_id(const LoadedObject &object) const {
  const DynamicSymbols *symbols = data_->symbols_of(object);
  TlsLayout layout{data_->memory, object, symbols};
  return find_tls_module_id(layout, data_->objects);
}

Result<int64_t>
SymbolLookup::tls_offset_from_thread_pointer(const LoadedObject &object,
                                             uint64_t tls_offset) const {
  const DynamicSymbols *symbols = data_->symbols_of(object);
  TlsLayout layout{data_->memory, object, symbols};
  Result<int64_t> block = find_tls_block_offset(layout, data_->objects);
  if (!block)
    return block;
  return *block + static_cast<int64_t>(tls_offset);
}

} // namespace care::runtime
