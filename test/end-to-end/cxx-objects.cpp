// C++ objects that live on while code changes: a GNU_UNIQUE static of an inline
// function, objects made in init_array, constructors and destructors (several
// symbols for one body), virtual functions reached through the old vtable.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 -g | FileCheck %s
// RUN: llvm-readelf -sW %t/original/prog | FileCheck %s --check-prefix=UNIQUE

// UNIQUE: UNIQUE {{.*}} _ZZ{{.*}}unique_counter{{.*}}value

// CHECK:      == run
// CHECK-NEXT: made old, unique 1, global 1000, area old 6
// CHECK-NEXT: gone old
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: made new, unique 2, global 1000, area new 12
// CHECK-NEXT: gone new
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: made old, unique 3, global 1000, area old 6
// CHECK-NEXT: gone old
// CHECK:      == end
// CHECK-NEXT: global gone
// CHECK-NEXT: exit 0

#include <string>

#include "victim.h"

inline int &unique_counter() {
  static int value = 0;
  return value;
}

struct Global {
  NOINLINE Global() : value(1000) {}
  NOINLINE ~Global() { puts("global gone"); }
  int value;
};
Global global;

struct Shape {
  virtual ~Shape() = default;
  virtual std::string area() const = 0;
};

struct Box : Shape {
  NOINLINE Box(int a, int b);
  NOINLINE ~Box() override;
  NOINLINE std::string area() const override;
  int a, b;
};

Box::Box(int a, int b) : a(a), b(b) {
#if PATCHED
  printf("made %s, ", "new");
#else // PATCHED
  printf("made %s, ", "old");
#endif // PATCHED
}

Box::~Box() {
#if PATCHED
  puts("gone new");
#else // PATCHED
  puts("gone old");
#endif // PATCHED
}

std::string Box::area() const {
#if PATCHED
  return "new " + std::to_string(2 * a * b);
#else // PATCHED
  return "old " + std::to_string(a * b);
#endif // PATCHED
}

void show() {
  Shape *volatile shape = new Box(2, 3);
  printf("unique %d, global %d, area %s\n", ++unique_counter(), global.value,
         shape->area().c_str());
  delete shape;
}
