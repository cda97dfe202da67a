// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The --dbg-filter options: an assembly text without its debug information or
// unwind information. The differ itself needs none of it; the options exist for
// scripts that use them and for texts that a person wants to read.
#ifndef LIBCARE_GENSRC_DEBUG_FILTER_H
#define LIBCARE_GENSRC_DEBUG_FILTER_H

#include <string>
#include <string_view>

namespace care::gensrc {

struct DebugFilter {
  bool debug_info = false;   // .debug_* sections, .loc, .file N, their labels
  bool eh_frame = false;     // written-out .eh_frame sections
  bool except_table = false; // .gcc_except_table and .cfi_lsda
  bool cfi = false;          // .cfi_* directives
  bool keep_lines = false;   // an empty line for each dropped one
  bool is_active() const {
    return debug_info || eh_frame || except_table || cfi;
  }
};

std::string filter_debug(std::string_view text, const DebugFilter &filter);

} // namespace care::gensrc

#endif
