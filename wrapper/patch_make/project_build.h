// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The project's own make, run with our compiler wrapper.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_PROJECT_BUILD_H
#define LIBCARE_WRAPPER_PATCH_MAKE_PROJECT_BUILD_H

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"
#include "wrapper/patch_make/interrupts.h"
#include "wrapper/patch_make/options.h"
#include "wrapper/patch_make/products.h"

namespace care::patch_make {

// Where the compiler leaves assembly and facts of all units.
std::filesystem::path side_files_folder(const Folders &folders);

enum class Stage { Original, Patched };

class ProjectBuild {
public:
  // `scratch` takes the logs and the saved assembly.
  static Result<ProjectBuild> create(const Options &options,
                                     const Folders &folders,
                                     const std::filesystem::path &scratch);

  Error clean(Stage stage, Interrupts &interrupts) const;
  Error build(Stage stage, Interrupts &interrupts) const;
  Error install(Stage stage, Interrupts &interrupts) const;

  // Where make may write.
  Products products() const;

private:
  ProjectBuild(const Options &options, const Folders &folders,
               std::filesystem::path scratch)
      : options_(options), folders_(folders), scratch_(std::move(scratch)) {}

  Error add_compiler_names() const;
  std::filesystem::path assembly_folder() const { return scratch_ / "asm"; }
  std::filesystem::path names_folder() const { return scratch_ / "names"; }
  std::filesystem::path log_path(Stage stage, std::string_view step) const;
  std::vector<std::string> environment(Stage stage) const;
  Command make_command(Stage stage, std::string_view step) const;

  Options options_;
  Folders folders_;
  std::filesystem::path scratch_;
  bool has_lpmakefile_ = false;
};

} // namespace care::patch_make

#endif
