// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An object of the patched stage names its side files. One that make did not
// compile again is of the original stage, which must not add anything to an
// object: it is found by the number that GCC gave the unit, which the facts of
// the link and of the unit have, among the side files beside the objects or in
// KPATCH_ASM_DIR.

#include "wrapper/cc/linked_units.h"

#include <filesystem>
#include <set>

#include "common/facts.h"
#include "common/mapped_file.h"
#include "common/patch_format.h"
#include "wrapper/cc/object_section.h"

namespace care::wrapper {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

constexpr std::string_view original_suffix = ".original.facts";

static Facts facts_or_none(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return {};
  Result<Facts> facts = parse_facts(file->text());
  return facts ? std::move(*facts) : Facts{};
}

static std::set<std::string> linked_ids(const std::string &link) {
  std::set<std::string> ids;
  for (std::string_view stage :
       {original_suffix, std::string_view(".patched.facts")})
    for (const LinkedFact &fact :
         facts_or_none(link + std::string(stage)).linked)
      if (!fact.unit.empty())
        ids.insert(fact.unit);
  return ids;
}

static std::set<std::string> folders_of(const Settings &settings,
                                        const Strings &objects) {
  if (!settings.asm_dir.empty())
    return {settings.asm_dir};
  std::set<std::string> folders;
  for (const std::string &object : objects) {
    std::string folder = fs::path(object).parent_path().string();
    folders.insert(folder.empty() ? "." : folder);
  }
  return folders;
}

// Adds the stems of the originals in `folder` that have one of the `ids`.
static void find_originals(const Settings &settings, const std::string &folder,
                           std::set<std::string> &ids, Strings &stems) {
  std::error_code error;
  fs::directory_iterator at(folder, error);
  for (; !ids.empty() && !error && at != fs::directory_iterator();
       at.increment(error)) {
    std::string path = at->path().string();
    if (!at->path().filename().string().starts_with(settings.prefix) ||
        !path.ends_with(original_suffix))
      continue;
    if (ids.erase(facts_or_none(path).link_id) > 0)
      stems.push_back(path.substr(0, path.size() - original_suffix.size()));
  }
}

Result<LinkedUnits> find_linked_units(const Settings &settings,
                                      const Strings &objects,
                                      const std::string &link) {
  std::set<std::string> ids = linked_ids(link);
  std::set<std::string> stems; // an object that is given twice
  for (const std::string &object : objects) {
    Result<Strings> found = strings_of_section(object, section::side_files);
    if (!found)
      return found.take_error();
    stems.insert(found->begin(), found->end());
  }
  for (const std::string &stem : stems)
    for (std::string_view stage :
         {original_suffix, std::string_view(".patched.facts")})
      ids.erase(facts_or_none(stem + std::string(stage)).link_id);
  LinkedUnits units;
  units.compiled.assign(stems.begin(), stems.end());
  for (const std::string &folder : folders_of(settings, objects))
    find_originals(settings, folder, ids, units.kept);
  return units;
}

} // namespace care::wrapper
