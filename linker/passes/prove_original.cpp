// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Section by section: each allocated section of the patched binary that is
// neither the patch's own nor made by the linker has a counterpart of the same
// name, type, flags and, as a rule, size in the original. Between relocated
// fields the bytes are equal; relocated fields mean the same (compare_places).
// The relocations are those that --emit-relocs kept in the patched binary; the
// original needs none, and no symbol table.
//
// Where sizes differ (--gc-sections kept something more, an archive gave other
// members) or the order does, functions and variables are matched by name and
// size instead, and proven one by one. That needs the original's symbol table.
//
// Cost: one pass over the bytes and one look-up for each relocation, and as
// much again for each section that turns out to be one of those.

#include "linker/passes/prove_original.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <set>

#include "linker/passes/compare_places.h"
#include "linker/passes/match_symbols.h"
#include "llvm/BinaryFormat/ELF.h"

namespace care::linker {

static constexpr uint64_t compared_flags =
    llvm::ELF::SHF_WRITE | llvm::ELF::SHF_ALLOC | llvm::ELF::SHF_EXECINSTR |
    llvm::ELF::SHF_TLS;

static Error differs(std::string problem) {
  return refused("kpatch-original-differs", std::move(problem))
      .note("build the patched binary from the original's sources plus the "
            "patch, with the same compiler, flags and linker");
}

static bool is_compared(const Section &section) {
  return section.is_allocated() && !section.is_patch() &&
         !is_linker_made(section);
}

// "'main'+0x12" for an address, by the nearest function or variable before it.
static std::string nearest_symbol(const Object &object, uint64_t address) {
  const Symbol *best = nullptr;
  for (const Symbol &symbol : object.symbols) {
    bool has_name = !symbol.name.empty() && !symbol.is_undefined() &&
                    symbol.type != llvm::ELF::STT_SECTION &&
                    symbol.type != llvm::ELF::STT_FILE &&
                    symbol.section < object.sections.size();
    if (has_name && symbol.value <= address &&
        (!best || symbol.value > best->value))
      best = &symbol;
  }
  if (!best)
    return "no symbol";
  return fmt::format("'{}'+{:#x}", best->name, address - best->value);
}

static std::string_view shown_name(const Object &object, uint32_t index) {
  const Symbol &symbol = object.symbols[index];
  const Section *section = object.find_section_of(symbol);
  return symbol.name.empty() && section ? section->name : symbol.name;
}

static std::string hex(std::span<const uint8_t> bytes) {
  bytes = bytes.first(std::min<size_t>(bytes.size(), 8));
  return fmt::format("{:02x}", fmt::join(bytes, " "));
}

namespace {

struct SectionPair {
  uint32_t patched;
  uint32_t original;
};

struct BytePair {
  std::span<const uint8_t> patched;
  std::span<const uint8_t> original;
};

class Prover {
public:
  Prover(const Places &original, const Places &patched,
         const Architecture &arch)
      : original_(original), patched_(patched), arch_(arch),
        comparison_(original, patched, arch, ranges_) {}

  Result<Correspondence> run() {
    Error error = check_all();
    while (error && error.kind() == ErrorKind::Refused && loosen())
      error = check_all();
    if (error)
      return error;
    return std::move(ranges_);
  }

private:
  Error check_all();
  bool loosen();
  bool may_have_moved(uint32_t index) const;
  bool find_moved();
  Error check_tls();
  Error check_copies() const;
  Error pair_sections();
  void pair_contents(const SectionPair &pair);
  void add_border(const Section &section);
  Error check_layout(const Section &patched, const Section &original) const;
  bool is_handle(const Section &section) const;
  bool has_same_size(const Section &patched, const Section &original) const;
  Error check_section(const SectionPair &pair);
  Error check_range(const SectionPair &pair, const Correspondence::Range &range,
                    std::span<const Relocation> references, bool *is_unproven);
  Result<BytePair> bytes_of(const SectionPair &pair,
                            const Correspondence::Range &range) const;
  Error reference_differs(const SectionPair &pair,
                          const Correspondence::Range &range,
                          const Relocation &reference) const;
  Error mismatch(const SectionPair &pair, const Correspondence::Range &range,
                 uint64_t offset, size_t size, std::string_view what) const;

