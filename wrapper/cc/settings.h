// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the environment asks of libcare-cc, and what it finds around itself:
// the real compiler, the plugin, the differ. The variables are described in
// libcare-cc(1).
#ifndef LIBCARE_WRAPPER_CC_SETTINGS_H
#define LIBCARE_WRAPPER_CC_SETTINGS_H

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care::wrapper {

enum class Stage { Configure, Original, Patched };

struct Settings {
  Stage stage = Stage::Configure;
  bool is_cxx_driver = false;
  int debug = 0;

  // The real compiler: a resolved path, or a launcher and a compiler
  // ("ccache gcc").
  std::vector<std::string> compiler;

  std::string prefix = ".kpatch_";
  std::string asm_dir;         // empty: beside the output
  std::string build_root;      // LIBCARE_BUILD_ROOT
  bool takes_assembly = false; // KPATCH_GENSRC_ASM
  std::vector<std::string> remove_arguments;
  std::vector<std::string> append_arguments;
  std::vector<std::string> differ_arguments; // for kpatch_gensrc

  std::vector<std::string> allow; // KPATCH_ALLOW
  std::string plugin;             // empty: not to be used
  std::string kpatch_gensrc;      // resolved path, may not exist
  std::string lto_wrapper_folder; // has us as lto-wrapper; empty: not found
};

// `program` is argv[0].
Result<Settings> read_settings(std::string_view program);

// "g++", "x86_64-linux-gnu-g++-12", "libcare-c++": drivers of C++.
bool is_cxx_name(std::string_view program);

std::string_view stage_name(Stage stage);

} // namespace care::wrapper

#endif
