// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The road from a symbol of a text to its unit: the text's symbols have the
// order that GCC gave them (partition facts), and the facts of the link have
// the unit of each order. What only a partition has (tables that GCC makes of
// switches, cold parts of functions) has no unit.

#include "gensrc/link_time/link_names.h"

#include <algorithm>
#include <map>
#include <set>

#include "gensrc/assembly.h"
#include "gensrc/names.h"
#include "gensrc/statement.h"

namespace care::gensrc {

namespace {

constexpr std::string_view link_number = ".lto_priv.";

using LinkedByOrder = std::unordered_map<std::string_view, const LinkedFact *>;

// A name with `tag` behind the name of the source: "count.0" -> "count$TAG.0".
std::string tagged(std::string_view name, std::string_view tag) {
  std::string_view source = source_name(name);
  return std::string(source) + link_tag + std::string(tag) +
         std::string(name.substr(source.size()));
}

// "f" of "f.cold" and "f.cold.1", or nothing.
std::string_view whole_of_cold(std::string_view name) {
  size_t at = name.rfind(".cold");
  if (at == name.npos || at == 0)
    return {};
  std::string_view rest = name.substr(at + 5);
  bool is_counted = rest.starts_with('.') &&
                    rest.find_first_not_of("0123456789", 1) == rest.npos;
  return rest.empty() || is_counted ? name.substr(0, at) : std::string_view();
}

class ProgramReader {
public:
  explicit ProgramReader(const LinkedProgram &program) : program_(program) {
    for (const LinkedFact &fact : program_.link.linked)
      if (fact.inlined_into.empty())
        by_order_.emplace(fact.order, &fact);
  }

  Error read(ProgramNames &names, std::set<std::string> &visible) const;

private:
  Error take(const Symbol &symbol, size_t partition,
             const LinkedByOrder &own_facts, ProgramNames &names,
             std::set<std::string> &visible) const;

  const LinkedProgram &program_;
  LinkedByOrder by_order_;
};

Error ProgramReader::take(const Symbol &symbol, size_t partition,
                          const LinkedByOrder &own_facts, ProgramNames &names,
                          std::set<std::string> &visible) const {
  const LinkedFact *linked = nullptr;
  if (auto own = own_facts.find(symbol.name); own != own_facts.end())
    if (auto found = by_order_.find(own->second->order);
        found != by_order_.end() && found->second->symbol == symbol.name)
      linked = found->second;
  if (!linked && symbol.name.find(link_number) != symbol.name.npos &&
      whole_of_cold(symbol.name).empty())
    return refused("kpatch-lto", "GCC does not say which unit '" +
                                     std::string(symbol.name) + "' is from")
        .note("build both stages with -fno-lto");
  bool is_local = linked ? linked->scope != "visible" : symbol.is_local();
  if (!is_local) {
    visible.emplace(symbol.name);
    names.visible.emplace(symbol.name, partition);
    if (linked)
      names.visible_owners.emplace(symbol.name, names.unit_key(linked->unit));
    return {};
  }
  LocalSymbol local;
  local.name = symbol.name;
  local.base = without_link_number(symbol.name);
  local.partition = partition;
  local.is_global = !symbol.is_local();
  if (linked)
    local.owner = names.unit_key(linked->unit);
  if (linked)
    local.unit = linked->scope == "global" ? std::string(all_units)
                                           : names.unit_key(linked->unit);
  names.locals.push_back(std::move(local));
  return {};
}

Error ProgramReader::read(ProgramNames &names,
                          std::set<std::string> &visible) const {
  for (size_t i = 0; i < program_.partitions.size(); i++) {
    const Partition &partition = program_.partitions[i];
    Result<Unit> unit = parse_assembly(partition.text);
    if (!unit)
      return unit.take_error().in("partition " + std::to_string(i));
    LinkedByOrder own_facts;
    for (const LinkedFact &fact : partition.symbols)
      own_facts.emplace(fact.symbol, &fact);
    for (const Symbol &symbol : unit->symbols)
      if (symbol.is_defined() && !is_local_label(symbol.name) &&
          !symbol.is_asm_label)
        if (Error error = take(symbol, i, own_facts, names, visible))
          return error;
  }
  return {};
}

// A word for each unit: "main_c", or "main_c_2" for the second one.
std::map<std::string, std::string> unit_tags(const LinkFiles &files) {
  std::map<std::string, std::string> tags;
  std::map<std::string, size_t> counts;
  for (size_t i = 0; i < files.units.size(); i++) {
    const LinkedUnit &unit = files.units[i];
    std::string_view source = unit.patched.source;
    std::string word(source.substr(source.rfind('/') + 1));
    std::ranges::replace_if(
        word, [](char c) { return !isalnum(static_cast<unsigned char>(c)); },
        '_');
    if (size_t count = ++counts[word]; count > 1)
      word += "_" + std::to_string(count);
    tags.emplace(std::to_string(i), word);
  }
  return tags;
}

// Gives the symbols of both programs their names.
class Namer {
public:
  Namer(const LinkFiles &files, const std::set<std::string> &visible)
      : tags_(unit_tags(files)), visible_(visible) {}

