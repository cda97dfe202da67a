// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What libcare-cc tells the plugin, -fplugin-arg-libcare_plugin-NAME=VALUE:
//
//   stage=original|patched
//   side=STEM       side files are STEM.original.s, STEM.patched.s, ...
//   output=NAME     what identifies the output, for the facts
//   many=object|assembly|source   the command has several source files; `side`
//                   and `output` are completed for each of them: by the name
//                   of its object or assembly file, or by its own path
//   ignore-changes=LIST, unlink-symbols=LIST, must-adapt=LIST
//   force-gotpcrel=yes   as the options of kpatch_gensrc
//   shared=yes      side files of different folders are in one
#ifndef LIBCARE_PLUGIN_ARGUMENTS_H
#define LIBCARE_PLUGIN_ARGUMENTS_H

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "gensrc/differ.h"

namespace care::plugin {

enum class Stage { Original, Patched };
enum class ManySources { No, ByObject, ByAssembly, BySource };

struct Arguments {
  Stage stage = Stage::Original;
  std::string side;
  std::string output;
  ManySources many = ManySources::No;
  bool is_shared_folder = false;
  gensrc::DiffOptions differ;
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;
Result<Arguments> parse_arguments(const NamedValues &values);

// Where the side files of one unit are, and what it is called.
struct UnitFiles {
  std::string unit;
  std::string stem;
  bool is_shared_folder = false;

  std::string path(std::string_view suffix) const {
    return stem + "." + std::string(suffix);
  }
};

UnitFiles unit_files(const Arguments &arguments, const std::string &source);

} // namespace care::plugin

#endif
