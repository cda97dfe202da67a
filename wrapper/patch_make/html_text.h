// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Text that becomes part of a page.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_HTML_TEXT_H
#define LIBCARE_WRAPPER_PATCH_MAKE_HTML_TEXT_H

#include <string>
#include <string_view>

namespace care::patch_make {

// With the characters of HTML escaped, in text and in attributes. What is not
// UTF-8, or a control character, becomes U+FFFD: the page is well-formed
// whatever a source patch or a symbol has in it.
std::string html_text(std::string_view text);

// <tag class="css">text</tag>, the text escaped.
std::string html_element(std::string_view tag, std::string_view css,
                         std::string_view text);

} // namespace care::patch_make

#endif
