// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A message names functions, variables and types in single quotes. The first
// of them that the unit declares is where the diagnostic points; without one
// it is about the unit as a whole and says so with the unit's name.

#include <optional>
#include <string>
#include <string_view>

#include "plugin/messages.h"
#include "plugin/types.h"

namespace care::plugin {

static std::optional<location_t> place_of(std::string_view message,
                                          const Places &places) {
  size_t start = 0;
  while ((start = message.find('\'', start)) != std::string_view::npos) {
    size_t end = message.find('\'', start + 1);
    if (end == std::string_view::npos)
      break;
    auto found = places.find(message.substr(start + 1, end - start - 1));
    if (found != places.end())
      return found->second;
    start = end + 1;
  }
  return std::nullopt;
}

std::string find_location(const std::string &message, const Places &places) {
  std::optional<location_t> place = place_of(message, places);
  return place ? file_and_line(*place) : "";
}

static std::string with_code(std::string message, const std::string &code) {
  if (!code.empty())
    message += " [" + code + "]";
  return message;
}

static std::string about_unit(const std::string &message) {
  return std::string(main_input_filename ? main_input_filename : "<unknown>") +
         ": " + message;
}

void report_error(const Error &error, const Places &places) {
  std::optional<location_t> place = place_of(error.message(), places);
  std::string message = with_code(error.message(), error.code());
  if (place)
    error_at(*place, "%s", message.c_str());
  else
    error_at(UNKNOWN_LOCATION, "%s", about_unit(message).c_str());
  for (const std::string &note : error.notes())
    inform(place_of(note, places).value_or(UNKNOWN_LOCATION), "%s",
           note.c_str());
}

void report_warning(const std::string &message, const std::string &code,
                    const Places &places) {
  // The project's -Werror is about the project's code.
  bool turns_into_error = global_dc->warning_as_error_requested;
  global_dc->warning_as_error_requested = false;
  std::optional<location_t> place = place_of(message, places);
  std::string text = with_code(message, code);
  if (place)
    warning_at(*place, 0, "%s", text.c_str());
  else
    warning_at(UNKNOWN_LOCATION, 0, "%s", about_unit(text).c_str());
  global_dc->warning_as_error_requested = turns_into_error;
}

} // namespace care::plugin
