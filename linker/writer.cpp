// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Layout: ELF header; contents of the sections in their order, each followed
// by nothing but alignment; their relocations; .symtab, .strtab, .shstrtab;
// section headers. Section header i + 1 is section i of the object, so that
// symbols need no renumbering; relocation sections come after all of them.
// Symbols keep their order but for locals, which the ELF specification wants
// first.

#include "linker/writer.h"

#include <cstring>

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Object/ELFTypes.h"

namespace care::linker {

using namespace llvm::ELF;
using llvm::object::ELF64LE;

namespace {

class StringTable {
public:
  uint32_t add(std::string_view text) {
    if (text.empty())
      return 0;
    auto [found, is_new] = offsets_.try_emplace(
        std::string(text), static_cast<uint32_t>(content_.size()));
    if (is_new)
      content_.append(text).push_back('\0');
    return found->second;
  }
  const std::string &content() const { return content_; }

private:
  std::string content_ = std::string(1, '\0');
  std::map<std::string, uint32_t> offsets_;
};

class Writer {
public:
  explicit Writer(const PatchObject &object) : object_(object) {}

  std::vector<uint8_t> run() {
    out_.resize(sizeof(ELF64LE::Ehdr));
    headers_.emplace_back(); // SHN_UNDEF
    write_contents();
    number_symbols();
    write_relocations();
    write_symbols();
    write_names();
    write_headers();
    return std::move(out_);
  }

private:
  void align(uint64_t alignment) {
    if (alignment > 1)
      out_.resize((out_.size() + alignment - 1) / alignment * alignment);
  }
  template <typename T> void append(const T &value) {
    auto *bytes = reinterpret_cast<const uint8_t *>(&value);
    out_.insert(out_.end(), bytes, bytes + sizeof value);
  }
  ELF64LE::Shdr &add_header(std::string_view name, uint32_t type) {
    ELF64LE::Shdr &header = headers_.emplace_back();
    memset(static_cast<void *>(&header), 0, sizeof header);
    header.sh_name = section_names_.add(name);
    header.sh_type = type;
    header.sh_offset = out_.size();
    header.sh_addralign = 1;
    return header;
  }

  void write_contents();
  void number_symbols();
  void write_relocations();
  void write_symbols();
  void write_names();
  void write_headers();

  const PatchObject &object_;
  std::vector<uint8_t> out_;
  std::vector<ELF64LE::Shdr> headers_;
  StringTable section_names_;
  StringTable symbol_names_;
  std::vector<uint32_t> symbol_order_;   // file order to object index
  std::vector<uint32_t> symbol_numbers_; // object index to number in the file
  uint32_t first_global_ = 0;
};

} // namespace

void Writer::write_contents() {
  for (const PatchSection &section : object_.sections) {
    align(section.alignment);
    ELF64LE::Shdr &header = add_header(section.name, section.type);
    header.sh_flags = section.flags;
    header.sh_addr = section.address;
    header.sh_size = section.size_bytes;
    header.sh_addralign = section.alignment;
    out_.insert(out_.end(), section.bytes.begin(), section.bytes.end());
  }
}

void Writer::number_symbols() {
  symbol_numbers_.resize(object_.symbols.size());
  for (bool wants_local : {true, false}) {
    if (!wants_local)
      first_global_ = static_cast<uint32_t>(symbol_order_.size()) + 1;
    for (uint32_t i = 0; i < object_.symbols.size(); ++i) {
      if ((object_.symbols[i].binding == STB_LOCAL) != wants_local)
        continue;
      symbol_order_.push_back(i);
      symbol_numbers_[i] = static_cast<uint32_t>(symbol_order_.size());
    }
  }
}

void Writer::write_relocations() {
  auto symtab = static_cast<uint32_t>(object_.sections.size()) + 1;
  for (const PatchSection &section : object_.sections)
    symtab += section.relocations.empty() ? 0 : 1;
  for (uint32_t i = 0; i < object_.sections.size(); ++i) {
    const PatchSection &section = object_.sections[i];
    if (section.relocations.empty())
      continue;
    align(8);
    ELF64LE::Shdr &header = add_header(".rela" + section.name, SHT_RELA);
    header.sh_flags = SHF_INFO_LINK;
    header.sh_link = symtab;
    header.sh_info = i + 1;
    header.sh_size = section.relocations.size() * sizeof(ELF64LE::Rela);
    header.sh_entsize = sizeof(ELF64LE::Rela);
    header.sh_addralign = 8;
    for (const PatchRelocation &relocation : section.relocations) {
      ELF64LE::Rela entry;
      entry.r_offset = relocation.offset;
      entry.setSymbolAndType(symbol_numbers_[relocation.symbol],
                             relocation.type, false);
      entry.r_addend = relocation.addend;
      append(entry);
    }
  }
}

void Writer::write_symbols() {
  align(8);
  ELF64LE::Shdr &header = add_header(".symtab", SHT_SYMTAB);
  header.sh_size = (symbol_order_.size() + 1) * sizeof(ELF64LE::Sym);
  header.sh_entsize = sizeof(ELF64LE::Sym);
  header.sh_addralign = 8;
  header.sh_info = first_global_;
  header.sh_link = static_cast<uint32_t>(headers_.size()); // .strtab is next
  out_.resize(out_.size() + sizeof(ELF64LE::Sym));         // the null symbol
  for (uint32_t i : symbol_order_) {
    const PatchSymbol &symbol = object_.symbols[i];
    ELF64LE::Sym entry;
    entry.st_name = symbol_names_.add(symbol.name);
    entry.setBindingAndType(symbol.binding, symbol.type);
    entry.st_other = symbol.visibility;
    bool is_defined = symbol.section != PatchSymbol::undefined;
    entry.st_shndx = static_cast<uint16_t>(is_defined ? symbol.section + 1 : 0);
    entry.st_value = symbol.value;
    entry.st_size = symbol.size_bytes;
    append(entry);
  }
}

void Writer::write_names() {
  auto write_table = [&](std::string_view name, const StringTable &table) {
    ELF64LE::Shdr &header = add_header(name, SHT_STRTAB);
    header.sh_size = table.content().size();
    out_.insert(out_.end(), table.content().begin(), table.content().end());
  };
  write_table(".strtab", symbol_names_);
  section_names_.add(".shstrtab"); // before its content is written
  write_table(".shstrtab", section_names_);
}

void Writer::write_headers() {
  align(8);
  ELF64LE::Ehdr header;
  memset(static_cast<void *>(&header), 0, sizeof header);
  memcpy(header.e_ident, ElfMagic, 4);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_ident[EI_VERSION] = EV_CURRENT;
  header.e_type = ET_REL;
  header.e_machine = object_.e_machine;
  header.e_version = EV_CURRENT;
  header.e_ehsize = sizeof(ELF64LE::Ehdr);
  header.e_shentsize = sizeof(ELF64LE::Shdr);
  header.e_shoff = out_.size();
  header.e_shnum = static_cast<uint16_t>(headers_.size());
  header.e_shstrndx = static_cast<uint16_t>(headers_.size() - 1);
  memset(static_cast<void *>(&headers_.front()), 0, sizeof(ELF64LE::Shdr));
  memcpy(out_.data(), &header, sizeof header);
  for (const ELF64LE::Shdr &section : headers_)
    append(section);
}

std::vector<uint8_t> write_relocatable(const PatchObject &object) {
  return Writer(object).run();
}

} // namespace care::linker
