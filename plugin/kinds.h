// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the bytes of a value are, in two texts. The kind is for comparing: equal
// kinds of equal size hold the same things in the same way, as `int` and
// `unsigned` or a pointer and the same one to const do. The words are for
// people.
//
//   kind            words             type
//   i               unsigned int      any integer, enumeration or bool
//   real_type64     double
//   *struct node    struct node *
//   *[128]i32       int[4] *          behind a pointer sizes count as well
//   struct node     struct node       a structure with a name has its own fact
//   {0:32i;}        struct {...}      one without is what its members are
#ifndef LIBCARE_PLUGIN_KINDS_H
#define LIBCARE_PLUGIN_KINDS_H

#include <string>

#include "plugin/types.h"

namespace care::plugin {

std::string type_kind(tree type);
std::string type_words(tree type);
// "int (char *, ...)"
std::string signature_words(tree function_type);

} // namespace care::plugin

#endif
