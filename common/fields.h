// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of a keyword and tab-separated fields, of which the side files are
// made (docs/patch-format.md, sections 5 and 6). In a field a tab, a newline
// and a backslash are written \t, \n and two backslashes.
#ifndef LIBCARE_COMMON_FIELDS_H
#define LIBCARE_COMMON_FIELDS_H

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace care {

void append_line(std::string &text, std::string_view keyword,
                 std::initializer_list<std::string_view> fields);

// Keyword and fields of a line without its newline.
std::vector<std::string> split_fields(std::string_view line);

} // namespace care

#endif
