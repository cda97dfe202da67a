// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// How the page looks. In the page itself, so that it is one file; no fonts or
// pictures from elsewhere, no script.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_HTML_STYLE_H
#define LIBCARE_WRAPPER_PATCH_MAKE_HTML_STYLE_H

#include <string_view>

namespace care::patch_make {

extern const std::string_view html_style;

} // namespace care::patch_make

#endif
