// Changes of a type that leave every existing object as it is: a base class
// without members, one more member of a union that is no larger for it. With a
// member, or larger, they are refused.

// REQUIRES: gcc-plugin
// RUN: rm -rf %t && mkdir %t && cd %t && cp %s unit.cpp
// RUN: env KPATCH_STAGE=original %libcare-cxx -O2 -c unit.cpp
// RUN: sed 's/struct Box {/struct Box : Tag {/; s|// MORE|short halves[4];|; s/+ 1/+ 2/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched %libcare-cxx -O2 -c unit.cpp
// RUN: FileCheck %s < .kpatch_unit.o.patched.report --implicit-check-not={{.}}
// CHECK: replaced _Z3usev edited
// RUN: sed 's/struct Box {/struct Box : Counted {/; s/+ 1/+ 2/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s --check-prefix=BASE
// BASE: error: the layout of 'Box' changed: member 'Counted' is new, at offset 0 [kpatch-type-layout]
// RUN: sed 's|// MORE|long more[4];|; s/+ 1/+ 2/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s --check-prefix=UNION
// UNION: error: the layout of 'Word' changed: member 'more' is new, at offset 0 [kpatch-type-layout]
// RUN: sed 's|int parts\[2\]|char *parts|; s/+ 1/+ 2/; s/parts\[0\]/all/' %s > unit.cpp
// RUN: env KPATCH_STAGE=patched not %libcare-cxx -O2 -c unit.cpp 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: error: the layout of 'Word' changed: member 'parts' at offset 0 was 'int[2]', is 'char *' [kpatch-type-layout]

struct Tag {
  Tag() = default;
  Tag(const Tag &) = delete;
};
struct Counted {
  int count;
};
struct Box {
  int width, height;
};
union Word {
  long all;
  int parts[2];
  // MORE
};
extern Box *box;
extern Word word;
int use() { return box->height + word.parts[0] + 1; }
