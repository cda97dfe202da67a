// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// docs/patch-format.md, sections 3 and 4. Everything in the header that is not
// filled in here is filled in by the runtime, in the target's memory only.

#include "linker/patch_file.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fmt/format.h>

#include "common/checksum.h"
#include "common/parse_number.h"

namespace care::linker {

static constexpr char own_mark[4] = {'L', 'P', 'X', 0};
static constexpr uint32_t format_version = 1;

uint64_t build_time_now() {
  if (const char *epoch = getenv("SOURCE_DATE_EPOCH"))
    if (std::optional<uint64_t> seconds = parse_number<uint64_t>(epoch))
      return *seconds;
  return static_cast<uint64_t>(time(nullptr));
}

Error check_id(std::string_view id) {
  if (!id.empty() && id.size() <= patch_id_max &&
      std::none_of(id.begin(), id.end(),
                   [](unsigned char c) { return c <= ' ' || c == 0x7f; }))
    return {};
  return usage_error(fmt::format("patch id '{}': must have 1 to {} printable "
                                 "characters (has {})",
                                 id, patch_id_max, id.size()));
}

Error check_build_id(std::string_view build_id) {
  constexpr size_t longest = sizeof(PatchHeader::build_id) - 1;
  bool is_hex = std::all_of(build_id.begin(), build_id.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
           (c >= 'A' && c <= 'F');
  });
  if (!build_id.empty() && build_id.size() <= longest && is_hex)
    return {};
  return usage_error(
      fmt::format("build-id '{}': must have up to {} hexadecimal digits",
                  build_id, longest));
}

template <size_t N>
static void put_text(char (&field)[N], std::string_view text) {
  size_t length = std::min(text.size(), N - 1);
  memcpy(field, text.data(), length);
}

// What does not fit is told to be there.
static void put_allowed(PatchHeader &header,
                        const std::vector<std::string> &allowed) {
  constexpr std::string_view more = "...";
  size_t at = allowed_offset, end = sizeof header.free;
  for (size_t i = 0; i < allowed.size(); ++i) {
    bool is_last = i + 1 == allowed.size();
    size_t room = end - at - (is_last ? 1 : more.size() + 2);
    bool fits = allowed[i].size() <= room;
    std::string_view text = fits ? std::string_view(allowed[i]) : more;
    memcpy(header.free + at, text.data(), text.size());
    at += text.size() + 1;
    if (!fits)
      return;
  }
}

Result<std::vector<uint8_t>>
make_patch_file(const PatchIdentity &identity, std::span<const uint8_t> image,
                uint64_t build_time, const std::vector<std::string> &allowed) {
  if (Error error = check_id(identity.id))
    return error;
  if (Error error = check_build_id(identity.build_id))
    return error;
  uint64_t total = (sizeof(PatchHeader) + image.size() + 15) / 16 * 16;
  if (total > UINT32_MAX)
    return format_error(fmt::format(
        "the patch has {} bytes, more than its header can say", total));
  PatchHeader header = {};
  memcpy(header.magic, patch_magic, sizeof header.magic);
  put_text(header.id, identity.id);
  put_text(header.module_name, identity.module_name);
  std::string build_id = identity.build_id;
  for (char &c : build_id)
    c = static_cast<char>(tolower(c));
  put_text(header.build_id, build_id);
  header.build_time = build_time;
  header.checksum = crc32(image);
  header.elf_offset = header.elf_offset_again = sizeof header;
  header.total_size = static_cast<uint32_t>(total);
  memcpy(header.free, own_mark, sizeof own_mark);
  memcpy(header.free + sizeof own_mark, &format_version, sizeof format_version);
  put_allowed(header, allowed);

  std::vector<uint8_t> file(total);
  memcpy(file.data(), &header, sizeof header);
  memcpy(file.data() + sizeof header, image.data(), image.size());
  return file;
}

Result<PatchFileParts> read_patch_file(std::span<const uint8_t> file) {
  PatchFileParts parts;
  if (file.size() < sizeof parts.header)
    return format_error(fmt::format("not a patch: {} bytes, the header alone "
                                    "has {}",
                                    file.size(), sizeof parts.header));
  memcpy(&parts.header, file.data(), sizeof parts.header);
  if (memcmp(parts.header.magic, patch_magic, sizeof patch_magic) != 0)
    return format_error("not a patch: wrong magic (expected 'KPATCH1')");
  uint64_t start = parts.header.elf_offset, end = parts.header.total_size;
  if (start < sizeof parts.header || end < start || end > file.size())
    return format_error(fmt::format("truncated: the header says {} bytes, the "
                                    "file has {}",
                                    end, file.size()));
  parts.image = file.subspan(start, end - start);
  return parts;
}

} // namespace care::linker
