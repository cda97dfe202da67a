// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Line filter. A dropped section ends with the next section change; the
// directive that begins it is dropped, the one that ends it is not. What is
// said in between about symbols of other sections stays (GCC declares hidden
// and weak symbols at the end of a text, behind its debug information).

#include "gensrc/debug_filter.h"

#include "gensrc/directive.h"
#include "gensrc/statement.h"

namespace care::gensrc {

static bool is_dropped_section(std::string_view name,
                               const DebugFilter &filter) {
  return (filter.debug_info && name.starts_with(".debug")) ||
         (filter.eh_frame && name.starts_with(".eh_frame")) ||
         (filter.except_table && name.starts_with(".gcc_except_table"));
}

static bool is_binding(std::string_view directive) {
  for (std::string_view name : {".globl", ".global", ".weak", ".local",
                                ".hidden", ".internal", ".protected"})
    if (directive == name)
      return true;
  return false;
}

static bool is_dropped_line(std::string_view line, Words words,
                            const DebugFilter &filter) {
  if (filter.debug_info) {
    bool is_table_entry = words.head == ".file" && !words.operands.empty() &&
                          is_class(words.operands[0], digit_char);
    if (words.head == ".loc" || is_table_entry || is_debug_label(line))
      return true;
  }
  if (filter.cfi && words.head.starts_with(".cfi_"))
    return true;
  return filter.except_table &&
         (words.head == ".cfi_lsda" || words.head == ".cfi_personality");
}

std::string filter_debug(std::string_view text, const DebugFilter &filter) {
  std::string result;
  result.reserve(text.size());
  if (!filter.is_active())
    return result.append(text);
  bool in_dropped = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    std::string_view rest = line;
    Words words = split_words(take_statement(rest));
    bool drop = in_dropped && !is_binding(words.head);
    if (!words.head.empty() && directive_of(words.head) == Directive::Section) {
      std::string_view operands = words.operands;
      in_dropped = words.head == ".section" &&
                   is_dropped_section(take_operand(operands), filter);
      drop = in_dropped;
    }
    drop = drop || (!line.empty() && is_dropped_line(line, words, filter));
    if (!drop)
      result.append(line).push_back('\n');
    else if (filter.keep_lines)
      result.push_back('\n');
  }
  return result;
}

} // namespace care::gensrc
