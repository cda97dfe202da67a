// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The text of --libcare-help. libcare-cc(1) says the same at length.

#include "wrapper/cc/help.h"

#include "version.h"

namespace care::wrapper {

const std::string_view version_text =
    "libcare-cc " LIBCARE_VERSION " (" LIBCARE_COMMIT ")\n";

const std::string_view help_text =
    R"(usage: libcare-cc [any option of the compiler] FILE...
       libcare-cc --libcare-help | --libcare-version

Runs the compiler and keeps what a live patch needs. Called as libcare-c++,
kpcc++, g++ or c++ it is the C++ compiler. All options go to the compiler.

environment:
  KPATCH_STAGE          configure  run the compiler, nothing else (default)
                        original   keep the assembly; the objects are those of
                                   the plain compiler, byte for byte
                        patched    compare with the original and put changed
                                   functions beside it; keep relocations
  KPCCREAL, KPCXXREAL   the real compilers (default gcc, g++); a launcher in
                        front is fine: "ccache gcc"
  KPATCH_PATH           folder of the plugin and kpatch_gensrc
  KPATCH_PREFIX         beginning of side files' names (default .kpatch_)
  KPATCH_ASM_DIR        folder for side files (default beside the output)
  KPATCH_GENSRC_ASM     1: also compare assembly sources (.s, .S)
  KPCC_REMOVE_ARGS      arguments to drop, separated by ';'
  KPCC_APPEND_ARGS      arguments to add, separated by ';'
  KPCC_PATCH_ARGS, KPCC_DBGFILTER_ARGS
                        options for kpatch_gensrc
  KPATCH_ALLOW          answers to refusals, CODE:SYMBOL, separated by ';'
  KPCC_DEBUG            1: show the commands; 2: also keep temporary files
  LIBCARE_BUILD_ROOT    top folder of the build, for names in KPATCH_ASM_DIR
  LIBCARE_PLUGIN        path of libcare_plugin.so; "off": do without it
)";

} // namespace care::wrapper
