// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCC shows a function when it is parsed and nothing has been done to it
// (PLUGIN_PRE_GENERICIZE). The fingerprint goes through its tree: codes,
// constants, names of what is not the function's own. Variables of its own
// count by the order in which they appear, nodes that are used twice by the
// number of their first use; lines count nowhere.
//
// What the walk does not look into (OpenMP clauses, members of structures) can
// only make a changed function look unchanged. The fingerprint decides how
// a reason is worded, and which lambda or local class is which where their
// numbers do not say (gensrc/local_pairs.h); never which functions are in a
// patch.

#include <cstdint>
#include <unordered_map>

#include "plugin/bodies.h"

#include "plugin/types.h"

namespace care::plugin {

namespace {

class BodyHash {
public:
  explicit BodyHash(tree function) : function_(function) {}
  uint64_t run();

private:
  void add(uint64_t value) {
    hash_ = (hash_ ^ value) * 0x9e3779b97f4a7c15;
    hash_ ^= hash_ >> 29;
  }
  void add_text(const char *text, size_t length);
  void add_name(tree decl);
  void add_size(tree type);
  void visit(tree node);
  void visit_type(tree type);
  void visit_call(tree call);
  void visit_decl(tree decl);
  void visit_value(tree decl);
  void visit_constant(tree constant);
  void visit_exceptional(tree node);
  void visit_handler_type(tree type);
  void note_initialiser(tree condition, tree initialiser);
  bool is_seen(tree node);

