// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Only three things must be got right: which options take the next argument
// as their value (or a value would be taken for a source file), what language
// an input has, and how far the driver goes. Everything else is passed on
// unread. The tables follow the option summaries of GCC 12 and clang 14.

#include "wrapper/cc/command_line.h"

#include <algorithm>
#include <array>

namespace care::wrapper {

namespace {
struct OptionRule {
  std::string_view name;
  Role role;
};

struct LanguageRule {
  std::string_view name;
  InputKind kind;
};
} // namespace

// Options whose value is the next argument if it is not joined to them.
static constexpr OptionRule separate_options[] = {
    {"-o", Role::Output},
    {"--output", Role::Output},
    {"-x", Role::Language},
    {"--language", Role::Language},
    {"-MF", Role::Dependency},
    {"-MT", Role::Dependency},
    {"-MQ", Role::Dependency},
    {"-I", Role::Preprocess},
    {"-D", Role::Preprocess},
    {"-U", Role::Preprocess},
    {"-A", Role::Preprocess},
    {"-include", Role::Preprocess},
    {"-imacros", Role::Preprocess},
    {"-iquote", Role::Preprocess},
    {"-isystem", Role::Preprocess},
    {"-idirafter", Role::Preprocess},
    {"-iprefix", Role::Preprocess},
    {"-iwithprefix", Role::Preprocess},
    {"-iwithprefixbefore", Role::Preprocess},
    {"-isysroot", Role::Preprocess},
    {"-imultilib", Role::Preprocess},
    {"-Xpreprocessor", Role::Preprocess},
    {"--include-directory", Role::Preprocess},
    {"--define-macro", Role::Preprocess},
    {"--undefine-macro", Role::Preprocess},
    {"-l", Role::Linker},
    {"-L", Role::Linker},
    {"-Xlinker", Role::Linker},
    {"-T", Role::Linker},
    {"-u", Role::Linker},
    {"-z", Role::Linker},
    {"-e", Role::Linker},
    {"--entry", Role::Linker},
    {"-Tbss", Role::Linker},
    {"-Tdata", Role::Linker},
    {"-Ttext", Role::Linker},
    {"-R", Role::Linker},
    {"-G", Role::Option},
    {"-B", Role::Option},
    {"-Xassembler", Role::Option},
    {"-Xclang", Role::Option},
    {"-mllvm", Role::Option},
    {"-target", Role::Option},
    {"-gcc-toolchain", Role::Option},
    {"-arch", Role::Option},
    {"--param", Role::Option},
    {"--sysroot", Role::Option},
    {"-aux-info", Role::Option},
    {"-wrapper", Role::Option},
    {"-specs", Role::Option},
    {"--specs", Role::Option},
    {"-dumpbase", Role::Option},
    {"-dumpbase-ext", Role::Option},
    {"-dumpdir", Role::Option},
    {"--prefix", Role::Option},
};

static constexpr OptionRule plain_options[] = {
    {"-pipe", Role::Pipe},
    {"--pipe", Role::Pipe},
    {"-s", Role::Strip},
    {"-shared", Role::Linker},
    {"--shared", Role::Linker},
    {"-static", Role::Linker},
    {"--static", Role::Linker},
    {"-static-pie", Role::Linker},
    {"-static-libgcc", Role::Linker},
    {"-static-libstdc++", Role::Linker},
    {"-pie", Role::Linker},
    {"-no-pie", Role::Linker},
    {"-r", Role::Linker},
    {"-rdynamic", Role::Linker},
    {"-nostdlib", Role::Linker},
    {"-nodefaultlibs", Role::Linker},
    {"-nostartfiles", Role::Linker},
    {"-nostdinc", Role::Preprocess},
    {"-nostdinc++", Role::Preprocess},
};

static constexpr LanguageRule languages[] = {
    {"c", InputKind::Source},
    {"c++", InputKind::Source},
    {"objective-c", InputKind::Source},
    {"objective-c++", InputKind::Source},
    {"cpp-output", InputKind::Source},
    {"c++-cpp-output", InputKind::Source},
    {"assembler", InputKind::Assembler},
    {"assembler-with-cpp", InputKind::AssemblerCpp},
    {"c-header", InputKind::Header},
    {"c++-header", InputKind::Header},
    {"c++-system-header", InputKind::Header},
    {"c++-user-header", InputKind::Header},
    {"objective-c-header", InputKind::Header},
    {"objective-c++-header", InputKind::Header},
    {"lto", InputKind::Linker},
};

static constexpr std::pair<std::string_view, std::string_view> suffixes[] = {
    {"c", "c"},
    {"i", "cpp-output"},
    {"ii", "c++-cpp-output"},
    {"cc", "c++"},
    {"cp", "c++"},
    {"cxx", "c++"},
    {"cpp", "c++"},
    {"CPP", "c++"},
    {"c++", "c++"},
    {"C", "c++"},
    {"m", "objective-c"},
    {"mm", "objective-c++"},
    {"M", "objective-c++"},
    {"s", "assembler"},
    {"S", "assembler-with-cpp"},
    {"sx", "assembler-with-cpp"},
    {"h", "c-header"},
    {"hh", "c++-header"},
    {"H", "c++-header"},
    {"hp", "c++-header"},
    {"hxx", "c++-header"},
    {"hpp", "c++-header"},
    {"HPP", "c++-header"},
    {"h++", "c++-header"},
    {"tcc", "c++-header"},
    // Languages of other front ends go through the same plugin.
    {"f", "f77"},
    {"for", "f77"},
    {"F", "f77-cpp-input"},
    {"f90", "f95"},
    {"f95", "f95"},
    {"F90", "f95-cpp-input"},
    {"d", "d"},
    {"go", "go"},
    {"adb", "ada"},
};

size_t CommandLine::count(InputKind kind) const {
  return static_cast<size_t>(std::count_if(
      inputs.begin(), inputs.end(), [&](auto &i) { return i.kind == kind; }));
}

static std::string language_of(std::string_view path) {
  size_t dot = path.rfind('.');
  if (dot == std::string_view::npos || path.find('/', dot) != path.npos)
    return "";
  for (auto [suffix, language] : suffixes)
    if (path.substr(dot + 1) == suffix)
      return std::string(language);
  return "";
}

static InputKind kind_of(std::string_view language) {
  if (language.empty())
    return InputKind::Linker;
  for (const LanguageRule &rule : languages)
    if (rule.name == language)
      return rule.kind;
  return InputKind::Source;
}

namespace {
// Reads the arguments from left to right.
class Parser {
public:
  explicit Parser(const std::vector<std::string> &texts) : texts_(texts) {}
  CommandLine parse();

private:
  void take_input(const std::string &path);
  bool take_separate(const std::string &text);
  void take_value(Role role, std::string_view option, const std::string &value);
  void take_option(const std::string &text);
  void take_goal(const std::string &text);
  void raise_goal(Goal goal) { result_.goal = std::min(result_.goal, goal); }
  void add(const std::string &text, Role role) {
    result_.arguments.push_back({text, role});
  }

