// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the patched stage found out about one translation unit, for people: the
// functions that went into the patch, why, and their code before and after; or
// what was refused. Written by whoever ran the differ, read by whoever makes a
// report. The format is in docs/patch-format.md, section 6.
#ifndef LIBCARE_COMMON_UNIT_CHANGES_H
#define LIBCARE_COMMON_UNIT_CHANGES_H

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care {

namespace change_kind {
// Has a counterpart in the original, and is entered through a jump there.
inline constexpr std::string_view replaced = "replaced";
// Has none, or is a clone that only functions in the patch call.
inline constexpr std::string_view added = "new";
// A further part of the function before it (NAME.cold).
inline constexpr std::string_view part = "part";
} // namespace change_kind

struct CodeChange {
  std::string kind; // change_kind
  std::string symbol;
  std::string reason;   // "edited", "inlines edited 'f'", ...
  std::string location; // "file:line", or empty
  // Instructions and labels, one a line; labels are counted within the
  // function, so that they are equal where nothing changed.
  std::vector<std::string> before = {}, after = {};

  // Index of the first line that differs; the shorter length if one text is
  // the beginning of the other.
  size_t first_difference() const;
};

// A refusal, a warning, or a refusal that a person has allowed.
struct Remark {
  std::string code; // "kpatch-..."
  std::string message;
  std::string location = {}; // "file:line", or empty
  std::vector<std::string> notes = {};
};

struct UnitChanges {
  std::string id = {};       // 16 hex digits, as in the patched binary
  std::string output = {};   // what tells the unit from others
  std::string source = {};   // as the compiler was given it
  std::string compiler = {}; // name and version, if known
  std::vector<CodeChange> functions = {};
  std::vector<std::string> new_variables = {}, removed_variables = {};
  std::vector<Remark> warnings = {}, refusals = {}, allowed = {};
};

Remark remark_of(const Error &error);

// What a person has answered; `answer` is CODE:SYMBOL as in --allow.
Remark remark_of_answer(std::string_view answer);

// A line for each function in the patch, as in .patched.report files
// (docs/patch-format.md, section 5).
std::string format_report(const UnitChanges &unit);

std::string format_changes(const UnitChanges &unit);
// Unknown keywords are skipped.
Result<UnitChanges> parse_changes(std::string_view text);

} // namespace care

#endif
