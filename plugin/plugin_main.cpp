// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// libcare_plugin.so inside GCC: the version check, the arguments, the events.
//
// At PLUGIN_FINISH the assembly of the unit is complete and closed, and the
// assembler has not run (GCC 12.2; asm_file_name names the file). That is
// where a stage does its work, in this one compile.

#include <string>
#include <sys/stat.h>

#include "common/mapped_file.h"

#include "plugin/arguments.h"
#include "plugin/collect.h"
#include "plugin/gcc_headers.h"
#include "plugin/kept_values.h"
#include "plugin/line_numbers.h"
#include "plugin/link_time.h"
#include "plugin/messages.h"
#include "plugin/options.h"
#include "plugin/stages.h"

// GCC loads a plugin only if it says so.
__attribute__((visibility("default"))) int plugin_is_GPL_compatible;

namespace care::plugin {

static Arguments arguments;
static std::string plugin_name;

// Preprocessing and syntax checks come by here as well.
static bool has_assembly() {
  struct stat status;
  return !flag_preprocess_only && !flag_syntax_only && !exit_after_options &&
         asm_file_name && stat(asm_file_name, &status) == 0 &&
         S_ISREG(status.st_mode);
}

static Error run_stage(const Collected &unit) {
  UnitFiles files = unit_files(arguments, unit.facts.source);
  if (arguments.stage == Stage::Original)
    return keep_original(files, asm_file_name, unit.facts);
  return merge_patched(files, asm_file_name, unit, arguments.differ);
}

// The source is about to be read.
static void on_start(void *, void *) {
  if (arguments.stage != Stage::Patched || flag_preprocess_only ||
      flag_syntax_only || in_lto_p || !main_input_filename)
    return;
  UnitFiles files = unit_files(arguments, main_input_filename);
  // Without it the unit is new, or refused when it has been compiled.
  if (Result<MappedFile> text = MappedFile::open(files.path("original.facts")))
    if (Result<Facts> facts = parse_facts(text->text())) {
      keep_line_numbers(*facts);
      keep_values(plugin_name.c_str(), *facts);
    }
}

static void on_finish(void *, void *) {
  if (seen_error() || (!flag_wpa && !has_assembly()))
    return;
  if (in_lto_p) {
    if (Error error = keep_link_time(arguments))
      report_error(error, {});
    return;
  }
  Collected unit = finish_collecting();
  unit.facts.output = unit_files(arguments, unit.facts.source).unit;
  unit.facts.link_id = link_id();
  if (arguments.stage == Stage::Original)
    unit.facts.lines = source_lines();
  if (Error error = run_stage(unit)) {
    if (arguments.stage == Stage::Patched)
      keep_refusal(unit_files(arguments, unit.facts.source), unit, error);
    report_error(error, unit.places);
  }
}

static std::string describe(const plugin_gcc_version &version) {
  std::string text = version.basever;
  for (const char *part :
       {version.datestamp, version.devphase, version.revision})
    if (*part)
      text += std::string(" ") + part;
  return text;
}

static bool is_built_for(plugin_gcc_version &running) {
  if (plugin_default_version_check(&running, &gcc_version))
    return true;
  std::string here = describe(running);
  std::string built = describe(gcc_version);
  error_at(UNKNOWN_LOCATION,
           "%qs was built for GCC %s and this is GCC %s%s "
           "[kpatch-plugin-version]",
           "libcare_plugin", built.c_str(), here.c_str(),
           here == built ? ", configured differently" : "");
  inform(UNKNOWN_LOCATION,
         "rebuild the plugin with this compiler, or set %qs to do without it",
         "LIBCARE_PLUGIN=off");
  return false;
}

static bool take_arguments(const plugin_name_args &self) {
  NamedValues values;
  for (int i = 0; i < self.argc; i++)
    values.emplace_back(self.argv[i].key,
                        self.argv[i].value ? self.argv[i].value : "");
  Result<Arguments> parsed = parse_arguments(values);
  if (!parsed) {
    error_at(UNKNOWN_LOCATION, "%s: %s", self.base_name,
             parsed.error().message().c_str());
    return false;
  }
  arguments = *parsed;
  return true;
}

} // namespace care::plugin

extern "C" __attribute__((visibility("default"))) int
plugin_init(plugin_name_args *self, plugin_gcc_version *version) {
  using namespace care::plugin;
  if (!is_built_for(*version) || !take_arguments(*self))
    return 1;
  hide_plugin_options();
  plugin_name = self->base_name;
  start_collecting(self->base_name);
  start_watching_link(self->base_name, arguments);
  register_callback(self->base_name, PLUGIN_START_UNIT, on_start, nullptr);
  register_callback(self->base_name, PLUGIN_FINISH, on_finish, nullptr);
  return 0;
}
