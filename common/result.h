// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Errors as values, for every part of the project.
//
// A function that can fail because of the outside world returns Error (nothing
// to give back) or Result<T>. Both are [[nodiscard]]. An Error is false when
// all went well, so that it reads
//
//     if (Error error = apply(plan))
//       return error;
//     Result<Plan> plan = make_plan(...);
//     if (!plan)
//       return plan.take_error();
//
// The kind of an error fixes the exit status of the tool that reports it
// (docs/design.md, "Exit status"). Only `main` prints an error, through
// Diagnostics, and only `main` exits. Usable inside GCC: no exceptions, no
// RTTI, no LLVM.
#ifndef LIBCARE_COMMON_RESULT_H
#define LIBCARE_COMMON_RESULT_H

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

namespace care {

enum class ErrorKind {
  System,      // a system call failed (exit status 1)
  Format,      // an input file is malformed or of an unsupported kind (1)
  Refused,     // understood, but cannot be done safely; has a code (1)
  TargetGone,  // the process or thread ended; an ordinary outcome (1)
  Usage,       // wrong command line; nothing was attempted (2)
  NotSafeNow,  // the target is busy in code to be replaced; retry (3)
  TargetDirty, // undo failed; the target may be inconsistent (4)
};

// The word used for `kind` in JSON output: "system", "format", ...
std::string_view error_kind_name(ErrorKind kind);

// The exit status that style and man pages promise for a kind.
int exit_status(ErrorKind kind);

class [[nodiscard]] Error {
public:
  Error() = default; // success
  Error(ErrorKind kind, std::string message)
      : data_(std::make_unique<Data>(Data{kind, std::move(message), {}, {}})) {}

  explicit operator bool() const { return data_ != nullptr; }

  ErrorKind kind() const { return data_->kind; }
  const std::string &message() const { return data_->message; }
  // Stable reason code such as "kpatch-build-id"; empty if there is none.
  const std::string &code() const { return data_->code; }
  // What to try next, each printed on a line of its own.
  const std::vector<std::string> &notes() const { return data_->notes; }

  // These return the error itself, so that a failure is built in one
  // expression: return refused("kpatch-tls", ...).note("...").in(file).
  Error &&note(std::string text) &&;
  Error &&with_code(std::string code) &&;
  // Puts `subject: ` in front of the message. Called once, at the boundary
  // that knows the file, process or thread.
  Error &&in(std::string_view subject) &&;

private:
  struct Data {
    ErrorKind kind;
    std::string message;
    std::string code;
    std::vector<std::string> notes;
  };
  std::unique_ptr<Data> data_;
};

// `what: strerror(error_number)`. errno is an argument, read by the caller
// directly after the failing call.
Error system_error(std::string what, int error_number);
Error format_error(std::string what);
Error refused(std::string code, std::string what);
Error usage_error(std::string what);
Error target_gone(std::string what);
Error not_safe_now(std::string what);

// A first error and another one that happened while undoing: the result has
// the more severe kind (TargetDirty wins) and tells both.
Error join_errors(Error first, Error second);

template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;

public:
  Result(Error error) : Base(tl::unexpected<Error>(std::move(error))) {}
  Result(T value) : Base(std::move(value)) {}

  Error take_error() { return std::move(this->error()); }
};

} // namespace care

#endif