  void count(const ProgramNames &names) {
    for (const LocalSymbol &local : names.locals)
      if (!local.unit.empty())
        units_[std::string(source_name(local.base))].insert(local.unit);
  }
  // A static that the other program has as a global of the same unit is the
  // same one.
  void match_globals(const ProgramNames &statics, const ProgramNames &globals);
  void name(ProgramNames &names) const;

private:
  std::string name_of_static(const LocalSymbol &local) const;

  std::map<std::string, std::string> tags_;
  const std::set<std::string> &visible_;
  std::map<std::string, std::set<std::string>> units_; // by source name
  std::set<std::string> global_elsewhere_;             // unit \t base
};

void Namer::match_globals(const ProgramNames &statics,
                          const ProgramNames &globals) {
  auto owners_of = [](const ProgramNames &names) {
    std::map<std::string, std::string> owners;
    for (const auto &[name, owner] : names.visible_owners)
      owners.emplace(name, owner);
    for (const LocalSymbol &local : names.locals)
      if (local.unit == all_units)
        owners.emplace(local.base, local.owner);
    return owners;
  };
  auto before = owners_of(statics), after = owners_of(globals);
  for (const LocalSymbol &local : statics.locals) {
    if (local.unit.empty() || local.unit == all_units)
      continue;
    auto found = after.find(local.base);
    if (found != after.end() && found->second == local.unit &&
        !before.contains(local.base))
      global_elsewhere_.insert(local.unit + "\t" + local.base);
  }
}

std::string Namer::name_of_static(const LocalSymbol &local) const {
  if (global_elsewhere_.contains(local.unit + "\t" + local.base))
    return local.base;
  auto found = units_.find(std::string(source_name(local.base)));
  bool is_shared = (found != units_.end() && found->second.size() > 1) ||
                   visible_.contains(local.base);
  if (!is_shared || local.unit.empty() || local.unit == all_units)
    return local.base;
  auto tag = tags_.find(local.unit);
  return tagged(local.base, tag != tags_.end() ? tag->second : local.unit);
}

void Namer::name(ProgramNames &names) const {
  std::map<std::pair<size_t, std::string_view>, const LocalSymbol *> known;
  std::map<std::string_view, size_t> made; // by the link: how often
  for (LocalSymbol &local : names.locals) {
    if (local.unit.empty()) {
      made[local.name]++;
      continue;
    }
    local.joined = name_of_static(local);
    known[{local.partition, local.name}] = &local;
    names.by_identity.emplace(local.unit + "\t" + local.base, local.joined);
  }
  for (LocalSymbol &local : names.locals) {
    if (!local.unit.empty())
      continue;
    local.joined = local.name;
    std::string_view whole = whole_of_cold(local.name);
    auto hot = known.find({local.partition, whole});
    if (!whole.empty() && hot != known.end())
      local.joined = hot->second->joined + local.name.substr(whole.size());
    else if (whole.empty() &&
             (made[local.name] > 1 || units_.contains(local.name) ||
              visible_.contains(local.name)))
      local.joined =
          tagged(local.name, "part" + std::to_string(local.partition));
  }
}

} // namespace

std::string without_link_number(std::string_view name) {
  std::string result(name);
  for (size_t at; (at = result.find(link_number)) != result.npos;) {
    size_t end =
        result.find_first_not_of("0123456789", at + link_number.size());
    result.erase(at, end == result.npos ? end : end - at);
  }
  return result;
}

std::string without_link_tags(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); i++) {
    bool is_tag = text[i] == link_tag && i > 0 &&
                  is_class(text[i - 1], name_char) && i + 1 < text.size() &&
                  is_class(text[i + 1], name_char);
    if (!is_tag) {
      result += text[i];
      continue;
    }
    while (i + 1 < text.size() && text[i + 1] != '.' &&
           is_class(text[i + 1], name_char))
      i++;
  }
  return result;
}

std::string ProgramNames::unit_key(const std::string &link_id) const {
  auto found = units.find(link_id);
  if (found != units.end())
    return std::to_string(found->second);
  return link_id.empty() ? link_id : "unit_" + link_id;
}

std::string ProgramNames::joined(const std::string &unit,
                                 const std::string &base) const {
  auto found = by_identity.find(unit + "\t" + base);
  return found == by_identity.end() ? base : found->second;
}

Result<LinkNames> find_link_names(const LinkFiles &files) {
  LinkNames names;
  std::set<std::string> visible;
  for (size_t i = 0; i < files.units.size(); i++) {
    names.original.units.emplace(files.units[i].original.link_id, i);
    names.patched.units.emplace(files.units[i].patched.link_id, i);
  }
  names.original.units.erase(""); // of new units
  if (Error error = ProgramReader(files.original).read(names.original, visible))
    return std::move(error).in("original");
  if (Error error = ProgramReader(files.patched).read(names.patched, visible))
    return std::move(error).in("patched");
  Namer namer(files, visible);
  namer.count(names.original);
  namer.count(names.patched);
  namer.match_globals(names.original, names.patched);
  namer.match_globals(names.patched, names.original);
  namer.name(names.original);
  namer.name(names.patched);
  return names;
}

} // namespace care::gensrc
