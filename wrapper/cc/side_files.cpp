// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In one folder for a whole build, sub/foo.o and other/foo.o must not share a
// name, also when make changes into sub and other; and a second build in
// another place must find the files of the first. LIBCARE_BUILD_ROOT, the top
// of the build, gives both. Without it the working directory takes its place;
// a clash is then found by the plugin, which reads in the existing facts whose
// they are.

#include "wrapper/cc/side_files.h"

#include <filesystem>

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
  std::string name;
  for (char c : path) {
    if (c == '/')
      name += "__";
    else
      name += c;
  }
  // A file name has at most 255 bytes; prefix and suffix need some.
  constexpr size_t max_length = 200;
  if (name.size() <= max_length)
    return name;
  size_t hash = std::hash<std::string_view>()(path);
  return std::to_string(hash) + "__" + name.substr(name.size() - 150);
}

SideFiles side_files(const Settings &settings, const std::string &output) {
  fs::path absolute = absolute_path(output);
  SideFiles files;
  files.output = settings.build_root.empty()
                     ? absolute.string()
                     : relative_to(settings.build_root, absolute);
  if (!settings.asm_dir.empty()) {
    std::string name = relative_to(
        settings.build_root.empty() ? "." : settings.build_root, absolute);
    files.stem = settings.asm_dir + "/" + settings.prefix + flattened(name);
  } else {
    size_t slash = output.rfind('/') + 1; // 0 if there is none
    files.stem =
        output.substr(0, slash) + settings.prefix + output.substr(slash);
  }
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
