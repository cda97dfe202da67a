// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The table behind --list-refusals. docs/refusals.md says the same with an
// example and what to do; scripts/check-refusal-codes.sh compares both with
// the codes in the sources.

#include "common/refusal_codes.h"

#include <algorithm>

namespace care {

static constexpr RefusalCode table[] = {
    {"kpatch-alias", "kpatch_gensrc", "",
     "a function and another name of it are two functions now, or the other "
     "way round"},
    {"kpatch-alignment", "libcare-ctl", "",
     "a new variable wants more than page alignment"},
    {"kpatch-already-applied", "libcare-ctl", "", "the process has this patch"},
    {"kpatch-ambiguous-function", "libcare-link", "",
     "two units have different replacements for one function of the binary"},
    {"kpatch-ambiguous-static", "kpatch_gensrc", "variable",
     "a static variable could be one of several of the original; allowed: it "
     "is a new one"},
    {"kpatch-architecture", "all", "",
     "two inputs are for different architectures"},
    {"kpatch-build-failed", "libcare-patch-make", "", "make failed"},
    {"kpatch-build-id", "libcare-ctl, libcare-link, libcare-patch-make", "",
     "no object has the build-id that is asked for"},
    {"kpatch-busy", "libcare-ctl", "",
     "a thread is in a function that is to be replaced, until the time limit"},
    {"kpatch-busy-folder", "libcare-patch-make", "",
     "another run is at work in the folder"},
    {"kpatch-cache", "libcare-cc", "",
     "a compiler cache in front of libcare-cc would keep the object"},
    {"kpatch-call-failed", "libcare-ctl", "",
     "a call inside the process failed"},
    {"kpatch-clone-visible", "kpatch_gensrc", "",
     "a clone of a function changed whose address is stored"},
    {"kpatch-code-label", "kpatch_gensrc", "",
     "the patch refers to a label inside of a function that is not in it"},
    {"kpatch-const-visible", "kpatch_gensrc", "constant",
     "a constant changed whose address the program keeps; allowed: what has "
     "the address goes on with the old one"},
    {"kpatch-constructor", "kpatch_gensrc", "function",
     "code that runs at program start changed; allowed: it has run, and does "
     "not run again"},
    {"kpatch-coroutine", "libcare-ctl", "",
     "a suspended stack returns into a function that is to be replaced"},
    {"kpatch-data-gone", "libcare-link", "variable",
     "a variable was removed that code outside of the patch uses; allowed: "
     "that code goes on with the old one"},
    {"kpatch-data-init", "kpatch_gensrc", "variable",
     "the initial value of an existing variable changed; allowed: it keeps its "
     "value"},
    {"kpatch-data-section", "kpatch_gensrc", "variable",
     "what a section holds changed, where the program looks things up by their "
     "place; allowed: it is not found there"},
    {"kpatch-data-size", "kpatch_gensrc", "variable",
     "the size of an existing variable changed; allowed if it shrank: it keeps "
     "its place"},
    {"kpatch-data-storage", "kpatch_gensrc", "",
     "a variable moved to another kind of memory, or has a higher alignment"},
    {"kpatch-different-unit", "kpatch_gensrc", "",
     "the two texts are not versions of one unit"},
    {"kpatch-duplicate-id", "libcare-ctl", "",
     "two of the given patches have the same id and object"},
    {"kpatch-endless", "libcare-cc", "function",
     "a warning: the function never returns, or loops for ever; a thread in it "
     "must leave it first. allowed: no warning"},
    {"kpatch-entry-target", "libcare-link", "function",
     "something leads into the bytes that the jump to the replacement takes; "
     "allowed: nothing ever goes there"},
    {"kpatch-enum-value", "libcare-cc", "enumerator",
     "an enumerator got another number, and the program may have stored the "
     "old one; allowed: no stored one matters"},
    {"kpatch-flags", "libcare-cc", "option",
     "compiler, options or macros are not those of the original; allowed: an "
     "option, or the name of a macro, makes no difference"},
    {"kpatch-folded", "libcare-link", "function",
     "the linker gave another function the same code; allowed: both are "
     "replaced"},
    {"kpatch-force-write", "libcare-ctl", "",
     "the kernel forbids writing to the code of the process"},
    {"kpatch-format", "libcare-ctl", "",
     "the file is no patch, was cut off or changed"},
    {"kpatch-held", "libcare-ctl", "",
     "a patch that stays refers to what this one has added"},
    {"kpatch-ifunc-new", "kpatch_gensrc", "", "a new indirect function"},
    {"kpatch-import-data", "kpatch_gensrc, libcare-link", "",
     "the address of an import is used in a way that cannot go through the "
     "GOT"},
    {"kpatch-inline-asm", "kpatch_gensrc", "",
     "inline assembly in a changed function switches sections or defines "
     "symbols"},
    {"kpatch-intel-syntax", "kpatch_gensrc", "",
     "the assembly is in Intel syntax"},
    {"kpatch-lambda", "kpatch_gensrc", "function",
     "the number of a lambda that the program may have kept is that of another "
     "one now; allowed: the program has kept none"},
    {"kpatch-link-failed", "libcare-patch-make", "",
     "libcare-link ended without saying why"},
    {"kpatch-local-class", "kpatch_gensrc", "function",
     "the number of a class local to a function, of which the program may have "
     "objects, is that of another one now; allowed: the program has none"},
    {"kpatch-locked", "libcare-ctl", "",
     "another libcare-ctl works on the process"},
    {"kpatch-lto", "libcare-cc", "",
     "the units of a link cannot be told apart"},
    {"kpatch-main", "kpatch_gensrc", "function",
     "a warning: main changed, which runs as long as the program. allowed: no "
     "warning"},
    {"kpatch-missing-symbol", "libcare-link", "",
     "the patch refers to something that the original link left out"},
    {"kpatch-moved", "libcare-link", "",
     "a function or variable of the original is in another file now, and its "
     "file is not in the patched link"},
    {"kpatch-new-import", "libcare-patch-make", "",
     "the patch of one binary uses a function that is new in another"},
    {"kpatch-new-library", "libcare-link", "",
     "the patch uses a library that the original does not load"},
    {"kpatch-no-binaries", "libcare-patch-make", "",
     "make install installed nothing that runs"},
    {"kpatch-no-build-id", "libcare-link", "", "the original has no build-id"},
    {"kpatch-no-file", "libcare-ctl", "",
     "the patch is not there or cannot be read"},
    {"kpatch-no-gadget", "libcare-ctl", "",
     "the process has no place from which a call can be made"},
    {"kpatch-no-install", "libcare-patch-make", "",
     "the makefile has no target install"},
    {"kpatch-no-makefile", "libcare-patch-make", "", "there is no makefile"},
    {"kpatch-no-original", "libcare-cc", "",
     "the unit was not compiled in the original stage"},
    {"kpatch-no-patch", "libcare-patch-make", "",
     "a binary changed, but there is no patch for it"},
    {"kpatch-no-permission", "libcare-ctl", "",
     "the kernel denies access to the process"},
    {"kpatch-no-process", "libcare-ctl", "", "there is no such process"},
    {"kpatch-no-relocations", "libcare-link", "",
     "the patched binary was linked without --emit-relocs"},
    {"kpatch-no-room", "libcare-ctl", "",
     "no free address space within reach of a jump"},
    {"kpatch-not-applied", "libcare-ctl", "", "no such patch is applied"},
    {"kpatch-not-assembly", "kpatch_gensrc", "",
     "the text is not assembly as GCC and clang write it"},
    {"kpatch-not-rebuilt", "libcare-patch-make", "",
     "a header changed, and a file that includes it was not compiled"},
    {"kpatch-not-safe-now", "libcare-ctl", "",
     "the process is in a state that cannot be changed"},
    {"kpatch-not-wrapped", "libcare-patch-make", "",
     "nothing, or not everything, was compiled through libcare-cc"},
    {"kpatch-nothing-changed", "libcare-patch-make", "",
     "the source patch changes no code"},
    {"kpatch-original-differs", "libcare-link", "",
     "code or data outside of the patch is not the original's"},
    {"kpatch-out-of-range", "libcare-ctl", "",
     "the patch refers directly to something too far away"},
    {"kpatch-patch-failed", "libcare-patch-make", "",
     "the source patch does not apply"},
    {"kpatch-plugin-version", "libcare-cc", "",
     "the plugin was built for another GCC"},
    {"kpatch-process-32bit", "libcare-ctl", "", "the process is a 32-bit one"},
    {"kpatch-relocation", "libcare-link, libcare-ctl", "",
     "something is referred to in a way that is not supported"},
    {"kpatch-seccomp", "libcare-ctl", "",
     "the process's filter denies a system call that patching needs"},
    {"kpatch-shadow-stack", "libcare-ctl", "",
     "the process runs with a hardware shadow stack"},
    {"kpatch-shared-memory", "libcare-ctl", "",
     "a parent or child process runs in the same memory"},
    {"kpatch-side-file", "libcare-cc", "",
     "a file beside the object cannot be used, or belongs to another output"},
    {"kpatch-signature", "kpatch_gensrc, libcare-link", "function",
     "the parameters or the return type of a function changed, and code or "
     "data outside of the patch knows the old ones; allowed: those who call it "
     "that way fit both"},
    {"kpatch-site-differs", "libcare-ctl", "",
     "the code in memory is not what the patch was made for"},
    {"kpatch-symbol-kind", "kpatch_gensrc", "",
     "a function is a variable now, or the other way round"},
    {"kpatch-system", "libcare-ctl", "", "a system call failed"},
    {"kpatch-target", "libcare-ctl", "", "a process that is never patched"},
    {"kpatch-tls", "libcare-ctl", "",
     "a thread-local variable that cannot be reached"},
    {"kpatch-tls-layout", "libcare-link", "",
     "a thread-local variable was added or resized"},
    {"kpatch-tls-model", "libcare-link", "",
     "thread-local access through descriptors"},
    {"kpatch-tls-new", "kpatch_gensrc", "", "a new thread-local variable"},
    {"kpatch-too-large", "kpatch_gensrc, libcare-cc", "",
     "the assembly of a file is larger than anything that a compiler writes"},
    {"kpatch-too-short", "libcare-link, libcare-ctl", "",
     "the function has no room for a jump"},
    {"kpatch-toplevel-asm", "kpatch_gensrc", "",
     "assembly outside of functions differs"},
    {"kpatch-traced", "libcare-ctl", "", "a debugger or tracer is attached"},
    {"kpatch-type-layout", "libcare-cc", "type or variable",
     "the layout of a type changed of which the program has objects, or the "
     "type of a variable; allowed: none exists that new code sees"},
    {"kpatch-types-unchecked", "libcare-cc", "",
     "a warning: without the plugin, types were not compared"},
    {"kpatch-unchanged", "libcare-link, kpatch_strip", "",
     "there is no patch in the binary"},
    {"kpatch-undo-failed", "libcare-ctl", "",
     "a failed change could not be taken back"},
    {"kpatch-unpatched-change", "libcare-link", "",
     "code differs, but no unit made a patch of it"},
    {"kpatch-unresolved", "libcare-ctl", "",
     "no object of the process defines a symbol that the patch needs"},
    {"kpatch-unsupported", "libcare-ctl", "",
     "the process is of a kind that is not understood"},
    {"kpatch-unwind", "libcare-link", "",
     "unwind information refers to something that the original does not have"},
    {"kpatch-unwinding", "libcare-ctl", "",
     "the thread that would announce unwind tables is itself unwinding"},
};
static_assert(std::ranges::is_sorted(table, {}, &RefusalCode::code));

std::span<const RefusalCode> refusal_codes() {
  return table;
}

std::string list_refusal_codes() {
  std::string text;
  for (const RefusalCode &entry : table) {
    text += std::string(entry.code) + " (" + std::string(entry.tool) +
            "): " + std::string(entry.meaning) + "\n";
    if (!entry.subject.empty())
      text += "    --allow=" + std::string(entry.code) + ":" +
              std::string(entry.subject) + "\n";
  }
  return text;
}

const RefusalCode *find_refusal_code(std::string_view code) {
  const RefusalCode *found = std::find_if(
      std::begin(table), std::end(table),
      [&](const RefusalCode &entry) { return entry.code == code; });
  return found == std::end(table) ? nullptr : found;
}

} // namespace care
