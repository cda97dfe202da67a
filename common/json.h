// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What all JSON documents of the tools have in common. Header only: the plugin
// links this folder's library and writes no JSON.
#ifndef LIBCARE_COMMON_JSON_H
#define LIBCARE_COMMON_JSON_H

#include <string>

#include <nlohmann/json.hpp>

#include "common/result.h"

namespace care {

// Keeps members in the order in which they are added.
using Json = nlohmann::ordered_json;

inline Json error_json(const Error &error) {
  Json json = {{"kind", error_kind_name(error.kind())},
               {"message", error.message()},
               {"notes", error.notes()}};
  if (!error.code().empty())
    json["code"] = error.code();
  return json;
}

// Without a newline at the end. Names from programs, paths and build logs may
// hold any bytes: what is no UTF-8 is replaced (U+FFFD).
inline std::string json_text(const Json &document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace);
}

// The document of a run that failed.
inline std::string error_document(const Error &error) {
  return json_text({{"schema", 1}, {"error", error_json(error)}});
}

} // namespace care

#endif
