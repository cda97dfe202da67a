// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCC's preprocessor tells when it has read the first word of a line, and when
// it enters and leaves a file. If the line is one of the original's and has
// another number, this does what a #line directive in front of it would do: it
// adds a map to the line table, and puts the word, which has its place already,
// into it. New lines are counted on from the line before them.
//
// What decides is the text of the lines alone. A directive of the source itself
// (#line, a preprocessed file) ends this for the file: the numbers are not
// those of the file then.
//
// Messages are to show the lines as they are. While one is printed, the maps
// have the numbers of the file again.

#include "plugin/line_numbers.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/mapped_file.h"
#include "common/source_scanner.h"
#include "gensrc/assembly.h"
#include "plugin/line_match.h"

#include "plugin/gcc_headers.h"

#include "cpplib.h"

// The C family's reader. Other compilers that load the plugin (lto1) have none.
extern cpp_reader *parse_in __attribute__((weak));

namespace care::plugin {

namespace {

// A file that is being read.
struct OpenFile {
  const std::vector<uint32_t> *lines = nullptr; // what match_lines() gave
  int64_t moved = 0; // line of the file minus its number now
};

struct LineKeeper {
  std::unordered_map<std::string, std::vector<uint32_t>> original; // by file
  std::string folder_before, folder_now;
  std::map<std::string, std::vector<uint32_t>> matched;
  std::vector<OpenFile> open;
  std::unordered_map<location_t, int64_t> moves; // of our maps, by their start
  decltype(cpp_callbacks::line_change) next_line_change = nullptr;
  decltype(cpp_callbacks::file_change) next_file_change = nullptr;
  diagnostic_starter_fn next_starter = nullptr;
  diagnostic_finalizer_fn next_finalizer = nullptr;
  int messages = 0; // that are being printed
};

} // namespace

static LineKeeper keeper;

// --- original stage

static bool is_project_file(const line_map_ordinary *map) {
  const char *name = ORDINARY_MAP_FILE_NAME(map);
  return !map->sysp && name && *name && *name != '<';
}

static std::set<std::string> files_with_line_macro() {
  std::set<std::string> files;
  for (unsigned i = 0; i < LINEMAPS_MACRO_USED(line_table); i++) {
    const line_map_macro *macro =
        LINEMAPS_MACRO_MAP_AT(line_table, static_cast<int>(i));
    if (std::string_view(linemap_map_get_macro_name(macro)) != "__LINE__")
      continue;
    const line_map_ordinary *map = nullptr;
    linemap_resolve_location(line_table,
                             MACRO_MAP_EXPANSION_POINT_LOCATION(macro),
                             LRK_MACRO_EXPANSION_POINT, &map);
    if (map && is_project_file(map))
      files.insert(ORDINARY_MAP_FILE_NAME(map));
  }
  return files;
}

std::vector<LinesFact> source_lines() {
  std::set<std::string> files = files_with_line_macro();
  if (main_input_filename)
    files.insert(main_input_filename);
  std::vector<LinesFact> facts;
  for (const std::string &name : files)
    if (Result<MappedFile> file = MappedFile::open(name))
      facts.push_back({name, line_fingerprints(file->text())});
  return facts;
}

// --- patched stage

// Enumerators are counted on from the line of their brace: some count
// themselves by __LINE__, and one that is new has to move those behind it.
static void forget_enumerators(std::string_view text,
                               std::vector<uint32_t> &lines) {
  SourceScanner scanner;
  for (size_t i = 0; i < lines.size() && !text.empty(); ++i) {
    std::string_view line = text.substr(0, text.find('\n'));
    line = text.substr(0, std::min(line.size() + 1, text.size()));
    if (scanner.is_in_enumerators())
      lines[i] = 0;
    scanner.scan(line);
    text.remove_prefix(line.size());
  }
}

// Null: the original says nothing about it, or it has all lines where they
// were.
static const std::vector<uint32_t> *matched_lines(const std::string &name) {
  if (auto known = keeper.matched.find(name); known != keeper.matched.end())
    return known->second.empty() ? nullptr : &known->second;
  std::vector<uint32_t> &lines = keeper.matched[name];
  auto before = keeper.original.find(name);
  if (before == keeper.original.end() && !keeper.folder_now.empty() &&
      name.starts_with(keeper.folder_now))
    before = keeper.original.find(keeper.folder_before +
                                  name.substr(keeper.folder_now.size()));
  if (before == keeper.original.end())
    return nullptr;
  Result<MappedFile> file = MappedFile::open(name);
  if (!file)
    return nullptr; // the compiler will say so
  std::vector<uint32_t> now = line_fingerprints(file->text());
  if (now != before->second)
    lines = match_lines(before->second, now);
  forget_enumerators(file->text(), lines);
  return lines.empty() ? nullptr : &lines;
}

// Gives the line on which `token` is the first its number in the original.
static void keep_number(OpenFile &file, cpp_token &token) {
  location_t place = get_pure_location(line_table, token.src_loc);
  const line_map_ordinary *map =
      linemap_check_ordinary(linemap_lookup(line_table, place));
  auto number = SOURCE_LINE(map, place);
  int64_t line = number + file.moved;
  if (line < 1 || line > static_cast<int64_t>(file.lines->size()))
    return;
  uint32_t wanted = (*file.lines)[static_cast<size_t>(line - 1)];
  if (wanted == 0 || wanted == number)
    return;
  source_range range = get_range_from_loc(line_table, token.src_loc);
  unsigned first = SOURCE_COLUMN(map, place);
  unsigned last = std::max(first, SOURCE_COLUMN(map, range.m_finish));
  const line_map *added = linemap_add(line_table, LC_RENAME, map->sysp,
                                      ORDINARY_MAP_FILE_NAME(map), wanted);
  keeper.moves[MAP_START_LOCATION(added)] = line - wanted;
  linemap_line_start(line_table, wanted, std::max(last + 1, 127U));
  range.m_start = linemap_position_for_column(line_table, first);
  range.m_finish = linemap_position_for_column(line_table, last);
  token.src_loc =
      COMBINE_LOCATION_DATA(line_table, range.m_start, range, nullptr);
  file.moved = line - wanted;
}

static void on_line_change(cpp_reader *reader, const cpp_token *token,
                           int parsing_arguments) {
  OpenFile &file = keeper.open.back();
  if (file.lines && token->type != CPP_EOF)
    keep_number(file, const_cast<cpp_token &>(*token)); // nobody has read it
  if (keeper.next_line_change)
    keeper.next_line_change(reader, token, parsing_arguments);
}

static void on_file_change(cpp_reader *reader, const line_map_ordinary *map) {
  if (keeper.next_file_change)
    keeper.next_file_change(reader, map);
  if (!map)
    return;
  if (map->reason == LC_ENTER)
    keeper.open.push_back({matched_lines(ORDINARY_MAP_FILE_NAME(map))});
  else if (map->reason == LC_LEAVE && keeper.open.size() > 1)
    keeper.open.pop_back();
  else if (map->reason == LC_RENAME_VERBATIM)
    keeper.open.back().lines = nullptr;
}

// --- messages

// Moves the numbers of all lines after our maps; `sign` is 1 for the lines of
// the files, and -1 for back.
static void move_numbers(int sign) {
  std::vector<int64_t> moved = {0}; // by depth of inclusion
  for (unsigned i = 0; i < LINEMAPS_ORDINARY_USED(line_table); i++) {
    line_map_ordinary *map =
        LINEMAPS_ORDINARY_MAP_AT(line_table, static_cast<int>(i));
    if (map->reason == LC_ENTER)
      moved.push_back(0);
    else if (map->reason == LC_LEAVE && moved.size() > 1)
      moved.pop_back();
    else if (map->reason == LC_RENAME_VERBATIM)
      moved.back() = 0;
    if (auto ours = keeper.moves.find(MAP_START_LOCATION(map));
        ours != keeper.moves.end())
      moved.back() = ours->second;
    map->to_line =
        static_cast<linenum_type>(map->to_line + sign * moved.back());
  }
}

static void on_message(diagnostic_context *context, diagnostic_info *message) {
  if (keeper.messages++ == 0)
    move_numbers(1);
  keeper.next_starter(context, message);
}

static void after_message(diagnostic_context *context, diagnostic_info *message,
                          diagnostic_t kind) {
  keeper.next_finalizer(context, message, kind);
  if (--keeper.messages == 0)
    move_numbers(-1);
}

// --- registration

void keep_line_numbers(const Facts &original) {
  if (!&parse_in || !parse_in || !main_input_filename)
    return;
  for (const LinesFact &file : original.lines)
    keeper.original.emplace(file.file, file.lines);
  gensrc::SourceFolders folders =
      gensrc::source_folders(original.source, main_input_filename);
  keeper.folder_before = folders.before;
  keeper.folder_now = folders.now;
  keeper.open.push_back({matched_lines(main_input_filename)});
  // This warning goes by line numbers, and reads the lines that they name. The
  // original stage has given it.
  warn_misleading_indentation = 0;
  cpp_callbacks *callbacks = cpp_get_callbacks(parse_in);
  keeper.next_line_change =
      std::exchange(callbacks->line_change, on_line_change);
  keeper.next_file_change =
      std::exchange(callbacks->file_change, on_file_change);
  keeper.next_starter =
      std::exchange(diagnostic_starter(global_dc), on_message);
  keeper.next_finalizer =
      std::exchange(diagnostic_finalizer(global_dc), after_message);
}

} // namespace care::plugin
