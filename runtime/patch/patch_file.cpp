// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading .kpatch files.
//
// The reader is our own and small, since only ET_REL with one symbol table has
// to be understood, and the tool is one static binary. Every offset that comes
// from the file is checked against what it points into before it is used;
// structures are copied out with memcpy, so that alignment does not matter. A
// message names the place in the file with the actual and the expected value.

#include "runtime/patch/patch_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <elf.h>

#include "common/checksum.h"

namespace care::runtime {

// Overflow-safe: is [offset, offset + size) inside `limit` bytes?
static bool is_inside(uint64_t offset, uint64_t size, uint64_t limit) {
  return offset <= limit && size <= limit - offset;
}

template <typename T>
static T read_at(std::span<const uint8_t> bytes, uint64_t offset) {
  T value;
  memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

static Error not_a_patch(std::string what) {
  return format_error(std::move(what))
      .with_code("kpatch-format")
      .note("a .kpatch file is made by libcare-patch-make or kpatch_make; "
            "this one was changed, cut off, or is something else");
}

// The text that starts at `offset` and ends with NUL before the end.
static std::optional<std::string_view>
find_string(std::span<const uint8_t> table, uint64_t offset) {
  if (offset >= table.size())
    return std::nullopt;
  const auto *start = reinterpret_cast<const char *>(table.data()) + offset;
  size_t limit = table.size() - offset;
  size_t length = strnlen(start, limit);
  if (length == limit)
    return std::nullopt;
  return std::string_view(start, length);
}

Result<PatchFile> PatchFile::open(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  PatchFile patch(std::move(*file));
  using Step = Error (PatchFile::*)();
  for (Step step : {&PatchFile::read_header, &PatchFile::read_elf,
                    &PatchFile::read_sections, &PatchFile::read_symbols,
                    &PatchFile::read_relocations, &PatchFile::check_records})
    if (Error error = (patch.*step)())
      return std::move(error).in("'" + path + "'");
  return patch;
}

Error PatchFile::read_header() {
  std::span<const uint8_t> bytes = file_.bytes();
  if (bytes.size() < sizeof patch_magic ||
      memcmp(bytes.data(), patch_magic, sizeof patch_magic) != 0)
    return not_a_patch("not a .kpatch file (offset 0: the magic 'KPATCH1' is "
                       "missing)");
  if (bytes.size() < sizeof header_)
    return not_a_patch(fmt::format("header: the file is truncated (size {}, "
                                   "the header alone has {})",
                                   bytes.size(), sizeof header_));
  memcpy(&header_, bytes.data(), sizeof header_);

  if (memchr(header_.id, 0, sizeof header_.id) == nullptr || header_.id[0] == 0)
    return not_a_patch("header: offset 8: the patch id is empty or longer "
                       "than 7 characters");
  std::string_view build_id(header_.build_id,
                            strnlen(header_.build_id, sizeof header_.build_id));
  bool is_hex =
      build_id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (build_id.size() == sizeof header_.build_id || build_id.empty() || !is_hex)
    return not_a_patch("header: offset 88: the build-id is not a string of at "
                       "most 40 hexadecimal digits");
  if (header_.total_size > bytes.size())
    return not_a_patch(fmt::format("the file is truncated (size {}, the header "
                                   "says {})",
                                   bytes.size(), header_.total_size));
  uint64_t offset = header_.elf_offset;
  if (offset < sizeof header_ || offset % 8 != 0 ||
      !is_inside(offset, sizeof(Elf64_Ehdr), bytes.size()))
    return not_a_patch(fmt::format("header: offset 152: no room for an ELF "
                                   "file at 0x{:x} (file size 0x{:x})",
                                   offset, bytes.size()));
  elf_ = bytes.subspan(offset);
  return {};
}

Error PatchFile::read_elf() {
  auto header = read_at<Elf64_Ehdr>(elf_, 0);
  if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return not_a_patch(fmt::format("offset 0x{:x}: the ELF magic is missing",
                                   header_.elf_offset));
  if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
      header.e_ident[EI_DATA] != ELFDATA2LSB)
    return not_a_patch("the patch is not a 64-bit little-endian ELF file")
        .with_code("kpatch-architecture");
  if (header.e_type != ET_REL)
    return not_a_patch(fmt::format("ELF header: type {} (expected {}, "
                                   "relocatable)",
                                   header.e_type, ET_REL));
  machine_ = header.e_machine;
  if (header.e_shentsize != sizeof(Elf64_Shdr) || header.e_shnum == 0)
    return not_a_patch(fmt::format(
        "ELF header: {} section headers of {} bytes (expected {} bytes each)",
        header.e_shnum, header.e_shentsize, sizeof(Elf64_Shdr)));
  uint64_t table_size = uint64_t{header.e_shnum} * sizeof(Elf64_Shdr);
  if (!is_inside(header.e_shoff, table_size, elf_.size()))
    return not_a_patch(fmt::format("ELF header: the section table at 0x{:x} "
                                   "(size 0x{:x}) is past the end of the file "
                                   "(ELF size 0x{:x})",
                                   header.e_shoff, table_size, elf_.size()));
  return {};
}

// The CRC covers the image up to the padding at the end of the file: up to the
// end of the section table or of the last section, whichever is later.
static uint64_t image_end(std::span<const uint8_t> elf,
                          std::span<const Elf64_Shdr> headers) {
  auto header = read_at<Elf64_Ehdr>(elf, 0);
  uint64_t end = header.e_shoff + headers.size() * sizeof(Elf64_Shdr);
  for (const Elf64_Shdr &section : headers)
    if (section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL)
      end = std::max(end, section.sh_offset + section.sh_size);
  return end;
}

static bool has_content(const Elf64_Shdr &section) {
  return section.sh_type != SHT_NOBITS && section.sh_type != SHT_NULL;
}

static Error check_section(size_t index, const Elf64_Shdr &section,
                           uint64_t elf_size) {
  if (has_content(section) &&
      !is_inside(section.sh_offset, section.sh_size, elf_size))
    return not_a_patch(fmt::format(
        "section {}: offset 0x{:x} and size 0x{:x} are past the end of the "
        "file (ELF size 0x{:x})",
        index, section.sh_offset, section.sh_size, elf_size));
  uint64_t alignment = section.sh_addralign;
  if ((alignment & (alignment - 1)) != 0 || alignment > (1u << 21))
    return not_a_patch(fmt::format("section {}: alignment 0x{:x} is not a "
                                   "power of two up to 2 MiB",
                                   index, alignment));
  if (section.sh_size > (uint64_t{1} << 31) &&
      (section.sh_flags & SHF_ALLOC) != 0)
    return not_a_patch(fmt::format("section {}: size 0x{:x} is more than "
                                   "2 GiB",
                                   index, section.sh_size));
  return {};
}

Error PatchFile::read_sections() {
  auto header = read_at<Elf64_Ehdr>(elf_, 0);
  std::vector<Elf64_Shdr> raw(header.e_shnum);
  memcpy(raw.data(), elf_.data() + header.e_shoff,
         raw.size() * sizeof(Elf64_Shdr));

  for (size_t i = 0; i < raw.size(); ++i) {
    const Elf64_Shdr &section = raw[i];
    if (Error error = check_section(i, section, elf_.size()))
      return error;
    sections_.push_back({
        .name = {},
        .type = section.sh_type,
        .flags = section.sh_flags,
        .address = section.sh_addr,
        .size_bytes = section.sh_size,
        .alignment = std::max<uint64_t>(section.sh_addralign, 1),
        .link = section.sh_link,
        .info = section.sh_info,
        .content = has_content(section)
                       ? elf_.subspan(section.sh_offset, section.sh_size)
                       : std::span<const uint8_t>(),
    });
  }
  if (Error error = read_section_names(raw))
    return error;
  return check_checksum(raw);
}

Error PatchFile::read_section_names(std::span<const Elf64_Shdr> raw) {
  uint16_t index = read_at<Elf64_Ehdr>(elf_, 0).e_shstrndx;
  if (index >= raw.size())
    return not_a_patch(fmt::format("ELF header: section names are in section "
                                   "{} of {}",
                                   index, raw.size()));
  std::span<const uint8_t> names = sections_[index].content;
  for (size_t i = 1; i < raw.size(); ++i) {
    std::optional<std::string_view> name = find_string(names, raw[i].sh_name);
    if (!name)
      return not_a_patch(fmt::format("section {}: name offset 0x{:x} is past "
                                     "the end of the names (size 0x{:x})",
                                     i, raw[i].sh_name, names.size()));
    sections_[i].name = *name;
  }
  return {};
}

Error PatchFile::check_checksum(std::span<const Elf64_Shdr> raw) {
  std::span<const uint8_t> image =
      elf_.first(std::min<uint64_t>(image_end(elf_, raw), elf_.size()));
  content_checksum_ = crc32(image);
  if (header_.checksum != 0 && header_.checksum != content_checksum_)
    return not_a_patch(fmt::format("the content does not match its checksum "
                                   "(actual 0x{:08x}, header 0x{:08x})",
                                   content_checksum_, header_.checksum));
  return {};
}

Error PatchFile::read_symbols() {
  auto table =
      std::find_if(sections_.begin(), sections_.end(),
                   [](const PatchSection &s) { return s.type == SHT_SYMTAB; });
  if (table == sections_.end())
    return not_a_patch("the patch has no symbol table");
  if (table->link >= sections_.size())
    return not_a_patch(fmt::format("section '{}': names are in section {} of "
                                   "{}",
                                   table->name, table->link, sections_.size()));
  std::span<const uint8_t> names = sections_[table->link].content;
  size_t count = table->content.size() / sizeof(Elf64_Sym);
  for (size_t i = 0; i < count; ++i) {
    auto raw = read_at<Elf64_Sym>(table->content, i * sizeof(Elf64_Sym));
    std::optional<std::string_view> name = find_string(names, raw.st_name);
    if (!name)
      return not_a_patch(fmt::format("symbol {}: name offset 0x{:x} is past "
                                     "the end of the names (size 0x{:x})",
                                     i, raw.st_name, names.size()));
    if (raw.st_shndx >= sections_.size() && raw.st_shndx != SHN_ABS)
      return not_a_patch(fmt::format("symbol {} '{}': it is in section {} of "
                                     "{}",
                                     i, *name, raw.st_shndx, sections_.size()));
    size_t at = raw.st_shndx == SHN_UNDEF ? name->find('@') : name->npos;
    std::string_view version =
        at == name->npos ? std::string_view() : name->substr(at + 1);
    if (version.starts_with('@'))
      version.remove_prefix(1);
    symbols_.push_back({
        .name = name->substr(0, at),
        .version = version,
        .value = raw.st_value,
        .size_bytes = raw.st_size,
        .type = static_cast<uint8_t>(ELF64_ST_TYPE(raw.st_info)),
        .binding = static_cast<uint8_t>(ELF64_ST_BIND(raw.st_info)),
        .section = raw.st_shndx,
    });
  }
  return {};
}

Error PatchFile::read_relocations() {
  for (const PatchSection &table : sections_) {
    if (table.type != SHT_RELA || !table.name.starts_with(".rela.kpatch."))
      continue;
    if (table.info == 0 || table.info >= sections_.size())
      return not_a_patch(fmt::format("section '{}': it applies to section {} "
                                     "of {}",
                                     table.name, table.info, sections_.size()));
    const PatchSection &target = sections_[table.info];
    PatchRelocations relocations{.section = table.info, .entries = {}};
    size_t count = table.content.size() / sizeof(Elf64_Rela);
    relocations.entries.reserve(count);
    for (size_t i = 0; i < count; ++i) {
      auto raw = read_at<Elf64_Rela>(table.content, i * sizeof(Elf64_Rela));
      auto symbol = static_cast<uint32_t>(ELF64_R_SYM(raw.r_info));
      auto type = static_cast<uint32_t>(ELF64_R_TYPE(raw.r_info));
      if (type == 0)
        continue; // R_*_NONE: changes nothing, its fields mean nothing
      if (raw.r_offset >= target.content.size())
        return not_a_patch(fmt::format(
            "section '{}': entry {}: offset 0x{:x} is past the end of the "
            "section (size 0x{:x})",
            table.name, i, raw.r_offset, target.content.size()));
      if (symbol >= symbols_.size())
        return not_a_patch(fmt::format("section '{}': entry {}: symbol {} of "
                                       "{}",
                                       table.name, i, symbol, symbols_.size()));
      relocations.entries.push_back({.offset = raw.r_offset,
                                     .type = type,
                                     .symbol = symbol,
                                     .addend = raw.r_addend});
    }
    relocations_.push_back(std::move(relocations));
  }
  return {};
}

Error PatchFile::check_records() {
  std::optional<size_t> info = find_section(section::info);
  std::optional<size_t> text = find_section(section::text);
  if (!info || !text)
    return not_a_patch(fmt::format("section '{}' is missing",
                                   !info ? section::info : section::text));
  // The terminator of 24 zero bytes is half a record, so that rounding down
  // drops it; a file without one is understood as well.
  info_count_ = sections_[*info].content.size() / sizeof(PatchInfo);
  if (info_count_ == 0)
    return not_a_patch("section '.kpatch.info' is empty: the patch replaces "
                       "no function");

  std::optional<size_t> sites = find_section(section::sites);
  if (!sites)
    return {};
  std::optional<size_t> original = find_section(section::original);
  std::span<const uint8_t> records = sections_[*sites].content;
  uint64_t limit = original ? sections_[*original].content.size() : 0;
  site_count_ = records.size() / sizeof(PatchSite);
  for (size_t i = 0; i < site_count_; ++i) {
    auto site = read_at<PatchSite>(records, i * sizeof(PatchSite));
    if (site.info_index >= info_count_)
      return not_a_patch(fmt::format("section '.kpatch.sites': entry {}: "
                                     "function {} of {}",
                                     i, site.info_index, info_count_));
    if (!is_inside(site.bytes_offset, site.length, limit))
      return not_a_patch(fmt::format(
          "section '.kpatch.sites': entry {}: bytes 0x{:x} to 0x{:x} are past "
          "the end of '.kpatch.original' (size 0x{:x})",
          i, site.bytes_offset, uint64_t{site.bytes_offset} + site.length,
          limit));
  }
  return {};
}

std::optional<size_t> PatchFile::find_section(std::string_view name) const {
  for (size_t i = 1; i < sections_.size(); ++i)
    if (sections_[i].name == name)
      return i;
  return std::nullopt;
}

std::string PatchFile::describe_symbol(size_t index) const {
  const PatchSymbol &symbol = symbols_[index];
  if (!symbol.name.empty()) {
    if (symbol.version.empty())
      return fmt::format("'{}'", symbol.name);
    return fmt::format("'{}@{}'", symbol.name, symbol.version);
  }
  if (symbol.section < sections_.size())
    return fmt::format("section '{}'", sections_[symbol.section].name);
  return fmt::format("symbol {}", index);
}

} // namespace care::runtime
