// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names are compared after links and `..` are resolved, since make and the
// patch may come to a file on different ways. Facts that cannot be read, or
// that clang has not got, say nothing.

#include "wrapper/patch_make/rebuilt.h"

#include <string>
#include <vector>

#include "common/facts.h"
#include "common/mapped_file.h"

#include <fmt/format.h>

namespace care::patch_make {

namespace fs = std::filesystem;

constexpr std::string_view original_suffix = ".original.facts";
constexpr std::string_view patched_suffix = ".patched.facts";

static std::vector<fs::path> files_ending(const fs::path &folder,
                                          std::string_view suffix) {
  std::vector<fs::path> files;
  std::error_code code;
  fs::directory_iterator at(folder, code);
  for (; !code && at != fs::directory_iterator(); at.increment(code))
    if (at->path().native().ends_with(suffix))
      files.push_back(at->path());
  return files;
}

void forget_patched_units(const fs::path &side_files) {
  std::error_code code;
  for (std::string_view suffix :
       {patched_suffix, std::string_view(".patched.changes"),
        std::string_view(".patched.report")})
    for (const fs::path &file : files_ending(side_files, suffix))
      fs::remove(file, code);
}

// The same name with the other suffix.
static fs::path other_facts(const fs::path &facts, std::string_view suffix,
                            std::string_view other) {
  std::string name = facts.native();
  name.resize(name.size() - suffix.size());
  return name.append(other);
}

// The first of the changed files that the unit was compiled from, or empty.
static fs::path changed_include(const Facts &facts,
                                const std::set<fs::path> &changed) {
  for (const std::string &include : facts.includes) {
    std::error_code code;
    fs::path file = fs::canonical(include, code);
    if (!code && changed.contains(file))
      return file;
  }
  return {};
}

Error check_rebuilt(const fs::path &side_files,
                    const std::set<fs::path> &changed) {
  std::set<fs::path> canonical;
  for (const fs::path &file : changed) {
    std::error_code code;
    canonical.insert(fs::weakly_canonical(file, code));
  }
  std::string units;
  fs::path reason;
  for (const fs::path &file : files_ending(side_files, original_suffix)) {
    std::error_code code;
    Result<MappedFile> text = MappedFile::open(file);
    if (!text ||
        fs::exists(other_facts(file, original_suffix, patched_suffix), code))
      continue;
    Result<Facts> facts = parse_facts(text->text());
    fs::path include = facts ? changed_include(*facts, canonical) : fs::path();
    if (include.empty())
      continue;
    reason = include;
    units += (units.empty() ? "'" : ", '") + facts->output + "'";
  }
  if (units.empty())
    return {};
  return refused("kpatch-not-rebuilt",
                 fmt::format("'{}': changed by the patch, but make did not "
                             "compile what includes it: {}",
                             reason.string(), units))
      .note("the makefile does not know these dependencies: use --clean");
}

Error check_originals(const fs::path &side_files, const fs::path &work,
                      const Products &products) {
  std::string units;
  for (const fs::path &file : files_ending(side_files, patched_suffix)) {
    std::error_code code;
    Result<MappedFile> text = MappedFile::open(file);
    if (!text ||
        fs::exists(other_facts(file, patched_suffix, original_suffix), code))
      continue;
    Result<Facts> facts = parse_facts(text->text());
    if (facts && products.was_there(work / facts->output))
      units += (units.empty() ? "'" : ", '") + facts->output + "'";
  }
  if (units.empty())
    return {};
  return refused("kpatch-not-wrapped",
                 fmt::format("{}: not compiled through libcare-cc when the "
                             "original was built, so that there is nothing to "
                             "compare with",
                             units))
      .note("make took what lay there for up to date: use --clean");
}

} // namespace care::patch_make
