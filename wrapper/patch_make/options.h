// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the command line and the environment say.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_OPTIONS_H
#define LIBCARE_WRAPPER_PATCH_MAKE_OPTIONS_H

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"

namespace care::patch_make {

struct Options {
  bool clean = false;  // make clean before each stage
  bool update = false; // only make the patches from what is installed
  bool json = false;
  bool has_text_report = false;
  std::string json_report = {}; // files; empty: none
  std::string html_report = {};
  std::string srcdir = {}; // where patches are applied; empty: here
  std::string destdir_variable = "DESTDIR";
  std::string id = "0001";
  std::string build_id = {}; // empty: that of each binary
  // Functions whose old and new code may run side by side.
  std::vector<std::string> allow_active = {};
  unsigned jobs = 0;                   // 0: make's default
  std::vector<std::string> allow = {}; // answers to refusals, CODE:SYMBOL
  std::vector<std::string> patches = {};
};

// Checks what can be checked before anything is touched.
Error validate(const Options &options);

// Absolute folders.
struct Folders {
  std::filesystem::path work;      // where we were started
  std::filesystem::path sources;   // --srcdir
  std::filesystem::path tools;     // libcare-cc and libcare-link
  std::filesystem::path original;  // LPMAKE_ORIGINAL_DIR
  std::filesystem::path patched;   // LPMAKE_PATCHED_DIR
  std::filesystem::path patchroot; // LPMAKE_PATCHROOT
};

Result<Folders> find_folders(const Options &options);

} // namespace care::patch_make

#endif
