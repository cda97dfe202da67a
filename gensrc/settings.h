// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lists of functions that a person gives: on the command line and in
// /etc/libcare.conf (one name a line; '#' starts a comment). If that file names
// functions, only these are replaced.
#ifndef LIBCARE_GENSRC_SETTINGS_H
#define LIBCARE_GENSRC_SETTINGS_H

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care::gensrc {

inline constexpr const char *settings_path = "/etc/libcare.conf";

// Comma-separated, empty entries left out.
std::vector<std::string> split_list(std::string_view list);

// A file that does not exist holds no names.
Result<std::vector<std::string>> read_settings(const std::string &path);

} // namespace care::gensrc

#endif
