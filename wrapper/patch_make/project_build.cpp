// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the project's build comes to use the wrapper: CC and CXX are set in the
// environment, and for makefiles that name their compiler a folder in front of
// the PATH has the wrapper under the usual names. Nothing is put on make's
// command line, because that would also throw away options that a makefile
// has in its CC, and nothing of the system is touched.
//
// The saved assembly goes to a folder of ours, where the project's `make
// clean` does not find it.

#include "wrapper/patch_make/project_build.h"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <unistd.h>

#include "common/mapped_file.h"
#include "wrapper/patch_make/step_log.h"

#include <fmt/format.h>

namespace care::patch_make {

namespace fs = std::filesystem;

fs::path side_files_folder(const Folders &folders) {
  const char *folder = getenv("KPATCH_ASM_DIR");
  return folder ? folders.work / folder
                : folders.sources / ".lpmaketmp" / "asm";
}

static std::string_view stage_name(Stage stage) {
  return stage == Stage::Original ? "original" : "patched";
}

static Error folder_error(const fs::path &folder, std::error_code code) {
  return system_error(fmt::format("'{}'", folder.string()), code.value());
}

static bool has_makefile(const fs::path &folder) {
  std::error_code code;
  for (const char *name : {"GNUmakefile", "makefile", "Makefile"})
    if (fs::exists(folder / name, code))
      return true;
  return false;
}

Result<ProjectBuild> ProjectBuild::create(const Options &options,
                                          const Folders &folders,
                                          const fs::path &scratch) {
  ProjectBuild build(options, folders, scratch);
  std::error_code code;
  build.has_lpmakefile_ = fs::exists(folders.work / "lpmakefile", code);
  if (!build.has_lpmakefile_ && !has_makefile(folders.work))
    return refused(
               "kpatch-no-makefile",
               fmt::format("'{}': neither a Makefile nor an lpmakefile is here",
                           folders.work.string()))
        .note("run this where `make` and `make install DESTDIR=...` work, or "
              "write an lpmakefile with the targets all, install and clean");
  for (const char *name : {"libcare-cc", "libcare-link"})
    if (access((folders.tools / name).c_str(), X_OK) != 0)
      return system_error(fmt::format("'{}'", (folders.tools / name).string()),
                          errno);

  // The previous run's logs would only confuse.
  for (fs::directory_iterator at(scratch, code), end; !code && at != end;
       at.increment(code))
    if (at->path().extension() == ".log")
      fs::remove(at->path(), code);
  for (const fs::path &folder : {build.assembly_folder(), folders.original,
                                 folders.patched, folders.patchroot}) {
    fs::create_directories(folder, code);
    if (code)
      return folder_error(folder, code);
  }
  if (Error error = build.add_compiler_names())
    return error;
  return build;
}

Error ProjectBuild::add_compiler_names() const {
  constexpr std::array<std::pair<const char *, const char *>, 6> names = {{
      {"gcc", "libcare-cc"},
      {"cc", "libcare-cc"},
      {"x86_64-linux-gnu-gcc", "libcare-cc"},
      {"g++", "libcare-c++"},
      {"c++", "libcare-c++"},
      {"x86_64-linux-gnu-g++", "libcare-c++"},
  }};
  std::error_code code;
  fs::remove_all(names_folder(), code);
  fs::create_directories(names_folder(), code);
  if (code)
    return folder_error(names_folder(), code);
  for (auto [name, tool] : names) {
    fs::create_symlink(folders_.tools / tool, names_folder() / name, code);
    if (code)
      return folder_error(names_folder() / name, code);
  }
  return {};
}

// --- running make

fs::path ProjectBuild::log_path(Stage stage, std::string_view step) const {
  return scratch_ /
         (std::string(step) + "-" + std::string(stage_name(stage)) + ".log");
}

std::vector<std::string> ProjectBuild::environment(Stage stage) const {
  const char *path = getenv("PATH");
  std::string old_path = path ? path : "/usr/local/bin:/usr/bin:/bin";
  std::vector<std::string> result = {
      "KPATCH_STAGE=" + std::string(stage_name(stage)),
      "KPATCH_PATH=" + folders_.tools.string(),
      "LIBCARE_BUILD_ROOT=" + folders_.work.string(),
      "IS_LIBCARE_CC=y",
      // Objects from a cache come without side files.
      "CCACHE_DISABLE=1",
      "CC=" + (folders_.tools / "libcare-cc").string(),
      "CXX=" + (folders_.tools / "libcare-c++").string(),
      "PATH=" + names_folder().string() + ":" + old_path,
      "LPMAKE_ORIGINAL_DIR=" + folders_.original.string(),
      "LPMAKE_PATCHED_DIR=" + folders_.patched.string(),
      "LPMAKE_PATCHROOT=" + folders_.patchroot.string(),
      // We may be called from a makefile; the project's make is not its child.
      "MAKEFLAGS=",
      "MAKELEVEL=",
  };
  std::string allow;
  for (const std::string &answer : options_.allow)
    allow += answer + ";";
  if (!allow.empty())
    result.push_back("KPATCH_ALLOW=" + allow);
  if (!getenv("KPATCH_ASM_DIR"))
    result.push_back("KPATCH_ASM_DIR=" + assembly_folder().string());
  return result;
}

Command ProjectBuild::make_command(Stage stage, std::string_view step) const {
  Command command;
  command.arguments = {"make"};
  if (has_lpmakefile_)
    command.arguments.insert(command.arguments.end(), {"-f", "lpmakefile"});
  if (options_.jobs > 0)
    command.arguments.push_back("-j" + std::to_string(options_.jobs));
  command.environment = environment(stage);
  command.directory = folders_.work;
  command.log = log_path(stage, step);
  command.standard_input = "/dev/null";
  return command;
}

Error ProjectBuild::clean(Stage stage, Interrupts &interrupts) const {
  Command command = make_command(stage, "clean");
  command.arguments.emplace_back("clean");
  Result<ExitState> state = interrupts.run(command);
  if (!state)
    return state.take_error();
  if (!state->ok())
    return with_log(
        refused("kpatch-build-failed", "make clean: " + state->describe())
            .note("leave --clean out if there is no such target"),
        command.log);
  std::error_code code;
  fs::path installed =
      stage == Stage::Original ? folders_.original : folders_.patched;
  std::vector<fs::path> stale = {installed};
  if (stage == Stage::Original)
    stale.push_back(assembly_folder());
  for (const fs::path &folder : stale) {
    fs::remove_all(folder, code);
    if (!code)
      fs::create_directories(folder, code);
    if (code)
      return folder_error(folder, code);
  }
  return {};
}

Error ProjectBuild::build(Stage stage, Interrupts &interrupts) const {
  Command command = make_command(stage, "build");
  Result<ExitState> state = interrupts.run(command);
  if (!state)
    return state.take_error();
  std::string what = "building the " + std::string(stage_name(stage)) + " code";
  if (!state->ok()) {
    if (Error refusal = refusal_in(command.log, what))
      return refusal;
    return with_log(
        refused("kpatch-build-failed", what + ": make: " + state->describe()),
        command.log);
  }
  std::error_code code;
  if (!getenv("KPATCH_ASM_DIR") && fs::is_empty(assembly_folder(), code))
    return with_log(
        refused("kpatch-not-wrapped",
                what + ": nothing was compiled through libcare-cc")
            .note("if everything was up to date, use --clean; else see that "
                  "the makefile takes its compiler from $(CC)"),
        command.log);
  return {};
}

static bool lacks_install_target(const fs::path &log) {
  Result<MappedFile> file = MappedFile::open(log);
  return file && (file->text().find("target 'install'") != std::string::npos ||
                  file->text().find("target `install'") != std::string::npos);
}

Error ProjectBuild::install(Stage stage, Interrupts &interrupts) const {
  fs::path folder =
      stage == Stage::Original ? folders_.original : folders_.patched;
  Command command = make_command(stage, "install");
  command.arguments.insert(
      command.arguments.end(),
      {"install", options_.destdir_variable + "=" + folder.string()});
  Result<ExitState> state = interrupts.run(command);
  if (!state)
    return state.take_error();
  if (state->ok())
    return {};
  if (lacks_install_target(command.log))
    return refused("kpatch-no-install",
                   fmt::format("'{}': the makefile has no target 'install'",
                               folders_.work.string()))
        .note("write an lpmakefile beside it with the targets all, install "
              "(into $(" +
              options_.destdir_variable + ")) and clean");
  return with_log(refused("kpatch-build-failed",
                          "installing the " + std::string(stage_name(stage)) +
                              " objects: make install: " + state->describe()),
                  command.log);
}

// --- afterwards

Products ProjectBuild::products() const {
  return Products({folders_.work, folders_.sources},
                  {scratch_, folders_.work / ".lpmaketmp", folders_.original,
                   folders_.patched, folders_.patchroot, folders_.work / ".git",
                   folders_.sources / ".git"});
}

} // namespace care::patch_make
