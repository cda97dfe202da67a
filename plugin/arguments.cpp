// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The plugin's arguments, and the names of side files that follow from them.
// The wrapper knows the output of a command with one source file. With several
// (gcc -c a.c b.c, gcc a.c b.c -o prog) GCC runs the compiler proper once for
// each with the same arguments, and only the plugin knows which one it is in.

#include "plugin/arguments.h"

#include "common/flat_path.h"
#include "gensrc/settings.h"

namespace care::plugin {

// Those that are options of kpatch_gensrc as well.
static bool take_differ_argument(gensrc::DiffOptions &options,
                                 std::string_view name,
                                 std::string_view value) {
  if (name == "ignore-changes")
    options.ignore_changes = gensrc::split_list(value);
  else if (name == "unlink-symbols")
    options.unlink_symbols = gensrc::split_list(value);
  else if (name == "must-adapt")
    options.must_adapt = gensrc::split_list(value);
  else if (name == "allow")
    options.allow.emplace_back(value);
  else if (name == "force-gotpcrel")
    options.force_gotpcrel = value == "yes";
  else
    return false;
  return true;
}

Result<Arguments> parse_arguments(const NamedValues &values) {
  Arguments arguments;
  bool has_stage = false;
  for (const auto &[name, value] : values) {
    if (name == "stage" && value == "original") {
      arguments.stage = Stage::Original;
      has_stage = true;
    } else if (name == "stage" && value == "patched") {
      arguments.stage = Stage::Patched;
      has_stage = true;
    } else if (name == "side") {
      arguments.side = value;
    } else if (name == "output") {
      arguments.output = value;
    } else if (name == "many" && value == "object") {
      arguments.many = ManySources::ByObject;
    } else if (name == "many" && value == "assembly") {
      arguments.many = ManySources::ByAssembly;
    } else if (name == "shared" && value == "yes") {
      arguments.is_shared_folder = true;
    } else if (name == "many" && value == "source") {
      arguments.many = ManySources::BySource;
    } else if (!take_differ_argument(arguments.differ, name, value)) {
      return usage_error("unknown argument '" + name + "=" + value + "'");
    }
  }
  if (!has_stage)
    return usage_error("the argument 'stage' is missing (original or patched)");
  if (arguments.side.empty())
    return usage_error("the argument 'side' is missing (where the side files "
                       "go)");
  return arguments;
}

// "dir/a.c" -> "a.o", as the driver names the object.
static std::string output_name(std::string_view source,
                               std::string_view suffix) {
  size_t slash = source.rfind('/');
  if (slash != std::string_view::npos)
    source.remove_prefix(slash + 1);
  size_t dot = source.rfind('.');
  return std::string(source.substr(0, dot)).append(suffix);
}

UnitFiles unit_files(const Arguments &arguments, const std::string &source) {
  std::string suffix;
  if (arguments.many == ManySources::ByObject)
    suffix = output_name(source, ".o");
  else if (arguments.many == ManySources::ByAssembly)
    suffix = output_name(source, ".s");
  else if (arguments.many == ManySources::BySource)
    suffix = "-" + flat_path(source); // several may have the same last name
  return {arguments.output + suffix, arguments.side + suffix,
          arguments.is_shared_folder};
}

} // namespace care::plugin
