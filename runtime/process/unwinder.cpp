// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libunwind asks for three things: which unwind table covers an address, words
// of memory, and registers. Tables: the .eh_frame_hdr of the object (from
// PT_GNU_EH_FRAME) as a "remote table", a sorted list that libunwind searches
// itself; the .eh_frame of a patch image has no such list and is small, so its
// FDEs are indexed here into one. Memory: the stack copy, then pages kept from
// earlier reads, then the target. Unwind tables and code do not change, so
// pages other than stacks may be kept between stops.

#include "runtime/process/unwinder.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>

#include <libunwind.h>

#include "runtime/process/eh_frame.h"
#include "runtime/process/object_names.h"

// Exported by libunwind for remote unwinders (perf uses it); its header
// declares it only for libunwind's own build.
extern "C" int
_Ux86_64_dwarf_search_unwind_table(unw_addr_space_t space, unw_word_t pc,
                                   unw_dyn_info_t *table, unw_proc_info_t *info,
                                   int need_info, void *argument);

// libunwind's resume for its own process wants this, though a remote unwinder
// never resumes anything. The real one is in libunwind.a, which must stay out:
// its _Unwind_* functions clash with those of libgcc_eh in a static program.
extern "C" [[noreturn]] int _Ux86_64_setcontext(const void *);
extern "C" int _Ux86_64_setcontext(const void *) {
  abort();
}

namespace care::runtime {

namespace {

constexpr size_t page_size = 4096;
constexpr size_t frames_max = 4096;
// Where the one-row table of added code appears to be: no user address.
constexpr uint64_t table_row_address = uint64_t{1} << 62;

struct AddressSpaceDeleter {
  void operator()(unw_addr_space *space) const {
    unw_destroy_addr_space(space);
  }
};

struct AddedCode {
  AddressRange code;
  AddressRange eh_frame;
  std::optional<std::vector<FrameEntry>> entries; // FDEs, by start; once read
};

} // namespace

struct Unwinder::Data {
  Data(const RemoteMemory &target, std::span<const LoadedObject> loaded)
      : memory(target), objects(loaded), names(target, loaded) {}

  bool read_word(uint64_t address, uint64_t &word);
  const std::vector<uint8_t> *page(uint64_t address);
  int find_table(uint64_t pc, unw_proc_info_t *info, int need_info);
  int look_for_table(uint64_t pc, unw_proc_info_t *info, int need_info);
  int find_in_object(const LoadedObject &object, uint64_t pc,
                     unw_proc_info_t *info, int need_info);
  int find_in_added(AddedCode &code, uint64_t pc, unw_proc_info_t *info,
                    int need_info);
  bool is_added_table(RemoteAddress address) const;

