// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The report of a run for a change review: what was changed, what is in the
// patches and why, and what was refused. Text, JSON and HTML are made from the
// same structure; a run that failed has a report too.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_CHANGE_REPORT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_CHANGE_REPORT_H

#include <filesystem>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "common/result.h"
#include "common/unit_changes.h"
#include "wrapper/patch_make/options.h"
#include "wrapper/patch_make/report.h"

namespace care::patch_make {

struct SourcePatch {
  std::string file; // as it was given
  std::string text;
};

struct ToolVersion {
  std::string name;
  std::string version;
};

// A function in a patch. Pointers are into the ChangeReport's units; null if no
// unit says where it came from (a binary stripped before it was installed).
struct ReportedFunction {
  const PatchedBinary *binary = nullptr; // null: the run failed before linking
  std::string symbol;
  bool is_new = false;
  uint64_t original_size_bytes = 0; // both 0 without a binary
  uint64_t size_bytes = 0;
  const UnitChanges *unit = nullptr;
  const CodeChange *code = nullptr;
  std::vector<const CodeChange *> parts = {}; // NAME.cold
};

struct ChangeReport {
  std::string id;
  std::vector<SourcePatch> patches;
  Report result;               // empty if the run failed
  std::vector<Remark> failure; // why it failed, or empty
  std::vector<UnitChanges> units;
  std::vector<ToolVersion> tools;

  bool is_failed() const { return !failure.empty(); }
  std::vector<ReportedFunction> functions() const;
};

// What is said of a header is said by each unit that includes it, and is told
// once.
class WarningsSaid {
public:
  bool add(const Remark &warning); // false: it was there

private:
  std::set<std::tuple<std::string, std::string, std::string>> said_;
};

// What the compiler said about the units of the last run, those where there is
// something to say, in the order of their outputs.
Result<std::vector<UnitChanges>>
read_units(const std::filesystem::path &side_files);

Result<ChangeReport> collect_changes(const Options &options,
                                     const Result<Report> &result);

// "ns::f(int)" for a C++ symbol, others as they are.
std::string readable_name(const std::string &symbol);

// The symbols that a reason quotes likewise.
std::string readable_reason(const std::string &reason);

std::string text_report(const ChangeReport &report);
std::string json_report(const ChangeReport &report);
std::string html_report(const ChangeReport &report);

} // namespace care::patch_make

#endif
