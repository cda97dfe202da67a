// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare-dump: shows the header of a .kpatch file, or takes the ELF object out
// of it for other tools.

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "common/diagnostics.h"
#include "common/mapped_file.h"
#include "common/allowances.h"
#include "common/write_file.h"
#include "linker/patch_file.h"
#include "version.h"

using namespace care;
using namespace care::linker;

// A header field may fill its array without a NUL.
template <size_t N> static std::string_view text_of(const char (&field)[N]) {
  std::string_view text(field, N);
  return text.substr(0, text.find('\0'));
}

static void show_header(const std::string &path, const PatchHeader &header) {
  auto line = [](std::string_view label, std::string_view value) {
    fmt::print("{:<25} {}\n", label, value);
  };
  line("Patch Name:", path);
  line("Magic:", text_of(header.magic));
  line("Patch id:", text_of(header.id));
  line("buildid:", text_of(header.build_id));
  for (const std::string &text :
       split_allowed(std::span(header.free).subspan(allowed_offset)))
    line("Allowed:", text);
}

static Error dump(const std::string &in, const std::string &out, bool shows,
                  bool converts) {
  Result<MappedFile> file = MappedFile::open(in);
  if (!file)
    return file.take_error();
  Result<PatchFileParts> patch = read_patch_file(file->bytes());
  if (!patch)
    return patch.take_error().in("'" + in + "'");
  if (shows)
    show_header(in, patch->header);
  if (converts)
    return write_file(out, patch->image);
  return {};
}

int main(int argc, char **argv) {
  StderrDiagnostics diagnostics("libcare-dump");
  CLI::App app("Show a .kpatch file, or take the ELF object out of it.",
               "libcare-dump");
  bool shows = false, converts = false;
  std::string in, out;
  app.set_version_flag("-V,--version",
                       "libcare-dump " LIBCARE_VERSION " " LIBCARE_COMMIT);
  app.add_flag("-H,--header", shows, "show name, magic, id and build-id");
  app.add_flag("-c,--convert", converts, "write the ELF object to OUT");
  app.add_option("-i,--input", in, "the patch")->required();
  app.add_option("-o,--output", out, "the ELF object to write");
  try {
    app.parse(argc, argv);
    if (!shows && !converts)
      throw CLI::RequiredError("-H or -c");
    if (converts && out.empty())
      throw CLI::RequiredError("-c: -o");
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return app.exit(error);
    diagnostics.report(usage_error(error.what()));
    return exit_status(ErrorKind::Usage);
  }

  if (Error error = dump(in, out, shows, converts)) {
    diagnostics.report(error);
    return exit_status(error.kind());
  }
  return 0;
}
