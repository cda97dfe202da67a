// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// kpatch_make -b BUILDID -i ID IN -o OUT: the last step by hand, puts the
// header of a .kpatch file in front of a patch object.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/diagnostics.h"
#include "common/parse_command_line.h"
#include "common/write_file.h"
#include "linker/passes/check_patch.h"
#include "linker/link.h"
#include "linker/patch_file.h"
#include "linker/reader.h"
#include "version.h"

using namespace care;
using namespace care::linker;

// The name in the header is only shown; OUT is named after the object.
static std::string module_name(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);
  if (path.ends_with(".kpatch"))
    path.remove_suffix(7);
  return std::string(path);
}

static Error make_patch(const std::string &in, const std::string &out,
                        PatchIdentity identity) {
  if (Error error = check_id(identity.id))
    return error;
  if (Error error = check_build_id(identity.build_id))
    return error;
  Result<Object> patch = read_relocatable(in);
  if (!patch)
    return patch.take_error();
  if (Error error = check_patch(*patch))
    return std::move(error).in("'" + in + "'");
  identity.module_name = module_name(out);
  Result<std::vector<uint8_t>> file = make_patch_file(
      identity, patch->file.bytes(), build_time_now(), read_allowed(*patch));
  if (!file)
    return file.take_error();
  return write_file(out, *file);
}

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("kpatch_make");
  CLI::App app("Make a .kpatch file from a patch object.", "kpatch_make");
  std::string in, out;
  PatchIdentity identity;
  bool is_verbose = false;
  app.set_version_flag("-V,--version",
                       "kpatch_make " LIBCARE_VERSION " " LIBCARE_COMMIT);
  app.add_option("IN", in, "the patch object, from kpatch_strip")->required();
  app.add_option("-o,--output", out, "the patch to write")->required();
  app.add_option("-b,--buildid", identity.build_id,
                 "build-id of the original binary")
      ->required();
  app.add_option("-i,--id", identity.id,
                 "name of the patch, up to 7 "
                 "characters")
      ->required();
  app.add_flag("-d,--debug", is_verbose, "say what was written");
  if (std::optional<int> status =
          parse_command_line(app, argc, argv, diagnostics))
    return *status;

  if (Error error = make_patch(in, out, identity)) {
    diagnostics.report(error);
    return exit_status(error.kind());
  }
  if (is_verbose)
    diagnostics.set_verbosity(1);
  diagnostics.info(fmt::format("'{}': patch {} for build-id {}", out,
                               identity.id, identity.build_id));
  return 0;
}
