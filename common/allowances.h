// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The answers that a person gives to refusals.
//
// Some refusals rest on something that the tools cannot know and a person may:
// that no object of a type exists yet, that a new start value is not needed. A
// person answers such a one for one symbol, `--allow=CODE:SYMBOL`. What was
// needed of these answers is recorded in the patch. The table of
// common/refusal_codes.h says which codes can be answered, and what the symbol
// names.
#ifndef LIBCARE_COMMON_ALLOWANCES_H
#define LIBCARE_COMMON_ALLOWANCES_H

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care {

// What has been allowed, and what of it was needed.
class Allowances {
public:
  // `text` is CODE:SYMBOL. Fails with ErrorKind::Usage.
  Error add(std::string_view text);
  Error add_all(const std::vector<std::string> &texts);

  // Is the refusal `code` answered for `symbol`? Then it is recorded as needed.
  // A type is also known without the word "struct", "union" or "enum".
  bool permits(std::string_view code, std::string_view symbol);

  // CODE:SYMBOL, sorted.
  const std::set<std::string> &needed() const { return needed_; }
  bool empty() const { return given_.empty(); }

private:
  std::set<std::string, std::less<>> given_;
  std::set<std::string> needed_;
};

// The texts of a .kpatch.allowed section, or of the end of a patch's header:
// each ended by NUL.
std::vector<std::string> split_allowed(std::span<const uint8_t> bytes);

// The line of a refusal that says how to answer it.
std::string allow_hint(std::string_view code, std::string_view symbol);

} // namespace care

#endif
