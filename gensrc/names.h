// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What compilers put behind a source name: "buf.3" (static local), "f.isra.0",
// "f.constprop.2", "f.part.1", "f.lto_priv.0". The numbers count within a unit
// and say nothing; two compiles of nearly the same source number differently.
#ifndef LIBCARE_GENSRC_NAMES_H
#define LIBCARE_GENSRC_NAMES_H

#include <string>
#include <string_view>

namespace care::gensrc {

// Is the last part of the name a number that the compiler counted up?
bool is_numbered(std::string_view name);

// The name without counted numbers: "f.constprop.2.isra.0" gives
// "f.constprop..isra.", "buf.3" gives "buf.".
std::string numberless(std::string_view name);

// The name that C++ gives to a static local, without the number ("_0", "__10_")
// that tells several of one name in a function apart.
std::string static_stem(std::string_view name);

// Is it a clone whose parameters may differ from those of the source function
// (.isra, .constprop, .part)?
bool is_clone(std::string_view name);

// Is it a table that every object of a C++ class refers to (virtual functions,
// type information)?
bool is_class_table(std::string_view name);

// 'name', for messages.
std::string quoted(std::string_view name);

// The name in the source: up to the first suffix.
std::string_view source_name(std::string_view name);

// Of the units that are optimised together when they are linked, between the
// name of the source and the unit ("count$main_c"); C and C++ have no such
// character.
constexpr char link_tag = '$';

// The same for a name of any unit: "count".
std::string_view untagged_source_name(std::string_view name);

} // namespace care::gensrc

#endif
