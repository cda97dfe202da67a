// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Lines of the patched source that the original has keep their numbers there,
// so that __LINE__ below an inserted line is what it was.
#ifndef LIBCARE_PLUGIN_LINE_NUMBERS_H
#define LIBCARE_PLUGIN_LINE_NUMBERS_H

#include <vector>

#include "common/facts.h"

namespace care::plugin {

// Original stage, after the compile: the lines of the source and of the headers
// in which __LINE__ was expanded.
std::vector<LinesFact> source_lines();

// Patched stage, before the source is read: numbers its lines as `original`
// tells. Messages of the compiler still show the lines as they are.
void keep_line_numbers(const Facts &original);

} // namespace care::plugin

#endif
