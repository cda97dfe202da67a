// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Response files are read by GCC's driver, by collect2 and by ld with the same
// rules; ours must see the same arguments as they do.

#include "wrapper/cc/words.h"

#include "common/mapped_file.h"

namespace care::wrapper {

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    size_t end = text.find(separator);
    if (end != 0)
      parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos)
      break;
    text.remove_prefix(end + 1);
  }
  return parts;
}

std::vector<std::string> split_words(std::string_view text) {
  std::vector<std::string> words;
  bool is_inside = false; // of a word
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    bool is_space = c == ' ' || (c >= '\t' && c <= '\r');
    if (is_space && !quote) {
      is_inside = false;
      continue;
    }
    if (!is_inside)
      words.emplace_back();
    is_inside = true;
    if (c == '\\' && i + 1 < text.size())
      words.back() += text[++i];
    else if (quote && c == quote)
      quote = 0;
    else if (!quote && (c == '\'' || c == '"'))
      quote = c;
    else
      words.back() += c;
  }
  return words;
}

static void expand_into(std::vector<std::string> &result,
                        const std::vector<std::string> &arguments,
                        unsigned depth) {
  // A file that names itself would go on for ever; GCC stops at 2000 files.
  constexpr unsigned max_depth = 64;
  for (const std::string &argument : arguments) {
    if (argument.size() < 2 || argument[0] != '@' || depth == max_depth) {
      result.push_back(argument);
      continue;
    }
    Result<MappedFile> file = MappedFile::open(argument.substr(1));
    if (file)
      expand_into(result, split_words(file->text()), depth + 1);
    else
      result.push_back(argument);
  }
}

std::vector<std::string>
expand_response_files(const std::vector<std::string> &arguments) {
  std::vector<std::string> result;
  expand_into(result, arguments, 0);
  return result;
}

} // namespace care::wrapper