  tree function_;
  bool is_value_ = false; // of a constant
  uint64_t hash_ = 1;
  std::unordered_map<tree, uint64_t> seen_;
};

} // namespace

static std::unordered_map<unsigned, uint64_t> bodies;       // by DECL_UID
static std::unordered_map<unsigned, uint64_t> initialisers; // likewise, guards
static std::unordered_map<unsigned, uint64_t> values; // likewise, constants

void BodyHash::add_text(const char *text, size_t length) {
  add(length);
  for (size_t i = 0; i < length; i++)
    add(static_cast<unsigned char>(text[i]));
}

void BodyHash::add_name(tree decl) {
  if (tree name = DECL_NAME(decl))
    add_text(IDENTIFIER_POINTER(name), IDENTIFIER_LENGTH(name));
}

void BodyHash::add_size(tree type) {
  add(TREE_CODE(type));
  tree size = TYPE_SIZE(type);
  add(size && tree_fits_uhwi_p(size) ? tree_to_uhwi(size) : 0);
}

// Notes `node` as seen; a node that was seen before counts as its number.
bool BodyHash::is_seen(tree node) {
  auto [found, is_new] = seen_.emplace(node, seen_.size());
  if (!is_new)
    add(found->second);
  return !is_new;
}

// What is constant may be in the code by its value.
void BodyHash::visit_value(tree decl) {
  bool is_constant =
      TREE_CODE(decl) == CONST_DECL || (VAR_P(decl) && TREE_READONLY(decl));
  if (!is_constant || is_value_ || !DECL_INITIAL(decl))
    return;
  auto [known, is_new] = values.try_emplace(DECL_UID(decl), 0);
  if (is_new) {
    BodyHash value(function_);
    value.is_value_ = true;
    value.visit(DECL_INITIAL(decl));
    known->second = value.hash_;
  }
  add(known->second);
}

void BodyHash::visit_decl(tree decl) {
  bool is_own = DECL_CONTEXT(decl) == function_ && !TREE_STATIC(decl) &&
                !DECL_EXTERNAL(decl);
  if (!is_own) {
    add_name(decl);
    visit_value(decl);
  }
  if (TREE_CODE(decl) == FUNCTION_DECL) // overloads have one name
    for (tree arg = TYPE_ARG_TYPES(TREE_TYPE(decl)); arg; arg = TREE_CHAIN(arg))
      add_size(TREE_VALUE(arg));
  // `using ns::name;` in a block is a declaration without a type.
  if (!is_own || !TREE_TYPE(decl) || is_seen(decl))
    return;
  visit_type(TREE_TYPE(decl));
  if (DECL_SIZE(decl))
    visit(DECL_SIZE(decl));
  if (VAR_P(decl) && DECL_INITIAL(decl))
    visit(DECL_INITIAL(decl));
}

void BodyHash::visit_constant(tree constant) {
  switch (TREE_CODE(constant)) {
  case INTEGER_CST:
    for (int i = 0; i < TREE_INT_CST_NUNITS(constant); i++)
      add(static_cast<uint64_t>(TREE_INT_CST_ELT(constant, i)));
    break;
  case REAL_CST:
    add(real_hash(TREE_REAL_CST_PTR(constant)));
    break;
  case STRING_CST:
    add_text(TREE_STRING_POINTER(constant),
             static_cast<size_t>(TREE_STRING_LENGTH(constant)));
    break;
  case COMPLEX_CST:
    visit(TREE_REALPART(constant));
    visit(TREE_IMAGPART(constant));
    break;
  case VECTOR_CST:
    for (unsigned i = 0; i < vector_cst_encoded_nelts(constant); i++)
      visit(VECTOR_CST_ENCODED_ELT(constant, i));
    break;
  default:
    break;
  }
}

void BodyHash::visit_exceptional(tree node) {
  switch (TREE_CODE(node)) {
  case STATEMENT_LIST:
    for (tree_stmt_iterator at = tsi_start(node); !tsi_end_p(at); tsi_next(&at))
      visit(tsi_stmt(at));
    break;
  case TREE_LIST:
    for (tree at = node; at; at = TREE_CHAIN(at)) {
      visit(TREE_PURPOSE(at));
      visit(TREE_VALUE(at));
    }
    break;
  case TREE_VEC:
    for (int i = 0; i < TREE_VEC_LENGTH(node); i++)
      visit(TREE_VEC_ELT(node, i));
    break;
  case CONSTRUCTOR:
    for (unsigned i = 0; i < CONSTRUCTOR_NELTS(node); i++) {
      visit(CONSTRUCTOR_ELT(node, i)->index);
      visit(CONSTRUCTOR_ELT(node, i)->value);
    }
    break;
  case IDENTIFIER_NODE:
    add_text(IDENTIFIER_POINTER(node), IDENTIFIER_LENGTH(node));
    break;
  default:
    break;
  }
}

// What the code of an expression depends on: kind, size and sign, and what is
// pointed to. A structure counts as its size: it has a fingerprint of its own.
void BodyHash::visit_type(tree type) {
  add_size(type);
  if (INTEGRAL_TYPE_P(type))
    add(TYPE_UNSIGNED(type));
  add(TYPE_QUALS(type) & TYPE_QUAL_VOLATILE);
  if (POINTER_TYPE_P(type) || TREE_CODE(type) == ARRAY_TYPE)
    visit_type(TREE_TYPE(type));
}

// Without the conversions of arguments to the types of the parameters: where
// these change, it is the function called that was edited, not its callers.
void BodyHash::visit_call(tree call) {
  visit(CALL_EXPR_FN(call));
  visit(CALL_EXPR_STATIC_CHAIN(call));
  tree parameter = NULL_TREE;
  if (tree callee = CALL_EXPR_FN(call);
      callee && POINTER_TYPE_P(TREE_TYPE(callee)))
    parameter = TYPE_ARG_TYPES(TREE_TYPE(TREE_TYPE(callee)));
  for (int i = 0; i < call_expr_nargs(call); i++) {
    tree argument = CALL_EXPR_ARG(call, i);
    if (parameter && parameter != void_list_node) {
      if (CONVERT_EXPR_P(argument))
        argument = TREE_OPERAND(argument, 0);
      parameter = TREE_CHAIN(parameter);
    }
    visit(argument);
  }
}

void BodyHash::visit(tree node) {
  if (!node) {
    add(0);
    return;
  }
  if (TYPE_P(node)) {
    visit_type(node);
    return;
  }
  add(TREE_CODE(node));
  if (DECL_P(node)) {
    visit_decl(node);
    return;
  }
  if (CONSTANT_CLASS_P(node)) {
    visit_constant(node);
    return;
  }
  if (is_seen(node))
    return;
  if (!EXPR_P(node)) {
    visit_exceptional(node);
    return;
  }
  if (TREE_CODE(node) == CALL_EXPR) {
    visit_call(node);
    return;
  }
  if (TREE_CODE(node) == IF_STMT)
    note_initialiser(TREE_OPERAND(node, 0), TREE_OPERAND(node, 1));
  if (TREE_TYPE(node))
    visit(TREE_TYPE(node));
  if (TREE_CODE(node) == HANDLER && TREE_TYPE(node))
    visit_handler_type(TREE_TYPE(node));
  if (TREE_CODE(node) == DECL_EXPR && VAR_P(DECL_EXPR_DECL(node)) &&
      DECL_INITIAL(DECL_EXPR_DECL(node)))
    visit(DECL_INITIAL(DECL_EXPR_DECL(node)));
  if (TREE_CODE(node) == BIND_EXPR) { // the rest of it is scopes
    visit(BIND_EXPR_BODY(node));
    return;
  }
  for (int i = 0; i < TREE_OPERAND_LENGTH(node); i++)
    visit(TREE_OPERAND(node, i));
}

// The initialisation of a static local is what is done if its guard could be
// acquired.
void BodyHash::note_initialiser(tree condition, tree initialiser) {
  while (condition && EXPR_P(condition) && TREE_CODE(condition) != CALL_EXPR)
    condition = TREE_OPERAND(condition, 0);
  if (!condition || TREE_CODE(condition) != CALL_EXPR ||
      call_expr_nargs(condition) != 1)
    return;
  tree callee = get_callee_fndecl(condition);
  if (!callee || !DECL_NAME(callee) ||
      !id_equal(DECL_NAME(callee), "__cxa_guard_acquire"))
    return;
  tree guard = CALL_EXPR_ARG(condition, 0);
  while (guard && EXPR_P(guard))
    guard = TREE_OPERAND(guard, 0);
  if (!guard || !VAR_P(guard))
    return;
  BodyHash hash(function_);
  hash.visit(initialiser);
  initialisers[DECL_UID(guard)] = hash.hash_;
}

// A class by its name: the same code catches another one.
void BodyHash::visit_handler_type(tree type) {
  while (POINTER_TYPE_P(type))
    type = TREE_TYPE(type);
  visit_type(type);
  std::string name = type_name(TYPE_MAIN_VARIANT(type));
  add_text(name.data(), name.size());
}

uint64_t BodyHash::run() {
  for (tree parameter = DECL_ARGUMENTS(function_); parameter;
       parameter = DECL_CHAIN(parameter))
    visit(parameter);
  visit(DECL_SAVED_TREE(function_));
  return hash_;
}

static void on_function(void *data, void *) {
  tree function = static_cast<tree>(data);
  if (function && TREE_CODE(function) == FUNCTION_DECL &&
      DECL_SAVED_TREE(function))
    bodies[DECL_UID(function)] = BodyHash(function).run();
}

void start_collecting_bodies(const char *plugin_name) {
  register_callback(plugin_name, PLUGIN_PRE_GENERICIZE, on_function, nullptr);
}

static std::string find_hash(const std::unordered_map<unsigned, uint64_t> &all,
                             tree decl) {
  auto found = all.find(DECL_UID(decl));
  if (found == all.end())
    return "";
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (int shift = 60; shift >= 0; shift -= 4)
    text.push_back(digits[found->second >> shift & 15]);
  return text;
}

std::string parsed_body(tree function) {
  return find_hash(bodies, function);
}

std::string guarded_initialiser(tree guard) {
  return find_hash(initialisers, guard);
}

} // namespace care::plugin
