// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kpatch_strip: the post-link pass in the steps that users of LibcarePlus
// know. --strip drops debugging information, --rel-fixup does the pass and
// puts the patch object in place of the patched binary, --undo-link checks
// what strip(1) made of it.

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>

#include "common/diagnostics.h"
#include "common/parse_command_line.h"
#include "common/write_file.h"
#include "linker/link.h"
#include "linker/passes/check_patch.h"
#include "linker/passes/drop_debug.h"
#include "linker/reader.h"
#include "version.h"

using namespace care;
using namespace care::linker;

static Error strip_file(const std::string &in, const std::string &out) {
  Result<Object> object = read_object(in);
  if (!object)
    return object.take_error();
  struct stat status;
  if (stat(in.c_str(), &status) != 0)
    return system_error("'" + in + "'", errno);
  return write_file(out, drop_debug(*object), status.st_mode & 0777);
}

static Error fix_relocations(const std::string &original_path,
                             const std::string &patch_path,
                             const std::vector<std::string> &allow) {
  Result<Object> original = read_object(original_path);
  if (!original)
    return original.take_error();
  Result<Object> patched = read_object(patch_path);
  if (!patched)
    return patched.take_error();
  Result<LinkedPatch> patch = link_patch(*original, *patched, {.allow = allow});
  if (!patch)
    return patch.take_error().in("'" + patch_path + "'");
  if (patch->is_unchanged)
    return refused("kpatch-unchanged",
                   fmt::format("'{}': has no patch in it", patch_path))
        .note("its code is that of '" + original_path + "'");
  if (patch->replaces_nothing)
    return refused("kpatch-unchanged",
                   fmt::format("'{}': replaces no function", patch_path))
        .note("it only adds some, which '" + original_path + "' does not call");
  return write_file(patch_path, patch->image);
}

static Error check_stripped(const std::string &original_path,
                            const std::string &patch_path) {
  Result<Object> original = read_object(original_path);
  if (!original)
    return original.take_error();
  Result<Object> patch = read_relocatable(patch_path);
  if (!patch)
    return patch.take_error();
  Error error = check_patch(*patch);
  if (!error)
    error = check_patch_against(*patch, *original);
  if (error)
    return std::move(error).in("'" + patch_path + "'");
  return {};
}

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("kpatch_strip");
  CLI::App app("Make a patch object from a patched binary, step by step.",
               "kpatch_strip");
  bool strips = false, fixes = false, undoes = false;
  std::vector<std::string> files, allow;
  app.set_version_flag("-V,--version",
                       "kpatch_strip " LIBCARE_VERSION " " LIBCARE_COMMIT);
  auto *actions = app.add_option_group("actions", "one of");
  actions->add_flag("-s,--strip", strips, "IN OUT: drop debugging information");
  actions->add_flag("-r,--rel-fixup", fixes,
                    "ORIGINAL PATCH: make PATCH a patch object");
  actions->add_flag("-u,--undo-link", undoes,
                    "ORIGINAL PATCH: check PATCH after strip(1)");
  actions->require_option(1);
  add_allow_option(app, allow,
                   "CODE:SYMBOL, with -r: answer this refusal for this symbol "
                   "(may be repeated)");
  app.add_option("FILES", files, "the two files of the action")
      ->required()
      ->expected(2);
  if (std::optional<int> status =
          parse_command_line(app, argc, argv, diagnostics))
    return *status;

  Error error = strips  ? strip_file(files[0], files[1])
                : fixes ? fix_relocations(files[0], files[1], allow)
                        : check_stripped(files[0], files[1]);
  if (!error)
    return 0;
  diagnostics.report(error);
  return exit_status(error.kind());
}
