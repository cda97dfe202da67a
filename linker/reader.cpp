// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From bytes to the object model, through libObject's typed accessors.
//
// libObject checks offsets and sizes of what is asked of it and says what is
// wrong; converted() turns that into our Error, once. What it does not check
// is checked here: the magic (its factory only looks at the length), symbol
// and section indices inside tables, relocations outside of their section.
//
// Symbol versions: .gnu.version gives each dynamic symbol a number, explained
// by .gnu.version_r (imports) and .gnu.version_d (own). In .symtab, GNU ld
// writes the version into the name (`puts@GLIBC_2.2.5`), lld does not; both
// end up as name and version here.

#include "linker/reader.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

#include "common/build_id.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELF.h"
#include "llvm/Object/ELFTypes.h"

namespace care::linker {

using namespace llvm::ELF;
using llvm::object::ELF64LE;
using ElfFile = llvm::object::ELFFile<ELF64LE>;

static std::string_view view(llvm::StringRef text) {
  return {text.data(), text.size()};
}

// The one place where LLVM's errors become ours.
template <typename T> static Result<T> converted(llvm::Expected<T> expected) {
  if (expected)
    return std::move(*expected);
  return format_error(llvm::toString(expected.takeError()));
}

static Error check_magic(std::span<const uint8_t> bytes) {
  if (bytes.size() < sizeof(ELF64LE::Ehdr) ||
      memcmp(bytes.data(), ElfMagic, 4) != 0)
    return format_error("not an ELF file");
  if (bytes[EI_CLASS] != ELFCLASS64 || bytes[EI_DATA] != ELFDATA2LSB)
    return format_error("not a 64-bit little-endian ELF file");
  return {};
}

static Error read_sections(const ElfFile &elf, Object &object) {
  auto headers = converted(elf.sections());
  if (!headers)
    return headers.take_error();
  for (const ELF64LE::Shdr &header : *headers) {
    auto name = converted(elf.getSectionName(header));
    if (!name)
      return name.take_error();
    Section section{view(*name),       header.sh_type,
                    header.sh_flags,   header.sh_addr,
                    header.sh_size,    header.sh_addralign,
                    header.sh_entsize, header.sh_link,
                    header.sh_info,    {}};
    if (header.sh_type != SHT_NOBITS && header.sh_type != SHT_NULL) {
      auto bytes = converted(elf.getSectionContents(header));
      if (!bytes)
        return bytes.take_error();
      section.bytes = {bytes->data(), bytes->size()};
    }
    object.sections.push_back(section);
  }
  for (uint32_t i = 0; i < object.sections.size(); ++i) {
    const Section &section = object.sections[i];
    constexpr uint64_t alignment_max = 64 << 20;
    uint64_t alignment = section.alignment;
    if ((alignment & (alignment - 1)) != 0 || alignment > alignment_max)
      return format_error(fmt::format("section '{}': alignment 0x{:x} is not a "
                                      "power of two up to 64 MiB",
                                      section.name, alignment));
    if (section.address + section.size_bytes < section.address)
      return format_error(
          fmt::format("section '{}': size {:#x} at {:#x} wraps around",
                      section.name, section.size_bytes, section.address));
    if (section.is_allocated() && !(section.is_tls() && section.is_nobits()))
      object.sections_by_address.push_back(i);
  }
  std::stable_sort(
      object.sections_by_address.begin(), object.sections_by_address.end(),
      [&](uint32_t a, uint32_t b) {
        return object.sections[a].address < object.sections[b].address;
      });
  return {};
}

static Error read_segments(const ElfFile &elf, Object &object) {
  auto headers = converted(elf.program_headers());
  if (!headers)
    return headers.take_error();
  for (const ELF64LE::Phdr &header : *headers)
    object.segments.push_back(
        {header.p_type, header.p_vaddr, header.p_memsz, header.p_align});
  return {};
}

// Section index of a symbol, with SHN_XINDEX looked up.
static Result<uint32_t> section_of(const ELF64LE::Sym &symbol, size_t index,
                                   llvm::ArrayRef<ELF64LE::Word> extended,
                                   size_t section_count) {
  uint32_t section = symbol.st_shndx;
  if (section == SHN_XINDEX) {
    if (index >= extended.size())
      return format_error(
          fmt::format("symbol {}: no extended section index", index));
    section = extended[index];
  } else if (section >= SHN_LORESERVE) {
    return section;
  }
  if (section >= section_count)
    return format_error(
        fmt::format("symbol {}: section index {} is past the last section ({})",
                    index, section, section_count - 1));
  return section;
}

static void split_version(Symbol &symbol) {
  size_t at = symbol.name.find('@');
  if (at == std::string_view::npos || at == 0)
    return;
  symbol.version = symbol.name.substr(at + 1);
  if (symbol.version.starts_with('@')) // the default version
    symbol.version.remove_prefix(1);
  symbol.name = symbol.name.substr(0, at);
}

static Error read_symbols(const ElfFile &elf, const ELF64LE::Shdr &header,
                          const Object &object, std::vector<Symbol> &out) {
  auto raw = converted(elf.symbols(&header));
  if (!raw)
    return raw.take_error();
  auto strings = converted(elf.getStringTableForSymtab(header));
  if (!strings)
    return strings.take_error();
  llvm::ArrayRef<ELF64LE::Word> extended;
  auto headers = converted(elf.sections());
  if (!headers)
    return headers.take_error();
  auto index = static_cast<uint32_t>(&header - headers->begin());
  for (const ELF64LE::Shdr &other : *headers) {
    if (other.sh_type != SHT_SYMTAB_SHNDX || other.sh_link != index)
      continue;
    auto table = converted(elf.getSHNDXTable(other));
    if (!table)
      return table.take_error();
    extended = *table;
  }

  std::string_view file;
  for (const ELF64LE::Sym &entry : *raw) {
    auto name = converted(entry.getName(*strings));
    if (!name)
      return name.take_error();
    Result<uint32_t> section =
        section_of(entry, out.size(), extended, object.sections.size());
    if (!section)
      return section.take_error();
    Symbol symbol;
    symbol.name = view(*name);
    symbol.value = entry.st_value;
    symbol.size_bytes = entry.st_size;
    symbol.section = *section;
    symbol.type = entry.getType();
    symbol.binding = entry.getBinding();
    symbol.visibility = entry.getVisibility();
    if (symbol.type == STT_FILE)
      file = symbol.name;
    else if (symbol.binding == STB_LOCAL)
      symbol.file = file;
    if (header.sh_type == SHT_SYMTAB && symbol.binding != STB_LOCAL)
      split_version(symbol);
    out.push_back(symbol);
  }
  return {};
}

namespace {

struct Version {
  std::string_view name;
  std::string_view library; // empty: of the object itself
};

} // namespace

// Versions by number, the needed and the defined ones.
static Result<std::map<unsigned, Version>> read_versions(const ElfFile &elf,
                                                         const Object &object) {
  std::map<unsigned, Version> names;
  auto headers = converted(elf.sections());
  if (!headers)
    return headers.take_error();
  // libObject copies the names, in LLVM 14 with everything that follows them
  // in the string table; ours point into the file and end where they end.
  auto find = [](std::string_view dynstr, std::string name) {
    name.resize(std::min(name.size(), name.find('\0')));
    size_t offset = dynstr.find(name);
    return offset == std::string_view::npos
               ? std::string_view()
               : dynstr.substr(offset, name.size());
  };
  auto add = [&](unsigned number, std::string_view name,
                 std::string_view library) {
    if (!name.empty())
      names[number] = {name, library};
  };
  for (const ELF64LE::Shdr &header : *headers) {
    if (header.sh_link >= object.sections.size())
      continue;
    std::span<const uint8_t> strings = object.sections[header.sh_link].bytes;
    std::string_view dynstr(reinterpret_cast<const char *>(strings.data()),
                            strings.size());
    // libObject asks for memory by this count before it looks.
    constexpr uint64_t least_entry_size = 16; // Elf64_Verneed
    bool is_versions =
        header.sh_type == SHT_GNU_verneed || header.sh_type == SHT_GNU_verdef;
    if (is_versions && header.sh_info > header.sh_size / least_entry_size)
      return format_error(fmt::format(
          "section '{}': {} entries do not fit into its size (0x{:x})",
          object.sections[static_cast<size_t>(&header - headers->begin())].name,
          uint32_t{header.sh_info}, uint64_t{header.sh_size}));
    if (header.sh_type == SHT_GNU_verneed) {
      auto needs = converted(elf.getVersionDependencies(header));
      if (!needs)
        return needs.take_error();
      for (const llvm::object::VerNeed &need : *needs)
        for (const llvm::object::VernAux &aux : need.AuxV)
          add(aux.Other, find(dynstr, aux.Name), find(dynstr, need.File));
    } else if (header.sh_type == SHT_GNU_verdef) {
      auto definitions = converted(elf.getVersionDefinitions(header));
      if (!definitions)
        return definitions.take_error();
      for (const llvm::object::VerDef &definition : *definitions)
        if (!(definition.Flags & VER_FLG_BASE))
          add(definition.Ndx, find(dynstr, definition.Name), {});
    }
  }
  return names;
}

static Error read_dynamic_symbols(const ElfFile &elf,
                                  llvm::ArrayRef<ELF64LE::Shdr> headers,
                                  Object &object) {
  const ELF64LE::Shdr *dynsym = nullptr, *versym = nullptr;
  for (const ELF64LE::Shdr &header : headers) {
    if (header.sh_type == SHT_DYNSYM)
      dynsym = &header;
    if (header.sh_type == SHT_GNU_versym)
      versym = &header;
  }
  if (!dynsym)
    return {};
  if (Error error = read_symbols(elf, *dynsym, object, object.dynamic_symbols))
    return error;
  if (!versym)
    return {};
  auto numbers =
      converted(elf.getSectionContentsAsArray<ELF64LE::Versym>(*versym));
  if (!numbers)
    return numbers.take_error();
  auto names = read_versions(elf, object);
  if (!names)
    return names.take_error();
  size_t count = std::min(numbers->size(), object.dynamic_symbols.size());
  for (size_t i = 0; i < count; ++i) {
    auto found = names->find((*numbers)[i].vs_index & VERSYM_VERSION);
    if (found == names->end())
      continue;
    object.dynamic_symbols[i].version = found->second.name;
    object.dynamic_symbols[i].library = found->second.library;
  }
  return {};
}

static Error read_relocations(const ElfFile &elf, const ELF64LE::Shdr &header,
                              Object &object) {
  auto entries = converted(elf.relas(header));
  if (!entries)
    return entries.take_error();
  bool is_dynamic = header.sh_flags & SHF_ALLOC;
  size_t symbol_count =
      is_dynamic ? object.dynamic_symbols.size() : object.symbols.size();
  if (!is_dynamic && header.sh_info >= object.sections.size())
    return format_error(fmt::format("relocation section for section {}, past "
                                    "the last section ({})",
                                    header.sh_info,
                                    object.sections.size() - 1));
  std::vector<Relocation> *list =
      is_dynamic ? nullptr : &object.relocations[header.sh_info];
  for (size_t i = 0; i < entries->size(); ++i) {
    const ELF64LE::Rela &entry = (*entries)[i];
    uint32_t symbol = entry.getSymbol(false);
    if (symbol != 0 && symbol >= symbol_count)
      return format_error(fmt::format(
          "section '{}': entry {}: symbol index {} is past the last one ({})",
          object
              .sections[static_cast<size_t>(&header - elf.sections()->begin())]
              .name,
          i, symbol, symbol_count));
    if (is_dynamic)
      object.dynamic_relocations[entry.r_offset] = {entry.getType(false),
                                                    symbol, entry.r_addend};
    else
      list->push_back(
          {entry.r_offset, entry.getType(false), symbol, entry.r_addend});
  }
  return {};
}

static void read_needed(Object &object) {
  for (const Section &section : object.sections) {
    if (section.type != SHT_DYNAMIC || section.link >= object.sections.size())
      continue;
    std::span<const uint8_t> strings = object.sections[section.link].bytes;
    for (size_t at = 0; at + 16 <= section.bytes.size(); at += 16) {
      uint64_t tag, value;
      memcpy(&tag, &section.bytes[at], 8);
      memcpy(&value, &section.bytes[at + 8], 8);
      if (tag != DT_NEEDED || value >= strings.size())
        continue;
      auto name = strings.subspan(value);
      auto end = std::find(name.begin(), name.end(), 0);
      object.needed.emplace_back(reinterpret_cast<const char *>(name.data()),
                                 static_cast<size_t>(end - name.begin()));
    }
  }
}

static void read_build_id(Object &object) {
  for (const Section &section : object.sections)
    if (section.type == SHT_NOTE && object.build_id.empty())
      object.build_id = find_build_id(section.bytes, section.alignment);
}

static Error check_relocation_range(const Object &object) {
  for (const auto &[index, list] : object.relocations) {
    const Section &section = object.sections[index];
    if (!section.is_allocated())
      continue;
    uint64_t start = object.e_type == ET_REL ? 0 : section.address;
    for (size_t i = 0; i < list.size(); ++i)
      if (list[i].address < start ||
          list[i].address - start >= section.size_bytes)
        return format_error(fmt::format(
            "section '.rela{}': entry {}: offset {:#x} is past the end of the "
            "section (size {:#x})",
            section.name, i, list[i].address - start, section.size_bytes));
  }
  return {};
}

static Error read_into(Object &object) {
  std::span<const uint8_t> bytes = object.file.bytes();
  if (Error error = check_magic(bytes))
    return error;
  auto elf = converted(ElfFile::create(llvm::StringRef(
      reinterpret_cast<const char *>(bytes.data()), bytes.size())));
  if (!elf)
    return elf.take_error();
  object.e_type = elf->getHeader().e_type;
  object.e_machine = elf->getHeader().e_machine;

  if (Error error = read_sections(*elf, object))
    return error;
  if (Error error = read_segments(*elf, object))
    return error;
  auto headers = converted(elf->sections());
  if (!headers)
    return headers.take_error();
  for (const ELF64LE::Shdr &header : *headers)
    if (header.sh_type == SHT_SYMTAB && object.symbols.empty())
      if (Error error = read_symbols(*elf, header, object, object.symbols))
        return error;
  if (Error error = read_dynamic_symbols(*elf, *headers, object))
    return error;
  // Symbol 0 of a relocation means none, with or without a table.
  if (object.symbols.empty())
    object.symbols.emplace_back();
  if (object.dynamic_symbols.empty())
    object.dynamic_symbols.emplace_back();
  for (const ELF64LE::Shdr &header : *headers)
    if (header.sh_type == SHT_RELA)
      if (Error error = read_relocations(*elf, header, object))
        return error;
  if (Error error = check_relocation_range(object))
    return error;
  for (auto &[section, list] : object.relocations)
    std::stable_sort(list.begin(), list.end(),
                     [](const Relocation &a, const Relocation &b) {
                       return a.address < b.address;
                     });
  read_build_id(object);
  read_needed(object);
  return {};
}

static std::string quoted_path(const Object &object) {
  return "'" + object.file.path() + "'";
}

Result<Object> read_object(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  Object object(std::move(*file));
  if (Error error = read_into(object))
    return std::move(error).in(quoted_path(object));
  if (object.e_type != ET_EXEC && object.e_type != ET_DYN)
    return format_error(fmt::format("not an executable or shared library "
                                    "(e_type {}, expected {} or {})",
                                    object.e_type, +ET_EXEC, +ET_DYN))
        .in(quoted_path(object));
  return object;
}

Result<Object> read_relocatable(MappedFile file) {
  Object object(std::move(file));
  if (Error error = read_into(object))
    return std::move(error).in(quoted_path(object));
  if (object.e_type != ET_REL)
    return format_error(fmt::format("not a relocatable object (e_type {}, "
                                    "expected {})",
                                    object.e_type, +ET_REL))
        .in(quoted_path(object));
  return object;
}

Result<Object> read_relocatable(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  return read_relocatable(std::move(*file));
}

} // namespace care::linker
