// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names of side files. The original and the patched stage work them out from
// their own command lines and must arrive at the same names.
//
//   beside the output      DIR/.kpatch_foo.o.original.s for DIR/foo.o
//   in KPATCH_ASM_DIR      the output's path in one name, relative to
//                          LIBCARE_BUILD_ROOT if that is set:
//                          .kpatch_sub__foo.o.original.s for sub/foo.o
#ifndef LIBCARE_WRAPPER_CC_SIDE_FILES_H
#define LIBCARE_WRAPPER_CC_SIDE_FILES_H

#include <string>
#include <string_view>

#include "wrapper/cc/command_line.h"
#include "wrapper/cc/settings.h"

namespace care::wrapper {

struct SideFiles {
  std::string stem;   // ".original.s" and the like are added to it
  std::string output; // what tells the unit from others of the build
};

// For the output file `output`. An `output` that ends in '/' gives the
// beginning of a stem, to which the name of a file is added.
Result<SideFiles> side_files(const Settings &settings,
                             const std::string &output);

// What the driver writes for `source` when there is no -o.
std::string default_output(Goal goal, std::string_view source);

// Creates KPATCH_ASM_DIR, with its parents.
Error create_asm_dir(const Settings &settings);

} // namespace care::wrapper

#endif
