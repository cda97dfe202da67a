// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-ctl symbols: writes files from which gdb and perf learn about the
// patches of one process (runtime/patch/symbol_file.h). Stops nothing. Core
// dumps hold the code of the patches, too: the same files serve for them.

#include "runtime/ctl/options.h"
#include "runtime/ctl/refusal.h"
#include "runtime/patch/symbol_file.h"

#include "common/mapped_file.h"
#include "common/write_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <filesystem>

namespace care::runtime {

namespace {

// Lines that are ours end so; others are of a just-in-time compiler in the
// process, which keeps its own map in the same file.
constexpr std::string_view origin_start = "[patch ";

std::string file_part(std::string_view text) {
  std::string part(text);
  for (char &c : part)
    if (!isalnum(static_cast<unsigned char>(c)) && !strchr("._-", c))
      c = '_';
  return part;
}

// The lines of others in a perf map that is there already.
Result<std::string> read_foreign_lines(const std::string &path) {
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem))
    return std::string();
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  std::string kept;
  std::string_view rest = file->text();
  while (!rest.empty()) {
    size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
    std::string_view line = rest.substr(0, end);
    if (line.find(origin_start) == line.npos)
      kept += line;
    rest.remove_prefix(end);
  }
  return kept;
}

struct SymbolFiles {
  std::string folder;
  pid_t pid = 0;
  std::string gdb_commands, perf_map;
  size_t count = 0;

  std::string path(std::string_view name) const {
    return (std::filesystem::path(folder) / name).string();
  }
  std::string gdb_path() const { return path(fmt::format("{}.gdb", pid)); }
  std::string map_path() const { return path(fmt::format("perf-{}.map", pid)); }

  Error add(const Target &target, const PatchRegion &region) {
    Result<PatchCode> code = read_patch_code(target.memory(), region);
    if (!code)
      return code.take_error().in(fmt::format("patch '{}'", region.id()));
    const LoadedObject *object = target.object_of(region);
    std::string object_name = object ? object->name() : "(unloaded)";
    std::string file = path(fmt::format(
        "{}-{}-{:x}.elf", pid, file_part(region.id()), region.base.value()));
    if (Error error = write_file(file, make_symbol_file(*code)))
      return error;
    std::error_code problem;
    std::filesystem::path whole = std::filesystem::absolute(file, problem);
    gdb_commands +=
        fmt::format("add-symbol-file {}\n", problem ? file : whole.string());
    perf_map += make_perf_map(*code, fmt::format("{}{} of {}]", origin_start,
                                                 region.id(), object_name));
    fmt::print("patch '{}' of {} ({}): {} function(s) in {}\n", region.id(),
               object_name, patch_state_name(region.journal.state),
               code->symbols.size(), file);
    ++count;
    return {};
  }

  Error finish() {
    Result<std::string> foreign = read_foreign_lines(map_path());
    if (!foreign)
      return foreign.take_error();
    if (Error error = write_file(map_path(), *foreign + perf_map))
      return error;
    std::string commands =
        "# Symbols and unwind tables of live patches, for gdb: -x FILE\n"
        "set confirm off\n" +
        gdb_commands + "set confirm on\n";
    if (Error error = write_file(gdb_path(), std::string_view(commands)))
      return error;
    fmt::print("gdb: gdb -p {} -x {}\n", pid, gdb_path());
    fmt::print("perf: {}{}\n", map_path(),
               folder == "/tmp" || folder == "/tmp/"
                   ? ""
                   : " (perf looks for it in /tmp)");
    return {};
  }
};

Error write_symbols(const Options &options) {
  Result<std::unique_ptr<Target>> target =
      Target::open_read_only(options.process_id);
  if (!target)
    return target.take_error();
  SymbolFiles files{.folder = options.output_folder,
                    .pid = options.process_id,
                    .gdb_commands = {},
                    .perf_map = {}};
  for (const PatchRegion &region : (*target)->regions())
    if (region.journal.state != PatchState::Preparing)
      if (Error error = files.add(**target, region))
        return error;
  if (files.count == 0)
    return refused("kpatch-not-applied", "no patch is applied")
        .note("'libcare-ctl info' lists the processes that have patches");
  return files.finish();
}

} // namespace

int run_symbols(const Options &options, Diagnostics &diagnostics) {
  Error error = write_symbols(options);
  if (!error)
    return 0;
  error = complete_refusal(
      std::move(error).in(describe_process(options.process_id)));
  diagnostics.report(error);
  return exit_status(error.kind());
}

} // namespace care::runtime
