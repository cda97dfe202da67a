// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text and JSON from the same report.

#include "wrapper/patch_make/report.h"

#include "common/json.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <unistd.h>

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
  return json_text(document) + "\n";
}

std::string json_error(const Error &error) {
  Json document;
  document["schema"] = 1;
  document["error"] = error_json(error);
  return json_text(document) + "\n";
}

Progress::Progress(std::FILE *stream)
    : stream_(stream),
      has_colour_(isatty(fileno(stream)) != 0 && !getenv("NO_COLOR")) {}

void Progress::step(std::string_view line) const {
  constexpr std::string_view bold = "\033[1m";
  constexpr std::string_view plain = "\033[0m";
  std::string text(line);
  if (has_colour_)
    text = std::string(bold) + text + std::string(plain);
  print(text + "\n");
}

void Progress::print(std::string_view text) const {
  // A reader that went away does not stop the work.
  fwrite(text.data(), 1, text.size(), stream_);
  fflush(stream_);
}

} // namespace care::patch_make
