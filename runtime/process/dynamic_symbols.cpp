// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tables of the dynamic section. ld.so adds the load bias to the addresses in
// it when it loads an object, but not in every object (the vDSO, musl): an
// address below the object is taken as one without bias.
//
// Version rules (the ELF versioning specification, "Symbol Resolution"): a
// reference with a version is bound to a definition of exactly that version,
// hidden (non-default) ones included, or to any definition of an object that
// has no versions. A reference without one takes the default or base version.
//
// GNU hash: header of 4 words (buckets, first hashed symbol, Bloom words, Bloom
// shift), Bloom filter, buckets, then one hash for each symbol, whose lowest
// bit ends a chain.

#include "runtime/process/dynamic_symbols.h"

#include <algorithm>
#include <cstring>

#include "runtime/process/copied_memory.h"

namespace care::runtime {

namespace {

constexpr uint16_t hidden_bit = 0x8000;
constexpr uint16_t version_local = 0; // VER_NDX_LOCAL
constexpr uint16_t version_base = 1;  // VER_NDX_GLOBAL
// A table larger than this is a sign of reading the wrong thing.
constexpr size_t table_size_max = size_t{1} << 30;

uint32_t gnu_hash_of(std::string_view name) {
  uint32_t hash = 5381;
  for (char c : name)
    hash = hash * 33 + static_cast<uint8_t>(c);
  return hash;
}

uint32_t sysv_hash_of(std::string_view name) {
  uint32_t hash = 0;
  for (char c : name) {
    hash = (hash << 4) + static_cast<uint8_t>(c);
    hash ^= (hash & 0xf0000000) >> 24;
    hash &= 0x0fffffff;
  }
  return hash;
}

template <typename T>
std::vector<T> read_table(const CopiedMemory &memory, RemoteAddress at,
                          size_t count) {
  std::vector<T> table;
  if (at.is_null() || count == 0 || count > table_size_max / sizeof(T))
    return table;
  // A wrong size is found before memory is taken for it.
  constexpr size_t size_small = 64 << 10;
  size_t size = count * sizeof(T);
  if (size > size_small && !memory.read_value<uint8_t>(at + (size - 1)))
    return table;
  table.resize(count);
  std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(table.data()), size);
  if (memory.read_some(at, bytes) != bytes.size())
    table.clear();
  return table;
}

// The whole GNU hash table: its length follows from its last chain.
std::vector<uint32_t> read_gnu_hash(const CopiedMemory &memory,
                                    RemoteAddress at, RemoteAddress limit) {
  std::vector<uint32_t> header = read_table<uint32_t>(memory, at, 4);
  if (header.size() != 4 || header[0] == 0 || header[2] > 1u << 26 ||
      header[0] > 1u << 26)
    return {};
  size_t before_chains = 4 + size_t{header[2]} * 2 + header[0];
  std::vector<uint32_t> table = read_table<uint32_t>(memory, at, before_chains);
  if (table.empty())
    return {};
  uint32_t last = *std::max_element(table.end() - header[0], table.end());
  if (last < header[1])
    return table; // no hashed symbols
  size_t next = before_chains + (last - header[1]);
  constexpr size_t step = 1024;
  for (;;) {
    // Read on until the chain of the highest bucket ends.
    size_t room = (limit - at) / sizeof(uint32_t);
    size_t size = std::min(next + step, room);
    if (size <= table.size())
      return {};
    table = read_table<uint32_t>(memory, at, size);
    for (; next < table.size(); ++next)
      if (table[next] & 1) {
        table.resize(next + 1);
        return table;
      }
    if (table.empty())
      return {};
  }
}

} // namespace

struct DynamicSymbols::Tables {
  RemoteAddress symbols, strings, gnu_hash, sysv_hash, version_of, versions;
  RemoteAddress relocations, plt_relocations;
  RemoteAddress needed_versions;
  size_t strings_size = 0, version_count = 0, needed_version_count = 0;
  size_t relocations_size = 0, plt_relocations_size = 0;
  uint64_t soname = 0;
  std::vector<uint64_t> needed;

  // From the first table to the end of the last one, of those whose end is
  // known; nothing if that is a lot.
  std::optional<AddressRange> extent() const {
    constexpr uint64_t extent_max = 8 << 20;
    AddressRange range{symbols, symbols};
    auto add = [&](RemoteAddress start, size_t size) {
      if (start.is_null())
        return;
      range.start = std::min(range.start, start);
      range.end = std::max(range.end, start + size);
    };
    add(strings, strings_size);
    add(gnu_hash, 0);
    add(version_of, 0);
    add(relocations, relocations_size);
    add(plt_relocations, plt_relocations_size);
    if (symbols.is_null() || strings_size > extent_max ||
        relocations_size > extent_max || plt_relocations_size > extent_max ||
        range.size_bytes() > extent_max)
      return std::nullopt;
    return range;
  }
};

