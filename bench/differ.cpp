// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The differ on large units: assembly as GCC writes it for N small functions,
// each with a string, a jump table and CFI; one of them changed, or none.
// Time must grow linearly with N.
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "gensrc/differ.h"

namespace {

// `value` is what the function returns: another one is a changed function.
void append_function(std::string &text, int number, int value) {
  auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "\t.section\t.rodata.str1.1,\"aMS\",@progbits,1\n"
                 ".LC{0}:\n\t.string\t\"text {0}\"\n"
                 "\t.text\n\t.p2align 4\n"
                 "\t.globl\tfunction_{0}\n"
                 "\t.type\tfunction_{0}, @function\n"
                 "function_{0}:\n.LFB{0}:\n\t.cfi_startproc\n"
                 "\tpushq\t%rbx\n\t.cfi_def_cfa_offset 16\n"
                 "\t.cfi_offset 3, -16\n"
                 "\tmovl\t%edi, %ebx\n"
                 "\tleaq\t.LC{0}(%rip), %rdi\n"
                 "\tcall\tputs@PLT\n"
                 "\tcmpl\t$3, %ebx\n\tja\t.LD{0}\n"
                 "\tleaq\t.LT{0}(%rip), %rdx\n"
                 "\tmovslq\t(%rdx,%rbx,4), %rax\n"
                 "\taddq\t%rdx, %rax\n\tjmp\t*%rax\n",
                 number);
  fmt::format_to(out,
                 "\t.section\t.rodata\n\t.align 4\n.LT{0}:\n"
                 "\t.long\t.LA{0}-.LT{0}\n\t.long\t.LB{0}-.LT{0}\n"
                 "\t.long\t.LA{0}-.LT{0}\n\t.long\t.LD{0}-.LT{0}\n"
                 "\t.text\n"
                 ".LA{0}:\n\tmovl\t$1, %eax\n\tjmp\t.LE{0}\n"
                 ".LB{0}:\n\tmovl\t${1}, %eax\n\tjmp\t.LE{0}\n"
                 ".LD{0}:\n\txorl\t%eax, %eax\n"
                 ".LE{0}:\n\tpopq\t%rbx\n\t.cfi_def_cfa_offset 8\n\tret\n"
                 "\t.cfi_endproc\n.LFE{0}:\n"
                 "\t.size\tfunction_{0}, .-function_{0}\n",
                 number, value);
}

std::string make_unit(int functions, int changed) {
  std::string text = "\t.file\t\"unit.c\"\n\t.text\n";
  for (int i = 0; i < functions; i++)
    append_function(text, i, i == changed ? 1000 : 7);
  text += "\t.ident\t\"GCC: (Debian 12.2.0-14) 12.2.0\"\n"
          "\t.section\t.note.GNU-stack,\"\",@progbits\n";
  return text;
}

void diff(benchmark::State &state, bool has_change) {
  auto functions = static_cast<int>(state.range(0));
  std::string original = make_unit(functions, -1);
  std::string patched = make_unit(functions, has_change ? functions / 2 : -1);
  for (auto _ : state) {
    care::Result<care::gensrc::DiffResult> result =
        care::gensrc::diff_assembly(original, patched, {});
    if (!result || result->changed != has_change) {
      state.SkipWithError("not the expected difference");
      break;
    }
    benchmark::DoNotOptimize(result->merged.data());
  }
  state.SetBytesProcessed(state.iterations() *
                          static_cast<int64_t>(original.size()));
  state.SetComplexityN(functions);
}

void nothing_changed(benchmark::State &state) {
  diff(state, false);
}
void one_function_changed(benchmark::State &state) {
  diff(state, true);
}

BENCHMARK(nothing_changed)
    ->RangeMultiplier(4)
    ->Range(1000, 64000)
    ->Unit(benchmark::kMillisecond)
    ->Complexity(benchmark::oN);
BENCHMARK(one_function_changed)
    ->RangeMultiplier(4)
    ->Range(1000, 64000)
    ->Unit(benchmark::kMillisecond)
    ->Complexity(benchmark::oN);

} // namespace
