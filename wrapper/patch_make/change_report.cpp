// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A function of a patch is found in the units by two keys: its name, and the
// unit's id, which the compiler has put into the binary beside the code. So two
// objects of one source (libtool compiles twice), or two static functions of
// one name, are not taken for each other.

#include "wrapper/patch_make/change_report.h"

#include <algorithm>
#include <cstdlib>
#include <cxxabi.h>
#include <set>

#include "common/mapped_file.h"
#include "version.h"
#include "wrapper/patch_make/label_alignment.h"
#include "wrapper/patch_make/project_build.h"

namespace care::patch_make {

namespace fs = std::filesystem;

std::string readable_name(const std::string &symbol) {
  int status = 0;
  char *name = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  std::string result = status == 0 && name ? name : symbol;
  free(name);
  return result;
}

std::string readable_reason(const std::string &reason) {
  std::string text;
  size_t at = 0;
  for (size_t start; (start = reason.find("'_Z", at)) != std::string::npos;) {
    size_t end = reason.find('\'', ++start);
    text += reason.substr(at, start - at) +
            readable_name(reason.substr(start, end - start));
    at = std::min(end, reason.size());
  }
  return text + reason.substr(at);
}

static bool says_nothing(const UnitChanges &unit) {
  return unit.functions.empty() && unit.new_variables.empty() &&
         unit.removed_variables.empty() && unit.warnings.empty() &&
         unit.refusals.empty() && unit.allowed.empty();
}

bool WarningsSaid::add(const Remark &warning) {
  std::string place = fs::path(warning.location).lexically_normal().string();
  return place.empty() || // then it is about the unit
         said_.emplace(warning.code, warning.message, place).second;
}

Result<std::vector<UnitChanges>> read_units(const fs::path &side_files) {
  std::vector<UnitChanges> units;
  std::error_code code;
  fs::directory_iterator at(side_files, code);
  for (; !code && at != fs::directory_iterator(); at.increment(code)) {
    if (!at->path().native().ends_with(".patched.changes"))
      continue;
    Result<MappedFile> file = MappedFile::open(at->path());
    if (!file)
      return file.take_error();
    Result<UnitChanges> unit = parse_changes(file->text());
    if (!unit)
      return unit.take_error().in("'" + at->path().string() + "'");
    for (CodeChange &function : unit->functions)
      align_labels(function);
    if (!says_nothing(*unit))
      units.push_back(std::move(*unit));
  }
  std::sort(units.begin(), units.end(),
            [](const UnitChanges &a, const UnitChanges &b) {
              return a.output < b.output;
            });
  return units;
}

// The answers that the linking step needed, which are not in any unit: those of
// a binary stand under its name.
static void add_linked_answers(const std::vector<PatchedBinary> &binaries,
                               std::vector<UnitChanges> &units) {
  std::set<std::pair<std::string, std::string>> known;
  for (const UnitChanges &unit : units)
    for (const Remark &answer : unit.allowed)
      known.emplace(answer.code, answer.message);
  for (const PatchedBinary &binary : binaries) {
    UnitChanges linked;
    linked.output = linked.source = binary.binary;
    for (const std::string &text : binary.allowed) {
      Remark answer = remark_of_answer(text);
      if (!known.contains({answer.code, answer.message}))
        linked.allowed.push_back(std::move(answer));
    }
    if (!linked.allowed.empty())
      units.push_back(std::move(linked));
  }
}

static std::vector<ToolVersion>
tool_versions(const std::vector<UnitChanges> &units) {
  std::vector<ToolVersion> tools = {
      {"libcare", LIBCARE_VERSION " (" LIBCARE_COMMIT ")"}};
  std::set<std::string> compilers;
  for (const UnitChanges &unit : units)
    if (!unit.compiler.empty() && compilers.insert(unit.compiler).second)
      tools.push_back({"compiler", unit.compiler});
  return tools;
}

Result<ChangeReport> collect_changes(const Options &options,
                                     const Result<Report> &result) {
  ChangeReport report;
  report.id = options.id;
  for (const std::string &name : options.patches) {
    Result<MappedFile> file = MappedFile::open(name);
    if (!file)
      return file.take_error();
    report.patches.push_back({name, std::string(file->text())});
  }
  if (result)
    report.result = *result;
  else
    report.failure = {remark_of(result.error())};
  Result<Folders> folders = find_folders(options);
  if (!folders)
    return folders.take_error();
  Result<std::vector<UnitChanges>> units =
      read_units(side_files_folder(*folders));
  if (!units)
    return units.take_error();
  report.units = std::move(*units);
  WarningsSaid said;
  for (UnitChanges &unit : report.units)
    std::erase_if(unit.warnings,
                  [&](const Remark &warning) { return !said.add(warning); });
  report.tools = tool_versions(report.units);
  add_linked_answers(report.result.patched, report.units);
  return report;
}

// Points `function` to what its unit says about it, further parts included.
static void find_code(ReportedFunction &function, const UnitChanges &unit) {
  for (size_t i = 0; i < unit.functions.size(); i++) {
    const CodeChange &code = unit.functions[i];
    if (code.symbol != function.symbol || code.kind == change_kind::part)
      continue;
    function.unit = &unit;
    function.code = &code;
    for (i++; i < unit.functions.size() &&
              unit.functions[i].kind == change_kind::part;
         i++)
      function.parts.push_back(&unit.functions[i]);
    return;
  }
}

std::vector<ReportedFunction> ChangeReport::functions() const {
  std::vector<ReportedFunction> list;
  for (const PatchedBinary &binary : result.patched)
    for (const LinkedFunction &linked : binary.functions) {
      ReportedFunction function{&binary,
                                linked.name,
                                linked.is_new,
                                linked.original_size_bytes,
                                linked.size_bytes,
                                nullptr,
                                nullptr};
      for (const UnitChanges &unit : units)
        if (!linked.unit.empty() && unit.id == linked.unit)
          find_code(function, unit);
      list.push_back(std::move(function));
    }
  if (!is_failed())
    return list;
  for (const UnitChanges &unit : units)
    for (const CodeChange &code : unit.functions) {
      if (code.kind == change_kind::part)
        continue;
      ReportedFunction function{nullptr, code.symbol,
                                code.kind == change_kind::added};
      find_code(function, unit);
      list.push_back(std::move(function));
    }
  return list;
}

} // namespace care::patch_make
