// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading one section of a 64-bit ELF object (gABI, chapters 4 and 5), alone or
// as a member of an archive.
#ifndef LIBCARE_WRAPPER_CC_OBJECT_SECTION_H
#define LIBCARE_WRAPPER_CC_OBJECT_SECTION_H

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care::wrapper {

// The NUL-terminated strings of section `name`; none if there is no such
// section, or no ELF object. `object` is a path, or PATH@OFFSET as linkers name
// a member of an archive, with the offset of its content.
Result<std::vector<std::string>> strings_of_section(const std::string &object,
                                                    std::string_view name);

} // namespace care::wrapper

#endif
