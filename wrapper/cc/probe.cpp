// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A probe is known by who runs it, not by what its files are called. Looking
// upwards through our ancestors, the first that is a build tool (make, ninja)
// or a configuring one (a script named configure, cmake, meson) decides. CMake
// runs make in a scratch folder of its own for its tests, so that the folder
// is looked at first; its name is part of CMake's documentation of
// try_compile().
//
// Costs some ten system calls: tens of microseconds, against tens of
// milliseconds for the smallest compile.

#include "wrapper/cc/probe.h"

#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "common/mapped_file.h"
#include "common/parse_number.h"

namespace care::wrapper {

namespace {
struct Ancestor {
  pid_t parent = 0;
  std::vector<std::string> arguments;
};
enum class Verdict { Probe, Build, AskParent };
} // namespace

static Ancestor read_ancestor(pid_t pid) {
  Ancestor ancestor;
  std::string folder = "/proc/" + std::to_string(pid);
  Result<MappedFile> stat = MappedFile::open(folder + "/stat");
  Result<MappedFile> cmdline = MappedFile::open(folder + "/cmdline");
  if (!stat || !cmdline)
    return ancestor;
  // "pid (name) state ppid ...", and the name may hold anything
  std::string_view text = stat->text();
  size_t after_name = text.rfind(')');
  if (after_name != std::string_view::npos && after_name + 4 < text.size())
    ancestor.parent =
        leading_number<pid_t>(text.substr(after_name + 4)).value_or(0);
  for (std::string_view rest = cmdline->text(); !rest.empty();) {
    size_t end = std::min(rest.find('\0'), rest.size());
    ancestor.arguments.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return ancestor;
}

static std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

static Verdict judge(const Ancestor &ancestor) {
  if (ancestor.arguments.empty())
    return Verdict::AskParent;
  std::string_view name = base_name(ancestor.arguments[0]);
  for (std::string_view tool : {"make", "gmake", "bmake", "ninja", "samu"})
    if (name == tool)
      return Verdict::Build;
  std::string_view first;
  if (ancestor.arguments.size() > 1)
    first = ancestor.arguments[1];
  if (name == "cmake")
    return first == "-E" || first == "--build" ? Verdict::AskParent
                                               : Verdict::Probe;
  // The script itself, or the interpreter (with an option) and the script.
  for (size_t i = 0; i < ancestor.arguments.size() && i < 3; ++i) {
    name = base_name(ancestor.arguments[i]);
    if (name == "configure" || name == "Configure" || name == "meson")
      return Verdict::Probe;
  }
  return Verdict::AskParent;
}

static bool is_in_cmake_scratch() {
  char folder[4096];
  if (!getcwd(folder, sizeof folder))
    return false;
  std::string path = std::string(folder) + "/";
  return path.find("/CMakeFiles/CMakeScratch/") != std::string::npos ||
         path.find("/CMakeFiles/CMakeTmp/") != std::string::npos;
}

bool is_configure_probe() {
  constexpr int max_ancestors = 16;
  if (is_in_cmake_scratch())
    return true;
  pid_t pid = getppid();
  for (int i = 0; i < max_ancestors && pid > 1; ++i) {
    Ancestor ancestor = read_ancestor(pid);
    Verdict verdict = judge(ancestor);
    if (verdict != Verdict::AskParent)
      return verdict == Verdict::Probe;
    pid = ancestor.parent;
  }
  return false;
}

} // namespace care::wrapper