  const Places &original_;
  const Places &patched_;
  const Architecture &arch_;
  Correspondence ranges_;
  PlaceComparison comparison_;
  std::vector<SectionPair> pairs_;
  std::vector<std::pair<uint32_t, Correspondence::Range>> unproven_;
  std::optional<uint32_t> failed_;   // section of the patched binary
  std::set<uint32_t> by_symbols_;    // sections of the patched binary
  bool is_plain_difference_ = false; // the failure: not where a field leads
};

} // namespace

Error Prover::check_all() {
  ranges_ = {};
  pairs_.clear();
  unproven_.clear();
  failed_.reset();
  is_plain_difference_ = false;
  if (Error error = check_tls())
    return error;
  if (Error error = pair_sections())
    return error;
  for (const SectionPair &pair : pairs_)
    if (Error error = check_section(pair)) {
      failed_ = pair.patched;
      return error;
    }
  // A reference that cannot be followed is no proof of a difference, but
  // nothing of the patch may rely on this function or variable then. Others
  // that refer to it are no worse for it.
  for (const auto &[section, range] : unproven_)
    ranges_.remove(section, range);
  return {};
}

// Is something in another place of its section? Of a section of another size
// that is known. In one of the same size the order may differ: the patch refers
// to a member of an archive, which the linker took in earlier.
bool Prover::find_moved() {
  bool has_moved = false;
  for (const SectionPair &pair : pairs_) {
    const Section &patched = patched_.object().sections[pair.patched];
    const Section &original = original_.object().sections[pair.original];
    if (!ranges_.original_section(pair.patched)) {
      has_moved = true;
      continue;
    }
    if (patched.is_tls())
      continue;
    for (const Correspondence::Range &range :
         match_symbols(original_.object(), pair.original, patched_.object(),
                       pair.patched))
      if (range.patched_address - patched.address !=
          range.original_address - original.address)
        by_symbols_.insert(pair.patched);
  }
  return has_moved || !by_symbols_.empty();
}

// In a section that failed, only where fields lead may be another place: bytes
// between them that moved have symbols, and find_moved() knows. Addresses of
// constructors have no symbols that would be compared instead.
bool Prover::may_have_moved(uint32_t index) const {
  const Section &patched = patched_.object().sections[index];
  bool is_array = patched.type == llvm::ELF::SHT_INIT_ARRAY ||
                  patched.type == llvm::ELF::SHT_FINI_ARRAY ||
                  patched.type == llvm::ELF::SHT_PREINIT_ARRAY;
  return !patched.is_tls() && !is_array && !is_plain_difference_;
}

// A section of one size in both may refer to one in which things have moved, as
// tables of jumps do, without a symbol to follow. Then it is matched by symbols
// as well. False: nothing is left to try.
bool Prover::loosen() {
  size_t before = by_symbols_.size();
  bool has_symbols = original_.object().symbols.size() > 1;
  if (!has_symbols || !failed_ || !find_moved())
    return false;
  if (may_have_moved(*failed_))
    by_symbols_.insert(*failed_);
  return by_symbols_.size() > before;
}

Error Prover::check_tls() {
  const Segment *patched = patched_.object().find_segment(llvm::ELF::PT_TLS);
  const Segment *original = original_.object().find_segment(llvm::ELF::PT_TLS);
  uint64_t patched_size = patched ? patched->size_bytes : 0;
  uint64_t original_size = original ? original->size_bytes : 0;
  bool is_same = patched_size == original_size &&
                 (!patched || patched->alignment == original->alignment);
  if (is_same)
    return {};
  return refused("kpatch-tls-layout",
                 fmt::format("the thread-local segment has {:#x} bytes, in the "
                             "original {:#x}",
                             patched_size, original_size))
      .note("a patch cannot add or resize thread-local variables");
}

// The linker copies a shared library's variable into the program when code
// refers to it directly. A copy that the running program does not have cannot
// be made later.
Error Prover::check_copies() const {
  auto names_of = [&](const Object &object) {
    std::vector<std::string_view> names;
    for (const auto &[address, dynamic] : object.dynamic_relocations)
      if (arch_.describe_dynamic(dynamic.type) == DynamicKind::Copy)
        names.push_back(object.dynamic_symbols[dynamic.symbol].name);
    return names;
  };
  std::vector<std::string_view> known = names_of(original_.object());
  for (std::string_view name : names_of(patched_.object()))
    if (std::find(known.begin(), known.end(), name) == known.end())
      return refused("kpatch-import-data",
                     fmt::format("'{}': the patch refers directly to this "
                                 "variable of a shared library, and the "
                                 "original binary has no copy of it",
                                 name))
          .note("make the patched assembly with --force-gotpcrel, or compile "
                "the unit with -fPIC");
  return {};
}

// GNU ld pads .bss up to a multiple of 8 of its end address, which depends on
// where it starts: padding makes no difference.
bool Prover::has_same_size(const Section &patched,
                           const Section &original) const {
  if (patched.size_bytes == original.size_bytes)
    return true;
  auto [shorter, longer] = std::minmax(patched.size_bytes, original.size_bytes);
  if (!patched.is_nobits() || patched.is_tls() || longer - shorter >= 8 ||
      patched.alignment != original.alignment)
    return false;
  uint32_t index = patched_.object().index_of(patched);
  for (const Symbol &symbol : patched_.object().symbols)
    if (symbol.section == index && symbol.size_bytes != 0 &&
        symbol.value - patched.address + symbol.size_bytes > shorter)
      return false;
  return true;
}

Error Prover::check_layout(const Section &patched,
                           const Section &original) const {
  auto require_equal = [&](std::string_view what, uint64_t actual,
                           uint64_t expected) -> Error {
    if (actual == expected)
      return {};
    if (Error error = check_copies())
      return error;
    return differs(fmt::format("section '{}': {} {:#x}, in the original {:#x}",
                               patched.name, what, actual, expected));
  };
  if (Error error = require_equal("type", patched.type, original.type))
    return error;
  if (Error error = require_equal("flags", patched.flags & compared_flags,
                                  original.flags & compared_flags))
    return error;
  // Code and data of other sizes can still correspond symbol by symbol, if
  // the original has symbols and no thread-local layout depends on them.
  bool has_symbols = original_.object().symbols.size() > 1;
  if ((has_symbols && !patched.is_tls()) || has_same_size(patched, original))
    return {};
  return require_equal("size", patched.size_bytes, original.size_bytes);
}

// An empty section that only the patched link kept (GNU ld keeps
// .tm_clone_table when it keeps relocations): a symbol says where that is
// (__TMC_END__), or it marks the end of the section before it.
void Prover::add_border(const Section &section) {
  uint32_t index = patched_.object().index_of(section);
  for (const Symbol &symbol : patched_.object().symbols) {
    if (symbol.section != index || symbol.type != llvm::ELF::STT_OBJECT)
      continue;
    for (const Symbol &known : original_.object().symbols)
      if (known.name == symbol.name &&
          original_.object().find_section_of(known))
        return ranges_.add(index,
                           {section.address, known.value, 0, known.section});
  }
  const SectionPair *before = nullptr;
  auto end_of = [](const Section &s) { return s.address + s.size_bytes; };
  for (const SectionPair &pair : pairs_) {
    const Section &candidate = patched_.object().sections[pair.patched];
    bool is_before = !(candidate.is_tls() && candidate.is_nobits()) &&
                     end_of(candidate) <= section.address;
    if (is_before &&
        (!before || end_of(candidate) >=
                        end_of(patched_.object().sections[before->patched])))
      before = &pair;
  }
  if (!before)
    return;
  uint64_t alignment = std::max<uint64_t>(section.alignment, 1);
  uint64_t end = end_of(original_.object().sections[before->original]);
  uint64_t border = (end + alignment - 1) / alignment * alignment;
  ranges_.add(index, {section.address, border, 0, before->original});
}

// One range for sections of one size, else what their symbols tell.
void Prover::pair_contents(const SectionPair &pair) {
  const Section &patched = patched_.object().sections[pair.patched];
  const Section &original = original_.object().sections[pair.original];
  pairs_.push_back(pair);
  Correspondence::Range all{patched.address, original.address,
                            patched.size_bytes, pair.original};
  if (has_same_size(patched, original) && !by_symbols_.contains(pair.patched)) {
    ranges_.add(pair.patched, all);
    ranges_.mark_whole(pair.patched, pair.original);
    return;
  }
  for (const Correspondence::Range &range : match_symbols(
           original_.object(), pair.original, patched_.object(), pair.patched))
    ranges_.add(pair.patched, range);
}

// Is there nothing but __dso_handle in it, a pointer whose symbol has no size?
// TargetFinder says what that is then.
bool Prover::is_handle(const Section &section) const {
  const Object &object = patched_.object();
  return std::any_of(object.symbols.begin(), object.symbols.end(),
                     [&](const Symbol &symbol) {
                       return symbol.name == "__dso_handle" &&
                              symbol.value == section.address &&
                              section.size_bytes == sizeof(uint64_t);
                     });
}

Error Prover::pair_sections() {
  std::vector<uint32_t> rest; // of the original, in file order
  for (const Section &section : original_.object().sections)
    if (is_compared(section))
      rest.push_back(original_.object().index_of(section));
  for (const Section &section : patched_.object().sections) {
    if (!is_compared(section))
      continue;
    auto same = std::find_if(rest.begin(), rest.end(), [&](uint32_t i) {
      return original_.object().sections[i].name == section.name;
    });
    if (same == rest.end()) {
      if (section.size_bytes == 0) {
        add_border(section);
        continue;
      }
      // Of functions that only the patched link kept (--gc-sections), or for
      // what the patch registers to be done at the end.
      if ((section.name == ".gcc_except_table" || is_handle(section)) &&
          original_.object().symbols.size() > 1)
        continue;
      if (Error error = check_copies())
        return error;
      return differs(fmt::format("section '{}' ({:#x} bytes) is not in the "
                                 "original",
                                 section.name, section.size_bytes));
    }
    const Section &original = original_.object().sections[*same];
    if (Error error = check_layout(section, original))
      return error;
    uint32_t index = patched_.object().index_of(section);
    pair_contents({index, *same});
    rest.erase(same);
  }
  for (uint32_t i : rest)
    if (const Section &section = original_.object().sections[i];
        section.size_bytes != 0)
      return differs(fmt::format("section '{}' ({:#x} bytes) of the original "
                                 "is missing",
                                 section.name, section.size_bytes));
  return {};
}

Error Prover::mismatch(const SectionPair &pair,
                       const Correspondence::Range &range, uint64_t offset,
                       size_t size, std::string_view what) const {
  const Section &patched = patched_.object().sections[pair.patched];
  uint64_t address = range.patched_address + offset;
  return differs(fmt::format(
      "section '{}': offset {:#x} ({}): {} ({}, in the original {})",
      patched.name, address - patched.address,
      nearest_symbol(patched_.object(), address), what,
      hex(patched_.bytes_at(address).first(size)),
      hex(original_.bytes_at(range.original_address + offset).first(size))));
}

Error Prover::check_section(const SectionPair &pair) {
  const Section &patched = patched_.object().sections[pair.patched];
  if (patched.is_nobits())
    return check_copies();
  std::vector<Relocation> references;
  auto found = patched_.object().relocations.find(pair.patched);
  if (found != patched_.object().relocations.end())
    references = found->second;
  arch_.follow_relaxations(patched.bytes, patched.address, references);

  bool is_whole = ranges_.original_section(pair.patched).has_value();
  for (const Correspondence::Range &range : ranges_.ranges(pair.patched)) {
    bool is_unproven = false;
    if (Error error = check_range(pair, range, references,
                                  is_whole ? nullptr : &is_unproven))
      return error;
    if (is_unproven)
      unproven_.emplace_back(pair.patched, range);
  }
  return {};
}

Result<BytePair> Prover::bytes_of(const SectionPair &pair,
                                  const Correspondence::Range &range) const {
  const Section &patched = patched_.object().sections[pair.patched];
  const Section &original = original_.object().sections[pair.original];
  uint64_t start = range.patched_address - patched.address;
  uint64_t original_start = range.original_address - original.address;
  auto is_inside = [&](uint64_t from, std::span<const uint8_t> bytes) {
    return from <= bytes.size() && range.size_bytes <= bytes.size() - from;
  };
  if (!is_inside(start, patched.bytes) ||
      !is_inside(original_start, original.bytes))
    return format_error(fmt::format("section '{}': a symbol at {:#x} reaches "
                                    "past its end",
                                    patched.name, range.patched_address));
  return BytePair{patched.bytes.subspan(start, range.size_bytes),
                  original.bytes.subspan(original_start, range.size_bytes)};
}

Error Prover::reference_differs(const SectionPair &pair,
                                const Correspondence::Range &range,
                                const Relocation &reference) const {
  RelocationMeaning meaning = arch_.describe(reference.type);
  std::string type = arch_.relocation_name(reference.type);
  std::string_view name = shown_name(patched_.object(), reference.symbol);
  if (meaning.kind == ReferenceKind::Unsupported)
    return refused("kpatch-relocation",
                   fmt::format("section '{}': {} to '{}' is a kind of "
                               "reference that is not supported",
                               patched_.object().sections[pair.patched].name,
                               type, name))
        .note("position-independent code of the large code model has these; "
              "build without -mcmodel=large, or with -fno-pie -no-pie");
  return mismatch(
      pair, range, reference.address - range.patched_address,
      meaning.size_bytes,
      fmt::format("{} to '{}' does not lead to the same place", type, name));
}

// References lead to the same places, and the bytes between them are equal.
Error Prover::check_range(const SectionPair &pair,
                          const Correspondence::Range &range,
                          std::span<const Relocation> references,
                          bool *is_unproven) {
  Result<BytePair> bytes = bytes_of(pair, range);
  if (!bytes)
    return bytes.take_error();
  std::span<const uint8_t> ours = bytes->patched, theirs = bytes->original;
  // Plain bytes up to `end` were compared up to `checked`.
  uint64_t checked = 0;
  auto check_plain = [&](uint64_t end) -> Error {
    for (; checked < end; ++checked)
      if (ours[checked] != theirs[checked]) {
        is_plain_difference_ = true;
        return mismatch(pair, range, checked,
                        std::min<uint64_t>(8, ours.size() - checked),
                        "other bytes");
      }
    return {};
  };
  auto first = std::lower_bound(
      references.begin(), references.end(), range.patched_address,
      [](const Relocation &r, uint64_t value) { return r.address < value; });
  for (; first != references.end(); ++first) {
    const Relocation &reference = *first;
    size_t size = arch_.describe(reference.type).size_bytes;
    uint64_t offset = reference.address - range.patched_address;
    if (offset >= ours.size())
      break;
    if (size == 0 || offset < checked)
      continue;
    if (size > ours.size() - offset)
      return format_error(fmt::format(
          "section '.rela{}': relocation at {:#x} "
          "reaches past the end of the section",
          patched_.object().sections[pair.patched].name, reference.address));
    if (Error error = check_plain(offset))
      return error;
    checked = offset + size;
    if (comparison_.is_same_reference(reference, ours.subspan(offset, size),
                                      theirs.subspan(offset, size),
                                      range.original_address + offset))
      continue;
    // Code of the original that leads into the patch: that is not unknown.
    const Section *target = patched_.object().find_section_of(
        patched_.object().symbols[reference.symbol]);
    if (!is_unproven || (target && target->is_patch()))
      return reference_differs(pair, range, reference);
    *is_unproven = true;
  }
  return check_plain(ours.size());
}

Result<Correspondence> prove_original(const Places &original,
                                      const Places &patched,
                                      const Architecture &arch) {
  return Prover(original, patched, arch).run();
}

} // namespace care::linker
