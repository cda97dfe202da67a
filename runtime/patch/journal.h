// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the target itself remembers about a patch.
//
// The region of a patch begins with the PatchHeader of its file and, behind it,
// a journal: the state, the order of application, and for every replaced
// function the address of the jump, its bytes, and the original bytes. There is
// no other record: any later call, after a crash of this one as well, finds out
// from here what the process is like. docs/patch-format.md has the layout.
//
// States and who leaves them behind when the injector dies:
//
//   preparing   the region is being filled; no jump leads into it
//   prepared    complete; no jump leads into it
//   applying    some or all jumps are written
//   applied     all jumps are written
//   reverting   some or all jumps are taken back
//   removed     no jump leads into it; kept, since the process may still hold
//               addresses into it, and used again by the same patch
#ifndef LIBCARE_RUNTIME_PATCH_JOURNAL_H
#define LIBCARE_RUNTIME_PATCH_JOURNAL_H

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/patch_format.h"

namespace care::runtime {

enum class PatchState : uint32_t {
  Preparing = 1,
  Prepared = 2,
  Applying = 3,
  Applied = 4,
  Reverting = 5,
  Removed = 6,
};
std::string_view patch_state_name(PatchState state);

// Does the target's own unwinder (libgcc) know the region's .eh_frame? Its
// list then refers to memory of the region, which is not unmapped before the
// unwinder has been told to forget it.
enum class UnwinderState : uint32_t {
  Unknown = 0, // it has not been told
  Telling = 1, // maybe: we died, or the call failed
  Registered = 2,
};

// Why the memory of a removed patch is still there.
enum class KeptReason : uint32_t {
  NotLookedAt = 0,
  MayBeActive = 1,   // taken off while a thread was allowed to be inside
  Referenced = 2,    // something in the process points into it
  AddressTaken = 3,  // the kernel may know addresses of its code
  TooMuchMemory = 4, // to be searched while the process stands still
  Unwinder = 5,      // the unwinder may know its tables
  // A thread may be about to unmap it: so it was told by a libcare-ctl that
  // was killed or gave up then. Never used again.
  GivingBack = 6,
};
std::string_view kept_reason_text(KeptReason reason);

constexpr size_t jump_size_max = 16;
using JumpBytes = std::array<uint8_t, jump_size_max>;

// One replaced function.
struct JournalSite {
  std::string name;
  uint64_t address = 0; // of the jump: behind endbr64 or bti
  uint64_t function = 0;
  uint64_t replacement = 0;
  uint32_t jump_size = 0;
  JumpBytes original{}; // the first jump_size bytes count
  JumpBytes jump{};
  bool may_be_active = false; // the patch says so: info_allow_active
  // The original may branch to a byte inside of the jump: no thread may ever
  // be in it while the jump is there.
  bool entry_is_target = false;
};

// A symbol that later patches may refer to.
struct JournalExport {
  std::string name;
  uint64_t address = 0;
};

// Code that belongs to a site: an old version (the original) or the new one.
struct JournalRange {
  uint64_t address = 0;
  uint64_t length = 0;
  uint32_t site = 0;
  bool is_replacement = false;

  bool contains(uint64_t pc) const { return pc - address < length; }
};

struct Journal {
  PatchState state = PatchState::Preparing;
  uint64_t sequence = 0;    // order of application, counts up
  uint64_t transaction = 0; // the same for all regions of one call
  uint64_t load_bias = 0;   // of the patched object
  uint64_t guard_size = 0;  // inaccessible bytes in front of the header
  uint64_t region_size = 0; // from the header on
  uint64_t text_offset = 0, text_size = 0; // used part
  uint64_t data_offset = 0, data_size = 0;
  uint64_t applied_at = 0; // seconds since 1970
  uint64_t eh_frame = 0;   // address; 0: none
  uint64_t unwinder_storage = 0;
  UnwinderState unwinder = UnwinderState::Unknown;
  KeptReason kept = KeptReason::NotLookedAt;
  bool is_code_address_taken = false; // by the patch itself, not for a call
  uint32_t content_checksum = 0;
  std::vector<JournalSite> sites;
  std::vector<JournalRange> ranges;
  std::vector<JournalExport> exports;
  // Base addresses of the regions whose exports this patch refers to: they must
  // not be taken off before it.
  std::vector<uint64_t> held;
};

struct JournalCounts {
  uint64_t sites = 0, ranges = 0, exports = 0, held = 0;
  uint64_t name_bytes = 0;
};
// Bytes that the journal of so many records takes.
uint64_t journal_size(const JournalCounts &counts);

// The bytes behind the PatchHeader.
std::vector<uint8_t> encode_journal(const Journal &journal);

// `bytes` begin at the PatchHeader. Nothing if this is no journal of ours, or
// a damaged one.
std::optional<Journal> decode_journal(std::span<const uint8_t> bytes);

// How many bytes from the header on must be read to decode; `start` holds at
// least journal_peek_size bytes. Nothing if it is no journal of ours.
constexpr size_t journal_peek_size = 1024;
std::optional<uint64_t> find_journal_end(std::span<const uint8_t> start);

// Offsets from the header of the fields that change after the first write.
// They are adjacent, so that a commit is one write.
struct JournalChange {
  uint32_t state = 0;
  uint32_t unwinder = 0; // UnwinderState
  uint64_t sequence = 0;
  uint64_t transaction = 0;
  uint64_t applied_at = 0;
  uint32_t kept = 0; // KeptReason
  uint32_t zero = 0;
};
JournalChange changing_fields(const Journal &journal);
uint64_t journal_change_offset();

} // namespace care::runtime

#endif
