// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of lambdas and of classes that are local to a function: they have a
// number in their mangled name (Itanium C++ ABI, 5.1.6 "Scope Encoding" and
// 5.1.8 "Closure Types").
#ifndef LIBCARE_GENSRC_LOCAL_NAMES_H
#define LIBCARE_GENSRC_LOCAL_NAMES_H

#include <optional>
#include <string>
#include <string_view>

namespace care::gensrc {

// The parts of the name of a function that is a member of one of them. Views
// are into the symbol.
//
//   _ZZ1fvENKUliE0_clEi  of a lambda: "_ZZ1fvE", "UliE0_", 1, "clEi"
//   _ZZ1fvEN1S4callE_0v  of a class: "_ZZ1fvE", "1S", 1, "4callE"
//   _ZZ1fvENUt0_4callEv  of one without a name: "_ZZ1fvE", "Ut0_", 1, "4callE"
struct LocalName {
  enum class Kind { Lambda, Class };

  Kind kind = Kind::Lambda;
  std::string_view scope; // with the function's name, or the class's or file's
  std::string_view word;  // of a lambda or a class without a name with number
  unsigned number = 0;    // which one of the scope, of a class of this name
  std::string_view member;
  std::string_view parameters; // of the member; of a lambda's empty
  std::string_view front;      // the symbol up to the word and with it

  // "_ZZ1fvENKUliE0_", "_ZZ1fvE1S_0": one for each.
  std::string entity() const;
  // What numbers are counted in: all lambdas of a scope, classes of one name.
  std::string counted_in() const;
  // The function whose scope it is; empty if it is none.
  std::string function() const;
};

// Nothing if `symbol` is no member of one.
std::optional<LocalName> parse_local_name(std::string_view symbol);

// May `symbol` be of code that the compiler made for it: its member, what a
// template has made with it? A name that is alike by chance counts too.
bool may_belong_to(std::string_view symbol, const LocalName &name);

} // namespace care::gensrc

#endif
