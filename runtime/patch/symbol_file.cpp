// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Replacements have their names from the journal, everything else that the
// unwind tables know is named by its place.

#include "runtime/patch/symbol_file.h"

#include "common/arch/arch.h"
#include "runtime/process/eh_frame.h"
#include "runtime/process/stack_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <elf.h>

namespace care::runtime {

namespace {

// From the first record to the zero length that ends the table. Nothing if
// there is no such end before `limit`.
std::vector<uint8_t> read_table(const RemoteMemory &memory, uint64_t address,
                                uint64_t limit) {
  std::vector<uint8_t> bytes(limit - address);
  bytes.resize(memory.read_some(RemoteAddress(address), bytes));
  for (size_t at = 0; at + sizeof(uint32_t) <= bytes.size();) {
    uint32_t length = 0;
    memcpy(&length, &bytes[at], sizeof length);
    at += sizeof length;
    if (length == 0) {
      bytes.resize(at);
      return bytes;
    }
    if (length > bytes.size() - at) // 64-bit lengths: no assembler uses them
      break;
    at += length;
  }
  return {};
}

std::vector<CodeSymbol> find_symbols(const PatchRegion &region,
                                     const PatchCode &code) {
  const Journal &journal = region.journal;
  std::vector<CodeSymbol> symbols;
  for (const JournalRange &range : journal.ranges) {
    if (!range.is_replacement || range.site >= journal.sites.size())
      continue;
    const JournalSite &site = journal.sites[range.site];
    bool is_entry = range.address == site.replacement;
    symbols.push_back({range.address, range.length,
                       is_entry ? site.name : site.name + ".cold"});
  }
  std::vector<AddressRange> named;
  for (const CodeSymbol &symbol : symbols)
    named.push_back({RemoteAddress(symbol.address),
                     RemoteAddress(symbol.address) + symbol.size_bytes});
  CodeRanges known(named);
  for (const FrameEntry &entry : parse_frame_entries(
           code.eh_frame, RemoteAddress(code.eh_frame_address))) {
    uint64_t start = entry.code.start.value();
    if (!known.find_pc(start) && region.text().contains(entry.code.start))
      symbols.push_back({start, entry.code.size_bytes(),
                         fmt::format("patch_{}+0x{:x}", region.id(),
                                     start - code.text_address)});
  }
  std::sort(symbols.begin(), symbols.end(),
            [](const CodeSymbol &a, const CodeSymbol &b) {
              return a.address < b.address;
            });
  return symbols;
}

// Sections in the order in which they are added, contents behind the header.
class SymbolFileWriter {
public:
  explicit SymbolFileWriter(uint16_t machine) {
    file_.resize(sizeof(Elf64_Ehdr));
    memcpy(header_.e_ident, ELFMAG, SELFMAG);
    header_.e_ident[EI_CLASS] = ELFCLASS64;
    header_.e_ident[EI_DATA] = ELFDATA2LSB;
    header_.e_ident[EI_VERSION] = EV_CURRENT;
    header_.e_type = ET_EXEC;
    header_.e_machine = machine;
    header_.e_version = EV_CURRENT;
    header_.e_ehsize = sizeof(Elf64_Ehdr);
    header_.e_shentsize = sizeof(Elf64_Shdr);
    sections_.emplace_back(); // the null section
  }

  Elf64_Shdr &add(const char *name, uint32_t type,
                  std::span<const uint8_t> content) {
    file_.resize((file_.size() + 15) & ~size_t{15});
    Elf64_Shdr section{};
    section.sh_name = static_cast<uint32_t>(names_.size());
    section.sh_type = type;
    section.sh_offset = file_.size();
    section.sh_size = content.size();
    section.sh_addralign = 1;
    names_ += name;
    names_ += '\0';
    file_.insert(file_.end(), content.begin(), content.end());
    return sections_.emplace_back(section);
  }

