// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Every code that stands in square brackets behind a refusal or a warning, with
// one sentence, and whether a person can answer it (common/allowances.h).
#ifndef LIBCARE_COMMON_REFUSAL_CODES_H
#define LIBCARE_COMMON_REFUSAL_CODES_H

#include <span>
#include <string>
#include <string_view>

namespace care {

struct RefusalCode {
  std::string_view code;
  std::string_view tool; // that says it
  // What the symbol of an answer names ("variable", ...); empty: the refusal
  // cannot be answered.
  std::string_view subject;
  std::string_view meaning;
};

// Sorted by code.
std::span<const RefusalCode> refusal_codes();

// One line for each code, as --list-refusals prints them.
std::string list_refusal_codes();

// Null if there is no such code.
const RefusalCode *find_refusal_code(std::string_view code);

} // namespace care

#endif
