// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Statement by statement, each symbol gets its one name. Labels that count
// within a text get the number of the partition. A static that GCC made global
// for another partition is local here, as everything is in one text. Of what
// several partitions have with the linker's leave (COMDAT groups that belong to
// no function, such as DW.ref.__gxx_personality_v0) the first one counts.

#include "gensrc/link_time/joined_text.h"

#include <set>
#include <unordered_map>
#include <unordered_set>

#include "gensrc/assembly.h"
#include "gensrc/directive.h"
#include "gensrc/statement.h"

namespace care::gensrc {

namespace {

class PartitionWriter {
public:
  PartitionWriter(const ProgramNames &names, size_t partition,
                  std::set<std::string, std::less<>> &groups,
                  std::string &text);
  void write(std::string_view text);

private:
  std::string renamed(std::string_view content) const;
  std::string new_name(std::string_view name) const;
  void write_statement(std::string_view statement);
  bool is_binding_of_local(Words words) const;
  void enter_section(Words words);

  std::unordered_map<std::string_view, std::string_view> names_;
  std::unordered_set<std::string_view> locals_; // that GCC made global
  std::string label_suffix_;
  std::set<std::string, std::less<>> &groups_; // of earlier partitions
  std::set<std::string, std::less<>> own_groups_;
  bool is_dropped_ = false;
  std::string &text_;
};

PartitionWriter::PartitionWriter(const ProgramNames &names, size_t partition,
                                 std::set<std::string, std::less<>> &groups,
                                 std::string &text)
    : label_suffix_(".p" + std::to_string(partition)), groups_(groups),
      text_(text) {
  // Those of other partitions first: a name of one's own hides them.
  for (const LocalSymbol &local : names.locals)
    if (local.is_global) {
      names_[local.name] = local.joined;
      locals_.insert(local.name);
    }
  for (const LocalSymbol &local : names.locals)
    if (local.partition == partition)
      names_[local.name] = local.joined;
}

std::string PartitionWriter::new_name(std::string_view name) const {
  if (is_local_label(name))
    return std::string(name) + label_suffix_;
  auto found = names_.find(name);
  return std::string(found == names_.end() ? name : found->second);
}

std::string PartitionWriter::renamed(std::string_view content) const {
  std::string result;
  size_t done = 0;
  for (SymbolRange range = find_symbol(content, 0); range.found();
       range = find_symbol(content, done)) {
    result += content.substr(done, range.begin - done);
    std::string_view word =
        content.substr(range.begin, range.end - range.begin);
    std::string name = new_name(unquote(word));
    result += word.front() == '"' ? '"' + name + '"' : name;
    done = range.end;
  }
  return result += content.substr(done);
}

bool PartitionWriter::is_binding_of_local(Words words) const {
  return (words.head == ".globl" || words.head == ".global" ||
          words.head == ".hidden") &&
         locals_.contains(unquote(words.operands));
}

// `.section .text.f,"axG",@progbits,f,comdat`
void PartitionWriter::enter_section(Words words) {
  is_dropped_ = false;
  if (!words.operands.ends_with(",comdat"))
    return;
  std::string_view operands =
      words.operands.substr(0, words.operands.rfind(','));
  std::string_view group = operands.substr(operands.rfind(',') + 1);
  is_dropped_ = groups_.contains(group);
  own_groups_.emplace(group);
}

void PartitionWriter::write_statement(std::string_view statement) {
  while (auto label = take_label(statement))
    if (!is_dropped_)
      text_ += renamed(*label) + ":\n";
  if (statement.empty())
    return;
  Words words = split_words(statement);
  Directive kind = words.head.starts_with('.') ? directive_of(words.head)
                                               : Directive::Content;
  if (kind == Directive::Section)
    enter_section(words);
  if (is_dropped_ || is_binding_of_local(words))
    return;
  bool has_symbols = kind != Directive::Raw && kind != Directive::File &&
                     kind != Directive::Skip;
  text_.append("\t").append(words.head);
  if (!words.operands.empty())
    text_ += "\t" + (has_symbols ? renamed(words.operands)
                                 : std::string(words.operands));
  text_ += '\n';
}

void PartitionWriter::write(std::string_view text) {
  text_ += "\t.text\n";
  while (!text.empty()) {
    std::string_view line = take_line(text);
    if (trim(line).starts_with('#')) { // also tells inline assembly
      text_.append(line) += '\n';
      continue;
    }
    while (!line.empty())
      write_statement(take_statement(line));
  }
  groups_.merge(own_groups_);
}

} // namespace

std::string joined_text(const LinkedProgram &program,
                        const ProgramNames &names) {
  std::string text;
  std::set<std::string, std::less<>> groups;
  for (size_t i = 0; i < program.partitions.size(); i++)
    PartitionWriter(names, i, groups, text).write(program.partitions[i].text);
  return text;
}

} // namespace care::gensrc
