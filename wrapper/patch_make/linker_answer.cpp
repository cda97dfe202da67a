// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The document is read leniently: a later libcare-link may say more.

#include "wrapper/patch_make/linker_answer.h"

#include <fmt/format.h>

#include "common/json.h"
#include "wrapper/patch_make/step_log.h"

namespace care::patch_make {

namespace fs = std::filesystem;

static std::string string_at(const Json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>()
                                                     : std::string();
}

static std::vector<std::string> strings_at(const Json &object,
                                           const char *key) {
  std::vector<std::string> strings;
  auto found = object.find(key);
  if (found != object.end() && found->is_array())
    for (const Json &text : *found)
      if (text.is_string())
        strings.push_back(text.get<std::string>());
  return strings;
}

static uint64_t number_at(const Json &object, const char *key) {
  auto found = object.find(key);
  return found != object.end() && found->is_number_unsigned()
             ? found->get<uint64_t>()
             : 0;
}

// What libcare-link said instead of a result.
static Error link_failure(const CapturedRun &run, const Json &answer,
                          const fs::path &log) {
  auto error = answer.find("error"); // the end if this is no object
  if (error == answer.end() || !error->is_object())
    return with_log(
        refused("kpatch-link-failed", "libcare-link: " + run.state.describe())
            .note("this should not happen; please report it, with both "
                  "binaries"),
        log);
  Error result =
      refused(string_at(*error, "code"), string_at(*error, "message"));
  for (std::string &note : strings_at(*error, "notes"))
    result = std::move(result).note(std::move(note));
  return result;
}

static Result<Linked> parse_answer(const Json &answer) {
  Linked linked;
  std::string result = string_at(answer, "result");
  if (result == "unchanged") {
    linked.is_unchanged = true;
    return linked;
  }
  linked.binary.build_id = string_at(answer, "build_id");
  auto functions = answer.find("functions");
  linked.replaces_nothing = result == "nothing-to-replace";
  bool is_known = result == "patch" || linked.replaces_nothing;
  if (!is_known || linked.binary.build_id.empty() ||
      functions == answer.end() || !functions->is_array())
    return format_error("libcare-link gave an answer that is not understood");
  for (const Json &function : *functions) {
    bool is_new = string_at(function, "kind") == "new";
    std::string name = string_at(function, "name");
    (is_new ? linked.binary.new_functions : linked.binary.replaced_functions)
        .push_back(name);
    linked.binary.functions.push_back(
        {std::move(name), is_new, number_at(function, "original_size_bytes"),
         number_at(function, "size_bytes"), string_at(function, "unit")});
  }
  linked.binary.imports = strings_at(answer, "imports");
  linked.binary.allowed = strings_at(answer, "allowed");
  return linked;
}

Result<Linked> read_answer(const CapturedRun &run, const fs::path &log) {
  Json answer = Json::parse(run.output, nullptr, /*allow_exceptions=*/false);
  if (!run.state.ok())
    return link_failure(run, answer, log);
  if (!answer.is_object())
    return with_log(
        format_error("libcare-link gave an answer that is not understood"),
        log);
  return parse_answer(answer);
}

} // namespace care::patch_make
