// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The pairwise walk. Label pairs hold for one function comparison, during which
// jump tables and exception tables are walked where they are first referred to,
// so that their labels take part in the same order. Every atom is walked at
// most once per function: the whole is linear.

#include "gensrc/compare.h"

#include "gensrc/data_bytes.h"
#include "gensrc/names.h"

namespace care::gensrc {

void Comparer::start() {
  for (auto [a, b] : labels_)
    label_to_b_[a] = label_to_a_[b] = no_id;
  labels_.clear();
  visited_.clear();
  learned_.clear();
}

bool Comparer::same_function(const Function &a, const Function &b) {
  start();
  if (a.parts.size() != b.parts.size())
    return false;
  for (size_t i = 0; i < a.parts.size(); i++)
    if (a_.atoms[a.parts[i]].shape != b_.atoms[b.parts[i]].shape)
      return false;
  for (size_t i = 0; i < a.parts.size(); i++)
    if (!same_atom(a.parts[i], b.parts[i]))
      return false;
  return true;
}

bool Comparer::same_data(AtomId a, AtomId b) {
  start();
  return same_by_content(a, b);
}

bool Comparer::same_atom(AtomId a, AtomId b) {
  const Atom &left = a_.atoms[a];
  const Atom &right = b_.atoms[b];
  if (left.shape != right.shape || left.refs.size() != right.refs.size() ||
      left.statements != right.statements || left.comm_size != right.comm_size)
    return false;
  for (size_t i = 0; i < left.refs.size(); i++) {
    const Ref &from = left.refs[i];
    const Ref &to = right.refs[i];
    if (from.position != to.position ||
        from.is_definition != to.is_definition ||
        !same_symbol(from.symbol, to.symbol))
      return false;
  }
  return true;
}

bool Comparer::same_by_content(AtomId a, AtomId b) {
  uint64_t key = uint64_t{a} << 32 | b;
  if (!visited_.insert(key).second)
    return true; // walked already, or being walked
  // No compiler nests tables like this; what is not walked counts as different.
  constexpr int depth_max = 1000;
  if (depth_ == depth_max)
    return false;
  depth_++;
  bool is_same = same_atom(a, b);
  depth_--;
  return is_same;
}

// A local label behind .set: ".set .LC0,.LC3+8".
static std::pair<SymbolId, int64_t> resolve(const Unit &unit, SymbolId id) {
  int64_t offset = 0;
  for (int depth = 0; depth < 16; depth++) {
    const Symbol &symbol = unit.symbols[id];
    if (symbol.atom != no_id || symbol.alias_of.empty())
      break;
    Expression target = parse_expression(symbol.alias_of);
    SymbolId next = unit.find(target.symbol);
    if (next == no_id)
      break;
    offset += target.offset;
    id = next;
  }
  return {id, offset};
}

bool Comparer::same_label(SymbolId a, SymbolId b) {
  auto [left, left_offset] = resolve(a_, a);
  auto [right, right_offset] = resolve(b_, b);
  AtomId left_atom = a_.symbols[left].atom;
  AtomId right_atom = b_.symbols[right].atom;
  if (left_atom == no_id || right_atom == no_id)
    return left_atom == right_atom;
  bool left_is_code = a_.atoms[left_atom].kind == AtomKind::Function;
  bool right_is_code = b_.atoms[right_atom].kind == AtomKind::Function;
  if (left_is_code != right_is_code)
    return false;
  if (left_is_code) {
    if (label_to_b_[left] == right && label_to_a_[right] == left)
      return true;
    if (label_to_b_[left] != no_id || label_to_a_[right] != no_id)
      return false;
    label_to_b_[left] = right;
    label_to_a_[right] = left;
    labels_.emplace_back(left, right);
    return true;
  }
  if (left_offset == right_offset &&
      a_.symbols[left].position == b_.symbols[right].position &&
      same_by_content(left_atom, right_atom))
    return true;
  return same_bytes(a_, left_atom, left_offset, b_, right_atom, right_offset);
}

bool Comparer::same_symbol(SymbolId a, SymbolId b) {
  if (matching_.to_original[b] == a)
    return true;
  const Symbol &left = a_.symbols[a];
  const Symbol &right = b_.symbols[b];
  bool is_label = is_local_label(left.name) || left.is_asm_label;
  if (is_label != (is_local_label(right.name) || right.is_asm_label))
    return false;
  if (is_label)
    return same_label(a, b);
  if (left.atom == no_id || right.atom == no_id)
    return false;
  // A table of code labels is a part of its function whatever its name; a
  // constant with a counted name has only its content.
  const Atom &left_atom = a_.atoms[left.atom];
  const Atom &right_atom = b_.atoms[right.atom];
  if (left_atom.kind == AtomKind::Object && left_atom.has_labels &&
      right_atom.has_labels)
    return same_by_content(left.atom, right.atom);
  if (is_learning_ && learn(a, b))
    return true;
  return is_numbered(left.name) && is_numbered(right.name) &&
         a_.is_local_constant(left_atom) && b_.is_local_constant(right_atom) &&
         same_by_content(left.atom, right.atom);
}

bool Comparer::learn(SymbolId a, SymbolId b) {
  if (matching_.to_original[b] != no_id || matching_.to_patched[a] != no_id)
    return false;
  const Symbol &left = a_.symbols[a];
  const Symbol &right = b_.symbols[b];
  auto stem = [](const Symbol &symbol) {
    return symbol.name.starts_with("_ZZ") ? static_stem(symbol.name)
                                          : numberless(symbol.name);
  };
  auto is_counted = [](const Symbol &symbol) {
    return is_numbered(symbol.name) || symbol.name.starts_with("_ZZ");
  };
  if (!is_counted(left) || !is_counted(right) ||
      a_.atoms[left.atom].kind != b_.atoms[right.atom].kind ||
      stem(left) != stem(right))
    return false;
  for (auto [from, to] : learned_)
    if (from == a || to == b)
      return from == a && to == b;
  learned_.emplace_back(a, b);
  return true;
}

} // namespace care::gensrc
