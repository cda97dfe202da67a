// As byte-identical-objects.c, for C++: templates, exceptions, lambdas, guard
// variables. Reading a symbol's name too early would number local ones anew.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t
// RUN: %gxx -O2 -g -c %s -o unit.o && mv unit.o plain.o
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -g -c %s -o unit.o
// RUN: %same-file unit.o plain.o

#include <map>
#include <stdexcept>
#include <string>

namespace ns {
template <typename T> struct Box {
  T value;
  explicit Box(T v) : value(v) {}
  virtual ~Box() {}
  virtual T get() const { return value; }
};
} // namespace ns

std::map<std::string, int> &table() {
  static std::map<std::string, int> instance;
  return instance;
}

int look_up(const std::string &name) {
  auto found = [&] { return table().find(name); }();
  if (found == table().end())
    throw std::out_of_range(name);
  ns::Box<int> box(found->second);
  return box.get();
}
