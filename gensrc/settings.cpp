// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading of name lists.

#include "gensrc/settings.h"

#include <cerrno>
#include <unistd.h>

#include "common/mapped_file.h"
#include "gensrc/statement.h"

namespace care::gensrc {

std::vector<std::string> split_list(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) {
    size_t comma = list.find(',');
    std::string_view name = trim(list.substr(0, comma));
    if (!name.empty())
      names.emplace_back(name);
    list = comma == list.npos ? std::string_view() : list.substr(comma + 1);
  }
  return names;
}

Result<std::vector<std::string>> read_settings(const std::string &path) {
  std::vector<std::string> names;
  if (access(path.c_str(), F_OK) != 0 && errno == ENOENT)
    return names;
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  std::string_view rest = file->text();
  while (!rest.empty()) {
    std::string_view line = take_line(rest);
    std::string_view name = trim(line.substr(0, line.find('#')));
    if (!name.empty())
      names.emplace_back(name);
  }
  return names;
}

} // namespace care::gensrc
