// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finding patch files. Names of a storage are not trusted: a file is used for
// the object whose build-id is in its header.

#include "runtime/patch/patch_set.h"

#include "common/parse_number.h"

#include <algorithm>
#include <filesystem>

namespace care::runtime {

namespace fs = std::filesystem;

Result<PatchSet> PatchSet::open(const std::string &path) {
  PatchSet set;
  set.path_ = path;
  std::error_code problem;
  set.is_folder_ = fs::is_directory(path, problem);
  if (!set.is_folder_) {
    if (Error error = set.add(path))
      return error;
    return set;
  }

  std::vector<std::string> names;
  fs::directory_iterator folder(path, problem);
  for (; !problem && folder != fs::directory_iterator();
       folder.increment(problem))
    if (folder->path().extension() == ".kpatch")
      names.push_back(folder->path().string());
  if (problem)
    return system_error("'" + path + "'", problem.value());
  std::sort(names.begin(), names.end());
  for (const std::string &name : names)
    if (Error error = set.add(name))
      return error;
  return set;
}

// `latest` links to a number; anything else has level 0.
static uint32_t read_level(const fs::path &latest) {
  std::error_code problem;
  std::string target = fs::read_symlink(latest, problem).filename().string();
  return problem ? 0 : parse_number<uint32_t>(target).value_or(0);
}

Result<std::vector<const PatchFile *>>
PatchSet::find_for(const std::vector<std::string> &build_ids) {
  std::lock_guard lock(*mutex_);
  if (Error error = add_from_storage(build_ids))
    return error;
  std::vector<const PatchFile *> fitting;
  for (const PatchFile *file : files_)
    if (std::find(build_ids.begin(), build_ids.end(), file->build_id()) !=
        build_ids.end())
      fitting.push_back(file);
  return fitting;
}

Error PatchSet::add_from_storage(const std::vector<std::string> &build_ids) {
  if (!is_folder_)
    return {};
  for (const std::string &build_id : build_ids) {
    if (build_id.empty() || !looked_for_.insert(build_id).second)
      continue;
    fs::path latest = fs::path(path_) / build_id / "latest";
    fs::path file = latest / "kpatch.bin";
    std::error_code problem;
    if (!fs::exists(file, problem))
      continue;
    if (Error error = add(file.string(), read_level(latest)))
      return error;
  }
  return {};
}

Error PatchSet::add(const std::string &path, uint32_t level) {
  Result<PatchFile> file = PatchFile::open(path);
  if (!file)
    return file.take_error();
  file->set_level(level);
  storage_.push_back(std::move(*file));
  files_.push_back(&storage_.back());
  return {};
}

} // namespace care::runtime
