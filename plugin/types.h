// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types as GCC knows them, put into text that can be compared between two
// compilations. A fingerprint is equal if values of the types have the same
// layout and are passed in the same way; names of members, typedefs and
// variables do not go into it, names of structures do.
#ifndef LIBCARE_PLUGIN_TYPES_H
#define LIBCARE_PLUGIN_TYPES_H

#include <string>

#include "common/facts.h"

#include "plugin/gcc_headers.h"

namespace care::plugin {

std::string file_and_line(location_t location);

// "struct config", "ns::widget", "list<int>"; empty for a type without a name.
std::string type_name(tree type);

// Where it is declared, or UNKNOWN_LOCATION.
location_t type_location(tree type);

std::string type_fingerprint(tree type);
std::string parameters_fingerprint(tree function_type);

// `record` is a complete RECORD_TYPE or UNION_TYPE. The members of members
// without a type name are in it as `outer.inner`, since they have no fact of
// their own.
TypeFact record_fact(tree record);

// `type` is an ENUMERAL_TYPE.
EnumerationFact enumeration_fact(tree type);

bool is_record(tree type);
// The type of the elements, however many dimensions; null of null.
tree without_arrays(tree type);

// A size or offset; 0 if it is not known when compiling.
uint64_t constant_or_zero(tree number);
uint64_t offset_bits(tree field);

} // namespace care::plugin

#endif
