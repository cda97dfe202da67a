// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the compiler knew about one translation unit, as a text file beside the
// saved assembly. The format is described in docs/patch-format.md, "Facts":
// one fact a line, a keyword and tab-separated fields.
#ifndef LIBCARE_COMMON_FACTS_H
#define LIBCARE_COMMON_FACTS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace care {

struct FunctionFact {
  std::string symbol;    // the assembler's name
  std::string name;      // the source's name
  std::string location;  // "file:line"
  std::string signature; // fingerprint of the type, 16 hex digits
  std::string clone_of;  // symbol of the function it was cloned from, or empty
  std::string parameters = {}; // fingerprint without the type that it returns
  std::string result = {};     // fingerprint of that type, or "void"
  std::string words = {};      // the signature, for people
  std::string body = {};       // fingerprint of its source, or empty
};

// The code of `callee` is inside `caller`. Both are symbols where the compiler
// had given one, else names of the source.
struct InlineFact {
  std::string callee;
  std::string caller;
  std::string body = {}; // fingerprint of the callee's source, or empty
};

struct VariableFact {
  std::string symbol;
  std::string name;
  std::string location;
  std::string type; // fingerprint, 16 hex digits
  uint64_t size_bytes = 0;
  // For a static local: the enclosing function and which of its statics of
  // that name it is, counted from 0. Else empty.
  std::string function;
  unsigned ordinal = 0;
  std::string kind = {};  // what its bytes are, for comparing
  std::string words = {}; // its type, for people
  // Of a constant: a function that stores its address in memory, or empty; one
  // that passes it to a function that may store it, and that function.
  std::string stored_by = {};
  std::string passed_by = {}, passed_to = {};
};

struct MemberFact {
  std::string name;
  uint64_t offset_bits = 0;
  uint64_t size_bits = 0;
  std::string type;  // fingerprint
  std::string kind;  // what its bytes are, for comparing
  std::string words; // its type, for people
};

// In front of the name of a lambda's type, which is the symbol of its function
// without what is behind the lambda: "<lambda> _ZZ1fvENKUlvE_".
constexpr std::string_view lambda_type = "<lambda> ";

struct TypeFact {
  std::string name; // "struct config", "ns::widget"
  std::string location;
  std::string layout; // fingerprint of size and members
  uint64_t size_bytes = 0;
  std::vector<MemberFact> members;
};

// All objects of the type are local variables of functions, this is one of
// them. Empty: no function has any.
struct AutomaticFact {
  std::string type;
  std::string function; // symbol
};

struct EnumeratorFact {
  std::string name;
  std::string value;
};

struct EnumerationFact {
  std::string name; // empty for one without
  std::string location;
  std::vector<EnumeratorFact> values;
};

// The lines of a source file, each as a fingerprint of its text.
struct LinesFact {
  std::string file;
  std::vector<uint32_t> lines;
};

// A function or variable of a link with link-time optimisation, which renames
// statics and puts the code of many units into several texts.
struct LinkedFact {
  std::string symbol; // as in the text
  // GCC's number of it in this link, the same in all its processes.
  std::string order;
  std::string unit = {};         // link_id of the unit that it is from
  std::string clone_of = {};     // symbol of the function it was cloned from
  std::string inlined_into = {}; // order of the function that has its code
  // "visible" to other objects of the process; "global" among the units; or
  // empty: of its unit alone.
  std::string scope = {};
};

struct Facts {
  std::string compiler;             // name and exact version
  std::vector<std::string> options; // those that decide about the code
  std::vector<std::string> macros;  // -D, -U, -include, -imacros, in order
  std::string source;               // as the compiler was given it
  std::string output;               // what tells this unit from others
  std::vector<FunctionFact> functions;
  std::vector<InlineFact> inlined;
  std::vector<VariableFact> variables; // that the unit defines
  std::vector<VariableFact> externals; // of other units, that it refers to
  std::vector<TypeFact> types;
  std::vector<EnumerationFact> enumerations;
  std::vector<AutomaticFact> automatic;
  std::vector<std::string> includes; // not from system headers
  std::vector<LinesFact> lines;      // of the original only
  // With link-time optimisation: what GCC calls this unit in the link.
  std::string link_id;
  std::vector<LinkedFact> linked; // of a link, not of a unit
  // Of a link: variables that some code may write, as kept_values.h calls them.
  std::vector<std::string> written;
};

std::string format_facts(const Facts &facts);
// Unknown keywords are skipped, so that later versions can add some.
Result<Facts> parse_facts(std::string_view text);

} // namespace care

#endif
