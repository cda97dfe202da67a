// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// GCC knows each statement that takes the address of a variable. Of a constant
// it is stored by `object->operations = &table`, or by way of a local pointer
// variable, or by a function that it is passed to: one of this unit is looked
// into, one of a system header is trusted to look at the constant and forget
// it, any other may store it.
//
// Statements are those after gimplification, before the first optimisation, and
// not in SSA form. What is stored in a local variable that is no pointer, or
// returned, is not followed.

#include <map>
#include <string>
#include <unordered_set>

#include "plugin/kept_addresses.h"

#include "plugin/collect.h"

namespace care::plugin {

namespace {

struct Kept {
  std::string stored_by, passed_by, passed_to;
};

// Where one value goes in one function: an address, or a parameter.
class Flow {
public:
  Flow(function *code, tree source) : code_(code), source_(source) {}

  void run();
  bool is_stored() const { return is_stored_; }
  // A function that may store it; null: none.
  const char *receiver() const { return receiver_; }

private:
  bool is_source(tree value) const;
  void see_assignment(gimple *statement);
  void see_call(gcall *call);

  function *code_;
  tree source_; // a variable whose address is meant, or a parameter
  std::unordered_set<tree> holders_; // local pointer variables
  bool is_stored_ = false;
  const char *receiver_ = nullptr;
};

} // namespace

static std::map<unsigned, Kept> kept; // by DECL_UID

static bool is_automatic(tree decl) {
  return (VAR_P(decl) && !TREE_STATIC(decl) && !DECL_EXTERNAL(decl)) ||
         TREE_CODE(decl) == PARM_DECL || TREE_CODE(decl) == RESULT_DECL;
}

bool Flow::is_source(tree value) const {
  if (!value)
    return false;
  if (DECL_P(value))
    return value == source_ || holders_.contains(value);
  return TREE_CODE(value) == ADDR_EXPR && VAR_P(source_) &&
         get_base_address(TREE_OPERAND(value, 0)) == source_;
}

void Flow::see_assignment(gimple *statement) {
  tree left = gimple_assign_lhs(statement);
  if (!POINTER_TYPE_P(TREE_TYPE(left)) ||
      !is_source(gimple_assign_rhs1(statement)))
    return;
  if (DECL_P(left) && is_automatic(left)) {
    holders_.insert(left);
    return;
  }
  tree base = get_base_address(left);
  is_stored_ |= !base || !DECL_P(base) || !is_automatic(base);
}

// The parameter that argument `index` becomes, if the function is known.
static tree parameter_of(tree callee, unsigned index) {
  cgraph_node *node = cgraph_node::get(callee);
  if (!node || !node->definition || !gimple_has_body_p(callee))
    return NULL_TREE;
  tree parameter = DECL_ARGUMENTS(callee);
  for (; parameter && index > 0; index--)
    parameter = DECL_CHAIN(parameter);
  return parameter;
}

static bool may_store(tree callee, unsigned index) {
  if (!callee)
    return true; // through a pointer
  if (fndecl_built_in_p(callee) || DECL_IN_SYSTEM_HEADER(callee))
    return false;
  static std::map<std::pair<unsigned, unsigned>, bool> known;
  auto [place, is_new] = known.try_emplace({DECL_UID(callee), index}, false);
  if (!is_new)
    return place->second; // false while it is being looked into: recursion
  tree parameter = parameter_of(callee, index);
  bool result = true;
  if (parameter) {
    Flow flow(DECL_STRUCT_FUNCTION(callee), parameter);
    flow.run();
    result = flow.is_stored() || flow.receiver();
  }
  known[{DECL_UID(callee), index}] = result;
  return result;
}

void Flow::see_call(gcall *call) {
  for (unsigned i = 0; i < gimple_call_num_args(call); i++) {
    tree callee = gimple_call_fndecl(call);
    if (receiver_ || gimple_call_internal_p(call) ||
        !is_source(gimple_call_arg(call, i)) || !may_store(callee, i))
      continue;
    tree name = callee ? DECL_NAME(callee) : NULL_TREE;
    receiver_ = name ? IDENTIFIER_POINTER(name) : "a function pointer";
  }
}

// Twice: a loop may store what it takes further down.
void Flow::run() {
  if (!code_ || !code_->cfg)
    return;
  for (int round = 0; round < 2; round++) {
    basic_block block;
    FOR_EACH_BB_FN(block, code_) {
      for (gimple_stmt_iterator at = gsi_start_bb(block); !gsi_end_p(at);
           gsi_next(&at)) {
        gimple *statement = gsi_stmt(at);
        if (gimple_assign_single_p(statement) ||
            gimple_assign_cast_p(statement) ||
            (is_gimple_assign(statement) &&
             gimple_assign_rhs_code(statement) == POINTER_PLUS_EXPR))
          see_assignment(statement);
        else if (gcall *call = dyn_cast<gcall *>(statement))
          see_call(call);
      }
    }
  }
}

static void see_user(tree variable, tree user) {
  Flow flow(DECL_STRUCT_FUNCTION(user), variable);
  flow.run();
  Kept &place = kept[DECL_UID(variable)];
  if (flow.is_stored() && place.stored_by.empty())
    place.stored_by = symbol_or_name(user);
  if (flow.receiver() && place.passed_to.empty()) {
    place.passed_by = symbol_or_name(user);
    place.passed_to = flow.receiver();
  }
}

void find_kept_addresses() {
  varpool_node *node;
  FOR_EACH_VARIABLE(node) {
    tree decl = node->decl;
    if (!node->definition || TREE_PUBLIC(decl) || !TREE_READONLY(decl) ||
        DECL_ARTIFICIAL(decl))
      continue;
    std::unordered_set<tree> users;
    ipa_ref *ref = nullptr;
    for (unsigned i = 0; node->iterate_referring(i, ref); i++)
      if (auto *user = dyn_cast<cgraph_node *>(ref->referring);
          user && ref->use == IPA_REF_ADDR && users.insert(user->decl).second)
        see_user(decl, user->decl);
  }
}

void add_kept_address(tree variable, VariableFact &fact) {
  auto found = kept.find(DECL_UID(variable));
  if (found == kept.end())
    return;
  fact.stored_by = found->second.stored_by;
  fact.passed_by = found->second.passed_by;
  fact.passed_to = found->second.passed_to;
}

} // namespace care::plugin
