// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-link ORIGINAL PATCHED -o OUT.kpatch -i ID: the post-link pass in one
// step. Words in, library call, report out.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/diagnostics.h"
#include "common/json.h"
#include "common/parse_command_line.h"
#include "common/write_file.h"
#include "linker/link.h"
#include "linker/patch_file.h"
#include "linker/reader.h"
#include "version.h"

using namespace care;
using namespace care::linker;

namespace {

struct Options {
  std::string original;
  std::string patched;
  std::string output;
  std::string id = "0001";
  std::string build_id;
  LinkOptions link;
  bool json = false;
};

struct Report {
  std::string build_id;
  LinkedPatch patch;
  size_t size_bytes = 0;
};

} // namespace

static Result<std::string> choose_build_id(const Object &original,
                                           const Options &options) {
  if (original.build_id.empty())
    return refused("kpatch-no-build-id",
                   fmt::format("'{}': no build-id", options.original))
        .note("link the original with -Wl,--build-id; the patch finds its "
              "object in a process by it");
  std::string given = options.build_id;
  for (char &c : given)
    c = static_cast<char>(tolower(c));
  if (!given.empty() && given != original.build_id)
    return refused("kpatch-build-id",
                   fmt::format("'{}': build-id {}, but {} was asked for",
                               options.original, original.build_id, given))
        .note("give the binary that the process runs, or leave -b out");
  return original.build_id;
}

static Result<Report> make_patch(const Options &options) {
  if (Error error = check_id(options.id))
    return error;
  if (!options.build_id.empty())
    if (Error error = check_build_id(options.build_id))
      return error;
  Result<Object> original = read_object(options.original);
  if (!original)
    return original.take_error();
  Result<Object> patched = read_object(options.patched);
  if (!patched)
    return patched.take_error();
  Result<std::string> build_id = choose_build_id(*original, options);
  if (!build_id)
    return build_id.take_error();

  Result<LinkedPatch> patch = link_patch(*original, *patched, options.link);
  if (!patch)
    return patch.take_error().in("'" + options.patched + "'");
  Report report{*build_id, std::move(*patch)};
  if (report.patch.is_unchanged || report.patch.replaces_nothing)
    return report;

  PatchIdentity identity{options.id, *build_id,
                         std::string(original->base_name())};
  Result<std::vector<uint8_t>> file = make_patch_file(
      identity, report.patch.image, build_time_now(), report.patch.allowed);
  if (!file)
    return file.take_error();
  if (Error error = write_file(options.output, *file))
    return error;
  report.size_bytes = file->size();
  return report;
}

static void print_json(const Report &report) {
  Json document;
  document["schema"] = 1;
  document["result"] = report.patch.is_unchanged       ? "unchanged"
                       : report.patch.replaces_nothing ? "nothing-to-replace"
                                                       : "patch";
  document["build_id"] = report.build_id;
  document["functions"] = Json::array();
  for (const PatchedFunction &function : report.patch.functions)
    document["functions"].push_back(
        {{"name", function.name},
         {"kind", function.is_new ? "new" : "replaced"},
         {"original_size_bytes", function.original_size_bytes},
         {"size_bytes", function.size_bytes},
         {"unit", function.unit}});
  document["size_bytes"] = report.size_bytes;
  document["imports"] = report.patch.imports;
  document["allowed"] = report.patch.allowed;
  fmt::print("{}\n", json_text(document));
}

static void print_text(const Report &report, const Options &options) {
  if (report.patch.is_unchanged) {
    fmt::print("{}: unchanged, no patch needed\n", options.original);
    return;
  }
  if (report.patch.replaces_nothing) {
    std::string names;
    for (const PatchedFunction &function : report.patch.functions)
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", function.name);
    fmt::print("{}: nothing to replace, no patch made (only new: {})\n",
               options.original, names.empty() ? "variables" : names);
    return;
  }
  size_t count_new = 0;
  for (const PatchedFunction &function : report.patch.functions)
    count_new += function.is_new;
  fmt::print("{}: {} replaced, {} new, {} bytes\n", options.output,
             report.patch.functions.size() - count_new, count_new,
             report.size_bytes);
  for (const std::string &text : report.patch.allowed)
    fmt::print("  allowed: {}\n", text);
}

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("libcare-link");
  Options options;
  CLI::App app("Make a .kpatch file from an original and a patched binary.",
               "libcare-link");
  app.set_version_flag("-V,--version",
                       "libcare-link " LIBCARE_VERSION " " LIBCARE_COMMIT);
  app.add_option("ORIGINAL", options.original, "the binary that is running")
      ->required();
  app.add_option("PATCHED", options.patched,
                 "the patched binary, linked with --emit-relocs")
      ->required();
  app.add_option("-o,--output", options.output, "the patch to write")
      ->required();
  app.add_option("-i,--id", options.id,
                 "name of the patch, up to 7 characters (0001)");
  app.add_option("-b,--buildid", options.build_id,
                 "insist on this build-id of ORIGINAL");
  app.add_option("--loaded", options.link.loaded,
                 "a library that the processes have loaded although ORIGINAL "
                 "does not name it (may be repeated)");
  app.add_option("--allow-active", options.link.allow_active,
                 "old and new code of this function may run side by side (may "
                 "be repeated)")
      ->type_name("FUNCTION")
      ->expected(1)
      ->take_all();
  add_allow_option(app, options.link.allow,
                   "CODE:SYMBOL: answer this refusal for this symbol (may be "
                   "repeated)");
  app.add_flag("--json", options.json, "report as JSON");
  if (std::optional<int> status =
          parse_command_line(app, argc, argv, diagnostics))
    return *status;

  Result<Report> report = make_patch(options);
  if (!report) {
    Error error = report.take_error();
    if (options.json)
      fmt::print("{}\n", error_document(error));
    diagnostics.report(error);
    return exit_status(error.kind());
  }
  for (const std::string &name : report->patch.not_replaced)
    diagnostics.warning(fmt::format("--allow-active: the patch does not "
                                    "replace '{}'",
                                    name));
  if (options.json)
    print_json(*report);
  else
    print_text(*report, options);
  return 0;
}
