// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What is proven is that no object of the type is anywhere else, from the trees
// of all functions as they were parsed (PLUGIN_PRE_GENERICIZE), for C only.
//
// The type is defined in the source file itself, so that no other unit knows
// its members. No variable with a fixed address holds one. Pointers to it are
// made from the address of an object and in no other way: nothing is converted
// to them (what malloc gives), read from a union, taken from a variable
// argument list, from assembly or from another unit. And the bytes of an object
// leave it by its type only: a pointer to it becomes a pointer to something
// else for memset, which reads nothing, and for nothing else. What breaks one
// of these rules spoils the type, and with it all types of which it has
// members.

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "plugin/automatic_types.h"
#include "plugin/types.h"

namespace care::plugin {

namespace {

struct Record {
  std::string name; // empty: it has none
  bool is_spoilt = false;
  std::set<std::string> owners; // functions that have objects of it
  std::set<unsigned> parts;     // records that it holds, by TYPE_UID
};

struct Function {
  std::string name;
};

} // namespace

static std::map<unsigned, Record> records; // by TYPE_UID of main variants

static bool is_of_source_file(tree record) {
  location_t location = type_location(record);
  if (location == UNKNOWN_LOCATION)
    return false;
  const char *file = expand_location(location).file;
  return file && main_input_filename &&
         std::string_view(file) == main_input_filename;
}

static Record &record_of(tree type) {
  tree main = TYPE_MAIN_VARIANT(type);
  auto [entry, is_new] = records.try_emplace(TYPE_UID(main));
  Record &record = entry->second;
  if (!is_new)
    return record;
  record.name = type_name(main);
  record.is_spoilt = record.name.empty() || !is_of_source_file(main);
  for (tree field = TYPE_FIELDS(main); field; field = DECL_CHAIN(field)) {
    if (TREE_CODE(field) != FIELD_DECL)
      continue;
    tree held = without_arrays(TREE_TYPE(field));
    if (is_record(held)) {
      record_of(held);
      records[TYPE_UID(main)].parts.insert(TYPE_UID(TYPE_MAIN_VARIANT(held)));
    }
  }
  return records[TYPE_UID(main)];
}

// The record behind at least `depth` pointers, or null.
static tree pointed_record(tree type, int depth) {
  int count = 0;
  while (type && (POINTER_TYPE_P(type) || TREE_CODE(type) == ARRAY_TYPE)) {
    count += POINTER_TYPE_P(type);
    type = TREE_TYPE(type);
  }
  return type && count >= depth && is_record(type) ? type : nullptr;
}

static void spoil(tree record) {
  if (record)
    record_of(record).is_spoilt = true;
}

static void spoil_all(tree type) {
  spoil(pointed_record(type, 0));
}

static void own(const Function &function, tree type) {
  tree record = without_arrays(type);
  if (record && is_record(record))
    record_of(record).owners.insert(function.name);
}

static bool is_same_pointer(tree a, tree b) {
  while (POINTER_TYPE_P(a) && POINTER_TYPE_P(b)) {
    a = TREE_TYPE(a);
    b = TREE_TYPE(b);
  }
  a = without_arrays(a);
  b = without_arrays(b);
  return TYPE_MAIN_VARIANT(a) == TYPE_MAIN_VARIANT(b);
}

static void see_conversion(tree node) {
  tree operand = TREE_OPERAND(node, 0);
  tree to = TREE_TYPE(node), from = TREE_TYPE(operand);
  if (!to || !from || integer_zerop(operand) || VOID_TYPE_P(to) ||
      is_same_pointer(to, from))
    return;
  for (tree type : {to, from}) {
    spoil(pointed_record(type, 1));
    bool is_function =
        POINTER_TYPE_P(type) && FUNC_OR_METHOD_TYPE_P(TREE_TYPE(type));
    if (!is_function)
      continue;
    spoil_all(TREE_TYPE(TREE_TYPE(type)));
    for (tree p = TYPE_ARG_TYPES(TREE_TYPE(type)); p; p = TREE_CHAIN(p))
      spoil_all(TREE_VALUE(p));
  }
}

// Folding may leave the address of one thing with the type of another.
static void see_address(tree node) {
  tree operand = TREE_OPERAND(node, 0);
  tree target =
      POINTER_TYPE_P(TREE_TYPE(node)) ? TREE_TYPE(TREE_TYPE(node)) : nullptr;
  if (!target || is_same_pointer(target, TREE_TYPE(operand)))
    return;
  spoil_all(target);
  spoil_all(TREE_TYPE(operand));
}

// The first argument of memset may lose its type.
static bool is_memset(tree call) {
  tree callee = get_callee_fndecl(call);
  return callee && fndecl_built_in_p(callee, BUILT_IN_MEMSET);
}

static void see_variable(const Function &function, tree variable) {
  if (TREE_CODE(variable) != VAR_DECL)
    return;
  if (TREE_STATIC(variable) || DECL_EXTERNAL(variable))
    spoil(pointed_record(TREE_TYPE(variable), 0));
  else
    own(function, TREE_TYPE(variable));
}

static tree see(tree *place, int *walks_on, void *data);

// Who is not known to take it as it is given may do anything with it.
static void see_call(const Function &function, tree call) {
  spoil(pointed_record(TREE_TYPE(call), 1));
  own(function, TREE_TYPE(call));
  tree callee = get_callee_fndecl(call);
  bool is_known =
      callee && !TREE_PUBLIC(callee) && TYPE_ARG_TYPES(TREE_TYPE(callee));
  walk_tree_without_duplicates(&CALL_EXPR_FN(call), see,
                               const_cast<Function *>(&function));
  for (int i = 0; i < call_expr_nargs(call); ++i) {
    tree argument = CALL_EXPR_ARG(call, i);
    if (i == 0 && is_memset(call) && CONVERT_EXPR_P(argument))
      argument = TREE_OPERAND(argument, 0);
    else if (!is_known)
      spoil_all(TREE_TYPE(argument));
    walk_tree_without_duplicates(&argument, see,
                                 const_cast<Function *>(&function));
  }
}

// Called for each node; `data` is the function.
static tree see(tree *place, int *walks_on, void *data) {
  const Function &function = *static_cast<const Function *>(data);
  tree node = *place;
  switch (TREE_CODE(node)) {
  case CONVERT_EXPR:
  case NOP_EXPR:
  case VIEW_CONVERT_EXPR:
    see_conversion(node);
    break;
  case CALL_EXPR:
    see_call(function, node);
    *walks_on = 0;
    break;
  case ADDR_EXPR:
    see_address(node);
    break;
  case INTEGER_CST:
    if (!integer_zerop(node))
      spoil(pointed_record(TREE_TYPE(node), 1));
    break;
  case BIND_EXPR:
    for (tree v = BIND_EXPR_VARS(node); v; v = DECL_CHAIN(v))
      see_variable(function, v);
    break;
  case COMPOUND_LITERAL_EXPR:
    see_variable(function, COMPOUND_LITERAL_EXPR_DECL(node));
    break;
  case COMPONENT_REF:
    if (TREE_CODE(TREE_TYPE(TREE_OPERAND(node, 0))) != RECORD_TYPE)
      spoil(pointed_record(TREE_TYPE(node), 1));
    break;
  case VA_ARG_EXPR:
  case MEM_REF:
    spoil_all(TREE_TYPE(node));
    break;
  case ASM_EXPR:
    for (tree out = ASM_OUTPUTS(node); out; out = TREE_CHAIN(out))
      spoil_all(TREE_TYPE(TREE_VALUE(out)));
    for (tree in = ASM_INPUTS(node); in; in = TREE_CHAIN(in))
      spoil_all(TREE_TYPE(TREE_VALUE(in)));
    break;
  default:
    break;
  }
  if (TYPE_P(node))
    *walks_on = 0;
  return nullptr;
}

static void on_function(void *data, void *) {
  tree decl = static_cast<tree>(data);
  if (lang_GNU_CXX() || !decl || TREE_CODE(decl) != FUNCTION_DECL ||
      !DECL_SAVED_TREE(decl))
    return;
  tree name = DECL_ASSEMBLER_NAME_SET_P(decl) ? DECL_ASSEMBLER_NAME(decl)
                                              : DECL_NAME(decl);
  std::string text = IDENTIFIER_POINTER(name);
  Function function{text.starts_with('*') ? text.substr(1) : text};
  own(function, TREE_TYPE(TREE_TYPE(decl)));
  for (tree p = DECL_ARGUMENTS(decl); p; p = DECL_CHAIN(p)) {
    own(function, TREE_TYPE(p));
    if (TREE_PUBLIC(decl))
      spoil_all(TREE_TYPE(p));
  }
  if (TREE_PUBLIC(decl))
    spoil_all(TREE_TYPE(TREE_TYPE(decl)));
  walk_tree_without_duplicates(&DECL_SAVED_TREE(decl), see, &function);
}

void start_watching_objects(const char *plugin_name) {
  register_callback(plugin_name, PLUGIN_PRE_GENERICIZE, on_function, nullptr);
}

// What a spoilt type holds is where the spoilt one is.
static void spread() {
  for (bool is_done = false; !is_done;) {
    is_done = true;
    for (auto &[uid, record] : records)
      for (unsigned part : record.parts) {
        Record &held = records[part];
        size_t count = held.owners.size();
        held.owners.insert(record.owners.begin(), record.owners.end());
        if ((record.is_spoilt && !held.is_spoilt) ||
            count != held.owners.size())
          is_done = false;
        held.is_spoilt |= record.is_spoilt;
      }
  }
}

std::vector<AutomaticFact> automatic_types() {
  if (lang_GNU_CXX() || in_lto_p)
    return {};
  varpool_node *variable;
  FOR_EACH_VARIABLE(variable) {
    tree type = TREE_TYPE(variable->decl);
    bool is_visible = !variable->definition || TREE_PUBLIC(variable->decl);
    if (is_visible || is_record(without_arrays(type)))
      spoil_all(type);
  }
  spread();
  std::set<std::string> spoilt; // a name may stand for several types
  for (const auto &[uid, record] : records)
    if (record.is_spoilt)
      spoilt.insert(record.name);
  std::vector<AutomaticFact> facts;
  for (const auto &[uid, record] : records) {
    if (record.name.empty() || spoilt.contains(record.name))
      continue;
    if (record.owners.empty())
      facts.push_back({record.name, ""});
    for (const std::string &owner : record.owners)
      facts.push_back({record.name, owner});
  }
  return facts;
}

} // namespace care::plugin
