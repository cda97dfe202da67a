// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where messages for a person go.
//
// Library code gets a Diagnostics& and never touches stderr itself; tests and
// --json put a collecting sink in its place. The wording rules are in
// CONTRIBUTING.md: `tool: severity: subject: problem (detail)`.
#ifndef LIBCARE_COMMON_DIAGNOSTICS_H
#define LIBCARE_COMMON_DIAGNOSTICS_H

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care {

enum class Severity { Error, Warning, Note, Info, Debug };

class Diagnostics {
public:
  virtual ~Diagnostics() = default;
  virtual void report(Severity severity, std::string_view message) = 0;

  // An error with its code in brackets, then its notes.
  void report(const Error &error);
  void warning(std::string_view message) { report(Severity::Warning, message); }
  void note(std::string_view message) { report(Severity::Note, message); }
  void info(std::string_view message) { report(Severity::Info, message); }
  void debug(std::string_view message) { report(Severity::Debug, message); }
};

// Prints to stderr as `tool: severity: message`. `verbosity` 0 shows errors,
// warnings and notes; 1 also info; 2 also debug.
class StderrDiagnostics final : public Diagnostics {
public:
  explicit StderrDiagnostics(std::string tool, int verbosity = 0)
      : tool_(std::move(tool)), verbosity_(verbosity) {}

  using Diagnostics::report;
  void report(Severity severity, std::string_view message) override;
  void set_verbosity(int verbosity) { verbosity_ = verbosity; }

private:
  std::string tool_;
  int verbosity_;
};

// Keeps what was reported, for tests and machine-readable output.
class CollectedDiagnostics final : public Diagnostics {
public:
  struct Entry {
    Severity severity;
    std::string message;
  };

  using Diagnostics::report;
  void report(Severity severity, std::string_view message) override {
    entries_.push_back({severity, std::string(message)});
  }
  const std::vector<Entry> &entries() const { return entries_; }

private:
  std::vector<Entry> entries_;
};

} // namespace care

#endif
