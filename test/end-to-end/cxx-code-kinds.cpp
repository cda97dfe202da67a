// Code that C++ makes behind the author's back: a lambda, a virtual function that
// is reached through a thunk (second base class), a static local with a guard, a
// template instance and an inline function that two files have (the linker took
// one copy of each; the edit is in the header, so both files change).

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -ffunction-sections -fPIC | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: lambda old 3, second old 7, guarded old 1, clamp old 10 10, inline old old
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: lambda new 6, second new 8, guarded new 3, clamp new 20 20, inline new new
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: lambda old 3, second old 7, guarded old 4, clamp old 10 10, inline old old

//--- shared.h
#pragma once
#define NOINLINE __attribute__((noinline, noclone))

template <typename T> NOINLINE T clamp(T value) {
#if PATCHED
  return value > 20 ? 20 : value;
#else // PATCHED
  return value > 10 ? 10 : value;
#endif // PATCHED
}
NOINLINE inline const char *version() {
#if PATCHED
  return "new";
#else // PATCHED
  return "old";
#endif // PATCHED
}
int clamp_elsewhere(int value);
const char *version_elsewhere();

//--- elsewhere.cpp
#include "shared.h"
int clamp_elsewhere(int value) { return clamp(value); }
const char *version_elsewhere() { return version(); }

//--- prog.cpp
#include "shared.h"
#undef NOINLINE
#include "victim.h"

struct First {
  virtual ~First() = default;
  int a = 1;
};
struct Second {
  virtual ~Second() = default;
  virtual int second() const = 0;
  int b = 2;
};
struct Both : First, Second {
  NOINLINE int second() const override;
  int c = 7;
};
int Both::second() const {
#if PATCHED
  return c + 1;
#else // PATCHED
  return c;
#endif // PATCHED
}

template <typename F> NOINLINE int call(F f, int x) { return f(x); }
NOINLINE int with_lambda(int x) {
  int factor = 3;
#if PATCHED
  return call([&](int y) { return factor * y * 2; }, x);
#else // PATCHED
  return call([&](int y) { return factor * y; }, x);
#endif // PATCHED
}

NOINLINE int start_value() { return 0; }
NOINLINE int guarded() {
  static int count = start_value();
#if PATCHED
  return count += 2;
#else // PATCHED
  return count += 1;
#endif // PATCHED
}

NOINLINE void show() {
  Second *volatile second = new Both;
  const char *words = version();
  int lambda = with_lambda(1), other = second->second(), number = guarded();
  printf("lambda %s %d, second %s %d, guarded %s %d, clamp %s %d %d, inline %s %s\n",
         words, lambda, words, other, words, number, words, clamp(30),
         clamp_elsewhere(30), version(), version_elsewhere());
  delete second;
}