DynamicSymbols::Tables DynamicSymbols::find_tables(const CopiedMemory &memory,
                                                   const LoadedObject &object) {
  Tables tables;
  auto address = [&](uint64_t value) {
    return object.range.contains(RemoteAddress(value)) ? RemoteAddress(value)
                                                       : object.at(value);
  };
  for (const Elf64_Dyn &entry : read_table<Elf64_Dyn>(
           memory, object.dynamic->start,
           object.dynamic->size_bytes() / sizeof(Elf64_Dyn))) {
    uint64_t value = entry.d_un.d_val;
    switch (entry.d_tag) {
    case DT_SYMTAB:
      tables.symbols = address(value);
      break;
    case DT_STRTAB:
      tables.strings = address(value);
      break;
    case DT_VERNEED:
      tables.needed_versions = address(value);
      break;
    case DT_VERNEEDNUM:
      tables.needed_version_count = value;
      break;
    case DT_STRSZ:
      tables.strings_size = value;
      break;
    case DT_GNU_HASH:
      tables.gnu_hash = address(value);
      break;
    case DT_HASH:
      tables.sysv_hash = address(value);
      break;
    case DT_VERSYM:
      tables.version_of = address(value);
      break;
    case DT_VERDEF:
      tables.versions = address(value);
      break;
    case DT_VERDEFNUM:
      tables.version_count = value;
      break;
    case DT_RELA:
      tables.relocations = address(value);
      break;
    case DT_RELASZ:
      tables.relocations_size = value;
      break;
    case DT_JMPREL:
      tables.plt_relocations = address(value);
      break;
    case DT_PLTRELSZ:
      tables.plt_relocations_size = value;
      break;
    case DT_SONAME:
      tables.soname = value;
      break;
    case DT_NEEDED:
      tables.needed.push_back(value);
      break;
    default:
      break;
    }
    if (entry.d_tag == DT_NULL)
      break;
  }
  return tables;
}

std::unique_ptr<DynamicSymbols>
DynamicSymbols::read(const RemoteMemory &remote, const LoadedObject &object) {
  if (!object.dynamic)
    return nullptr;
  CopiedMemory memory(remote);
  Tables tables = find_tables(memory, object);
  if (std::optional<AddressRange> extent = tables.extent())
    memory.copy(*extent);
  auto result = std::make_unique<DynamicSymbols>();
  result->strings_ =
      read_table<uint8_t>(memory, tables.strings, tables.strings_size);
  if (result->strings_.empty())
    return nullptr;
  result->strings_.back() = 0; // every string ends
  size_t count = 0;
  if (!tables.gnu_hash.is_null()) {
    std::vector<uint32_t> &hash = result->gnu_hash_;
    hash = read_gnu_hash(memory, tables.gnu_hash, object.range.end);
    if (!hash.empty())
      count = hash[1] + (hash.size() - 4 - size_t{hash[2]} * 2 - hash[0]);
  }
  if (!tables.sysv_hash.is_null()) {
    std::vector<uint32_t> header =
        read_table<uint32_t>(memory, tables.sysv_hash, 2);
    if (header.size() == 2) {
      result->sysv_hash_ = read_table<uint32_t>(
          memory, tables.sysv_hash, size_t{2} + header[0] + header[1]);
      count = std::max<size_t>(count, header[1]);
    }
  }
  result->symbols_ = read_table<Elf64_Sym>(memory, tables.symbols, count);
  result->version_of_ =
      read_table<uint16_t>(memory, tables.version_of, result->symbols_.size());
  result->read_versions(memory, tables);
  result->read_needed_versions(memory, tables);

  result->relocations_ = read_table<Elf64_Rela>(
      memory, tables.relocations, tables.relocations_size / sizeof(Elf64_Rela));
  std::vector<Elf64_Rela> plt =
      read_table<Elf64_Rela>(memory, tables.plt_relocations,
                             tables.plt_relocations_size / sizeof(Elf64_Rela));
  result->relocations_.insert(result->relocations_.end(), plt.begin(),
                              plt.end());
  auto string_at = [&](uint64_t offset) -> std::string {
    if (offset >= result->strings_.size())
      return "";
    return reinterpret_cast<const char *>(&result->strings_[offset]);
  };
  if (tables.soname != 0)
    result->soname_ = string_at(tables.soname);
  for (uint64_t offset : tables.needed)
    result->needed_.push_back(string_at(offset));
  return result;
}

// The names of the versions that the object defines, by their index.
void DynamicSymbols::read_versions(const CopiedMemory &memory,
                                   const Tables &tables) {
  RemoteAddress at = tables.versions;
  for (size_t i = 0; i < tables.version_count && i < 65536; ++i) {
    std::optional<Elf64_Verdef> definition =
        memory.read_value<Elf64_Verdef>(at);
    if (!definition)
      return;
    std::optional<Elf64_Verdaux> name =
        memory.read_value<Elf64_Verdaux>(at + definition->vd_aux);
    if (name) {
      set_version_name(definition->vd_ndx, name->vda_name);
      defines_versions_ = true;
    }
    if (definition->vd_next == 0)
      return;
    at += definition->vd_next;
  }
}

