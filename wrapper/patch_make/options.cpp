// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Everything that is wrong with the command line is said before the first
// build starts, because a build may take an hour.

#include "wrapper/patch_make/options.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <unistd.h>

#include "common/patch_format.h"
#include "common/allowances.h"

#include <fmt/format.h>

namespace care::patch_make {

namespace fs = std::filesystem;

static bool is_build_id(std::string_view text) {
  return !text.empty() && text.size() <= 40 && text.size() % 2 == 0 &&
         text.find_first_not_of("0123456789abcdef") == text.npos;
}

Error validate(const Options &options) {
  if (Error error = Allowances().add_all(options.allow))
    return error;
  if (options.id.empty())
    return usage_error("the patch id is empty")
        .note("give --id at most 7 characters that name this patch");
  if (options.id.size() > patch_id_max)
    return usage_error(
        fmt::format("patch id '{}' is too long ({} characters, at most {})",
                    options.id, options.id.size(), patch_id_max));
  if (!options.build_id.empty() && !is_build_id(options.build_id))
    return usage_error(
        fmt::format("'{}' is no build-id (an even number of hex digits, "
                    "at most 40)",
                    options.build_id));
  if (options.clean && options.update)
    return usage_error("--clean and --update exclude each other");
  if (options.update && !options.patches.empty())
    return usage_error(
               fmt::format("'{}': --update builds nothing and takes no source "
                           "patch",
                           options.patches.front()))
        .note("leave --update out to build with the patch, or leave the patch "
              "out to make the patches anew from what is installed");
  if (options.patches.empty() && !options.update)
    return usage_error("no source patch given");
  for (const std::string &patch : options.patches)
    if (access(patch.c_str(), R_OK) != 0)
      return system_error(fmt::format("'{}'", patch), errno);
  return {};
}

static fs::path from_environment(const char *name, const fs::path &fallback) {
  const char *value = getenv(name);
  std::error_code code;
  return fs::absolute(value && *value ? fs::path(value) : fallback, code)
      .lexically_normal();
}

// A folder that a clean build removes must not hold what we work on.
static Error check_removable(const fs::path &folder, const fs::path &work) {
  auto [end, ignored] =
      std::mismatch(folder.begin(), folder.end(), work.begin(), work.end());
  if (end != folder.end())
    return {};
  return usage_error(fmt::format(
      "'{}': cannot install here, the sources are below it", folder.string()));
}

Result<Folders> find_folders(const Options &options) {
  std::error_code code;
  Folders folders;
  folders.work = fs::current_path(code);
  if (code)
    return system_error("current folder", code.value());
  folders.sources = options.srcdir.empty()
                        ? folders.work
                        : fs::canonical(options.srcdir, code);
  if (code)
    return system_error(fmt::format("'{}'", options.srcdir), code.value());
  folders.tools = fs::read_symlink("/proc/self/exe", code).parent_path();
  if (code)
    return system_error("'/proc/self/exe'", code.value());
  folders.original =
      from_environment("LPMAKE_ORIGINAL_DIR", folders.work / "lpmake");
  folders.patched = from_environment("LPMAKE_PATCHED_DIR",
                                     folders.work / ".lpmaketmp" / "patched");
  folders.patchroot =
      from_environment("LPMAKE_PATCHROOT", folders.work / "patchroot");
  for (const fs::path &folder : {folders.original, folders.patched})
    if (Error error = check_removable(folder, folders.work))
      return error;
  return folders;
}

} // namespace care::patch_make
