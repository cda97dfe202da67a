// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Describing types. Only fields that GCC has already computed are read:
// asking for an assembler name or a canonical type may create one, number it,
// and so change the output.

#include <cstdint>
#include <cstdio>
#include <string>
#include <unordered_map>

#include "plugin/types.h"

#include "plugin/kinds.h"

namespace care::plugin {

std::string file_and_line(location_t location) {
  expanded_location place = expand_location(location);
  if (!place.file)
    return "";
  return std::string(place.file) + ":" + std::to_string(place.line);
}

bool is_record(tree type) {
  return TREE_CODE(type) == RECORD_TYPE || TREE_CODE(type) == UNION_TYPE ||
         TREE_CODE(type) == QUAL_UNION_TYPE;
}

static std::string identifier_text(tree identifier) {
  return std::string(IDENTIFIER_POINTER(identifier),
                     static_cast<size_t>(IDENTIFIER_LENGTH(identifier)));
}

// In C++ the printed name of an instance has its arguments: "ns::list<int>".
// Returned is what follows the name itself, "<int>", or nothing.
static std::string template_arguments(tree decl) {
  if (!lang_GNU_CXX() || TREE_CODE(decl) != TYPE_DECL || !DECL_ARTIFICIAL(decl))
    return "";
  static std::unordered_map<unsigned, std::string> known; // by DECL_UID
  auto [place, is_new] = known.try_emplace(DECL_UID(decl));
  if (!is_new)
    return place->second;
  std::string printed = lang_hooks.decl_printable_name(decl, 2);
  std::string opening = identifier_text(DECL_NAME(decl)) + "<";
  int depth = 0;
  for (size_t i = 0; i < printed.size(); ++i) {
    bool is_word_start =
        i == 0 || (printed[i - 1] != '_' && !ISALNUM(printed[i - 1]));
    if (depth == 0 && is_word_start &&
        printed.compare(i, opening.size(), opening) == 0)
      place->second = printed.substr(i + opening.size() - 1);
    depth += printed[i] == '<' ? 1 : printed[i] == '>' ? -1 : 0;
  }
  return place->second;
}

// "ns::outer::" for a declaration inside them. The types that a C function
// declares in a block are in the block, which has no name.
static std::string scope_prefix(tree context) {
  std::string prefix;
  while (context && TREE_CODE(context) != TRANSLATION_UNIT_DECL) {
    tree name = nullptr;
    std::string arguments;
    if (TYPE_P(context)) {
      name = TYPE_NAME(context);
      context = TYPE_CONTEXT(context);
    } else if (TREE_CODE(context) == BLOCK) {
      context = BLOCK_SUPERCONTEXT(context);
    } else {
      name = DECL_NAME(context);
      context = DECL_CONTEXT(context);
    }
    if (name && TREE_CODE(name) == TYPE_DECL) {
      arguments = template_arguments(name);
      name = DECL_NAME(name);
    }
    if (name)
      prefix = identifier_text(name) + arguments + "::" + prefix;
  }
  return prefix == "::" ? "" : prefix;
}

// C gives the name of `typedef struct {...} name` to a variant of the type.
static tree name_of_any_variant(tree type) {
  for (tree v = TYPE_MAIN_VARIANT(type); v; v = TYPE_NEXT_VARIANT(v))
    if (TYPE_NAME(v))
      return TYPE_NAME(v);
  return nullptr;
}

std::string type_name(tree type) {
  tree name = name_of_any_variant(type);
  std::string prefix = scope_prefix(TYPE_CONTEXT(type));
  if (name && TREE_CODE(name) == IDENTIFIER_NODE) { // a tag of C
    const char *word = TREE_CODE(type) == RECORD_TYPE     ? "struct "
                       : TREE_CODE(type) == ENUMERAL_TYPE ? "enum "
                                                          : "union ";
    return word + prefix + identifier_text(name);
  }
  // C++ numbers the types that have no name.
  if (name && TREE_CODE(name) == TYPE_DECL && DECL_NAME(name) &&
      !IDENTIFIER_ANON_P(DECL_NAME(name)))
    return prefix + identifier_text(DECL_NAME(name)) + template_arguments(name);
  return "";
}

location_t type_location(tree type) {
  tree decl = TYPE_STUB_DECL(type);
  if (!decl)
    decl = name_of_any_variant(type);
  return decl && DECL_P(decl) ? DECL_SOURCE_LOCATION(decl) : UNKNOWN_LOCATION;
}

class Fingerprint {
public:
  void add(std::string_view text) { // FNV-1a, 64 bits
    for (char c : text) {
      hash_ ^= static_cast<unsigned char>(c);
      hash_ *= 0x100000001b3;
    }
  }
  void add(uint64_t number) { add(std::to_string(number) + ","); }
  std::string text() const {
    char digits[17];
    snprintf(digits, sizeof digits, "%016llx",
             static_cast<unsigned long long>(hash_));
    return digits;
  }

private:
  uint64_t hash_ = 0xcbf29ce484222325;
};

uint64_t constant_or_zero(tree number) {
  return number && tree_fits_uhwi_p(number) ? tree_to_uhwi(number) : 0;
}

uint64_t offset_bits(tree field) {
  if (!DECL_FIELD_OFFSET(field) || !DECL_FIELD_BIT_OFFSET(field))
    return 0;
  return constant_or_zero(DECL_FIELD_OFFSET(field)) * BITS_PER_UNIT +
         constant_or_zero(DECL_FIELD_BIT_OFFSET(field));
}

static void add_type(Fingerprint &print, tree type, bool is_pointee);

static void add_members(Fingerprint &print, tree record) {
  print.add(constant_or_zero(TYPE_SIZE(record)));
  for (tree field = TYPE_FIELDS(record); field; field = DECL_CHAIN(field)) {
    if (TREE_CODE(field) != FIELD_DECL)
      continue;
    print.add(offset_bits(field));
    print.add(constant_or_zero(DECL_SIZE(field)));
    add_type(print, TREE_TYPE(field), false);
  }
}

static void add_record(Fingerprint &print, tree type, bool is_pointee) {
  std::string name = type_name(type);
  print.add(TREE_CODE(type) == RECORD_TYPE ? "struct " : "union ");
  // Behind a pointer the name is enough: the record has its own fact. This
  // also ends the walk through types that refer to themselves.
  if (!name.empty()) {
    print.add(name);
    if (!is_pointee)
      print.add(constant_or_zero(TYPE_SIZE(type)));
  } else if (!is_pointee && COMPLETE_TYPE_P(type)) {
    print.add("{");
    add_members(print, type);
    print.add("}");
  }
}

// `f()` of C is `f(void)` here: it takes nothing, whether it says so or not.
static void add_parameters(Fingerprint &print, tree type, bool is_pointee) {
  if (!TYPE_ARG_TYPES(type))
    add_type(print, void_type_node, is_pointee);
  for (tree arg = TYPE_ARG_TYPES(type); arg; arg = TREE_CHAIN(arg))
    add_type(print, TREE_VALUE(arg), is_pointee);
}

static void add_function_type(Fingerprint &print, tree type, bool is_pointee) {
  print.add("(");
  add_type(print, TREE_TYPE(type), is_pointee);
  add_parameters(print, type, is_pointee);
  print.add(")");
}

static void add_type(Fingerprint &print, tree type, bool is_pointee) {
  if (!type || type == error_mark_node)
    return print.add("?");
  switch (TREE_CODE(type)) {
  case POINTER_TYPE:
  case REFERENCE_TYPE:
    print.add("*");
    return add_type(print, TREE_TYPE(type), true);
  case ARRAY_TYPE:
    print.add("[");
    print.add(constant_or_zero(TYPE_SIZE(type)));
    return add_type(print, TREE_TYPE(type), is_pointee);
  case RECORD_TYPE:
  case UNION_TYPE:
  case QUAL_UNION_TYPE:
    return add_record(print, type, is_pointee);
  case FUNCTION_TYPE:
  case METHOD_TYPE:
    return add_function_type(print, type, true);
  case INTEGER_TYPE:
  case ENUMERAL_TYPE:
  case BOOLEAN_TYPE:
    print.add(TYPE_UNSIGNED(type) ? "u" : "i");
    return print.add(static_cast<uint64_t>(TYPE_PRECISION(type)));
  default: // void, floating point, vectors, complex
    print.add(get_tree_code_name(TREE_CODE(type)));
    return print.add(constant_or_zero(TYPE_SIZE(type)));
  }
}

std::string type_fingerprint(tree type) {
  Fingerprint print;
  if (type && FUNC_OR_METHOD_TYPE_P(type))
    add_function_type(print, type, false);
  else
    add_type(print, type, false);
  return print.text();
}

// What the caller passes; a place for the result may be one of these things.
std::string parameters_fingerprint(tree function_type) {
  Fingerprint print;
  print.add(AGGREGATE_TYPE_P(TREE_TYPE(function_type)) ? "&(" : "(");
  add_parameters(print, function_type, false);
  return print.text();
}

tree without_arrays(tree type) {
  while (type && TREE_CODE(type) == ARRAY_TYPE)
    type = TREE_TYPE(type);
  return type;
}

// A base class has no name but that of its type.
static std::string member_name(tree field) {
  if (DECL_NAME(field))
    return identifier_text(DECL_NAME(field));
  return type_name(TREE_TYPE(field));
}

// A base class without members takes no place that matters.
static bool is_empty_base(tree field) {
  if (DECL_NAME(field) || !is_record(TREE_TYPE(field)))
    return false;
  for (tree f = TYPE_FIELDS(TREE_TYPE(field)); f; f = DECL_CHAIN(f))
    if (TREE_CODE(f) == FIELD_DECL && !is_empty_base(f))
      return false;
  return lang_GNU_CXX() && !type_name(TREE_TYPE(field)).empty();
}

// Appends the members of `record`, which lies at `offset` of the structure
// that the fact is about, their names behind `prefix`.
static void take_members(std::vector<MemberFact> &members, tree record,
                         uint64_t offset, const std::string &prefix) {
  for (tree field = TYPE_FIELDS(record); field; field = DECL_CHAIN(field)) {
    if (TREE_CODE(field) != FIELD_DECL || is_empty_base(field))
      continue;
    tree type = TREE_TYPE(field);
    tree element = without_arrays(type);
    MemberFact member;
    member.name = member_name(field);
    bool has_name = !member.name.empty();
    member.name = prefix + member.name;
    member.offset_bits = offset + offset_bits(field);
    bool is_transparent = is_record(element) && COMPLETE_TYPE_P(element) &&
                          type_name(element).empty();
    if (is_transparent)
      take_members(members, element, member.offset_bits,
                   has_name ? member.name + "." : prefix);
    if (!has_name)
      continue;
    member.size_bits = constant_or_zero(DECL_SIZE(field));
    member.type = type_fingerprint(type);
    member.kind = is_transparent ? "" : type_kind(type);
    member.words = type_words(type);
    members.push_back(std::move(member));
  }
}

EnumerationFact enumeration_fact(tree type) {
  EnumerationFact fact;
  fact.name = type_name(type);
  fact.location = file_and_line(type_location(type));
  for (tree value = TYPE_VALUES(type); value; value = TREE_CHAIN(value)) {
    tree number = TREE_VALUE(value);
    if (TREE_CODE(number) == CONST_DECL)
      number = DECL_INITIAL(number);
    if (number && tree_fits_shwi_p(number))
      fact.values.push_back({identifier_text(TREE_PURPOSE(value)),
                             std::to_string(tree_to_shwi(number))});
  }
  return fact;
}

TypeFact record_fact(tree record) {
  TypeFact fact;
  fact.name = type_name(record);
  fact.location = file_and_line(type_location(record));
  fact.size_bytes = constant_or_zero(TYPE_SIZE_UNIT(record));
  Fingerprint print;
  add_members(print, record);
  fact.layout = print.text();
  take_members(fact.members, record, 0, "");
  return fact;
}

} // namespace care::plugin
