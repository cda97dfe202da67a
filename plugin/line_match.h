// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which lines of a source file are lines of its original.
#ifndef LIBCARE_PLUGIN_LINE_MATCH_H
#define LIBCARE_PLUGIN_LINE_MATCH_H

#include <cstdint>
#include <string_view>
#include <vector>

namespace care::plugin {

// A number for each line; equal lines have equal numbers.
std::vector<uint32_t> line_fingerprints(std::string_view text);

// For each line of `now` the line of `before` that it is, counted from 1, in
// ascending order; 0: it is new, or could be one of several.
std::vector<uint32_t> match_lines(const std::vector<uint32_t> &before,
                                  const std::vector<uint32_t> &now);

} // namespace care::plugin

#endif
