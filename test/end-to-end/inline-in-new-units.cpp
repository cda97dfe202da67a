// Inline functions and variables of a header that a unit uses for the first
// time. Other units may have used them all along: then there are two copies of
// the code, and the variables are those that the program has, whichever unit
// comes first. Or they are new in several units: then they are one.

// REQUIRES: ptrace, gcc-plugin
// RUN: %patch-cycle %s %t | FileCheck %s
// RUN: %patch-cycle %s %t -- -O2 -g -fno-gnu-unique -fvisibility-inlines-hidden | FileCheck %s
// RUN: %patch-cycle %s %t -- -O0 | FileCheck %s

// CHECK:      == run
// CHECK-NEXT: first 0, second 1 count 1 thrown 7, edited 2
// CHECK:      patch hunk(s) have been successfully applied
// CHECK-NEXT: == run
// CHECK-NEXT: new 1: first 2 thrown 7 edited 100, new 2: second 3 count 2 thrown 7, edited 200
// CHECK:      patch hunk(s) were successfully cancelled
// CHECK-NEXT: == run
// CHECK-NEXT: first 0, second 4 count 3 thrown 7, edited 2
// CHECK:      == end
// CHECK-NEXT: log ends with 2
// CHECK:      exit 0

//--- shared.h
#pragma once
#include <stdio.h>
#include <string>
#include <vector>
#define NOINLINE __attribute__((noinline))

struct Error {
  virtual ~Error() = default;
  virtual int code() const { return 7; }
};
inline int calls;
NOINLINE inline int count() {
  static int n = 0;
  return ++n;
}
inline int edited(int x) {
#if PATCHED
  return x * 100;
#else // PATCHED
  return x * 2;
#endif // PATCHED
}
#if PATCHED
struct Log {
  Log() : lines(0) {}
  ~Log() { printf("log ends with %d\n", lines); }
  int lines;
};
NOINLINE inline int note(const char *) {
  static Log log;
  return ++log.lines;
}
#endif // PATCHED
std::string first();
std::string second();

//--- a_first.cpp
#include "shared.h"
std::string first() {
#if PATCHED
  int code = 0;
  try {
    throw Error();
  } catch (const Error &error) {
    code = error.code();
  }
  std::vector<std::string> words{"new " + std::to_string(note("first"))};
  words.push_back(": first " + std::to_string(++calls));
  words.push_back(" thrown " + std::to_string(code));
  words.push_back(" edited " + std::to_string(edited(1)));
  std::string all;
  for (const std::string &word : words)
    all += word;
  return all;
#else // PATCHED
  return "first 0";
#endif // PATCHED
}

//--- b_second.cpp
#include "shared.h"
std::string second() {
  std::vector<std::string> words;
#if PATCHED
  words.push_back("new " + std::to_string(note("second")) + ": ");
#endif // PATCHED
  words.push_back("second " + std::to_string(++calls));
  words.push_back(" count " + std::to_string(count()));
  try {
    throw Error();
  } catch (const Error &error) {
    words.push_back(" thrown " + std::to_string(error.code()));
  }
#if PATCHED
  words.push_back(", edited " + std::to_string(edited(2)));
#else // PATCHED
  words.push_back(", edited " + std::to_string(edited(1)));
#endif // PATCHED
  std::string all;
  for (const std::string &word : words)
    all += word;
  return all;
}

//--- prog.cpp
#include "shared.h"
#undef NOINLINE
#include "victim.h"
void show() {
  std::string a = first(), b = second();
  printf("%s, %s\n", a.c_str(), b.c_str());
}
