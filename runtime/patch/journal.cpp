// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The journal as bytes. Everything read back is checked: the memory belongs to
// a process that may have overwritten it.

#include "runtime/patch/journal.h"

#include <algorithm>
#include <cstring>
#include <map>

namespace care::runtime {

namespace {

struct RawHeader {
  char magic[8];
  uint32_t version;
  uint32_t content_checksum;
  JournalChange change;
  uint64_t load_bias;
  uint64_t guard_size;
  uint64_t region_size;
  uint64_t text_offset, text_size;
  uint64_t data_offset, data_size;
  uint64_t eh_frame;
  uint64_t unwinder_storage;
  uint32_t site_count;
  uint32_t range_count;
  uint32_t name_bytes;
  uint32_t export_count;
  uint32_t held_count;
  uint32_t flags; // code_address_taken or 0
};
static_assert(sizeof(RawHeader) == 152);

struct RawSite {
  uint64_t address;
  uint64_t function;
  uint64_t replacement;
  uint32_t name;
  uint16_t jump_size;
  uint16_t flags; // site_may_be_active, site_entry_is_target
  uint8_t original[jump_size_max];
  uint8_t jump[jump_size_max];
};
static_assert(sizeof(RawSite) == 64);

struct RawRange {
  uint64_t address;
  uint64_t length;
  uint32_t site;
  uint32_t is_replacement;
};
static_assert(sizeof(RawRange) == 24);

struct RawExport {
  uint64_t address;
  uint32_t name;
  uint32_t zero;
};
static_assert(sizeof(RawExport) == 16);

constexpr uint16_t site_may_be_active = 1;
constexpr uint16_t site_entry_is_target = 2;

uint16_t flags_of(const JournalSite &site) {
  return static_cast<uint16_t>(
      (site.may_be_active ? site_may_be_active : 0) |
      (site.entry_is_target ? site_entry_is_target : 0));
}

constexpr uint32_t code_address_taken = 1;
constexpr char journal_magic[8] = {'L', 'P', 'X', 'J', 'R', 'N', 'L', 0};
constexpr uint32_t journal_version = 2;
constexpr uint64_t journal_start = (sizeof(PatchHeader) + 7) / 8 * 8;

template <typename T> void append(std::vector<uint8_t> &bytes, const T &value) {
  size_t end = bytes.size();
  bytes.resize(end + sizeof value);
  memcpy(bytes.data() + end, &value, sizeof value);
}

} // namespace

std::string_view patch_state_name(PatchState state) {
  switch (state) {
  case PatchState::Preparing:
    return "preparing";
  case PatchState::Prepared:
    return "prepared";
  case PatchState::Applying:
    return "applying";
  case PatchState::Applied:
    return "applied";
  case PatchState::Reverting:
    return "reverting";
  case PatchState::Removed:
    return "removed";
  }
  return "unknown";
}

std::string_view kept_reason_text(KeptReason reason) {
  switch (reason) {
  case KeptReason::NotLookedAt:
    return "not looked at yet";
  case KeptReason::MayBeActive:
    return "a thread was allowed to be inside when it was taken off";
  case KeptReason::Referenced:
    return "something in the process points into it";
  case KeptReason::AddressTaken:
    return "the kernel may know addresses of its functions";
  case KeptReason::TooMuchMemory:
    return "the process has too much memory to be searched in a stop";
  case KeptReason::Unwinder:
    return "the unwinder of the process may know its tables";
  case KeptReason::GivingBack:
    return "giving it back was not finished";
  }
  return "unknown";
}

uint64_t journal_size(const JournalCounts &counts) {
  return sizeof(RawHeader) + counts.sites * sizeof(RawSite) +
         counts.ranges * sizeof(RawRange) + counts.exports * sizeof(RawExport) +
         counts.held * sizeof(uint64_t) + counts.name_bytes;
}

uint64_t journal_change_offset() {
  return journal_start + offsetof(RawHeader, change);
}

JournalChange changing_fields(const Journal &journal) {
  return {.state = static_cast<uint32_t>(journal.state),
          .unwinder = static_cast<uint32_t>(journal.unwinder),
          .sequence = journal.sequence,
          .transaction = journal.transaction,
          .applied_at = journal.applied_at,
          .kept = static_cast<uint32_t>(journal.kept),
          .zero = 0};
}

namespace {

// Each name once.
class Names {
public:
  uint32_t add(std::string_view name) {
    auto [known, is_new] = offsets_.try_emplace(name, bytes_.size());
    if (is_new)
      bytes_.append(name).push_back('\0');
    return static_cast<uint32_t>(known->second);
  }
  const std::string &bytes() const { return bytes_; }

private:
  std::string bytes_;
  std::map<std::string_view, size_t> offsets_;
};

std::vector<uint8_t> encode_records(const Journal &journal, Names &names) {
  std::vector<uint8_t> records;
  for (const JournalSite &site : journal.sites) {
    RawSite raw{.address = site.address,
                .function = site.function,
                .replacement = site.replacement,
                .name = names.add(site.name),
                .jump_size = static_cast<uint16_t>(site.jump_size),
                .flags = flags_of(site),
                .original = {},
                .jump = {}};
    memcpy(raw.original, site.original.data(), sizeof raw.original);
    memcpy(raw.jump, site.jump.data(), sizeof raw.jump);
    append(records, raw);
  }
  for (const JournalRange &range : journal.ranges)
    append(records, RawRange{.address = range.address,
                             .length = range.length,
                             .site = range.site,
                             .is_replacement = range.is_replacement});
  for (const JournalExport &symbol : journal.exports)
    append(records, RawExport{.address = symbol.address,
                              .name = names.add(symbol.name),
                              .zero = 0});
  for (uint64_t base : journal.held)
    append(records, base);
  return records;
}

} // namespace

std::vector<uint8_t> encode_journal(const Journal &journal) {
  Names names;
  std::vector<uint8_t> records = encode_records(journal, names);
  RawHeader header{
      .magic = {},
      .version = journal_version,
      .content_checksum = journal.content_checksum,
      .change = changing_fields(journal),
      .load_bias = journal.load_bias,
      .guard_size = journal.guard_size,
      .region_size = journal.region_size,
      .text_offset = journal.text_offset,
      .text_size = journal.text_size,
      .data_offset = journal.data_offset,
      .data_size = journal.data_size,
      .eh_frame = journal.eh_frame,
      .unwinder_storage = journal.unwinder_storage,
      .site_count = static_cast<uint32_t>(journal.sites.size()),
      .range_count = static_cast<uint32_t>(journal.ranges.size()),
      .name_bytes = static_cast<uint32_t>(names.bytes().size()),
      .export_count = static_cast<uint32_t>(journal.exports.size()),
      .held_count = static_cast<uint32_t>(journal.held.size()),
      .flags = journal.is_code_address_taken ? code_address_taken : 0,
  };
  memcpy(header.magic, journal_magic, sizeof header.magic);

  std::vector<uint8_t> bytes;
  append(bytes, header);
  bytes.insert(bytes.end(), records.begin(), records.end());
  bytes.insert(bytes.end(), names.bytes().begin(), names.bytes().end());
  return bytes;
}

static std::optional<RawHeader>
read_raw_header(std::span<const uint8_t> bytes) {
  if (bytes.size() < journal_start + sizeof(RawHeader) ||
      memcmp(bytes.data(), patch_magic, sizeof patch_magic) != 0)
    return std::nullopt;
  RawHeader header;
  memcpy(&header, bytes.data() + journal_start, sizeof header);
  bool is_ours =
      memcmp(header.magic, journal_magic, sizeof journal_magic) == 0 &&
      header.version == journal_version && header.change.state >= 1 &&
      header.change.state <= static_cast<uint32_t>(PatchState::Removed);
  if (!is_ours)
    return std::nullopt;
  return header;
}

static uint64_t journal_end(const RawHeader &header) {
  return journal_start + journal_size({.sites = header.site_count,
                                       .ranges = header.range_count,
                                       .exports = header.export_count,
                                       .held = header.held_count,
                                       .name_bytes = header.name_bytes});
}

std::optional<uint64_t> find_journal_end(std::span<const uint8_t> start) {
  std::optional<RawHeader> header = read_raw_header(start);
  if (!header || journal_end(*header) > header->region_size)
    return std::nullopt;
  return journal_end(*header);
}

static Journal decode_header(const RawHeader &header) {
  Journal journal;
  journal.state = static_cast<PatchState>(header.change.state);
  journal.unwinder = static_cast<UnwinderState>(header.change.unwinder);
  journal.kept = static_cast<KeptReason>(header.change.kept);
  journal.is_code_address_taken = (header.flags & code_address_taken) != 0;
  journal.sequence = header.change.sequence;
  journal.transaction = header.change.transaction;
  journal.applied_at = header.change.applied_at;
  journal.load_bias = header.load_bias;
  journal.guard_size = header.guard_size;
  journal.region_size = header.region_size;
  journal.text_offset = header.text_offset;
  journal.text_size = header.text_size;
  journal.data_offset = header.data_offset;
  journal.data_size = header.data_size;
  journal.eh_frame = header.eh_frame;
  journal.unwinder_storage = header.unwinder_storage;
  journal.content_checksum = header.content_checksum;
  return journal;
}

namespace {

// Records one after the other; then the names that they refer to.
class RecordReader {
public:
  RecordReader(std::span<const uint8_t> records, std::span<const uint8_t> names)
      : records_(records),
        names_(reinterpret_cast<const char *>(names.data()), names.size()) {}

