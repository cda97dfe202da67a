// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A static variable that nothing in the unit writes is a constant for GCC
// (ipa_discover_variable_flags): it puts the initial value into the code. If
// the original has code that writes it, and the source patch takes that away,
// the variable of the running program may have another value by now, and new
// code has to read it there. GCC leaves a variable alone that something outside
// of the unit may use (force_output).
//
// Only variables of which the original was no constant are meant, so that all
// other code comes out as it was.

#include <set>
#include <string>

#include "gensrc/layouts.h"

#include "plugin/kept_values.h"

#include "plugin/collect.h"

namespace care::plugin {

static std::set<std::string> written;

static std::string text_of(tree identifier) {
  return identifier ? IDENTIFIER_POINTER(identifier) : "";
}

static std::string key_of(const std::string &unit, const std::string &function,
                          const std::string &name) {
  return unit + "\n" + function + "\n" + name;
}

// The file of a static variable (of several in a link), the enclosing function
// of a static local, and the symbol, or the name of a static local: these have
// no symbol yet, and asking for it would number them.
static std::string key_of(tree variable) {
  tree context = DECL_CONTEXT(variable);
  std::string function;
  if (context && TREE_CODE(context) == FUNCTION_DECL) {
    function = symbol_or_name(context);
    context = DECL_CONTEXT(context);
  }
  while (context && TREE_CODE(context) != TRANSLATION_UNIT_DECL)
    context = DECL_P(context) ? DECL_CONTEXT(context) : TYPE_CONTEXT(context);
  bool has_unit = in_lto_p && !TREE_PUBLIC(variable) && context;
  // `a::v` and `b::v` have one name. Only static locals are numbered.
  std::string name = text_of(DECL_NAME(variable));
  if (function.empty()) {
    (void)DECL_ASSEMBLER_NAME(variable); // makes one if there is none
    name = symbol_of(variable);
  }
  return key_of(has_unit ? text_of(DECL_NAME(context)) : "", function, name);
}

static bool is_only_read(varpool_node *node) {
  ipa_ref *ref = nullptr;
  bool is_read = false;
  for (unsigned i = 0; node->iterate_referring(i, ref); i++) {
    if (ref->use != IPA_REF_LOAD)
      return false;
    is_read = true;
  }
  return is_read;
}

// Other units may write what is public, unless this is the link.
static bool is_candidate(varpool_node *node) {
  tree decl = node->decl;
  return node->definition && (in_lto_p || !TREE_PUBLIC(decl)) &&
         !TREE_READONLY(decl) && !DECL_ARTIFICIAL(decl);
}

static void keep_written() {
  varpool_node *node;
  FOR_EACH_VARIABLE(node)
  if (is_candidate(node) && written.contains(key_of(node->decl)) &&
      is_only_read(node))
    node->force_output = 1;
}

// GCC looks for constants in this pass, after it has inlined small functions,
// and after a unit is written for a link, which asks again by itself.
static void on_pass(void *data, void *) {
  static bool is_done = false;
  if (is_done ||
      std::string_view(static_cast<opt_pass *>(data)->name) != "whole-program")
    return;
  is_done = true;
  keep_written();
}

void keep_values(const char *plugin_name, const Facts &original) {
  for (const VariableFact &fact : original.variables)
    if (!fact.kind.empty() && !fact.kind.starts_with(gensrc::own_constant))
      written.insert(key_of("", fact.function,
                            fact.function.empty() ? fact.symbol : fact.name));
  if (!written.empty())
    register_callback(plugin_name, PLUGIN_PASS_EXECUTION, on_pass, nullptr);
}

std::vector<std::string> written_variables() {
  std::vector<std::string> keys;
  varpool_node *node;
  FOR_EACH_VARIABLE(node)
  if (is_candidate(node) && !is_only_read(node))
    keys.push_back(key_of(node->decl));
  return keys;
}

void keep_values_in_link(const Facts &original) {
  written.insert(original.written.begin(), original.written.end());
  keep_written();
}

} // namespace care::plugin
