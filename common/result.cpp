// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The few error constructors and the table from kinds to exit statuses.

#include "common/result.h"

#include <cstring>

namespace care {

std::string_view error_kind_name(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::System:
    return "system";
  case ErrorKind::Format:
    return "format";
  case ErrorKind::Refused:
    return "refused";
  case ErrorKind::TargetGone:
    return "target_gone";
  case ErrorKind::Usage:
    return "usage";
  case ErrorKind::NotSafeNow:
    return "not_safe_now";
  case ErrorKind::TargetDirty:
    return "target_dirty";
  }
  return "unknown";
}

int exit_status(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::System:
  case ErrorKind::Format:
  case ErrorKind::Refused:
  case ErrorKind::TargetGone:
    return 1;
  case ErrorKind::Usage:
    return 2;
  case ErrorKind::NotSafeNow:
    return 3;
  case ErrorKind::TargetDirty:
    return 4;
  }
  return 1;
}

Error &&Error::note(std::string text) && {
  data_->notes.push_back(std::move(text));
  return std::move(*this);
}

Error &&Error::with_code(std::string code) && {
  data_->code = std::move(code);
  return std::move(*this);
}

Error &&Error::in(std::string_view subject) && {
  data_->message.insert(0, std::string(subject) + ": ");
  return std::move(*this);
}

Error system_error(std::string what, int error_number) {
  return {ErrorKind::System, std::move(what) + ": " + strerror(error_number)};
}

Error format_error(std::string what) {
  return {ErrorKind::Format, std::move(what)};
}

Error refused(std::string code, std::string what) {
  return Error(ErrorKind::Refused, std::move(what)).with_code(std::move(code));
}

Error usage_error(std::string what) {
  return {ErrorKind::Usage, std::move(what)};
}

Error target_gone(std::string what) {
  return {ErrorKind::TargetGone, std::move(what)};
}

Error not_safe_now(std::string what) {
  return {ErrorKind::NotSafeNow, std::move(what)};
}

Error join_errors(Error first, Error second) {
  if (!first)
    return second;
  if (!second)
    return first;
  bool second_wins = second.kind() == ErrorKind::TargetDirty &&
                     first.kind() != ErrorKind::TargetDirty;
  Error &main = second_wins ? second : first;
  Error &other = second_wins ? first : second;
  Error joined = std::move(main).note("also: " + other.message());
  for (const std::string &note : other.notes())
    joined = std::move(joined).note(note);
  return joined;
}

} // namespace care
