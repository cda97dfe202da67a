// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In one folder for a whole build, sub/foo.o and other/foo.o must not share a
// name, also when make changes into sub and other: names are made of absolute
// paths. A second build in another place must find the files of the first
// nevertheless. LIBCARE_BUILD_ROOT, the top of both builds, gives both; without
// it the second build takes the one file whose path ends as its own does below
// the working directory. If several do, nothing is guessed.

#include "wrapper/cc/side_files.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "common/flat_path.h"

namespace care::wrapper {

namespace fs = std::filesystem;

std::string default_output(Goal goal, std::string_view source) {
  if (goal == Goal::Link)
    return "a.out";
  std::string_view name = source.substr(source.rfind('/') + 1);
  name = name.substr(0, name.rfind('.'));
  return std::string(name) + (goal == Goal::Assembly ? ".s" : ".o");
}

// Links in the folders are followed, as getcwd does; the last component is
// never looked at and need not exist.
static fs::path absolute_path(const std::string &path) {
  std::error_code error;
  fs::path file(path);
  fs::path folder = fs::weakly_canonical(
      fs::absolute(file.parent_path().empty() ? "." : file.parent_path(),
                   error),
      error);
  return folder / file.filename();
}

// `path` (absolute) below `root`, or all of it if it is elsewhere.
static std::string relative_to(const std::string &root, const fs::path &path) {
  std::error_code error;
  fs::path top = fs::weakly_canonical(root, error);
  fs::path below = path.parent_path().lexically_relative(top);
  if (below.empty() || *below.begin() == "..")
    return path.string();
  if (below == ".")
    return path.filename().string();
  return (below / path.filename()).string();
}

static std::string flattened(std::string_view path) {
  std::string name = flat_path(path);
  // A file name has at most 255 bytes; prefix and suffix need some.
  constexpr size_t max_length = 200;
  if (name.size() <= max_length)
    return name;
  size_t hash = std::hash<std::string_view>()(path);
  return std::to_string(hash) + "__" + name.substr(name.size() - 150);
}

// The names of original texts in KPATCH_ASM_DIR, without KPATCH_PREFIX.
static std::vector<std::string> kept_originals(const Settings &settings) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator at(settings.asm_dir, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(settings.prefix) && name.ends_with(".original.s"))
      names.push_back(name.substr(settings.prefix.size()));
  }
  return names;
}

// Does the original text `kept` belong to what is called `name`? With
// link-time optimisation it is one of several. The name of a source file
// follows if a command has several; then `name` is that of a program
// ("prog-main.c") or of a folder.
static bool belongs_to(std::string_view kept, std::string_view name) {
  std::string_view rest = kept.substr(std::min(name.size(), kept.size()));
  return kept.starts_with(name) &&
         (rest == ".original.s" || rest.starts_with(".link.") ||
          rest.starts_with('-') || name.ends_with("__"));
}

// The name under which a build in another place kept the original of `output`,
// or `own` if there is no such place.
static Result<std::string> find_moved(const Settings &settings,
                                      const fs::path &output,
                                      const std::string &own) {
  std::vector<std::string> originals = kept_originals(settings);
  std::string here = flattened(absolute_path("./").string());
  std::string folder = flattened(output.parent_path().string() + "/");
  for (const std::string &kept : originals)
    if (belongs_to(kept, own) || kept.starts_with(here) ||
        kept.starts_with(folder))
      return own;
  std::string below = relative_to(".", output);
  std::string tail = "__" + flattened(below);
  std::set<std::string> candidates;
  for (const std::string &kept : originals) {
    size_t at = kept.rfind(tail);
    if (!below.empty() && at != std::string::npos &&
        belongs_to(kept.substr(at), tail))
      candidates.insert(kept.substr(0, at + tail.size()));
  }
  if (candidates.size() == 1)
    return *candidates.begin();
  if (originals.empty())
    return own; // whoever looks for it says that there is none
  return refused("kpatch-side-file",
                 "'" + output.string() + "': KPATCH_ASM_DIR '" +
                     settings.asm_dir + "' is of a build in another folder, " +
                     "with " + std::to_string(candidates.size()) +
                     " outputs that this could be")
      .note("set LIBCARE_BUILD_ROOT to the top folder of the build, in both "
            "stages");
}

Result<SideFiles> side_files(const Settings &settings,
                             const std::string &output) {
  fs::path absolute = absolute_path(output);
  SideFiles files;
  files.output = settings.build_root.empty()
                     ? absolute.string()
                     : relative_to(settings.build_root, absolute);
  if (settings.asm_dir.empty()) {
    size_t slash = output.rfind('/') + 1; // 0 if there is none
    files.stem =
        output.substr(0, slash) + settings.prefix + output.substr(slash);
    return files;
  }
  std::string own = flattened(files.output);
  bool may_be_moved =
      settings.build_root.empty() && settings.stage == Stage::Patched;
  Result<std::string> name =
      may_be_moved ? find_moved(settings, absolute, own) : own;
  if (!name)
    return name.take_error();
  files.stem = settings.asm_dir + "/" + settings.prefix + *name;
  return files;
}

Error create_asm_dir(const Settings &settings) {
  std::error_code error;
  if (!settings.asm_dir.empty())
    fs::create_directories(settings.asm_dir, error);
  if (error)
    return system_error("KPATCH_ASM_DIR: '" + settings.asm_dir + "'",
                        error.value());
  return {};
}

} // namespace care::wrapper
