// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The steps in order, each with its line of progress. Between "applying" and
// "restoring" the sources are patched; everything in between is one function,
// so that there is one place behind it that puts them back.

#include "wrapper/patch_make/live_patches.h"

#include <set>

#include "common/mapped_file.h"
#include "wrapper/patch_make/patch_maker.h"
#include "wrapper/patch_make/project_build.h"
#include "wrapper/patch_make/rebuilt.h"
#include "wrapper/patch_make/source_tree.h"

#include <fmt/format.h>

namespace care::patch_make {

namespace fs = std::filesystem;

namespace {

struct Run {
  const Options &options;
  const Folders &folders;
  Interrupts &interrupts;
  const Progress &progress;
};

} // namespace

static Error build_stage(const Run &run, const ProjectBuild &build,
                         Stage stage) {
  bool is_original = stage == Stage::Original;
  if (run.options.clean) {
    run.progress.step("CLEANING");
    if (Error error = build.clean(stage, run.interrupts))
      return error;
  }
  run.progress.step(is_original ? "BUILDING ORIGINAL CODE"
                                : "BUILDING PATCHED CODE");
  if (Error error = build.build(stage, run.interrupts))
    return error;
  run.progress.step(
      is_original
          ? "INSTALLING ORIGINAL OBJECTS INTO " + run.folders.original.string()
          : "INSTALLING PATCHED OBJECTS INTO " + run.folders.patched.string());
  return build.install(stage, run.interrupts);
}

// Asks as patch(1) does; patch(1) itself would ask the terminal only, and not
// at all when its output is not one.
static Result<std::string> ask_for_file(const Run &run,
                                        std::string_view header_lines) {
  std::string text = "can't find file to patch\n--------------------------\n";
  while (!header_lines.empty()) {
    size_t length = header_lines.find('\n') + 1;
    text.append("|").append(header_lines.substr(0, length));
    header_lines.remove_prefix(length);
  }
  run.progress.print(text + "--------------------------\nFile to patch: ");
  Result<std::string> answer = run.interrupts.read_line();
  if (!answer && !run.interrupts.check())
    return refused("kpatch-patch-failed",
                   "names no file that is here, and nobody answers")
        .note("give the name of the file on the standard input");
  return answer;
}

static Error apply_patches(const Run &run, SourceTree &sources) {
  for (const std::string &patch : run.options.patches) {
    run.progress.step("applying " + patch + "...");
    std::string number = std::to_string(&patch - run.options.patches.data());
    fs::path log = sources.scratch() / ("patch-" + number + ".log");
    Error error = sources.apply(
        patch, log,
        [&](std::string_view header) { return ask_for_file(run, header); },
        run.interrupts);
    if (Result<MappedFile> said = MappedFile::open(log))
      run.progress.print(said->text());
    if (error)
      return std::move(error).in(fmt::format("'{}'", patch));
  }
  Result<bool> is_unchanged = sources.is_unchanged();
  if (!is_unchanged)
    return is_unchanged.take_error();
  if (*is_unchanged)
    return refused(
               "kpatch-nothing-changed",
               fmt::format("'{}': the sources are the same with the patch as "
                           "without",
                           run.options.patches.front()))
        .note("see that the patch is a unified diff (diff -up) and not empty");
  return sources.keep_line_numbers();
}

static std::set<fs::path> changed_sources(const SourceTree &sources) {
  std::set<fs::path> files;
  for (const fs::path &file : sources.changed_files())
    files.insert(sources.folder() / file);
  return files;
}

// From here to the end of this function the sources may be patched.
static Error build_patched(const Run &run, const ProjectBuild &build,
                           SourceTree &sources, Products &products) {
  if (Error error = apply_patches(run, sources))
    return error;
  products.remember();
  forget_patched_units(side_files_folder(run.folders));
  Error build_error = build_stage(run, build, Stage::Patched);
  // What the compiler refuses of a unit without an original is beside the
  // point.
  if (Error error = check_originals(side_files_folder(run.folders),
                                    run.folders.work, products))
    return error;
  if (build_error)
    return build_error;
  if (run.options.clean) // then make has compiled everything that it builds
    return {};
  return check_rebuilt(side_files_folder(run.folders),
                       changed_sources(sources));
}

static Error restore_leftovers(SourceTree &sources, Diagnostics &diagnostics) {
  if (!sources.has_leftovers())
    return {};
  diagnostics.note("an earlier run was killed; putting its sources back");
  return sources.restore();
}

static Error build_both(const Run &run, SourceTree &sources) {
  Result<ProjectBuild> build =
      ProjectBuild::create(run.options, run.folders, sources.scratch());
  if (!build)
    return build.take_error();
  if (Error error = build_stage(run, *build, Stage::Original))
    return error;

  Products products = build->products();
  Error error = build_patched(run, *build, sources, products);
  std::set<fs::path> changed = changed_sources(sources);
  run.progress.step("RESTORING SOURCES");
  Error restore_error = sources.restore();
  products.outdate(changed);
  return join_errors(std::move(error), std::move(restore_error));
}

Result<Report> make_live_patches(const Options &options, Interrupts &interrupts,
                                 const Progress &progress,
                                 Diagnostics &diagnostics) {
  if (Error error = validate(options))
    return error;
  Result<Folders> folders = find_folders(options);
  if (!folders)
    return folders.take_error();
  Result<SourceTree> sources = SourceTree::open(folders->sources);
  if (!sources)
    return sources.take_error();
  if (Error error = restore_leftovers(*sources, diagnostics))
    return error;

  Run run{options, *folders, interrupts, progress};
  if (!options.update)
    if (Error error = build_both(run, *sources))
      return error;
  progress.step("MAKING PATCHES");
  return make_patches(options, *folders, sources->scratch(), progress,
                      interrupts);
}

} // namespace care::patch_make
