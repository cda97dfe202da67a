// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The original stage: the assembler gets what it would have got, and a copy
// stays beside the output.
//
// In one folder for a whole build (KPATCH_ASM_DIR) two outputs may want the
// same side files. The facts say whose they are, so that this is an error here
// and not a wrong comparison later.

#include "common/mapped_file.h"
#include "common/write_file.h"

#include "plugin/gcc_headers.h"
#include "plugin/link_time.h"
#include "plugin/stages.h"

namespace care::plugin {

static Error check_owner(const UnitFiles &files) {
  Result<MappedFile> existing = MappedFile::open(files.path("original.facts"));
  if (!existing)
    return {}; // the ordinary case: there is none yet
  Result<Facts> facts = parse_facts(existing->text());
  if (!facts || facts->output == files.unit)
    return {};
  return refused("kpatch-side-file",
                 "the side file '" + files.path("original.s") +
                     "' belongs to another output, '" + facts->output +
                     "' (this is '" + files.unit + "')")
      .note("set LIBCARE_BUILD_ROOT to the top folder of the build, which "
            "makes side files distinct, or remove those of an old build");
}

Error keep_original(const UnitFiles &files, const std::string &assembly,
                    const Facts &facts) {
  if (files.is_shared_folder)
    if (Error error = check_owner(files))
      return error;
  Result<MappedFile> text = MappedFile::open(assembly);
  if (!text)
    return text.take_error();
  // The link has its own texts, and what a unit hands to it is large.
  std::string code = flag_lto ? split_assembly(text->text()).code : "";
  if (Error error =
          write_file(files.path("original.s"), flag_lto ? code : text->text()))
    return std::move(error).with_code("kpatch-side-file");
  if (Error error =
          write_file(files.path("original.facts"), format_facts(facts)))
    return std::move(error).with_code("kpatch-side-file");
  return {};
}

} // namespace care::plugin
