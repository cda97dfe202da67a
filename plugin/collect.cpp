// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where the facts come from:
//
//   functions, variables   the symbol table, once the assembly is written.
//                          Assembler names are only read where GCC has made
//                          them: making one numbers static locals.
//   inlining               GCC makes a node for every body that it copies into
//                          another function and removes it afterwards, in the
//                          early inliner too. A hook sees them go.
//   bodies                 what the parser made of a function, before anything
//                          is inlined into it (bodies.cpp)
//   records                reported by the parser when their definition ends,
//                          and found behind the types of symbols (template
//                          instances, typedef names of unnamed ones).
//                          Enumerations likewise.
//   includes               the line table, which knows every file
//
// Records of system headers are left out: a source patch cannot change them,
// and they are most of what a unit declares.

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "gensrc/layouts.h"
#include "gensrc/local_names.h"

#include "plugin/bodies.h"
#include "plugin/automatic_types.h"
#include "plugin/collect.h"
#include "plugin/kept_addresses.h"
#include "plugin/kinds.h"
#include "plugin/options.h"
#include "plugin/types.h"

namespace care::plugin {

namespace {
struct Collection {
  Collected result;
  // Fingerprint of the callee's body by callee and caller.
  std::map<std::pair<std::string, std::string>, std::string> inlined;
  std::unordered_set<cgraph_node *> left_out;
  std::map<unsigned, size_t> unnamed; // enumerations: TYPE_UID, place in facts
  std::unordered_set<unsigned> seen_types; // TYPE_UID of main variants
  std::unordered_set<unsigned> lambdas;    // likewise
  // With link-time optimisation: by DECL_UID, with what types tell, only.
  std::map<unsigned, FunctionFact> typed_functions;
  std::map<unsigned, VariableFact> typed_variables;
  std::unordered_set<std::string> taken; // symbols that have their facts
};
} // namespace

static Collection collection;

static std::string text_of(tree identifier) {
  return identifier ? IDENTIFIER_POINTER(identifier) : "";
}

// Skips the '*' with which GCC marks names that get no prefix.
std::string symbol_of(tree decl) {
  if (!HAS_DECL_ASSEMBLER_NAME_P(decl) || !DECL_ASSEMBLER_NAME_SET_P(decl))
    return "";
  std::string name = text_of(DECL_ASSEMBLER_NAME(decl));
  return name.starts_with('*') ? name.substr(1) : name;
}

std::string symbol_or_name(tree decl) {
  std::string symbol = symbol_of(decl);
  return symbol.empty() ? text_of(DECL_NAME(decl)) : symbol;
}

static void add_place(const std::string &name, location_t location) {
  if (!name.empty() && location != UNKNOWN_LOCATION)
    collection.result.places.emplace(name, location);
}

static bool is_first_sight(tree type) {
  return collection.seen_types.insert(TYPE_UID(TYPE_MAIN_VARIANT(type))).second;
}

// System headers, and what the compiler makes itself (the layout of RTTI, with
// names that it counts up, what sanitizers pass to their library): no source
// patch changes them.
static bool is_from_elsewhere(tree type) {
  tree name = TYPE_NAME(type);
  if (name && TREE_CODE(name) == TYPE_DECL && DECL_ARTIFICIAL(name) &&
      DECL_IGNORED_P(name))
    return true;
  location_t location = type_location(type);
  return location == BUILTINS_LOCATION ||
         (location != UNKNOWN_LOCATION && in_system_header_at(location));
}

static void take_enumeration(tree type) {
  tree main = TYPE_MAIN_VARIANT(type);
  if (!TYPE_VALUES(main) || is_from_elsewhere(main) || !is_first_sight(main))
    return;
  EnumerationFact fact = enumeration_fact(main);
  add_place(fact.name, type_location(main));
  auto &enumerations = collection.result.facts.enumerations;
  if (fact.name.empty())
    collection.unnamed[TYPE_UID(main)] = enumerations.size();
  enumerations.push_back(std::move(fact));
}

// `typedef enum { ... } state;`: the name comes after the enumeration.
static void name_enumeration(tree type) {
  tree main = TYPE_MAIN_VARIANT(type);
  auto found = collection.unnamed.find(TYPE_UID(main));
  if (found == collection.unnamed.end())
    return;
  EnumerationFact &fact = collection.result.facts.enumerations[found->second];
  fact.name = enumeration_fact(main).name;
  add_place(fact.name, type_location(main));
  collection.unnamed.erase(found);
}

// What a template says about its instances has a size, but no offsets.
static bool is_laid_out(tree record) {
  for (tree f = TYPE_FIELDS(record); f; f = DECL_CHAIN(f))
    if (TREE_CODE(f) == FIELD_DECL && !DECL_FIELD_OFFSET(f))
      return false;
  return COMPLETE_TYPE_P(record);
}

// Follows `type` to the records and enumerations that values of it hold or
// point to.
static void take_types(tree type) {
  std::vector<tree> pending = {type};
  while (!pending.empty()) {
    tree next = pending.back();
    pending.pop_back();
    if (!next || next == error_mark_node)
      continue;
    if (FUNC_OR_METHOD_TYPE_P(next)) {
      for (tree arg = TYPE_ARG_TYPES(next); arg; arg = TREE_CHAIN(arg))
        pending.push_back(TREE_VALUE(arg));
      pending.push_back(TREE_TYPE(next));
    } else if (POINTER_TYPE_P(next) || TREE_CODE(next) == ARRAY_TYPE) {
      pending.push_back(TREE_TYPE(next));
    } else if (TREE_CODE(next) == ENUMERAL_TYPE) {
      take_enumeration(next);
    } else if (is_record(next)) {
      tree record = TYPE_MAIN_VARIANT(next);
      if (!is_laid_out(record) || is_from_elsewhere(record) ||
          !is_first_sight(record))
        continue;
      TypeFact fact = record_fact(record);
      add_place(fact.name, type_location(record));
      if (!fact.name.empty())
        collection.result.facts.types.push_back(std::move(fact));
      for (tree f = TYPE_FIELDS(record); f; f = DECL_CHAIN(f))
        if (TREE_CODE(f) == FIELD_DECL)
          pending.push_back(TREE_TYPE(f));
    }
  }
}

// The parser has read a type. Its name may still follow (typedef), so an
// unnamed one waits until a declaration mentions it.
static void on_finish_type(void *data, void *) {
  tree type = static_cast<tree>(data);
  if (type && TYPE_P(type) &&
      (TREE_CODE(type) == ENUMERAL_TYPE ||
       (is_record(type) && TYPE_NAME(type))))
    take_types(type);
}

static void on_finish_declaration(void *data, void *) {
  tree decl = static_cast<tree>(data);
  if (!decl || !DECL_P(decl) || TREE_CODE(decl) != TYPE_DECL ||
      !TREE_TYPE(decl))
    return;
  if (is_record(TREE_TYPE(decl)))
    take_types(TREE_TYPE(decl));
  else if (TREE_CODE(TREE_TYPE(decl)) == ENUMERAL_TYPE)
    name_enumeration(TREE_TYPE(decl));
}

// Clones are made from a function that was parsed, and so are constructors and
// destructors, each kind of which has a body of its own: what counts is the one
// that the source has.
static std::string body_of(cgraph_node *node) {
  for (tree decl : {node->decl, node->former_clone_of,
                    node->clone_of ? node->clone_of->decl : NULL_TREE}) {
    std::string body;
    for (int depth = 0; decl && TREE_CODE(decl) == FUNCTION_DECL && depth < 8;
         depth++) {
      if (std::string parsed = parsed_body(decl); !parsed.empty())
        body = std::move(parsed);
      if (DECL_ABSTRACT_ORIGIN(decl) == decl)
        break;
      decl = DECL_ABSTRACT_ORIGIN(decl);
    }
    if (!body.empty())
      return body;
  }
  return "";
}

// What a lambda captures. Its type has no name.
static void take_captures(tree function, const std::string &symbol) {
  tree type = DECL_CONTEXT(function);
  if (!type || !is_record(type) || !COMPLETE_TYPE_P(type))
    return;
  std::optional<gensrc::LocalName> name = gensrc::parse_local_name(symbol);
  if (!name || name->kind != gensrc::LocalName::Kind::Lambda ||
      !collection.lambdas.insert(TYPE_UID(TYPE_MAIN_VARIANT(type))).second)
    return;
  std::string lambda(name->front);
  TypeFact fact = record_fact(TYPE_MAIN_VARIANT(type));
  fact.name = std::string(lambda_type) + lambda;
  fact.location = file_and_line(DECL_SOURCE_LOCATION(function));
  add_place(symbol, DECL_SOURCE_LOCATION(function));
  add_place(lambda, DECL_SOURCE_LOCATION(function));
  collection.result.facts.types.push_back(std::move(fact));
}

static void take_inlined(cgraph_node *node) {
  take_captures(node->decl, symbol_of(node->decl));
  collection.inlined.insert_or_assign(
      {symbol_or_name(node->decl), symbol_or_name(node->inlined_to->decl)},
      body_of(node));
}

// What was inlined into `node`, which GCC drops with all its code.
static void leave_out_inlined(cgraph_node *node) {
  for (cgraph_edge *call = node->callees; call; call = call->next_callee)
    if (!call->inline_failed && collection.left_out.insert(call->callee).second)
      leave_out_inlined(call->callee);
}

// A function goes that all its callers have inlined; what was inlined into it
// goes as well, later, when `inlined_to` is no node any more.
static void on_node_removal(cgraph_node *node, void *) {
  if (collection.left_out.erase(node))
    return;
  if (node->inlined_to)
    take_inlined(node);
  else
    leave_out_inlined(node);
}

// What the type of a function tells.
static FunctionFact typed_function(tree decl) {
  auto known = collection.typed_functions.find(DECL_UID(decl));
  if (known != collection.typed_functions.end())
    return known->second;
  FunctionFact fact;
  tree type = TREE_TYPE(decl);
  fact.signature = type_fingerprint(type);
  fact.parameters = parameters_fingerprint(type);
  fact.result =
      VOID_TYPE_P(TREE_TYPE(type)) ? "void" : type_fingerprint(TREE_TYPE(type));
  fact.words = signature_words(type);
  return fact;
}

// A constant that only this unit sees: the differ compares what it holds, and
// the patch has a copy if that changed, so that its type may change as well.
static bool is_own_constant(tree decl) {
  return TREE_READONLY(decl) && !TREE_THIS_VOLATILE(decl) && !TREE_PUBLIC(decl);
}

// What the type of a variable tells.
static VariableFact typed_variable(tree decl) {
  auto known = collection.typed_variables.find(DECL_UID(decl));
  if (known != collection.typed_variables.end())
    return known->second;
  VariableFact fact;
  fact.type = type_fingerprint(TREE_TYPE(decl));
  if (!DECL_ARTIFICIAL(decl)) // tables, RTTI: compared by what they hold
    fact.kind = type_kind(TREE_TYPE(decl));
  if (is_own_constant(decl))
    fact.kind.insert(0, gensrc::own_constant);
  fact.words = type_words(TREE_TYPE(decl));
  return fact;
}

// Not when the plugin is loaded: reading a precompiled header replaces the
// symbol table, and its hooks with it.
//
// With link-time optimisation GCC soon drops all that the link does not need of
// types, and most of their names (pass_ipa_free_lang_data, GCC 12): those of
// symbols are taken here.
static void on_ipa_start(void *, void *) {
  symtab->add_cgraph_removal_hook(on_node_removal, nullptr);
  if (in_lto_p)
    return;
  find_kept_addresses();
  if (!flag_lto)
    return;
  symtab_node *node;
  FOR_EACH_SYMBOL(node) {
    unsigned uid = DECL_UID(node->decl);
    take_types(TREE_TYPE(node->decl));
    if (is_a<cgraph_node *>(node))
      collection.typed_functions.emplace(uid, typed_function(node->decl));
    else
      collection.typed_variables.emplace(uid, typed_variable(node->decl));
  }
}

static void take_types_of(tree decl) {
  if (!flag_lto)
    take_types(TREE_TYPE(decl));
}

// The function that `node` was made from: GCC keeps it in one of three places,
// depending on how and when the copy was made. `symbol` is `origin.isra.0`.
std::string clone_origin(cgraph_node *node, const std::string &symbol) {
  tree origin = node->former_clone_of;
  if (!origin && node->clone_of)
    origin = node->clone_of->decl;
  if (!origin)
    origin = DECL_ABSTRACT_ORIGIN(node->decl);
  if (!origin || origin == node->decl || TREE_CODE(origin) != FUNCTION_DECL)
    return "";
  std::string name = symbol_of(origin);
  return symbol.starts_with(name + ".") ? name : "";
}

static void take_function(cgraph_node *node) {
  tree decl = node->decl;
  if (node->inlined_to) {
    take_inlined(node);
    return;
  }
  std::string symbol = symbol_of(decl);
  if (symbol.empty() || !collection.taken.insert(symbol).second)
    return;
  FunctionFact fact = typed_function(decl);
  fact.symbol = std::move(symbol);
  fact.name = text_of(DECL_NAME(decl));
  fact.location = file_and_line(DECL_SOURCE_LOCATION(decl));
  fact.clone_of = clone_origin(node, fact.symbol);
  fact.body = body_of(node);
  add_place(fact.symbol, DECL_SOURCE_LOCATION(decl));
  add_place(fact.name, DECL_SOURCE_LOCATION(decl));
  take_captures(decl, fact.symbol);
  take_types_of(decl);
  collection.result.facts.functions.push_back(std::move(fact));
}

static void take_variable(varpool_node *node,
                          std::vector<VariableFact> &variables) {
  tree decl = node->decl;
  std::string symbol = symbol_of(decl);
  if (symbol.empty() || DECL_IN_CONSTANT_POOL(decl) ||
      !collection.taken.insert(symbol).second)
    return;
  VariableFact fact = typed_variable(decl);
  fact.symbol = std::move(symbol);
  fact.name = text_of(DECL_NAME(decl));
  fact.location = file_and_line(DECL_SOURCE_LOCATION(decl));
  add_kept_address(decl, fact);
  if (fact.symbol.starts_with(gensrc::guard_prefix))
    fact.kind = guarded_initialiser(decl);
  fact.size_bytes = constant_or_zero(DECL_SIZE_UNIT(decl));
  tree context = DECL_CONTEXT(decl);
  if (context && TREE_CODE(context) == FUNCTION_DECL) {
    fact.function = symbol_or_name(context);
    fact.ordinal = DECL_UID(decl); // until number_static_locals
  }
  add_place(fact.symbol, DECL_SOURCE_LOCATION(decl));
  add_place(fact.name, DECL_SOURCE_LOCATION(decl));
  take_types_of(decl);
  variables.push_back(std::move(fact));
}

// Declarations get their DECL_UID in the order of the source.
static void number_static_locals(std::vector<VariableFact> &variables) {
  std::map<std::pair<std::string, std::string>, std::vector<VariableFact *>>
      groups;
  for (VariableFact &v : variables)
    if (!v.function.empty())
      groups[{v.function, v.name}].push_back(&v);
  for (auto &[key, group] : groups) {
    std::sort(group.begin(), group.end(),
              [](auto *a, auto *b) { return a->ordinal < b->ordinal; });
    unsigned ordinal = 0;
    for (VariableFact *v : group)
      v->ordinal = ordinal++;
  }
}

// The source and the headers that it includes, of the project.
static std::vector<std::string> included_files() {
  std::set<std::string> files;
  std::string folder = std::string(getpwd()) + "/";
  for (unsigned i = 0; i < LINEMAPS_ORDINARY_USED(line_table); ++i) {
    const line_map_ordinary *map = LINEMAPS_ORDINARY_MAP_AT(line_table, i);
    std::string file = ORDINARY_MAP_FILE_NAME(map);
    if (map->sysp || file.empty() || file.starts_with('<'))
      continue;
    files.insert(file.starts_with('/') ? file : folder + file);
  }
  return {files.begin(), files.end()};
}

// Those of the symbol table that have none yet.
static void take_symbols() {
  Facts &facts = collection.result.facts;
  cgraph_node *function;
  FOR_EACH_DEFINED_FUNCTION(function)
  take_function(function);
  varpool_node *variable;
  FOR_EACH_VARIABLE(variable) {
    bool is_defined = variable->definition;
    take_variable(variable, is_defined ? facts.variables : facts.externals);
  }
}

// What is handed to the link is the unit before it is optimised; the code of a
// fat object is not what the link makes of it. Behind the pass that drops names
// of types all symbols have theirs, and nothing has gone yet.
static void on_pass(void *data, void *) {
  static bool is_behind = false, is_done = false;
  if (is_done || !flag_lto || in_lto_p)
    return;
  is_done = is_behind;
  if (is_behind)
    take_symbols();
  is_behind = std::string_view(static_cast<opt_pass *>(data)->name) ==
              "*free_lang_data";
}

void start_collecting(const char *plugin_name) {
  start_watching_objects(plugin_name);
  register_callback(plugin_name, PLUGIN_FINISH_TYPE, on_finish_type, nullptr);
  register_callback(plugin_name, PLUGIN_FINISH_DECL, on_finish_declaration,
                    nullptr);
  register_callback(plugin_name, PLUGIN_ALL_IPA_PASSES_START, on_ipa_start,
                    nullptr);
  register_callback(plugin_name, PLUGIN_PASS_EXECUTION, on_pass, nullptr);
  start_collecting_bodies(plugin_name);
}

// The facts for the link are older than what the optimiser found out for the
// code of a fat object: which variables nothing writes.
static void mark_constants(std::vector<VariableFact> &variables) {
  std::unordered_set<std::string> constants;
  varpool_node *variable;
  FOR_EACH_VARIABLE(variable)
  if (is_own_constant(variable->decl))
    constants.insert(symbol_of(variable->decl));
  for (VariableFact &fact : variables)
    if (constants.contains(fact.symbol) &&
        !fact.kind.starts_with(gensrc::own_constant))
      fact.kind.insert(0, gensrc::own_constant);
}

Collected finish_collecting() {
  Facts &facts = collection.result.facts;
  take_symbols();
  if (flag_lto)
    mark_constants(facts.variables);
  number_static_locals(facts.variables);
  for (const auto &[pair, body] : collection.inlined)
    facts.inlined.push_back({pair.first, pair.second, body});
  facts.includes = included_files();
  facts.compiler = compiler_name();
  facts.options = code_options();
  facts.macros = macro_options();
  facts.automatic = automatic_types();
  facts.source = main_input_filename ? main_input_filename : "";
  return std::move(collection.result);
}

} // namespace care::plugin
