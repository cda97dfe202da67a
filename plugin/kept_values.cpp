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
#include <utility>

#include "plugin/kept_values.h"

#include "plugin/collect.h"
#include "plugin/layouts.h"

namespace care::plugin {

// The enclosing function of a static local, or nothing; and the name. Not the
// symbol: static locals have none yet, and asking for it would number them.
static std::set<std::pair<std::string, std::string>> written;

static std::string name_of(tree decl) {
  return DECL_NAME(decl) ? IDENTIFIER_POINTER(DECL_NAME(decl)) : "";
}

static std::string function_of(tree variable) {
  tree context = DECL_CONTEXT(variable);
  bool is_local = context && TREE_CODE(context) == FUNCTION_DECL;
  return is_local ? symbol_or_name(context) : "";
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

static void on_ipa_start(void *, void *) {
  varpool_node *node;
  FOR_EACH_VARIABLE(node) {
    tree decl = node->decl;
    if (node->definition && !TREE_PUBLIC(decl) && !TREE_READONLY(decl) &&
        !DECL_ARTIFICIAL(decl) &&
        written.contains({function_of(decl), name_of(decl)}) &&
        is_only_read(node))
      node->force_output = 1;
  }
}

void keep_values(const char *plugin_name, const Facts &original) {
  for (const VariableFact &fact : original.variables)
    if (!fact.kind.empty() && !fact.kind.starts_with(own_constant))
      written.emplace(fact.function, fact.name);
  if (!written.empty())
    register_callback(plugin_name, PLUGIN_ALL_IPA_PASSES_START, on_ipa_start,
                      nullptr);
}

} // namespace care::plugin
