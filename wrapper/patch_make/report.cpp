// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text and JSON from the same report.

#include "wrapper/patch_make/report.h"

#include "common/json.h"

#include <algorithm>
#include <array>

namespace care::patch_make {

using Row = std::array<std::string, 6>;

// The first two and the patch file are words, the others numbers.
constexpr std::array<bool, 6> is_number = {false, false, true,
                                           true,  false, true};

std::string text_table(const Report &report) {
  std::vector<Row> rows = {{"binary", "build-id", "functions replaced",
                            "new functions", "patch file", "size"}};
  for (const PatchedBinary &binary : report.patched)
    rows.push_back({binary.binary, binary.build_id,
                    std::to_string(binary.replaced_functions.size()),
                    std::to_string(binary.new_functions.size()),
                    binary.patch_file, std::to_string(binary.size_bytes)});
  std::array<size_t, 6> widths = {};
  for (const Row &row : rows)
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());

  std::string text;
  for (const Row &row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      std::string padding(widths[i] - row[i].size(), ' ');
      line += is_number[i] ? padding + row[i] : row[i] + padding;
      line += "  ";
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  for (const PatchedBinary &binary : report.patched)
    for (const std::string &answer : binary.allowed)
      text += binary.binary + ": allowed " + answer + "\n";
  return text;
}

std::string json_document(const Report &report) {
  Json document;
  document["schema"] = 1;
  document["id"] = report.id;
  document["patched"] = Json::array();
  for (const PatchedBinary &binary : report.patched)
    document["patched"].push_back(
        {{"binary", binary.binary},
         {"build_id", binary.build_id},
         {"replaced_functions", binary.replaced_functions},
         {"new_functions", binary.new_functions},
         {"allowed", binary.allowed},
         {"patch_file", binary.patch_file},
         {"size_bytes", binary.size_bytes}});
  document["unchanged_binaries"] = report.unchanged_binaries;
  document["only_added"] = Json::array();
  for (const PatchedBinary &binary : report.only_added)
    document["only_added"].push_back(
        {{"binary", binary.binary}, {"new_functions", binary.new_functions}});
  document["warnings"] = Json::array();
  for (const Remark &warning : report.warnings)
    document["warnings"].push_back({{"code", warning.code},
                                    {"message", warning.message},
                                    {"location", warning.location},
                                    {"notes", warning.notes}});
  return json_text(document) + "\n";
}

} // namespace care::patch_make
