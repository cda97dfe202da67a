// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Splitting text into arguments.
#ifndef LIBCARE_WRAPPER_CC_WORDS_H
#define LIBCARE_WRAPPER_CC_WORDS_H

#include <string>
#include <string_view>
#include <vector>

namespace care::wrapper {

// At every `separator`; empty parts are left out.
std::vector<std::string> split(std::string_view text, char separator);

// At white space, with quotes and backslashes as in GCC's response files: both
// kinds of quotes group, a backslash takes the next character as it is,
// everywhere.
std::vector<std::string> split_words(std::string_view text);

// Replaces every @FILE by the words of FILE, also inside FILE. As GCC does, an
// argument whose file cannot be read stays as it is.
std::vector<std::string>
expand_response_files(const std::vector<std::string> &arguments);

} // namespace care::wrapper

#endif