  const RemoteMemory &memory;
  std::span<const LoadedObject> objects;
  ObjectNames names;
  // A process may have thousands of patches.
  std::map<RemoteAddress, AddedCode> added;            // by start of the code
  std::map<RemoteAddress, RemoteAddress> added_tables; // start and end
  // Of objects whose tables have no header in memory.
  std::map<const LoadedObject *, AddedCode> object_tables;
  std::unordered_map<uint64_t, std::vector<uint8_t>> pages;
  std::unique_ptr<unw_addr_space, AddressSpaceDeleter> space;
  // Of the unwinding under way.
  const Registers *registers = nullptr;
  const StackCopy *stack = nullptr;
  uint64_t unknown_code = 0; // an address without unwind table
  uint64_t table_row = 0;
};

namespace {

// .eh_frame_hdr: version, three encodings, then (as linkers write them) a
// 32-bit relative pointer to .eh_frame and a 32-bit count of table entries.
struct EhFrameHeader {
  uint8_t version;
  uint8_t pointer_encoding;
  uint8_t count_encoding;
  uint8_t table_encoding;
  int32_t eh_frame;
  uint32_t count;
};
constexpr uint8_t encoding_udata4 = 0x03;
constexpr uint8_t encoding_relative_sdata4 = 0x1b; // pcrel | sdata4
constexpr uint8_t encoding_data_sdata4 = 0x3b;     // datarel | sdata4

Unwinder::Data &from(void *argument) {
  return *static_cast<Unwinder::Data *>(argument);
}

int access_memory(unw_addr_space_t, unw_word_t address, unw_word_t *value,
                  int is_write, void *argument) {
  uint64_t word = 0;
  if (is_write || !from(argument).read_word(address, word))
    return -UNW_EINVAL;
  *value = word;
  return 0;
}

int access_register(unw_addr_space_t, unw_regnum_t number, unw_word_t *value,
                    int is_write, void *argument) {
  if (is_write)
    return -UNW_EREADONLYREG;
  std::optional<uint64_t> word =
      from(argument).registers->dwarf_register(number);
  if (!word)
    return -UNW_EBADREG;
  *value = *word;
  return 0;
}

int find_proc_info(unw_addr_space_t, unw_word_t pc, unw_proc_info_t *info,
                   int need_info, void *argument) {
  return from(argument).find_table(pc, info, need_info);
}

void put_unwind_info(unw_addr_space_t, unw_proc_info_t *, void *) {}

int no_dynamic_list(unw_addr_space_t, unw_word_t *, void *) {
  return -UNW_ENOINFO;
}

int no_float_register(unw_addr_space_t, unw_regnum_t, unw_fpreg_t *, int,
                      void *) {
  return -UNW_EBADREG;
}

int no_resume(unw_addr_space_t, unw_cursor_t *, void *) {
  return -UNW_EINVAL;
}

int no_name(unw_addr_space_t, unw_word_t, char *, size_t, unw_word_t *,
            void *) {
  return -UNW_ENOINFO;
}

unw_accessors_t accessors = {find_proc_info, put_unwind_info, no_dynamic_list,
                             access_memory,  access_register, no_float_register,
                             no_resume,      no_name};

} // namespace

// --- memory ---

const std::vector<uint8_t> *Unwinder::Data::page(uint64_t address) {
  uint64_t start = address & ~uint64_t{page_size - 1};
  auto [place, is_new] = pages.try_emplace(start);
  if (is_new) {
    place->second.resize(page_size);
    size_t size = memory.read_some(RemoteAddress(start), place->second);
    place->second.resize(size);
  }
  return &place->second;
}

bool Unwinder::Data::read_word(uint64_t address, uint64_t &word) {
  RemoteAddress at(address);
  if (address == table_row_address) {
    word = table_row;
    return true;
  }
  if (stack != nullptr && stack->range().contains(at) &&
      stack->range().end - at >= sizeof word) {
    memcpy(&word, &stack->bytes[at - stack->start], sizeof word);
    return true;
  }
  // Only what cannot change is kept: tables and code of the objects.
  bool is_constant = find_object(objects, at) != nullptr || is_added_table(at);
  uint64_t offset = address % page_size;
  if (!is_constant || offset > page_size - sizeof word) {
    std::span<uint8_t> bytes(reinterpret_cast<uint8_t *>(&word), sizeof word);
    return memory.read_some(at, bytes) == sizeof word;
  }
  const std::vector<uint8_t> *bytes = page(address);
  if (offset + sizeof word > bytes->size())
    return false;
  memcpy(&word, bytes->data() + offset, sizeof word);
  return true;
}

// --- tables ---

bool Unwinder::Data::is_added_table(RemoteAddress address) const {
  auto after = added_tables.upper_bound(address);
  return after != added_tables.begin() && address < std::prev(after)->second;
}

// libunwind guesses from frame pointers where it finds no table. A guess is
// not good enough here, so the failure is remembered.
int Unwinder::Data::find_table(uint64_t pc, unw_proc_info_t *info,
                               int need_info) {
  int status = look_for_table(pc, info, need_info);
  if (status < 0)
    unknown_code = pc;
  return status;
}

int Unwinder::Data::look_for_table(uint64_t pc, unw_proc_info_t *info,
                                   int need_info) {
  auto after = added.upper_bound(RemoteAddress(pc));
  if (after != added.begin() &&
      std::prev(after)->second.code.contains(RemoteAddress(pc)))
    return find_in_added(std::prev(after)->second, pc, info, need_info);
  const LoadedObject *object = find_object(objects, RemoteAddress(pc));
  if (object == nullptr)
    return -UNW_ENOINFO;
  auto tables = object_tables.find(object);
  if (tables != object_tables.end())
    return find_in_added(tables->second, pc, info, need_info);
  return find_in_object(*object, pc, info, need_info);
}

int Unwinder::Data::find_in_object(const LoadedObject &object, uint64_t pc,
                                   unw_proc_info_t *info, int need_info) {
  if (!object.eh_frame_header)
    return -UNW_ENOINFO;
  uint64_t start = object.eh_frame_header->start.value();
  uint64_t words[2] = {};
  EhFrameHeader header;
  if (!read_word(start, words[0]) || !read_word(start + 8, words[1]))
    return -UNW_ENOINFO;
  memcpy(&header, words, sizeof header);
  if (header.version != 1 || header.count_encoding != encoding_udata4 ||
      header.pointer_encoding != encoding_relative_sdata4 ||
      header.table_encoding != encoding_data_sdata4)
    return -UNW_ENOINFO;

  unw_dyn_info_t table{};
  table.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  table.start_ip = object.range.start.value();
  table.end_ip = object.range.end.value();
  table.u.rti.segbase = start;
  table.u.rti.table_data = start + sizeof header;
  // In words; an entry is two 32-bit numbers.
  table.u.rti.table_len = uint64_t{header.count} * 8 / sizeof(unw_word_t);
  return _Ux86_64_dwarf_search_unwind_table(space.get(), pc, &table, info,
                                            need_info, this);
}

// A table of one row, for the FDE that covers pc, at an address that only
// exists here.
int Unwinder::Data::find_in_added(AddedCode &code, uint64_t pc,
                                  unw_proc_info_t *info, int need_info) {
  if (!code.entries)
    code.entries = read_frame_entries(memory, code.eh_frame);
  const FrameEntry *entry = find_frame_entry(*code.entries, pc);
  if (entry == nullptr)
    return -UNW_ENOINFO;
  std::array<int32_t, 2> row = {
      static_cast<int32_t>(entry->code.start.value() -
                           code.eh_frame.start.value()),
      static_cast<int32_t>(entry->fde.value() - code.eh_frame.start.value())};
  memcpy(&table_row, row.data(), sizeof table_row);
  unw_dyn_info_t table{};
  table.format = UNW_INFO_FORMAT_REMOTE_TABLE;
  table.start_ip = code.code.start.value();
  table.end_ip = code.code.end.value();
  table.u.rti.segbase = code.eh_frame.start.value();
  table.u.rti.table_data = table_row_address;
  table.u.rti.table_len = 1;
  return _Ux86_64_dwarf_search_unwind_table(space.get(), pc, &table, info,
                                            need_info, this);
}

// --- the interface ---

Unwinder::Unwinder(const RemoteMemory &memory,
                   std::span<const LoadedObject> objects)
    : data_(std::make_unique<Data>(memory, objects)) {
  data_->space.reset(unw_create_addr_space(&accessors, 0));
}
Unwinder::Unwinder(Unwinder &&) noexcept = default;
Unwinder::~Unwinder() = default;

void Unwinder::add_code(AddressRange code, AddressRange eh_frame) {
  data_->added[code.start] = {code, eh_frame, std::nullopt};
  data_->added_tables[eh_frame.start] = eh_frame.end;
}

void Unwinder::add_name(AddressRange code, std::string function,
                        std::string origin) {
  data_->names.add_code(code, std::move(function), std::move(origin));
}

void Unwinder::prepare() {
  for (const LoadedObject &object : data_->objects) {
    if (!object.eh_frame_header) {
      // Without the file the object stays unknown, which is safe.
      Result<MappedFile> file = open_object_file(data_->memory.pid(), object);
      std::optional<AddressRange> eh_frame;
      if (file)
        eh_frame = find_eh_frame(file->bytes(), object.load_bias);
      if (eh_frame && object.range.contains(*eh_frame))
        data_->object_tables[&object] = {
            object.range, *eh_frame,
            read_frame_entries(data_->memory, *eh_frame)};
    } else {
      for (RemoteAddress at = object.eh_frame_header->start;
           at < object.eh_frame_header->end; at += page_size)
        data_->page(at.value());
    }
  }
}

Result<std::vector<StackFrame>> Unwinder::unwind(const Registers &registers,
                                                 const StackCopy &stack) {
  Data &data = *data_;
  data.registers = &registers;
  data.stack = &stack;
  data.unknown_code = 0;
  if (!data.space)
    return format_error("cannot start the unwinder");
  unw_cursor_t cursor;
  if (int status = unw_init_remote(&cursor, data.space.get(), &data);
      status < 0)
    return format_error(fmt::format("unwinder: {}", unw_strerror(status)));

  std::vector<StackFrame> frames;
  bool is_return_address = false;
  for (;;) {
    unw_word_t pc = 0, sp = 0;
    unw_get_reg(&cursor, UNW_REG_IP, &pc);
    unw_get_reg(&cursor, UNW_REG_SP, &sp);
    if (pc == 0)
      return frames;
    frames.push_back({RemoteAddress(pc), RemoteAddress(sp), is_return_address});
    if (frames.size() >= frames_max)
      return format_error(fmt::format("more than {} stack frames", frames_max));
    is_return_address = unw_is_signal_frame(&cursor) <= 0;
    int status = unw_step(&cursor);
    if (data.unknown_code != 0)
      return format_error(fmt::format("no unwind information for code at {:#x}",
                                      data.unknown_code));
    if (status < 0)
      return format_error(fmt::format("unwinder: {}", unw_strerror(status)));
    if (status == 0)
      return frames; // the return address is undefined: outermost
  }
}

FrameName Unwinder::name(const StackFrame &frame) {
  return data_->names.find(frame.pc, frame.is_return_address);
}

std::string Unwinder::describe(std::span<const StackFrame> frames) {
  std::string text;
  for (size_t i = 0; i < frames.size(); ++i) {
    FrameName found = name(frames[i]);
    std::string where =
        found.function.empty()
            ? std::string("unknown function")
            : fmt::format("{}+{:#x}", found.function, found.offset);
    text += fmt::format(
        "{}#{:<2} {} in {}{}", i == 0 ? "" : "\n", i, frames[i].pc.hex(), where,
        found.object.empty() ? "" : fmt::format(" ({})", found.object));
  }
  return text;
}

} // namespace care::runtime
