// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// WPA knows from which unit each symbol is (lto_file_data), and gives statics
// the names that they have in the texts. A partition may have a static of the
// same name as another partition, as units do; the order of a symbol, which is
// streamed with it (GCC 12, lto-cgraph.c), tells which of WPA's it is.
//
// -flto-partition=none makes one process of both.

#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/mapped_file.h"
#include "common/patch_format.h"
#include "common/write_file.h"
#include "gensrc/directive.h"
#include "gensrc/statement.h"

#include "plugin/collect.h"
#include "plugin/gcc_headers.h"
#include "plugin/kept_values.h"
#include "plugin/link_time.h"
#include "plugin/options.h"

namespace care::plugin {

namespace fs = std::filesystem;

static std::string hex(unsigned HOST_WIDE_INT number) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  do
    text.insert(text.begin(), digits[number & 15]);
  while (number >>= 4);
  return text;
}

std::string link_id() {
  return flag_lto && !in_lto_p
             ? hex(static_cast<unsigned HOST_WIDE_INT>(get_random_seed(false)))
             : "";
}

// Debug information that the link would take over belongs to the unit's own
// code, and is left out: what is linked is the original's.
SplitAssembly split_assembly(std::string_view text) {
  SplitAssembly split;
  enum { InCode, InLink, InDebug } place = InCode;
  while (!text.empty()) {
    std::string_view line = gensrc::take_line(text);
    std::string_view rest = line;
    gensrc::Words words = gensrc::split_words(gensrc::take_statement(rest));
    if (!words.head.empty() &&
        gensrc::directive_of(words.head) == gensrc::Directive::Section) {
      std::string_view operands = words.operands;
      std::string_view name = gensrc::take_operand(operands);
      place = name.starts_with(".gnu.lto_")        ? InLink
              : name.starts_with(".gnu.debuglto_") ? InDebug
                                                   : InCode;
    }
    if (place != InDebug)
      (place == InCode ? split.code : split.link).append(line) += '\n';
  }
  return split;
}

std::string side_files_section(const UnitFiles &files) {
  std::error_code error;
  std::string stem = fs::absolute(files.stem, error).string();
  std::string quoted;
  for (char c : stem) {
    if (c == '"' || c == '\\')
      quoted += '\\';
    quoted += c;
  }
  return "\t.section\t" + std::string(section::side_files) +
         ",\"e\",@progbits\n\t.string\t\"" + quoted + "\"\n";
}

// What is known of a declaration before WPA's first pass. It makes statics of
// globals that only the units use, globals of statics for other partitions, and
// new symbols without a unit for functions that it merges with others.
struct BeforePasses {
  bool is_global = false;
  std::string unit;
};
static std::unordered_map<unsigned, BeforePasses> before_passes; // by DECL_UID
static std::vector<std::string> written;

static std::string link_stem(const Arguments &arguments) {
  return arguments.side + ".link";
}

static void keep_original_values(const Arguments &arguments) {
  // Without it the wrapper refuses the link.
  Result<MappedFile> text =
      MappedFile::open(link_stem(arguments) + ".original.facts");
  if (!text)
    return;
  if (Result<Facts> original = parse_facts(text->text()))
    keep_values_in_link(*original);
}

static void on_pass(void *, void *data) {
  static bool is_first = true;
  if (!is_first || !in_lto_p || flag_ltrans)
    return;
  is_first = false;
  const auto &arguments = *static_cast<const Arguments *>(data);
  written = written_variables();
  if (arguments.stage == Stage::Patched)
    keep_original_values(arguments);
  symtab_node *node;
  FOR_EACH_SYMBOL(node) {
    BeforePasses &known = before_passes[DECL_UID(node->decl)];
    known.is_global = TREE_PUBLIC(node->decl);
    if (node->lto_file_data)
      known.unit = hex(node->lto_file_data->id);
  }
}

void start_watching_link(const char *plugin_name, Arguments &arguments) {
  register_callback(plugin_name, PLUGIN_PASS_EXECUTION, on_pass, &arguments);
}

static LinkedFact linked_fact(symtab_node *node) {
  LinkedFact fact;
  fact.symbol = symbol_of(node->decl);
  fact.order = std::to_string(node->order);
  if (flag_ltrans)
    return fact;
  const BeforePasses &known = before_passes[DECL_UID(node->decl)];
  if (node->externally_visible)
    fact.scope = "visible";
  else if (known.is_global)
    fact.scope = "global";
  fact.unit = node->lto_file_data ? hex(node->lto_file_data->id) : known.unit;
  if (auto *function = dyn_cast<cgraph_node *>(node)) {
    fact.clone_of = clone_origin(function, fact.symbol);
    if (function->inlined_to)
      fact.inlined_into = std::to_string(function->inlined_to->order);
  }
  return fact;
}

static Facts link_facts() {
  Facts facts;
  facts.compiler = compiler_name();
  facts.options = code_options();
  facts.written = written;
  symtab_node *node;
  FOR_EACH_SYMBOL(node)
  if (node->definition && !symbol_of(node->decl).empty())
    facts.linked.push_back(linked_fact(node));
  return facts;
}

// "./prog.ltrans12.ltrans" -> "12": GCC's number of the partition.
static std::string partition_number() {
  constexpr std::string_view mark = ".ltrans";
  std::string_view base = dump_base_name ? dump_base_name : "";
  if (base.ends_with(mark))
    base.remove_suffix(mark.size());
  size_t at = base.rfind(mark);
  if (at == base.npos)
    return "0"; // the only one
  return std::string(base.substr(at + mark.size()));
}

// What an earlier link, perhaps with more partitions, has left.
static void remove_old_files(const std::string &stem, std::string_view stage) {
  fs::path folder = fs::path(stem).parent_path();
  std::string front = fs::path(stem).filename().string() + ".";
  std::error_code error;
  fs::directory_iterator at(folder.empty() ? "." : folder, error);
  for (; !error && at != fs::directory_iterator(); at.increment(error)) {
    std::string name = at->path().filename().string();
    if (name.starts_with(front) &&
        name.find("." + std::string(stage) + ".") != name.npos) {
      std::error_code left; // what stays is written over or refused later
      fs::remove(at->path(), left);
    }
  }
}

// Not ".facts": that is the name of the facts of a unit.
static Error keep_partition(const std::string &stem, const Facts &facts) {
  Result<MappedFile> text = MappedFile::open(asm_file_name);
  if (!text)
    return text.take_error();
  if (Error error = write_file(stem + ".s", text->text()))
    return std::move(error).with_code("kpatch-side-file");
  if (Error error = write_file(stem + ".symbols", format_facts(facts)))
    return std::move(error).with_code("kpatch-side-file");
  return {};
}

Error keep_link_time(const Arguments &arguments) {
  std::string stage =
      arguments.stage == Stage::Original ? "original" : "patched";
  std::string stem = link_stem(arguments);
  Facts facts = link_facts();
  facts.output = arguments.output;
  if (!flag_ltrans) {
    remove_old_files(stem, stage);
    if (Error error =
            write_file(stem + "." + stage + ".facts", format_facts(facts)))
      return std::move(error).with_code("kpatch-side-file");
  }
  if (flag_wpa)
    return {};
  return keep_partition(stem + "." + partition_number() + "." + stage, facts);
}

} // namespace care::plugin
