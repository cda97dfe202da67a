// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Answers to libcare-cc's own options. Everything else is the compiler's.
#ifndef LIBCARE_WRAPPER_CC_HELP_H
#define LIBCARE_WRAPPER_CC_HELP_H

#include <string_view>

namespace care::wrapper {

extern const std::string_view help_text;
extern const std::string_view version_text;

} // namespace care::wrapper

#endif
