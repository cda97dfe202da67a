// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Formatting of diagnostics. One message is one write, so that lines of
// parallel builds do not mix.

#include "common/diagnostics.h"

#include <unistd.h>

namespace care {

static std::string_view severity_word(Severity severity) {
  switch (severity) {
  case Severity::Error:
    return "error";
  case Severity::Warning:
    return "warning";
  case Severity::Note:
    return "note";
  case Severity::Info:
    return "info";
  case Severity::Debug:
    return "debug";
  }
  return "error";
}

void Diagnostics::report(const Error &error) {
  std::string message = error.message();
  if (!error.code().empty())
    message += " [" + error.code() + "]";
  report(Severity::Error, message);
  for (const std::string &text : error.notes())
    report(Severity::Note, text);
}

void StderrDiagnostics::report(Severity severity, std::string_view message) {
  if (severity == Severity::Info && verbosity_ < 1)
    return;
  if (severity == Severity::Debug && verbosity_ < 2)
    return;
  std::string line = tool_;
  line.append(": ").append(severity_word(severity)).append(": ");
  line.append(message).append("\n");
  // A closed stderr is the user's choice; there is nowhere to report it.
  [[maybe_unused]] ssize_t written =
      write(STDERR_FILENO, line.data(), line.size());
}

} // namespace care
