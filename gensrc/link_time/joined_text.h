// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The partitions of a program as one assembly text, for the differ: as if the
// program had been one unit. It is compared, never assembled.
#ifndef LIBCARE_GENSRC_LINK_TIME_JOINED_TEXT_H
#define LIBCARE_GENSRC_LINK_TIME_JOINED_TEXT_H

#include <string>

#include "gensrc/link_time/link_files.h"
#include "gensrc/link_time/link_names.h"

namespace care::gensrc {

std::string joined_text(const LinkedProgram &program,
                        const ProgramNames &names);

} // namespace care::gensrc

#endif
