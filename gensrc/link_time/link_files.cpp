// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Debug information of a partition refers to that of the units by names that
// each compile makes anew, and nothing in a patch needs it: it is left out.

#include "gensrc/link_time/link_files.h"

#include <map>
#include <set>
#include <unistd.h>

#include "common/mapped_file.h"
#include "gensrc/debug_filter.h"
#include "gensrc/differ.h"

namespace care::gensrc {

static Result<Facts> read_facts_file(const std::string &path) {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file)
    return file.take_error();
  Result<Facts> facts = parse_facts(file->text());
  if (!facts)
    return facts.take_error().in("'" + path + "'");
  return facts;
}

static Result<LinkedProgram> read_program(const std::string &stem,
                                          const std::string &stage) {
  LinkedProgram program;
  Result<Facts> link = read_facts_file(stem + "." + stage + ".facts");
  if (!link)
    return link.take_error();
  program.link = std::move(*link);
  for (size_t i = 0;; i++) {
    std::string front = stem + "." + std::to_string(i) + "." + stage;
    if (access((front + ".symbols").c_str(), F_OK) != 0)
      return program;
    Result<Facts> facts = read_facts_file(front + ".symbols");
    if (!facts)
      return facts.take_error();
    Result<MappedFile> text = MappedFile::open(front + ".s", max_text_bytes);
    if (!text)
      return text.take_error();
    program.partitions.push_back(
        {filter_debug(text->text(), {.debug_info = true}),
         std::move(facts->linked)});
  }
}

// Units are told apart by numbers that GCC makes up, unless it is told to take
// the same one for all.
static Error check_link_ids(const std::vector<LinkedUnit> &units) {
  for (const Facts LinkedUnit::*side :
       {&LinkedUnit::original, &LinkedUnit::patched}) {
    std::map<std::string_view, const Facts *> seen;
    for (const LinkedUnit &unit : units) {
      const Facts &facts = unit.*side;
      if (facts.link_id.empty())
        continue;
      auto [place, is_new] = seen.try_emplace(facts.link_id, &facts);
      if (!is_new)
        return refused("kpatch-lto", "'" + facts.output + "' and '" +
                                         place->second->output +
                                         "' were compiled with one "
                                         "-frandom-seed: their static "
                                         "functions and variables cannot be "
                                         "told apart")
            .note("give each unit a seed of its own (-frandom-seed=$@), or "
                  "none");
    }
  }
  return {};
}

static std::set<std::string> linked_ids(const LinkedProgram &program) {
  std::set<std::string> ids;
  for (const LinkedFact &fact : program.link.linked)
    if (!fact.unit.empty())
      ids.insert(fact.unit);
  return ids;
}

// The same in both programs, whatever an earlier run has left about it.
static Result<LinkedUnit> read_kept_unit(const std::string &stem) {
  LinkedUnit unit;
  Result<Facts> original = read_facts_file(stem + ".original.facts");
  if (!original)
    return original.take_error();
  unit.original = std::move(*original);
  unit.patched = unit.original;
  return unit;
}

static Result<LinkedUnit> read_unit(const std::string &stem) {
  LinkedUnit unit;
  unit.is_new = access((stem + ".original.facts").c_str(), F_OK) != 0;
  if (!unit.is_new) {
    Result<Facts> original = read_facts_file(stem + ".original.facts");
    if (!original)
      return original.take_error();
    unit.original = std::move(*original);
  }
  Result<Facts> patched = read_facts_file(stem + ".patched.facts");
  if (!patched)
    return patched.take_error();
  unit.patched = std::move(*patched);
  return unit;
}

// What is known of neither program is compared by its names alone, if it is the
// same in both. A unit that was compiled anew, but not by us, would pass for a
// new one: its variables would get a second life.
static Error check_all_known(const LinkFiles &files) {
  std::set<std::string> unknown = linked_ids(files.patched);
  for (const std::string &id : linked_ids(files.original))
    unknown.erase(id);
  for (const LinkedUnit &unit : files.units)
    unknown.erase(unit.patched.link_id);
  if (unknown.empty())
    return {};
  std::string symbol; // a name of the source rather than one with numbers
  for (const LinkedFact &fact : files.patched.link.linked)
    if (unknown.contains(fact.unit) &&
        (symbol.empty() || (symbol.find('.') != symbol.npos &&
                            fact.symbol.find('.') == fact.symbol.npos)))
      symbol = fact.symbol;
  return refused("kpatch-no-original",
                 "the unit that defines '" + symbol +
                     "' was compiled with link-time optimisation, but not by "
                     "libcare-cc, or gcc -r made one unit of it and others")
      .note(
          "compile all units through libcare-cc in both stages; with archives "
          "in other folders than their objects, set KPATCH_ASM_DIR")
      .note("link the objects themselves, or an archive of them, or what "
            "'ld -r' joins, instead of what gcc -r makes of them");
}

Result<LinkFiles> read_link_files(const std::string &stem,
                                  const std::vector<std::string> &units,
                                  const std::vector<std::string> &kept) {
  LinkFiles files;
  Result<LinkedProgram> original = read_program(stem, "original");
  if (!original)
    return refused("kpatch-no-original",
                   "there is no original link to compare with: " +
                       original.take_error().message())
        .note("link with KPATCH_STAGE=original first, with link-time "
              "optimisation in both stages; if cleaning the build removes side "
              "files, set KPATCH_ASM_DIR for both stages");
  files.original = std::move(*original);
  Result<LinkedProgram> patched = read_program(stem, "patched");
  if (!patched)
    return patched.take_error();
  files.patched = std::move(*patched);
  for (const std::string &unit : units) {
    Result<LinkedUnit> facts = read_unit(unit);
    if (!facts)
      return facts.take_error();
    files.units.push_back(std::move(*facts));
  }
  for (const std::string &unit : kept) {
    Result<LinkedUnit> facts = read_kept_unit(unit);
    if (!facts)
      return facts.take_error();
    files.units.push_back(std::move(*facts));
  }
  if (Error error = check_link_ids(files.units))
    return error;
  if (Error error = check_all_known(files))
    return error;
  return files;
}

} // namespace care::gensrc