// The names of the versions that the object needs of others. They share the
// numbers with those that it defines.
void DynamicSymbols::read_needed_versions(const CopiedMemory &memory,
                                          const Tables &tables) {
  RemoteAddress file = tables.needed_versions;
  for (size_t i = 0; i < tables.needed_version_count && i < 65536; ++i) {
    std::optional<Elf64_Verneed> need = memory.read_value<Elf64_Verneed>(file);
    if (!need)
      return;
    RemoteAddress at = file + need->vn_aux;
    for (size_t j = 0; j < need->vn_cnt; ++j) {
      std::optional<Elf64_Vernaux> name = memory.read_value<Elf64_Vernaux>(at);
      if (!name)
        return;
      set_version_name(name->vna_other, name->vna_name);
      at += name->vna_next;
    }
    if (need->vn_next == 0)
      return;
    file += need->vn_next;
  }
}

void DynamicSymbols::set_version_name(size_t number, uint64_t name) {
  size_t index = number & ~size_t{hidden_bit};
  if (name >= strings_.size())
    return;
  if (version_names_.size() <= index)
    version_names_.resize(index + 1);
  version_names_[index] = reinterpret_cast<const char *>(&strings_[name]);
}

std::string_view DynamicSymbols::name_of(const Elf64_Sym &symbol) const {
  if (symbol.st_name >= strings_.size())
    return "";
  return reinterpret_cast<const char *>(&strings_[symbol.st_name]);
}

bool DynamicSymbols::matches(size_t index, std::string_view name,
                             std::string_view version,
                             ReferenceKind kind) const {
  const Elf64_Sym &symbol = symbols_[index];
  unsigned binding = ELF64_ST_BIND(symbol.st_info);
  bool may_define =
      symbol.st_shndx != SHN_UNDEF || kind == ReferenceKind::Address;
  bool is_definition = may_define &&
                       (symbol.st_value != 0 ||
                        (ELF64_ST_TYPE(symbol.st_info) == STT_TLS &&
                         symbol.st_shndx != SHN_UNDEF) ||
                        symbol.st_shndx == SHN_ABS) &&
                       (binding == STB_GLOBAL || binding == STB_WEAK ||
                        binding == STB_GNU_UNIQUE);
  if (!is_definition || name_of(symbol) != name)
    return false;
  if (index >= version_of_.size())
    return true; // the object has no versions
  uint16_t number = version_of_[index] & static_cast<uint16_t>(~hidden_bit);
  bool is_hidden = (version_of_[index] & hidden_bit) != 0;
  bool is_canonical_plt = symbol.st_shndx == SHN_UNDEF;
  if (is_canonical_plt && number <= version_base)
    return true; // a reference without a version
  if (number == version_local)
    return false;
  if (version.empty())
    return !is_hidden;
  if (!defines_versions_ && !is_canonical_plt)
    return true; // it needs versions but defines none
  return (number < version_names_.size() &&
          version_names_[number] == version) ||
         (number == version_base && !is_hidden);
}

std::optional<size_t> DynamicSymbols::find_gnu(std::string_view name,
                                               std::string_view version,
                                               ReferenceKind kind) const {
  uint32_t bucket_count = gnu_hash_[0], first = gnu_hash_[1];
  size_t buckets = 4 + size_t{gnu_hash_[2]} * 2;
  size_t chains = buckets + bucket_count;
  uint32_t hash = gnu_hash_of(name);
  size_t index = gnu_hash_[buckets + hash % bucket_count];
  if (index < first)
    return std::nullopt;
  for (; chains + (index - first) < gnu_hash_.size() && index < symbols_.size();
       ++index) {
    uint32_t entry = gnu_hash_[chains + (index - first)];
    if ((entry | 1) == (hash | 1) && matches(index, name, version, kind))
      return index;
    if (entry & 1)
      break;
  }
  return std::nullopt;
}

std::optional<size_t> DynamicSymbols::find_sysv(std::string_view name,
                                                std::string_view version,
                                                ReferenceKind kind) const {
  uint32_t bucket_count = sysv_hash_[0], chain_count = sysv_hash_[1];
  if (bucket_count == 0)
    return std::nullopt;
  uint32_t index = sysv_hash_[2 + sysv_hash_of(name) % bucket_count];
  for (uint32_t steps = 0; index != 0 && steps < chain_count; ++steps) {
    if (index >= chain_count || index >= symbols_.size())
      break;
    if (matches(index, name, version, kind))
      return index;
    index = sysv_hash_[size_t{2} + bucket_count + index];
  }
  return std::nullopt;
}

std::optional<Elf64_Sym> DynamicSymbols::find(std::string_view name,
                                              std::string_view version,
                                              ReferenceKind kind) const {
  std::optional<size_t> index;
  if (!gnu_hash_.empty())
    index = find_gnu(name, version, kind);
  else if (!sysv_hash_.empty())
    index = find_sysv(name, version, kind);
  if (!index)
    return std::nullopt;
  return symbols_[*index];
}

} // namespace care::runtime
