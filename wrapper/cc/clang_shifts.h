// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shifts by one in clang's assembly, which lose their encoding in the text.
#ifndef LIBCARE_WRAPPER_CC_CLANG_SHIFTS_H
#define LIBCARE_WRAPPER_CC_CLANG_SHIFTS_H

#include <string>
#include <string_view>

namespace care::wrapper {

// `compiler` is the .ident of the text. Does a count of one in it stand for
// the form with an immediate byte?
bool keeps_shift_form(std::string_view compiler);

// The text so that its shifts by one are assembled with an immediate byte.
std::string with_immediate_shifts(std::string_view text);

} // namespace care::wrapper

#endif
