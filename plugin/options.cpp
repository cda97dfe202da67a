// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCC writes its command line into DW_AT_producer (-g), .GCC.command.line
// (-frecord-gcc-switches) and .gnu.lto_.opts (-flto), -fplugin=... included.
// All three read save_decoded_options, and all skip OPT_SPECIAL_ignore
// (observed with GCC 12.2; objects are then identical to those made without
// the plugin).

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/gcc_headers.h"
#include "plugin/options.h"

namespace care::plugin {

void hide_plugin_options() {
  for (unsigned i = 0; i < save_decoded_options_count; i++) {
    cl_decoded_option &option = save_decoded_options[i];
    if (option.opt_index == OPT_fplugin_ ||
        option.opt_index == OPT_fplugin_arg_ ||
        option.opt_index == OPT_iplugindir_)
      option.opt_index = OPT_SPECIAL_ignore;
  }
}

// "Debian 12.2.0-14" of --with-pkgversion='Debian 12.2.0-14': two packages of
// one GCC version may generate different code.
static std::string package_version(std::string_view configuration) {
  constexpr std::string_view option = "--with-pkgversion='";
  size_t start = configuration.find(option);
  if (start == std::string_view::npos)
    return "";
  configuration.remove_prefix(start + option.size());
  return " (" + std::string(configuration.substr(0, configuration.find('\''))) +
         ")";
}

std::string compiler_name() {
  // From the headers, but plugin_init compared all of it with the running
  // compiler's.
  return std::string(lang_hooks.name) + " " + gcc_version.basever +
         package_version(gcc_version.configuration_arguments);
}

// A macro definition may well change the code. But then the functions that it
// changes differ, and end up in the patch for that reason; macro_options()
// lists them for a warning.
static bool decides_nothing(size_t index) {
  switch (index) {
  case OPT_o:
  case OPT_dumpbase:
  case OPT_dumpbase_ext:
  case OPT_dumpdir:
  case OPT_quiet:
  case OPT_version:
  case OPT_v:
  case OPT_w:
  case OPT_pipe:
  case OPT_S:
  case OPT_c:
  case OPT_D:
  case OPT_U:
  case OPT_I:
  case OPT_include:
  case OPT_imacros:
  case OPT_iquote:
  case OPT_isystem:
  case OPT_idirafter:
  case OPT_iprefix:
  case OPT_iwithprefix:
  case OPT_iwithprefixbefore:
  case OPT_isysroot:
  case OPT_imultilib:
  case OPT_imultiarch:
  case OPT_nostdinc:
  case OPT_nostdinc__:
  case OPT_H:
  case OPT_P:
  case OPT_M:
  case OPT_MD:
  case OPT_MF:
  case OPT_MG:
  case OPT_MM:
  case OPT_MMD:
  case OPT_MP:
  case OPT_MQ:
  case OPT_MT:
  case OPT_fpreprocessed:
  case OPT_fdirectives_only:
  case OPT_fworking_directory:
  case OPT_ffile_prefix_map_:
  case OPT_fmacro_prefix_map_:
  case OPT_fdebug_prefix_map_:
  case OPT_fltrans_output_list_:
  case OPT_fresolution_:
  case OPT_frandom_seed:
  case OPT_frandom_seed_:
  case OPT_fverbose_asm:
  case OPT_pedantic_errors:
  case OPT_SPECIAL_unknown:
  case OPT_SPECIAL_ignore:
  case OPT_SPECIAL_warn_removed:
  case OPT_SPECIAL_program_name:
  case OPT_SPECIAL_input_file:
    return true;
  default:
    break;
  }
  if (index >= cl_options_count)
    return true;
  std::string_view text = cl_options[index].opt_text;
  return (cl_options[index].flags & CL_WARNING) != 0 ||
         text.starts_with("-fdiagnostics") || text.starts_with("-fmessage") ||
         text.starts_with("-fdump") || text.starts_with("-fplugin") ||
         text.starts_with("-iplugindir") || text.starts_with("-W");
}

std::vector<std::string> code_options() {
  std::vector<std::string> options;
  for (unsigned i = 0; i < save_decoded_options_count; i++) {
    const cl_decoded_option &option = save_decoded_options[i];
    if (!decides_nothing(option.opt_index) && option.orig_option_with_args_text)
      options.emplace_back(option.orig_option_with_args_text);
  }
  return options;
}

std::vector<std::string> macro_options() {
  std::vector<std::string> macros;
  for (unsigned i = 0; i < save_decoded_options_count; i++) {
    const cl_decoded_option &option = save_decoded_options[i];
    bool is_macro = option.opt_index == OPT_D || option.opt_index == OPT_U ||
                    option.opt_index == OPT_include ||
                    option.opt_index == OPT_imacros;
    if (is_macro && option.orig_option_with_args_text)
      macros.emplace_back(option.orig_option_with_args_text);
  }
  return macros;
}

} // namespace care::plugin
