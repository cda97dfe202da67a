// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A field may hold anything that a file name or a C++ name may hold.

#include "common/fields.h"

namespace care {

static void append_field(std::string &text, std::string_view field) {
  for (char c : field) {
    if (c == '\t')
      text += "\\t";
    else if (c == '\n')
      text += "\\n";
    else if (c == '\\')
      text += "\\\\";
    else
      text += c;
  }
}

void append_line(std::string &text, std::string_view keyword,
                 std::initializer_list<std::string_view> fields) {
  text += keyword;
  for (std::string_view field : fields) {
    text += '\t';
    append_field(text, field);
  }
  text += '\n';
}

std::vector<std::string> split_fields(std::string_view line) {
  std::vector<std::string> fields(1);
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      fields.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      char c = line[++i];
      fields.back() += c == 't' ? '\t' : c == 'n' ? '\n' : c;
    } else {
      fields.back() += line[i];
    }
  }
  return fields;
}

} // namespace care
