// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The manual page lists the same (scripts/check-man-pages.py).

#include "gensrc/command_line.h"

#include "common/parse_command_line.h"
#include "version.h"

namespace care::gensrc {

void declare_options(CLI::App &app, CommandLine &line) {
  app.set_version_flag("-V,--version",
                       "kpatch_gensrc " LIBCARE_VERSION " " LIBCARE_COMMIT);
  app.add_option("-i,--input", line.inputs,
                 "assembly, original first, then patched; '-' is standard "
                 "input; one alone is only filtered")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--link", line.link,
                 "instead of inputs: STEM of the side files of a link with "
                 "link-time optimisation; writes OUTPUT.N.s, the original's "
                 "partitions, and OUTPUT.patch.s");
  app.add_option("--link-unit", line.link_units,
                 "STEM of the side files of a unit of that link; may be "
                 "repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--link-kept-unit", line.kept_units,
                 "the same for a unit that the patched stage did not compile")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("-o,--output,--ouput", line.output,
                 "merged assembly; '-' is standard output");
  app.add_option("--report", line.report,
                 "file for what is in the patch, and why");
  app.add_option("--report-format", line.report_format,
                 "lines: one for each function; text: with the first "
                 "difference; json: with all code before and after")
      ->check(CLI::IsMember({"lines", "text", "json"}))
      ->capture_default_str();
  app.add_option("--changes", line.changes,
                 "file for all of it, as libcare-patch-make reads it");
  app.add_option("-O,--os", line.os, "accepted for older scripts");
  app.add_option("-a,--arch", line.arch, "instruction set: x86_64")
      ->check(CLI::IsMember({"x86_64", "x86-64", "amd64"}));
  app.add_option("-d,--debug", line.debug, "1: say why each function is in");
  app.add_flag("--test-mode", line.test_mode, "ignore /etc/libcare.conf");
  app.add_flag("-f,--dbg-filter", line.filter.debug_info,
               "drop debug information");
  app.add_flag("--dbg-filter-eh-frame", line.filter.eh_frame,
               "drop explicit .eh_frame sections");
  app.add_flag("--dbg-filter-gcc-except-table", line.filter.except_table,
               "drop exception tables");
  app.add_flag("--dbg-filter-cfi", line.filter.cfi, "drop CFI directives");
  app.add_flag("--dbg-filter-emit-newlines", line.filter.keep_lines,
               "leave an empty line for each dropped one");
  app.add_option("--ignore-changes", line.ignore_changes,
                 "[file:]name,...: keep the original of these");
  app.add_option("--unlink-symbols", line.unlink_symbols,
                 "[file:]name,...: new symbols that become local");
  app.add_option("--must-adapt", line.must_adapt,
                 "[file:]name,...: functions to replace though unchanged");
  add_allow_option(app, line.options.allow,
                   "CODE:SYMBOL: answer this refusal for this symbol; may be "
                   "repeated");
  app.add_flag("--force-gotpcrel", line.options.force_gotpcrel,
               "reach all undefined symbols through the GOT");
  app.add_flag("--force-global", line.options.force_global,
               "accepted for older scripts");
}

} // namespace care::gensrc
