// A unit stops to use what a header defines: a class that it made objects of, an
// inline variable, a static local of an inline function. Other units, and the
// objects that exist, go on with it.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: area 16 count 1 calls 1
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: area 24 count 2 calls 2
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: area 40 count 4 calls 4
// CHECK:      exit 0

//--- shapes.h
#pragma once
struct Shape {
  virtual ~Shape() = default;
  virtual int area() const = 0;
};
struct Square : Shape {
  int area() const override { return 16; }
};
struct Triangle : Shape {
  int area() const override { return 8; }
};
inline int calls;
inline int &count() {
  static int n;
  return n;
}
int other();

//--- other.cpp
#include "shapes.h"
int other() {
  ++calls;
  return ++count();
}

//--- prog.cpp
#include "victim.h"

#include "shapes.h"
static Shape *shapes[8];
static int n;
NOINLINE void add() {
#if PATCHED
  shapes[n++] = new Triangle;
#else // PATCHED
  if (n == 2) {
    ++calls;
    ++count();
  }
  shapes[n++] = new Square;
#endif // PATCHED
}
void show() {
  add();
  int area = 0;
  for (int i = 0; i < n; i++)
    area += shapes[i]->area();
  int seen = other();
  printf("area %d count %d calls %d\n", area, seen, seen);
}
