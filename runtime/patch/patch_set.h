// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The patches that a user named: one file, or a folder. A folder holds files
// called *.kpatch, or is a storage: <build-id>/latest/kpatch.bin, where
// `latest` is a link to the number of the level.
#ifndef LIBCARE_RUNTIME_PATCH_PATCH_SET_H
#define LIBCARE_RUNTIME_PATCH_PATCH_SET_H

#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "common/result.h"
#include "runtime/patch/patch_file.h"

namespace care::runtime {

class PatchSet {
public:
  // Reads a file, or all *.kpatch of a folder in order of name. A file that is
  // no valid patch is an error.
  static Result<PatchSet> open(const std::string &path);

  // The files for objects of these build-ids, what a storage has for them
  // included. May be called on several threads.
  Result<std::vector<const PatchFile *>>
  find_for(const std::vector<std::string> &build_ids);

  // All that were read so far; while nobody calls find_for().
  const std::vector<const PatchFile *> &files() const { return files_; }
  const std::string &path() const { return path_; }

private:
  Error add(const std::string &path, uint32_t level = 0);
  // Each build-id is looked for once.
  Error add_from_storage(const std::vector<std::string> &build_ids);

  std::string path_;
  bool is_folder_ = false;
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::set<std::string> looked_for_;
  std::deque<PatchFile> storage_; // does not move its elements
  std::vector<const PatchFile *> files_;
};

} // namespace care::runtime

#endif
