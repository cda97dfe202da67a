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

// "struct config", "ns::widget"; empty for a type without a name.
std::string type_name(tree type);

// Where it is declared, or UNKNOWN_LOCATION.
location_t type_location(tree type);

std::string type_fingerprint(tree type);

// `record` is a complete RECORD_TYPE or UNION_TYPE.
TypeFact record_fact(tree record);

bool is_record(tree type);

} // namespace care::plugin

#endif
