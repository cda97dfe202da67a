// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// patch(1) moves every file that it changes away before it writes the new one
// (--backup --prefix), which keeps the file itself with all its attributes; a
// file that it creates leaves an empty placeholder. So the backup
// folders are the record of what to undo, complete at any instant, and undoing
// is moving the files back and removing those with a placeholder, last patch
// first.

#include "wrapper/patch_make/source_tree.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/mapped_file.h"
#include "common/subprocess.h"
#include "common/write_file.h"
#include "wrapper/patch_make/line_diff.h"
#include "wrapper/patch_make/line_keeper.h"
#include "wrapper/patch_make/patch_text.h"
#include "wrapper/patch_make/step_log.h"

#include <fmt/format.h>

namespace care::patch_make {

namespace fs = std::filesystem;

static Error path_error(const fs::path &path, std::error_code code) {
  return system_error(fmt::format("'{}'", path.string()), code.value());
}

Result<SourceTree> SourceTree::open(const fs::path &folder) {
  std::error_code code;
  fs::path scratch = folder / ".lpmaketmp";
  fs::create_directories(scratch, code);
  if (code)
    return path_error(scratch, code);
  fs::path lock_path = scratch / "lock";
  UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!lock.is_open())
    return system_error(fmt::format("'{}'", lock_path.string()), errno);
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return refused(
               "kpatch-busy-folder",
               fmt::format("'{}': another libcare-patch-make is at work here",
                           folder.string()))
        .note("wait until it has ended, or work in a copy of the folder");
  return SourceTree(folder, std::move(lock));
}

SourceTree::~SourceTree() {
  // The safety net of an early return. Every path that can report calls
  // restore() itself, so there is nothing left to do then.
  if (lock_.is_open() && has_leftovers()) [[maybe_unused]]
    Error unreported = restore();
}

bool SourceTree::has_leftovers() const {
  return !backups().empty();
}

// --- what the backups say

// In the order in which the patches were applied.
std::vector<fs::path> SourceTree::backups() const {
  std::vector<fs::path> result;
  for (size_t i = 0;; ++i) {
    fs::path folder = backup_folder() / std::to_string(i);
    std::error_code code;
    if (!fs::is_directory(folder, code))
      return result;
    result.push_back(folder);
  }
}

// The files of a backup, relative to it.
static std::vector<fs::path> files_below(const fs::path &folder) {
  std::vector<fs::path> files;
  std::error_code code;
  fs::recursive_directory_iterator at(folder, code);
  for (; !code && at != fs::recursive_directory_iterator();
       at.increment(code)) {
    std::error_code entry_code; // not of the walk: a link may lead nowhere
    if (!at->is_directory(entry_code))
      files.push_back(at->path().lexically_relative(folder));
  }
  return files;
}

// Written when a patch begins to be applied.
static fs::path stamp_of(const fs::path &backup) {
  return backup.native() + ".began";
}

// Was this backup written, and not moved away with its old time? That is so
// for a file that the patch creates, whose backup is an empty placeholder, and
// for one of which no hunk applied, which was copied and stays in its place.
static bool was_written(const fs::path &backup, const fs::path &file) {
  std::error_code code;
  return fs::last_write_time(backup / file, code) >=
             fs::last_write_time(stamp_of(backup), code) &&
         !code;
}

static bool is_placeholder(const fs::path &backup, const fs::path &file) {
  std::error_code code;
  return was_written(backup, file) && fs::file_size(backup / file, code) == 0 &&
         !code;
}

static bool has_same_content(const fs::path &a, const fs::path &b) {
  Result<MappedFile> first = MappedFile::open(a);
  Result<MappedFile> second = MappedFile::open(b);
  return first && second && first->text() == second->text();
}

std::vector<fs::path> SourceTree::changed_files() const {
  std::set<fs::path> files;
  for (const fs::path &backup : backups())
    for (const fs::path &file : files_below(backup))
      files.insert(file);
  return {files.begin(), files.end()};
}

// The oldest version is in the first backup that has the file. Empty if the
// patches created it.
fs::path SourceTree::original_of(const fs::path &file) const {
  std::error_code code;
  for (const fs::path &backup : backups())
    if (fs::exists(backup / file, code))
      return is_placeholder(backup, file) ? fs::path() : backup / file;
  return {};
}

Result<bool> SourceTree::is_unchanged() const {
  for (const fs::path &file : changed_files()) {
    fs::path original = original_of(file);
    std::error_code code;
    if (original.empty() || !fs::exists(folder_ / file, code))
      return false;
    Result<MappedFile> before = MappedFile::open(original);
    if (!before)
      return before.take_error();
    Result<MappedFile> after = MappedFile::open(folder_ / file);
    if (!after)
      return after.take_error();
    if (before->text() != after->text())
      return false;
  }
  return true;
}

Error SourceTree::keep_line_numbers() const {
  for (const fs::path &file : changed_files()) {
    fs::path original = original_of(file);
    std::error_code code;
    if (!is_c_source(file.native()) || original.empty() ||
        !fs::exists(folder_ / file, code))
      continue;
    Result<MappedFile> before = MappedFile::open(original);
    if (!before)
      return before.take_error();
    Result<MappedFile> after = MappedFile::open(folder_ / file);
    if (!after)
      return after.take_error();
    std::string kept =
        patch_make::keep_line_numbers(before->text(), after->text());
    if (kept == after->text())
      continue;
    fs::perms mode = fs::status(folder_ / file, code).permissions();
    if (Error error = write_file(folder_ / file, kept))
      return error;
    fs::permissions(folder_ / file, mode, code);
    if (code)
      return path_error(folder_ / file, code);
  }
  return {};
}

// --- applying