  // There are so many: journal_end() has been compared with what is there.
  template <typename Raw> Raw next() {
    Raw raw;
    memcpy(&raw, records_.data(), sizeof raw);
    records_ = records_.subspan(sizeof raw);
    return raw;
  }

  // Nothing if it is none of the names. Few are longer than this; a damaged
  // journal could name one text of megabytes in each of its records.
  std::optional<std::string> name_at(uint32_t offset) const {
    constexpr size_t name_size_max = 16 << 10;
    if (offset >= names_.size())
      return std::nullopt;
    std::string_view name = names_.substr(offset, name_size_max);
    return std::string(name.substr(0, name.find('\0')));
  }

private:
  std::span<const uint8_t> records_;
  std::string_view names_;
};

std::optional<JournalSite> next_site(RecordReader &reader) {
  auto raw = reader.next<RawSite>();
  std::optional<std::string> name = reader.name_at(raw.name);
  if (raw.jump_size > jump_size_max || !name)
    return std::nullopt;
  JournalSite site;
  site.name = std::move(*name);
  site.may_be_active = (raw.flags & site_may_be_active) != 0;
  site.entry_is_target = (raw.flags & site_entry_is_target) != 0;
  site.address = raw.address;
  site.function = raw.function;
  site.replacement = raw.replacement;
  site.jump_size = raw.jump_size;
  memcpy(site.original.data(), raw.original, sizeof raw.original);
  memcpy(site.jump.data(), raw.jump, sizeof raw.jump);
  return site;
}

} // namespace

std::optional<Journal> decode_journal(std::span<const uint8_t> bytes) {
  std::optional<RawHeader> header = read_raw_header(bytes);
  if (!header || journal_end(*header) > bytes.size())
    return std::nullopt;
  Journal journal = decode_header(*header);
  bytes = bytes.first(journal_end(*header));
  RecordReader reader(bytes.subspan(journal_start + sizeof(RawHeader)),
                      bytes.last(header->name_bytes));
  for (uint32_t i = 0; i < header->site_count; ++i) {
    std::optional<JournalSite> site = next_site(reader);
    if (!site)
      return std::nullopt;
    journal.sites.push_back(std::move(*site));
  }
  for (uint32_t i = 0; i < header->range_count; ++i) {
    auto raw = reader.next<RawRange>();
    if (raw.site >= header->site_count)
      return std::nullopt;
    journal.ranges.push_back({.address = raw.address,
                              .length = raw.length,
                              .site = raw.site,
                              .is_replacement = raw.is_replacement != 0});
  }
  for (uint32_t i = 0; i < header->export_count; ++i) {
    auto raw = reader.next<RawExport>();
    std::optional<std::string> name = reader.name_at(raw.name);
    if (!name)
      return std::nullopt;
    journal.exports.push_back({std::move(*name), raw.address});
  }
  for (uint32_t i = 0; i < header->held_count; ++i)
    journal.held.push_back(reader.next<uint64_t>());
  return journal;
}

} // namespace care::runtime
