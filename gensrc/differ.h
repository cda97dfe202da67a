// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The assembly differ: two texts of one translation unit in, the merged text
// of docs/patch-format.md (section 1) out.
//
// Both texts must come from the same compiler with the same options. Work is
// linear in their size; nothing is kept between calls, so that calls may run
// in parallel. Usable inside GCC: no exceptions, no RTTI, no LLVM, no output.
#ifndef LIBCARE_GENSRC_DIFFER_H
#define LIBCARE_GENSRC_DIFFER_H

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/unit_changes.h"

namespace care::gensrc {

// Larger texts are refused. The largest known, a program of 2.2 million lines
// in one file, with debug information, has 60 megabytes.
constexpr size_t max_text_bytes = size_t{512} << 20;

// A symbol of the original, where that is several texts joined to one
// (link_time/).
struct OriginalName {
  std::string name; // in its text, and in the binary
  size_t text = 0;  // which one
};

struct DiffOptions {
  // Names that may differ without consequence: a changed function keeps its
  // original code, a changed variable its original value.
  std::vector<std::string> ignore_changes;
  // New symbols that go into the patch as local ones.
  std::vector<std::string> unlink_symbols;
  // Functions that go into the patch although they did not change.
  std::vector<std::string> must_adapt;
  // If not empty, only these functions are replaced; others keep their code.
  std::vector<std::string> only_functions;
  // LibcarePlus's way of keeping local symbols visible; reference aliases do
  // it here, so that this changes nothing.
  bool force_global = false;
  // Reach every symbol that is undefined in the unit through the GOT, also
  // where the original refers to it directly.
  bool force_gotpcrel = false;
  // Answers to refusals, CODE:SYMBOL (common/refusal_codes.h).
  std::vector<std::string> allow;
  // Tells this unit from the others of one link (the output's path, say).
  std::string unit_name;
  // The texts are files that a person has given: where nothing tells the line
  // of the source, messages name the line of the text.
  bool name_lines = false;
  // By the name in the joined text; empty if there is one text.
  std::map<std::string, OriginalName, std::less<>> original_names;
  // Texts of the facts side files; may be empty.
  std::string original_facts, patched_facts;
};

// A global name that the tail uses for a local symbol of the original.
struct Reference {
  std::string alias;
  OriginalName original;
};

struct DiffResult {
  std::string merged; // exactly the original if nothing changed
  // What `merged` has behind the original, apart from the references, which
  // have to be in the text that defines them.
  std::string tail;
  std::vector<Reference> references;
  bool changed = false;
  // For people. The id is that of the unit in the patched binary, if it
  // changed; `output`, `source` and `compiler` are left to the caller.
  UnitChanges changes;
  std::vector<std::string> allowed; // answers that were needed, CODE:SYMBOL
};

// Fails with ErrorKind::Format if a text is not assembly that it understands,
// and with ErrorKind::Refused and a code of docs/refusals.md if the change
// cannot be made safely.
Result<DiffResult> diff_assembly(std::string_view original,
                                 std::string_view patched,
                                 const DiffOptions &options);

// The directives that define a reference.
std::string reference_lines(const Reference &reference);

// Records answers to refusals in the merged text (.kpatch.allowed).
void append_allowances(std::string &merged,
                       const std::set<std::string> &needed);

} // namespace care::gensrc

#endif
