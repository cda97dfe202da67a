// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Both texts are made from main variants, so that const, volatile and typedef
// names make no difference. A structure with a name ends the walk; one without
// cannot refer to itself.

#include "plugin/kinds.h"

namespace care::plugin {

static std::string kind_of(tree type, bool is_pointee);

static std::string record_kind(tree type, bool is_pointee) {
  std::string name = type_name(type);
  if (!name.empty())
    return name;
  if (!COMPLETE_TYPE_P(type))
    return "{}";
  std::string kind = "{";
  if (is_pointee)
    kind += std::to_string(constant_or_zero(TYPE_SIZE(type))) + " ";
  for (tree field = TYPE_FIELDS(type); field; field = DECL_CHAIN(field)) {
    if (TREE_CODE(field) != FIELD_DECL)
      continue;
    kind += std::to_string(offset_bits(field)) + ":" +
            std::to_string(constant_or_zero(DECL_SIZE(field))) +
            kind_of(TREE_TYPE(field), false) + ";";
  }
  return kind + "}";
}

static std::string kind_of(tree type, bool is_pointee) {
  if (!type || type == error_mark_node)
    return "?";
  std::string size = std::to_string(constant_or_zero(TYPE_SIZE(type)));
  switch (TREE_CODE(type)) {
  case VOID_TYPE:
    return "void";
  case POINTER_TYPE:
  case REFERENCE_TYPE:
    return "*" + kind_of(TREE_TYPE(type), true);
  case ARRAY_TYPE:
    return "[" + size + "]" + kind_of(TREE_TYPE(type), true);
  case RECORD_TYPE:
  case UNION_TYPE:
  case QUAL_UNION_TYPE:
    return record_kind(type, is_pointee);
  case FUNCTION_TYPE:
  case METHOD_TYPE:
    return "()";
  case INTEGER_TYPE:
  case ENUMERAL_TYPE:
  case BOOLEAN_TYPE:
    return is_pointee ? "i" + size : "i";
  default: // floating point, vectors, complex, members of C++ classes
    return get_tree_code_name(TREE_CODE(type)) + size;
  }
}

std::string type_kind(tree type) {
  return kind_of(type, false);
}

static std::string array_words(tree type) {
  std::string dimensions;
  for (; TREE_CODE(type) == ARRAY_TYPE; type = TREE_TYPE(type)) {
    uint64_t whole = constant_or_zero(TYPE_SIZE(type));
    uint64_t element = constant_or_zero(TYPE_SIZE(TREE_TYPE(type)));
    dimensions += "[";
    if (whole != 0 && element != 0)
      dimensions += std::to_string(whole / element);
    dimensions += "]";
  }
  return type_words(type) + dimensions;
}

static std::string pointer_words(tree type) {
  std::string target = type_words(TREE_TYPE(type));
  bool has_reference = TREE_CODE(type) == REFERENCE_TYPE;
  return target + (target.ends_with('*') || has_reference ? "" : " ") +
         (has_reference ? "&" : "*");
}

std::string type_words(tree type) {
  if (!type || type == error_mark_node)
    return "?";
  if (POINTER_TYPE_P(type))
    return pointer_words(type);
  if (TREE_CODE(type) == ARRAY_TYPE)
    return array_words(type);
  if (FUNC_OR_METHOD_TYPE_P(type))
    return "function";
  std::string name = type_name(type);
  if (!name.empty())
    return name;
  if (is_record(type))
    return TREE_CODE(type) == RECORD_TYPE ? "struct {...}" : "union {...}";
  if (TREE_CODE(type) == ENUMERAL_TYPE)
    return "enum {...}";
  return "an integer of " + std::to_string(constant_or_zero(TYPE_SIZE(type))) +
         " bits";
}

std::string signature_words(tree function_type) {
  std::string parameters;
  bool takes_more = true;
  for (tree arg = TYPE_ARG_TYPES(function_type); arg; arg = TREE_CHAIN(arg)) {
    takes_more = !VOID_TYPE_P(TREE_VALUE(arg));
    if (takes_more || parameters.empty())
      parameters +=
          (parameters.empty() ? "" : ", ") + type_words(TREE_VALUE(arg));
  }
  if (takes_more && !parameters.empty())
    parameters += ", ...";
  return type_words(TREE_TYPE(function_type)) + " (" + parameters + ")";
}

} // namespace care::plugin
