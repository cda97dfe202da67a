// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structures are paired by name. Two of one name in a unit (local ones of two
// functions, instances of one template) cannot be told apart by it, and are
// left alone.
//
// What differs is told by the first member that moved, changed, came or went:
// that is what a person has to look at.

#include "plugin/layouts.h"

#include <algorithm>
#include <map>

namespace care::plugin {

using TypesByName = std::map<std::string, const TypeFact *>;

static TypesByName unique_types(const Facts &facts) {
  TypesByName types;
  for (const TypeFact &type : facts.types) {
    auto [place, is_new] = types.emplace(type.name, &type);
    if (!is_new)
      place->second = nullptr;
  }
  return types;
}

static std::string offset_text(uint64_t bits) {
  std::string text = "offset " + std::to_string(bits / 8);
  if (bits % 8 != 0)
    text += " bit " + std::to_string(bits % 8);
  return text;
}

static std::string member_title(const MemberFact &member) {
  return member.name.empty() ? "an unnamed member"
                             : "member '" + member.name + "'";
}

static const MemberFact *find_member(const TypeFact &type,
                                     const std::string &name) {
  for (const MemberFact &member : type.members)
    if (member.name == name)
      return &member;
  return nullptr;
}

static bool is_same_place(const MemberFact &a, const MemberFact &b) {
  return a.offset_bits == b.offset_bits && a.size_bits == b.size_bits;
}

// Another name or another type of the same size in the same place is no other
// layout: what the bytes mean is the business of the code that uses them.
static bool has_same_layout(const TypeFact &a, const TypeFact &b) {
  return a.size_bytes == b.size_bytes &&
         std::equal(a.members.begin(), a.members.end(), b.members.begin(),
                    b.members.end(), is_same_place);
}

static std::string describe_change(const TypeFact &before,
                                   const TypeFact &now) {
  for (const MemberFact &member : now.members)
    if (!find_member(before, member.name))
      return member_title(member) + " is new, at " +
             offset_text(member.offset_bits);
  for (const MemberFact &member : before.members)
    if (!find_member(now, member.name))
      return member_title(member) + " is gone, was at " +
             offset_text(member.offset_bits);
  for (const MemberFact &member : now.members) {
    const MemberFact &old = *find_member(before, member.name);
    if (old.size_bits != member.size_bits)
      return member_title(member) + " had " + std::to_string(old.size_bits) +
             " bits, has " + std::to_string(member.size_bits);
    if (old.offset_bits != member.offset_bits)
      return member_title(member) + " was at " + offset_text(old.offset_bits) +
             ", is at " + offset_text(member.offset_bits);
  }
  return "only its size did";
}

Error compare_layouts(const Facts &original, const Facts &patched) {
  TypesByName before = unique_types(original);
  for (const auto &[name, type] : unique_types(patched)) {
    auto found = before.find(name);
    if (!type || found == before.end() || !found->second ||
        has_same_layout(*found->second, *type))
      continue;
    return refused("kpatch-type-layout",
                   "the layout of '" + name +
                       "' changed: " + describe_change(*found->second, *type))
        .note("the running program has such objects in its memory; the size "
              "was " +
              std::to_string(found->second->size_bytes) + ", is " +
              std::to_string(type->size_bytes));
  }
  return {};
}

} // namespace care::plugin