  const std::vector<std::string> &texts_;
  size_t next_ = 0;
  std::string language_; // of -x; empty: by suffix
  CommandLine result_;
};
} // namespace

void Parser::take_input(const std::string &path) {
  std::string language = !language_.empty() ? language_
                         : path == "-"      ? "c"
                                            : language_of(path);
  result_.inputs.push_back(
      {path, kind_of(language), language, result_.arguments.size()});
  add(path, Role::Input);
}

void Parser::take_value(Role role, std::string_view option,
                        const std::string &value) {
  if (role == Role::Output)
    result_.output = value;
  else if (role == Role::Language)
    language_ = value == "none" ? "" : value;
  else if (option == "-MF")
    result_.names_dependencies = true;
  else if (option == "-MT" || option == "-MQ")
    result_.has_dependency_target = true;
  else if (option == "-Xlinker" && (value == "-r" || value == "-i"))
    result_.is_relocatable_link = true;
}

// The length of the option in `text` if its value may follow without a space
// (-oFILE) or after a `=` (--output=FILE), else 0.
static size_t joined_length(const OptionRule &rule, std::string_view text) {
  constexpr std::string_view letters = "oxIDUAlLBT";
  if (!text.starts_with(rule.name))
    return 0;
  size_t length = rule.name.size();
  if (rule.name.starts_with("--"))
    return text[length] == '=' ? length + 1 : 0;
  bool is_letter = length == 2 && letters.find(rule.name[1]) != letters.npos;
  bool is_dependency = rule.role == Role::Dependency;
  return is_letter || is_dependency ? length : 0;
}

bool Parser::take_separate(const std::string &text) {
  for (const OptionRule &rule : separate_options) {
    if (text != rule.name)
      continue;
    add(text, rule.role);
    if (next_ < texts_.size()) {
      take_value(rule.role, rule.name, texts_[next_]);
      add(texts_[next_++], rule.role);
    }
    return true;
  }
  for (const OptionRule &rule : separate_options) {
    if (size_t length = joined_length(rule, text)) {
      take_value(rule.role, rule.name, text.substr(length));
      add(text, rule.role);
      return true;
    }
  }
  return false;
}

void Parser::take_goal(const std::string &text) {
  if (text == "-c" || text == "--compile")
    raise_goal(Goal::Object);
  else if (text == "-S" || text == "--assemble")
    raise_goal(Goal::Assembly);
  else if (text == "-E" || text == "--preprocess")
    raise_goal(Goal::Preprocess);
  else if (text == "-fsyntax-only")
    raise_goal(Goal::Check);
  else
    raise_goal(Goal::Information);
  add(text, Role::Goal);
}

static bool is_goal(std::string_view text) {
  constexpr std::array<std::string_view, 15> goals = {"-c",
                                                      "--compile",
                                                      "-S",
                                                      "--assemble",
                                                      "-E",
                                                      "--preprocess",
                                                      "-fsyntax-only",
                                                      "-###",
                                                      "--version",
                                                      "--help",
                                                      "-dumpversion",
                                                      "-dumpmachine",
                                                      "-dumpspecs",
                                                      "-dumpfullversion",
                                                      "--target-help"};
  return std::find(goals.begin(), goals.end(), text) != goals.end() ||
         text.starts_with("-print-") || text.starts_with("--print-") ||
         text.starts_with("--help=");
}

static bool is_relocatable_list(std::string_view text) {
  if (!text.starts_with("-Wl,"))
    return false;
  std::string list = std::string(text.substr(3)) + ",";
  return list.find(",-r,") != list.npos || list.find(",-i,") != list.npos ||
         list.find(",--relocatable,") != list.npos;
}

void Parser::take_option(const std::string &text) {
  if (is_goal(text))
    return take_goal(text);
  for (const OptionRule &rule : plain_options)
    if (text == rule.name) {
      result_.is_relocatable_link |= text == "-r";
      return add(text, rule.role);
    }
  if (text == "-M" || text == "-MM")
    raise_goal(Goal::Preprocess);
  result_.makes_dependencies |= text == "-MD" || text == "-MMD";
  if (text == "-M" || text == "-MM" || text == "-MD" || text == "-MMD" ||
      text == "-MP" || text == "-MG")
    return add(text, Role::Dependency);
  // -g, -g3, -ggdb, -gdwarf-5, ...: the letters -g are used for nothing else.
  if (text.starts_with("-g"))
    return add(text, Role::Debug);
  if (text.starts_with("-Wl,") || text.starts_with("-fuse-ld=")) {
    result_.is_relocatable_link |= is_relocatable_list(text);
    return add(text, Role::Linker);
  }
  if (text.starts_with("-Wp,"))
    return add(text, Role::Preprocess);
  if (!take_separate(text))
    add(text, Role::Option);
}

CommandLine Parser::parse() {
  while (next_ < texts_.size()) {
    const std::string &text = texts_[next_++];
    if (text == "-" || !text.starts_with('-'))
      take_input(text);
    else
      take_option(text);
  }
  if (result_.inputs.empty())
    result_.goal = Goal::Information;
  return std::move(result_);
}

CommandLine parse_command_line(const std::vector<std::string> &arguments) {
  return Parser(arguments).parse();
}

} // namespace care::wrapper
