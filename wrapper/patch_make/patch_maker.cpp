// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Binaries are known by what they are, not by an execute bit (Debian installs
// shared libraries without one), and matched by their path in the two trees.

#include "wrapper/patch_make/patch_maker.h"

#include <algorithm>
#include <array>
#include <elf.h>
#include <set>

#include <fmt/format.h>

#include "common/mapped_file.h"
#include "common/subprocess.h"
#include "common/write_file.h"
#include "wrapper/patch_make/change_report.h"
#include "wrapper/patch_make/linker_answer.h"
#include "wrapper/patch_make/project_build.h"
#include "wrapper/patch_make/step_log.h"

namespace care::patch_make {

namespace fs = std::filesystem;

// Is this an ELF file that can be running: a program or a shared library?
static bool is_loadable(const MappedFile &file) {
  std::span<const uint8_t> bytes = file.bytes();
  if (bytes.size() < EI_NIDENT + 2 || !file.text().starts_with(ELFMAG))
    return false;
  bool is_big_endian = bytes[EI_DATA] == ELFDATA2MSB;
  unsigned type = bytes[EI_NIDENT + (is_big_endian ? 1 : 0)];
  return type == ET_EXEC || type == ET_DYN;
}

// The regular files below `folder`, relative to it, in a stable order.
// Symbolic links are left out: what they point to is there itself.
static Result<std::vector<fs::path>> installed_files(const fs::path &folder) {
  std::vector<fs::path> files;
  std::error_code code;
  fs::recursive_directory_iterator at(folder, code);
  for (; !code && at != fs::recursive_directory_iterator(); at.increment(code))
    if (at->symlink_status(code).type() == fs::file_type::regular)
      files.push_back(at->path().lexically_relative(folder));
  if (code)
    return system_error(fmt::format("'{}'", folder.string()), code.value());
  std::sort(files.begin(), files.end());
  return files;
}

static Result<Linked> link_patch(const Options &options, const Folders &folders,
                                 const fs::path &file, const fs::path &output,
                                 const fs::path &log) {
  Command command;
  command.arguments = {(folders.tools / "libcare-link").string(),
                       (folders.original / file).string(),
                       (folders.patched / file).string(),
                       "-o",
                       output.string(),
                       "-i",
                       options.id,
                       "--json"};
  for (const std::string &name : options.allow_active)
    command.arguments.push_back("--allow-active=" + name);
  for (const std::string &answer : options.allow)
    command.arguments.push_back("--allow=" + answer);
  command.log = log;
  Result<CapturedRun> run = run_and_capture(command);
  if (!run)
    return run.take_error();
  return read_answer(*run, log);
}

// Makes the patch of one file of the original tree, if it is a binary that
// has changed, and adds it to the report.
static Error make_patch(const Options &options, const Folders &folders,
                        const fs::path &file, const fs::path &scratch,
                        Report &report) {
  Result<MappedFile> original = MappedFile::open(folders.original / file);
  if (!original)
    return original.take_error();
  std::error_code code;
  if (!is_loadable(*original) || !fs::exists(folders.patched / file, code))
    return {};
  Result<MappedFile> patched = MappedFile::open(folders.patched / file);
  if (!patched)
    return patched.take_error();
  if (original->text() == patched->text()) {
    ++report.unchanged_binaries;
    return {};
  }
  fs::path output =
      scratch / ("patch-" + std::to_string(report.patched.size()) + ".kpatch");
  fs::remove(output, code); // of a run that was interrupted
  Result<Linked> linked =
      link_patch(options, folders, file, output, scratch / "link.log");
  if (!linked)
    return linked.take_error();
  if (linked->is_unchanged) {
    ++report.unchanged_binaries;
    return {};
  }
  if (linked->replaces_nothing) {
    linked->binary.binary = file.string();
    report.only_added.push_back(std::move(linked->binary));
    return {};
  }
  linked->binary.size_bytes = fs::file_size(output, code);
  if (code)
    return refused("kpatch-no-patch",
                   fmt::format("'{}': changed, but libcare-link made no patch",
                               (folders.patched / file).string()))
        .note("this should not happen; please report it, with both binaries");
  linked->binary.binary = file.string();
  linked->binary.patch_file = output.string();
  report.patched.push_back(std::move(linked->binary));
  return {};
}

// A new function of a library has no entry in the symbol table that running
// processes have, so that the patch of another binary cannot find it.
static Error check_imports(const Report &report) {
  auto check = [](const PatchedBinary &user, const PatchedBinary &owner) {
    for (const std::string &name : owner.new_functions)
      if (std::find(user.imports.begin(), user.imports.end(), name) !=
          user.imports.end())
        return refused("kpatch-new-import",
                       fmt::format("'{}': the patch uses '{}', which is new "
                                   "in '{}'",
                                   user.binary, name, owner.binary))
            .note("a patch can use only what the running libraries have "
                  "already; add the function to '" +
                  user.binary + "' itself");
    return Error();
  };
  for (const PatchedBinary &user : report.patched)
    for (const auto *owners : {&report.patched, &report.only_added})
      for (const PatchedBinary &owner : *owners)
        if (Error error = check(user, owner))
          return error;
  return {};
}

static void print_only_added(const Report &report, const Progress &progress) {
  for (const PatchedBinary &binary : report.only_added) {
    std::string names;
    for (const std::string &name : binary.new_functions)
      names += (names.empty() ? "" : ", ") + name;
    progress.print(fmt::format("no patch for {}: nothing to replace, only new "
                               "functions ({})\n",
                               binary.binary, names.empty() ? "none" : names));
  }
}

// With --buildid only the binary of that build-id gets a patch.
static Error choose_binary(const std::string &build_id, Report &report) {
  std::string others;
  for (const PatchedBinary &binary : report.patched)
    if (binary.build_id != build_id)
      others += fmt::format("{}{} ({})", others.empty() ? "" : ", ",
                            binary.build_id, binary.binary);
  std::erase_if(report.patched, [&](const PatchedBinary &binary) {
    return binary.build_id != build_id;
  });
  if (!report.patched.empty())
    return {};
  return refused("kpatch-build-id",
                 fmt::format("no binary that the patch changes has build-id {} "
                             "(but {})",
                             build_id, others))
      .note("a patch fits one build only: build the original with the same "
            "sources, compiler and flags as the binary that runs");
}

// From here on everything was made; the patches become visible.
static Error publish(const Folders &folders, const Progress &progress,
                     Report &report) {
  std::error_code code;
  fs::create_directories(folders.patchroot, code);
  for (PatchedBinary &binary : report.patched) {
    fs::path target = folders.patchroot / (binary.build_id + ".kpatch");
    Result<MappedFile> made = MappedFile::open(binary.patch_file);
    if (!made)
      return made.take_error();
    if (Error error = write_file(target.string(), made->bytes()))
      return error;
    fs::remove(binary.patch_file, code); // the scratch folder may keep it
    binary.patch_file = target.string();
    progress.print("patch for " + (folders.original / binary.binary).string() +
                   " is in " + target.string() + "\n");
  }
  return {};
}

// Is a function of the unit in a patch? True as well if a binary does not say
// where its functions are from.
static bool is_in_patch(const UnitChanges &unit, const Report &report) {
  auto is_from = [&](const LinkedFunction &function) {
    return function.unit.empty() || function.unit == unit.id;
  };
  return std::any_of(report.patched.begin(), report.patched.end(),
                     [&](const PatchedBinary &binary) {
                       return std::any_of(binary.functions.begin(),
                                          binary.functions.end(), is_from);
                     });
}

static Error add_warnings(const Folders &folders, Report &report) {
  Result<std::vector<UnitChanges>> units =
      read_units(side_files_folder(folders));
  if (!units)
    return units.take_error();
  WarningsSaid said;
  for (UnitChanges &unit : *units)
    if (is_in_patch(unit, report))
      for (Remark &warning : unit.warnings) {
        if (!said.add(warning))
          continue;
        if (warning.location.empty())
          warning.location = unit.source;
        report.warnings.push_back(std::move(warning));
      }
  return {};
}

// Why there is no patch although the sources changed.
static Error nothing_changed(const Folders &folders, const Report &report) {
  Error error = refused(
      "kpatch-nothing-changed",
      fmt::format(
          "the patched code is the same as the original ({} binaries "
          "compared{})",
          report.unchanged_binaries + report.only_added.size(),
          report.only_added.empty() ? "" : ", some with new functions only"));
  Result<std::vector<UnitChanges>> units =
      read_units(side_files_folder(folders));
  if (!units)
    return join_errors(std::move(error), units.take_error());
  bool is_explained = false;
  for (const UnitChanges &unit : *units)
    for (const std::string &name : unit.removed_variables) {
      error = std::move(error).note(
          fmt::format("'{}': variable '{}' was removed and no code changed; in "
                      "a running process it just stays, unused",
                      unit.source, readable_name(name)));
      is_explained = true;
    }
  if (is_explained)
    return error;
  return std::move(error).note(
      "if the makefile does not know which objects depend on a changed file, "
      "use --clean");
}

Result<Report> make_patches(const Options &options, const Folders &folders,
                            const fs::path &scratch, const Progress &progress,
                            Interrupts &interrupts) {
  Result<std::vector<fs::path>> files = installed_files(folders.original);
  if (!files)
    return files.take_error();
  Report report;
  report.id = options.id;
  Error errors;
  for (const fs::path &file : *files) {
    if (Error error = interrupts.check())
      return error;
    Error error = make_patch(options, folders, file, scratch, report);
    if (error)
      errors =
          join_errors(std::move(errors),
                      std::move(error).in(fmt::format("'{}'", file.string())));
  }
  if (errors)
    return errors;
  if (Error error = check_imports(report))
    return error;
  print_only_added(report, progress);
  if (report.patched.empty() && report.unchanged_binaries == 0 &&
      report.only_added.empty())
    return refused("kpatch-no-binaries",
                   fmt::format(
                       "'{}': no program or shared library is installed here",
                       folders.original.string()))
        .note("see that `make install` honours " + options.destdir_variable);
  if (report.patched.empty())
    return nothing_changed(folders, report);
  if (!options.build_id.empty())
    if (Error error = choose_binary(options.build_id, report))
      return error;
  if (Error error = add_warnings(folders, report))
    return error;
  if (Error error = publish(folders, progress, report))
    return error;
  return report;
}

} // namespace care::patch_make
