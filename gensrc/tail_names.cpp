// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What a symbol of the patched text is called in the tail: a local label gets a
// suffix (the original's labels have the same names); what the original has as
// a global symbol keeps its name; what it has as a local one is reached through
// a reference alias; what is new keeps its name unless the original uses it for
// something else.

#include "gensrc/tail.h"

#include "gensrc/names.h"

namespace care::gensrc {

void TailWriter::need(AtomId atom) {
  if (is_needed_.insert(atom).second)
    needed_.push_back(atom);
}

std::string TailWriter::original_name(SymbolId original) {
  const Symbol &symbol = a_.symbols[original];
  if (!symbol.is_defined() || !symbol.is_local())
    return std::string(symbol.name);
  return reference_to(symbol);
}

std::string TailWriter::reference_to(const Symbol &symbol) {
  OriginalName known{std::string(symbol.name), 0};
  std::string alias = known.name + ".kpatchref." + unit_id_;
  const auto &names = units_.options.original_names;
  if (auto found = names.find(symbol.name); found != names.end()) {
    known = found->second;
    alias = known.name + ".kpatchref." + unit_id_ + "." +
            std::to_string(known.text);
  }
  if (changes_.exported.contains(symbol.name))
    known.name = local_name(symbol.name);
  return references_.try_emplace(alias, known).first->first;
}

// Of what is in a COMDAT group the linker has kept one copy, and the name is
// all that there is.
bool TailWriter::has_own_weak(SymbolId original) const {
  AtomId atom = a_.atom_of(original);
  return a_.symbols[original].is_weak && atom != no_id &&
         !a_.sections[a_.atoms[atom].section].is_comdat;
}

// What this unit has under the name. A weak symbol means another unit's
// function if that one has it without .weak; then the unit's own is code that
// nobody calls, and to replace it does no harm.
std::string TailWriter::own_original_name(SymbolId original) {
  const Symbol &symbol = a_.symbols[original];
  if (!has_own_weak(original))
    return original_name(original);
  return reference_to(symbol);
}

std::string TailWriter::new_name(SymbolId id) const {
  const Symbol &symbol = b_.symbols[id];
  SymbolId namesake = a_.find(symbol.name);
  // Also by an import of the original, which a static one would catch.
  bool is_taken = symbol.is_defined() && namesake != no_id &&
                  (a_.symbols[namesake].is_defined() || symbol.is_local());
  return std::string(symbol.name) + std::string(is_taken ? tail_suffix : "");
}

// The name under which a part of a function of the patch is defined.
std::string TailWriter::own_name(const ChangedFunction &change,
                                 AtomId part) const {
  const Function &function = b_.functions[change.patched];
  SymbolId id =
      part == function.parts[0] ? change.symbol : b_.atoms[part].symbol;
  if (change.original == no_id && change.symbol == function.symbol)
    return new_name(id);
  return std::string(b_.symbols[id].name) + std::string(tail_suffix);
}

// A name of the tail for what stands for something that the tail has.
Result<std::string> TailWriter::alias_name(const Symbol &symbol) {
  constexpr int depth_max = 16;
  if (++alias_depth_ > depth_max)
    return format_error("label " + quoted(symbol.name) +
                        " stands for itself, or for one that does");
  Result<std::string> target = rename(symbol.alias_of, 0);
  if (!target)
    return target;
  --alias_depth_;
  std::string name = std::string(symbol.name) + std::string(tail_suffix);
  label_aliases_.insert("\t.set\t" + name + "," + *target + "\n");
  return name;
}

Result<std::string> TailWriter::label_name(SymbolId id) {
  const Symbol &symbol = b_.symbols[id];
  std::string name = std::string(symbol.name) + std::string(tail_suffix);
  if (symbol.atom == no_id && !symbol.alias_of.empty())
    return alias_name(symbol);
  if (symbol.atom == no_id)
    return format_error("label " + quoted(symbol.name) + " is not defined")
        .with_code("kpatch-not-assembly")
        .note("give what 'gcc -S' or 'clang -S' writes, whole");
  const Atom &atom = b_.atoms[symbol.atom];
  if (atom.kind != AtomKind::Function)
    need(symbol.atom);
  else if (!changes_.function_ids.contains(b_.function_ids[symbol.atom]))
    return refused("kpatch-code-label",
                   "the patch refers to label " + quoted(symbol.name) +
                       " inside a function that is not in the patch")
        .note("do not share the addresses of labels between functions");
  return name;
}

Result<std::string> TailWriter::function_name(SymbolId id, uint32_t function) {
  const Symbol &symbol = b_.symbols[id];
  SymbolId original = units_.matching.to_original[id];
  auto found = changes_.function_ids.find(function);
  if (found != changes_.function_ids.end()) {
    const ChangedFunction &change = changes_.functions[found->second];
    bool is_part = symbol.atom != no_id && id != change.symbol;
    if (change.is_clone || change.original == no_id || is_part) {
      AtomId atom = b_.atom_of(id);
      if (symbol.is_local() || symbol.atom != no_id)
        return own_name(change, atom);
    }
  }
  if (original != no_id && a_.symbols[original].is_defined())
    return original_name(original);
  if (symbol.atom == no_id && symbol.is_local()) {
    // A local alias that the original does not have: its target.
    SymbolId target = b_.functions[function].symbol;
    return target == id ? Result<std::string>(std::string(symbol.name))
                        : tail_name(target);
  }
  return new_name(id);
}

Result<std::string> TailWriter::tail_name(SymbolId id) {
  const Symbol &symbol = b_.symbols[id];
  if (is_local_label(symbol.name) || symbol.is_asm_label)
    return label_name(id);
  if (symbol.is_weakref && b_.atom_of(id) == no_id &&
      units_.matching.to_original[id] == no_id) {
    std::string target(unquote(symbol.alias_of));
    weak_imports_.insert(target);
    return target;
  }
  uint32_t function = b_.function_of(id);
  if (function != no_id)
    return function_name(id, function);
  AtomId atom = b_.atom_of(id);
  bool is_alias = symbol.atom == no_id; // if it has an atom at all
  if (atom != no_id &&
      (b_.atoms[atom].has_labels || changes_.is_changed_constant[atom])) {
    need(atom);
    return is_alias ? alias_name(symbol)
                    : std::string(symbol.name) + std::string(tail_suffix);
  }
  SymbolId original = units_.matching.to_original[id];
  if (symbol.is_weak && !symbol.is_defined() && symbol.version.empty())
    weak_imports_.insert(std::string(symbol.name));
  if (original != no_id)
    return original_name(original);
  if (atom != no_id && b_.is_local_constant(b_.atoms[atom])) {
    need(atom);
    return is_alias ? alias_name(symbol) : new_name(id);
  }
  if (units_.matching.is_ambiguous[id] &&
      !units_.allowed.permits("kpatch-ambiguous-static", symbol.name) &&
      !units_.allowed.permits("kpatch-ambiguous-static",
                              source_name(symbol.name)))
    return refused("kpatch-ambiguous-static",
                   "static variable " + quoted(source_name(symbol.name)) +
                       ": cannot tell which one of the original it is")
        .note(
            units_.matching.has_facts
                ? "it moved in or out of a function or a file, or the function "
                  "has more or fewer of this name now; give the new or changed "
                  "one a name of its own"
                : "build both stages with GCC and the plugin, which tells "
                  "them apart")
        .note("if it is a new one: --allow=kpatch-ambiguous-static:" +
              std::string(source_name(symbol.name)));
  return new_name(id);
}

// `content` with the names of the tail, from `from` on.
Result<std::string> TailWriter::rename(std::string_view content, size_t from) {
  std::string result;
  size_t done = 0;
  for (;;) {
    SymbolRange range = find_symbol(content, from);
    if (!range.found())
      break;
    result += content.substr(done, range.begin - done);
    std::string_view word =
        content.substr(range.begin, range.end - range.begin);
    SymbolId id = b_.find(unquote(word));
    if (id == no_id) {
      result += word;
    } else {
      Result<std::string> name = tail_name(id);
      if (!name)
        return name;
      bool needs_quotes = word.front() == '"';
      result += needs_quotes ? '"' + *name + '"' : *name;
    }
    done = from = range.end;
  }
  result += content.substr(done);
  return result;
}

} // namespace care::gensrc
