// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Keeps the line numbers of a source as they were before a patch, with #line
// directives. Without that, one added line changes __LINE__ in every assert
// below it, and with it all the functions they are in.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_LINE_KEEPER_H
#define LIBCARE_WRAPPER_PATCH_MAKE_LINE_KEEPER_H

#include <string>
#include <string_view>

namespace care::patch_make {

// Is this a file in which a #line directive means what we want?
bool is_c_source(std::string_view path);

// `patched` with #line directives such that every line that is also in
// `original` has its number of there. Lines between a hunk and the first place
// where a directive is safe keep the number they have.
std::string keep_line_numbers(std::string_view original,
                              std::string_view patched);

} // namespace care::patch_make

#endif