  std::vector<uint8_t> finish() {
    header_.e_shstrndx = static_cast<uint16_t>(sections_.size());
    Elf64_Shdr &names = add(".shstrtab", SHT_STRTAB, {});
    names.sh_size = names_.size(); // with its own
    std::span<const uint8_t> bytes = as_bytes(names_);
    file_.insert(file_.end(), bytes.begin(), bytes.end());

    file_.resize((file_.size() + 15) & ~size_t{15});
    header_.e_shoff = file_.size();
    header_.e_shnum = static_cast<uint16_t>(sections_.size());
    memcpy(file_.data(), &header_, sizeof header_);
    std::span<const Elf64_Shdr> table(sections_);
    auto *start = reinterpret_cast<const uint8_t *>(table.data());
    file_.insert(file_.end(), start, start + table.size_bytes());
    return std::move(file_);
  }

  size_t count() const { return sections_.size(); }

  static std::span<const uint8_t> as_bytes(std::string_view text) {
    return {reinterpret_cast<const uint8_t *>(text.data()), text.size()};
  }

private:
  Elf64_Ehdr header_{};
  std::vector<Elf64_Shdr> sections_;
  std::string names_ = std::string(1, '\0');
  std::vector<uint8_t> file_;
};

constexpr uint16_t text_section = 1;

} // namespace

Result<PatchCode> read_patch_code(const RemoteMemory &memory,
                                  const PatchRegion &region) {
  const Journal &journal = region.journal;
  PatchCode code;
  code.machine = HostArch::e_machine;
  code.text_address = region.text().start.value();
  Result<std::vector<uint8_t>> text =
      memory.read_bytes(region.text().start, journal.text_size);
  if (!text)
    return text.take_error();
  code.text = std::move(*text);
  uint64_t end = region.whole().end.value();
  if (journal.eh_frame > region.base.value() && journal.eh_frame < end) {
    code.eh_frame_address = journal.eh_frame;
    code.eh_frame = read_table(memory, journal.eh_frame, end);
  }
  code.symbols = find_symbols(region, code);
  return code;
}

std::vector<uint8_t> make_symbol_file(const PatchCode &code) {
  SymbolFileWriter writer(code.machine);
  Elf64_Shdr &text = writer.add(".text", SHT_PROGBITS, code.text);
  text.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  text.sh_addr = code.text_address;
  if (!code.eh_frame.empty()) {
    Elf64_Shdr &frames = writer.add(".eh_frame", SHT_PROGBITS, code.eh_frame);
    frames.sh_flags = SHF_ALLOC;
    frames.sh_addr = code.eh_frame_address;
  }

  std::string names(1, '\0');
  std::vector<Elf64_Sym> symbols(1);
  for (const CodeSymbol &symbol : code.symbols) {
    Elf64_Sym entry{};
    entry.st_name = static_cast<uint32_t>(names.size());
    entry.st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC);
    entry.st_shndx = text_section;
    entry.st_value = symbol.address;
    entry.st_size = symbol.size_bytes;
    symbols.push_back(entry);
    names += symbol.name;
    names += '\0';
  }
  std::span<const Elf64_Sym> table(symbols);
  auto strings = static_cast<uint32_t>(writer.count() + 1);
  Elf64_Shdr &symtab = writer.add(
      ".symtab", SHT_SYMTAB,
      {reinterpret_cast<const uint8_t *>(table.data()), table.size_bytes()});
  symtab.sh_link = strings;
  symtab.sh_info = 1; // no local symbols but the null one
  symtab.sh_entsize = sizeof(Elf64_Sym);
  symtab.sh_addralign = alignof(Elf64_Sym);
  writer.add(".strtab", SHT_STRTAB, SymbolFileWriter::as_bytes(names));
  return writer.finish();
}

std::string make_perf_map(const PatchCode &code, const std::string &origin) {
  std::string map;
  for (const CodeSymbol &symbol : code.symbols)
    map += fmt::format("{:x} {:x} {} {}\n", symbol.address, symbol.size_bytes,
                       symbol.name, origin);
  return map;
}

} // namespace care::runtime