namespace {
struct Targets {
  size_t strip = 1;
  std::vector<FileSection> unknown; // no file of their names is there
};
} // namespace

static bool is_file(const fs::path &path) {
  std::error_code code;
  return fs::is_regular_file(path, code);
}

static bool names_a_file(const fs::path &folder, const FileSection &section,
                         size_t strip) {
  std::optional<std::string> old_name =
      strip_components(section.old_name, strip);
  std::optional<std::string> new_name =
      strip_components(section.new_name, strip);
  if (section.is_creation)
    return new_name.has_value();
  return (old_name && is_file(folder / *old_name)) ||
         (new_name && is_file(folder / *new_name));
}

// Patches are made one folder above the sources (-p1), as git does. Names that
// fit as they are, the same on both sides, are taken as they are; two names of
// one folder, as of `diff -up foo.c bar.c`, are a question for a person.
static Targets find_targets(const fs::path &folder,
                            const std::vector<FileSection> &sections) {
  Targets targets;
  for (const FileSection &section : sections)
    if (!names_a_file(folder, section, 1))
      targets.unknown.push_back(section);
  auto fits_unstripped = [&](const FileSection &section) {
    return (section.old_name == section.new_name ||
            section.old_name == std::string(section.new_name) + ".orig") &&
           names_a_file(folder, section, 0);
  };
  if (!targets.unknown.empty() &&
      std::all_of(sections.begin(), sections.end(), fits_unstripped))
    targets = {0, {}};
  return targets;
}

// A name that a person gave, made relative to the folder.
static Result<std::string> checked_answer(const fs::path &folder,
                                          const std::string &answer) {
  fs::path file = (folder / answer).lexically_normal();
  fs::path relative = file.lexically_relative(folder.lexically_normal());
  if (!answer.empty() && is_file(file) && *relative.begin() != "..")
    return relative.string();
  return refused("kpatch-patch-failed", fmt::format("'{}' is no file in '{}'",
                                                    answer, folder.string()))
      .note("answer with the path of the file that the patch changes, or "
            "correct the paths in the patch");
}

static Error ask_for_unknown(const fs::path &folder, const Targets &targets,
                             std::string_view text, const AskForFile &ask,
                             std::vector<Renaming> &renamings) {
  std::vector<std::string_view> lines = split_lines(text);
  for (const FileSection &section : targets.unknown) {
    std::string header(lines[section.header_line]);
    header += lines[section.header_line + 1];
    Result<std::string> answer = ask(header);
    if (!answer)
      return answer.take_error();
    Result<std::string> name = checked_answer(folder, *answer);
    if (!name)
      return name.take_error();
    renamings.push_back({section.header_line, *name});
  }
  return {};
}

Error SourceTree::apply(const std::string &patch_file, const fs::path &log,
                        const AskForFile &ask, Interrupts &interrupts) {
  Result<MappedFile> file = MappedFile::open(patch_file);
  if (!file)
    return file.take_error();
  std::vector<FileSection> sections = parse_unified_diff(file->text());
  Targets targets = find_targets(folder_, sections);
  std::vector<Renaming> renamings;
  if (Error error =
          ask_for_unknown(folder_, targets, file->text(), ask, renamings))
    return error;

  std::error_code code;
  std::string number = std::to_string(backups().size());
  fs::path backup = backup_folder() / number;
  fs::path renamed = scratch() / ("patch-" + number + ".diff");
  if (Error error =
          write_file(renamed, rename_sections(file->text(), renamings)))
    return error;
  fs::create_directories(backup, code);
  if (code)
    return path_error(backup, code);
  if (Error error = write_file(stamp_of(backup), std::string_view()))
    return error;

  Command command;
  command.arguments = {"patch",
                       "-p" + std::to_string(targets.strip),
                       "--forward",
                       "--get=0",
                       "--backup",
                       "--version-control=simple",
                       "--prefix=" + backup.string() + "/",
                       "--reject-file=" + (scratch() / "rejects").string(),
                       "--input=" + renamed.string()};
  command.directory = folder_;
  command.log = log;
  command.standard_input = "/dev/null";
  Result<ExitState> state = interrupts.run(command);
  if (!state)
    return state.take_error();
  if (!state->ok())
    return with_log(refused("kpatch-patch-failed", "does not apply"), log);
  return {};
}

// --- putting back

// Folders that patch(1) made for new files go away again with them.
static void remove_empty_parents(fs::path folder, const fs::path &stop) {
  std::error_code code;
  while (folder != stop && fs::is_empty(folder, code) && !code) {
    fs::remove(folder, code);
    folder = folder.parent_path();
  }
}

static Error put_back(const fs::path &backup, const fs::path &name,
                      const fs::path &folder) {
  std::error_code code;
  fs::path file = folder / name;
  if (is_placeholder(backup, name)) {
    fs::remove(file, code);
    if (code)
      return path_error(file, code);
    remove_empty_parents(file.parent_path(), folder);
    fs::remove(backup / name, code);
  } else if (was_written(backup, name) &&
             has_same_content(backup / name, file)) {
    fs::remove(backup / name, code);
  } else {
    fs::create_directories(file.parent_path(), code);
    fs::rename(backup / name, file, code);
  }
  if (code)
    return path_error(file, code);
  return {};
}

Error SourceTree::restore() {
  std::vector<fs::path> all = backups();
  Error error;
  for (auto backup = all.rbegin(); backup != all.rend(); ++backup) {
    Error here;
    for (const fs::path &file : files_below(*backup))
      here = join_errors(std::move(here), put_back(*backup, file, folder_));
    std::error_code code;
    if (!here) {
      fs::remove_all(*backup, code);
      fs::remove(stamp_of(*backup), code);
    }
    error = join_errors(std::move(error), std::move(here));
  }
  return error;
}

} // namespace care::patch_make
