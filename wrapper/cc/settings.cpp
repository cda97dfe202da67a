// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The wrapper is started once per compile: it reads a dozen variables, makes a
// handful of system calls, and asks no other program.
//
// Whoever puts a link named `gcc` to us into the PATH must not be sent round
// in circles: when a compiler is looked up, files that are ourselves are
// passed over.

#include "wrapper/cc/settings.h"

#include <climits>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include "common/allowances.h"

#include "wrapper/cc/words.h"

namespace care::wrapper {

static std::string variable(const char *name) {
  const char *value = getenv(name);
  return value ? value : "";
}

static std::string base_name(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

static std::string real_path(const std::string &path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) ? resolved : "";
}

std::string_view stage_name(Stage stage) {
  switch (stage) {
  case Stage::Configure:
    return "configure";
  case Stage::Original:
    return "original";
  case Stage::Patched:
    return "patched";
  }
  return "configure";
}

bool is_cxx_name(std::string_view program) {
  std::string name = base_name(program);
  size_t version = name.find_last_not_of("0123456789.");
  if (version != std::string::npos && version + 1 < name.size() &&
      name[version] == '-')
    name.resize(version);
  return name.ends_with("++");
}

static Result<Stage> read_stage() {
  std::string value = variable("KPATCH_STAGE");
  if (value.empty() || value == "configure")
    return Stage::Configure;
  if (value == "original")
    return Stage::Original;
  if (value == "patched")
    return Stage::Patched;
  return usage_error("KPATCH_STAGE: unknown stage '" + value +
                     "' (expected configure, original or patched)");
}

static bool is_same_file(const std::string &path, const std::string &other) {
  struct stat a, b;
  return stat(path.c_str(), &a) == 0 && stat(other.c_str(), &b) == 0 &&
         a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool is_program(const std::string &path) {
  struct stat status;
  return access(path.c_str(), X_OK) == 0 && stat(path.c_str(), &status) == 0 &&
         S_ISREG(status.st_mode);
}

// The first program `name` of the PATH that is not `self`.
static Result<std::string> find_program(const std::string &name,
                                        const std::string &self) {
  if (name.find('/') != std::string::npos) {
    if (is_same_file(name, self))
      return usage_error("'" + name + "' is libcare-cc itself")
          .note("KPCCREAL and KPCXXREAL name the real compilers");
    return name;
  }
  for (std::string &folder : split(variable("PATH"), ':')) {
    std::string path = (folder.empty() ? "." : folder) + "/" + name;
    if (is_program(path) && !is_same_file(path, self))
      return path;
  }
  return usage_error("the compiler '" + name + "' is not in the PATH")
      .note("KPCCREAL and KPCXXREAL name the real compilers");
}

static Result<std::vector<std::string>> find_compiler(bool is_cxx_driver,
                                                      const std::string &self) {
  const char *name = is_cxx_driver ? "KPCXXREAL" : "KPCCREAL";
  std::vector<std::string> words = split_words(variable(name));
  if (words.empty())
    words = {is_cxx_driver ? "g++" : "gcc"};
  // A launcher has the compiler as its first argument.
  size_t last_program = words.size() > 1 && !words[1].starts_with('-') ? 1 : 0;
  for (size_t i = 0; i <= last_program; ++i) {
    Result<std::string> path = find_program(words[i], self);
    if (!path)
      return path.take_error();
    words[i] = *path;
  }
  return words;
}

// The build folder and an installation have the same shape: bin/ or libexec/
// beside lib/.
static std::string find_plugin(const std::string &folder) {
  if (variable("LIBCARE_PLUGIN") == "off")
    return "";
  if (!variable("LIBCARE_PLUGIN").empty())
    return variable("LIBCARE_PLUGIN");
  for (const char *place : {"/libcare_plugin.so", "/../lib/libcare_plugin.so",
                            "/../" LIBCARE_LIBDIR "/libcare_plugin.so"}) {
    std::string path = real_path(folder + place);
    if (!path.empty())
      return path;
  }
  return "";
}

static std::string find_lto_wrapper_folder(const std::string &folder) {
  for (const char *place :
       {"/../lib/libcare-cc", "/../" LIBCARE_LIBDIR "/libcare-cc"})
    if (is_program(folder + place + "/lto-wrapper"))
      return real_path(folder + place);
  return "";
}

static void find_tools(Settings &settings, const std::string &self) {
  std::string folder = self.substr(0, self.rfind('/'));
  std::string tools = variable("KPATCH_PATH");
  if (!tools.empty())
    settings.plugin = find_plugin(tools);
  if (settings.plugin.empty())
    settings.plugin = find_plugin(folder);
  settings.lto_wrapper_folder = find_lto_wrapper_folder(folder);
  settings.kpatch_gensrc =
      (tools.empty() || !is_program(tools + "/kpatch_gensrc") ? folder
                                                              : tools) +
      "/kpatch_gensrc";
}

Result<Settings> read_settings(std::string_view program) {
  Settings settings;
  Result<Stage> stage = read_stage();
  if (!stage)
    return stage.take_error();
  settings.stage = *stage;
  settings.is_cxx_driver = is_cxx_name(program);
  settings.debug = atoi(variable("KPCC_DEBUG").c_str());

  std::string self = real_path("/proc/self/exe");
  Result<std::vector<std::string>> compiler =
      find_compiler(settings.is_cxx_driver, self);
  if (!compiler)
    return compiler.take_error();
  settings.compiler = std::move(*compiler);
  if (settings.stage == Stage::Configure)
    return settings;

  if (!variable("KPATCH_PREFIX").empty())
    settings.prefix = variable("KPATCH_PREFIX");
  settings.asm_dir = variable("KPATCH_ASM_DIR");
  settings.build_root = variable("LIBCARE_BUILD_ROOT");
  settings.takes_assembly = !variable("KPATCH_GENSRC_ASM").empty() &&
                            variable("KPATCH_GENSRC_ASM") != "0";
  settings.remove_arguments = split(variable("KPCC_REMOVE_ARGS"), ';');
  settings.append_arguments = split(variable("KPCC_APPEND_ARGS"), ';');
  for (const char *name : {"KPCC_DBGFILTER_ARGS", "KPCC_PATCH_ARGS"})
    for (const std::string &part : split(variable(name), ';'))
      for (std::string &word : split_words(part))
        settings.differ_arguments.push_back(std::move(word));
  settings.allow = split(variable("KPATCH_ALLOW"), ';');
  if (Error error = Allowances().add_all(settings.allow))
    return std::move(error).in("KPATCH_ALLOW");
  find_tools(settings, self);
  return settings;
}

} // namespace care::wrapper
