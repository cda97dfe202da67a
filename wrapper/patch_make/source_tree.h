// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sources while they are patched: whatever happens, they are put back.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_SOURCE_TREE_H
#define LIBCARE_WRAPPER_PATCH_MAKE_SOURCE_TREE_H

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/result.h"
#include "common/unique_fd.h"
#include "wrapper/patch_make/interrupts.h"

namespace care::patch_make {

// Asks a person for the file that a section of a patch is meant for. Gets the
// header lines of the section.
using AskForFile =
    std::function<Result<std::string>(std::string_view header_lines)>;

// Owns the patched state of a source folder. The originals lie in
// `<folder>/.lpmaketmp/backup/<n>/`, moved there by patch(1), and are moved
// back by restore(), with content, owner, mode and times as they were. If this
// process is killed, they stay there and the next run puts them back.
class SourceTree {
public:
  // Takes the folder's lock: two runs in one folder would patch each other.
  static Result<SourceTree> open(const std::filesystem::path &folder);

  SourceTree(SourceTree &&) = default;
  SourceTree &operator=(SourceTree &&) = delete;
  ~SourceTree();

  // Did a run that was killed leave patched sources behind?
  bool has_leftovers() const;

  // Applies one patch file. What patch(1) says goes to `log`.
  Error apply(const std::string &patch_file, const std::filesystem::path &log,
              const AskForFile &ask, Interrupts &interrupts);
  // Puts the originals back. Goes on after a failure and reports all.
  Error restore();

  // The files that the patches changed or created, relative to the folder.
  std::vector<std::filesystem::path> changed_files() const;
  // Do all of them have the content that they had before?
  Result<bool> is_unchanged() const;
  // Puts #line directives into the changed C and C++ files.
  Error keep_line_numbers() const;

  const std::filesystem::path &folder() const { return folder_; }
  // For logs and other things of the run.
  std::filesystem::path scratch() const { return folder_ / ".lpmaketmp"; }

private:
  SourceTree(std::filesystem::path folder, UniqueFd lock)
      : folder_(std::move(folder)), lock_(std::move(lock)) {}

  std::filesystem::path backup_folder() const { return scratch() / "backup"; }
  std::vector<std::filesystem::path> backups() const; // one for each patch
  std::filesystem::path original_of(const std::filesystem::path &file) const;

  std::filesystem::path folder_;
  UniqueFd lock_;
};

} // namespace care::patch_make

#endif
