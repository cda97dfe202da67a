// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Code on the page: the source patches, and assembly before and after.
#ifndef LIBCARE_WRAPPER_PATCH_MAKE_HTML_CODE_H
#define LIBCARE_WRAPPER_PATCH_MAKE_HTML_CODE_H

#include <string>
#include <string_view>

#include "common/unit_changes.h"

namespace care::patch_make {

// A unified diff: a block for each file, its lines numbered on both sides.
std::string html_source_patch(std::string_view patch);

// Both texts of a function beside each other; a new one has only one.
std::string html_assembly(const CodeChange &code);

} // namespace care::patch_make

#endif
