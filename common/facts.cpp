// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing and reading facts files, line by line.

#include "common/facts.h"

#include <algorithm>

#include "common/fields.h"
#include "common/parse_number.h"

namespace care {

static void append_variable(std::string &text, std::string_view keyword,
                            const VariableFact &v) {
  append_line(text, keyword,
              {v.symbol, v.name, v.location, v.type,
               std::to_string(v.size_bytes), v.function,
               std::to_string(v.ordinal), v.kind, v.words, v.stored_by,
               v.passed_by, v.passed_to});
}

static void append_types(std::string &text, const Facts &facts) {
  for (const TypeFact &t : facts.types) {
    append_line(text, "type",
                {t.name, t.location, t.layout, std::to_string(t.size_bytes)});
    for (const MemberFact &m : t.members)
      append_line(text, "member",
                  {m.name, std::to_string(m.offset_bits),
                   std::to_string(m.size_bits), m.type, m.kind, m.words});
  }
  for (const EnumerationFact &e : facts.enumerations) {
    append_line(text, "enum", {e.name, e.location});
    for (const EnumeratorFact &v : e.values)
      append_line(text, "value", {v.name, v.value});
  }
}

// Eight hex digits for each line.
static std::string format_lines(const std::vector<uint32_t> &lines) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(lines.size() * 8);
  for (uint32_t line : lines)
    for (int shift = 28; shift >= 0; shift -= 4)
      text.push_back(digits[line >> shift & 15]);
  return text;
}

static std::vector<uint32_t> parse_lines(const std::string &text) {
  std::vector<uint32_t> lines;
  lines.reserve(text.size() / 8);
  for (size_t at = 0; at + 8 <= text.size(); at += 8) {
    std::string_view line = std::string_view(text).substr(at, 8);
    lines.push_back(leading_number<uint32_t>(line, 16).value_or(0));
  }
  return lines;
}

std::string format_facts(const Facts &facts) {
  std::string text = "facts\t1\n";
  append_line(text, "compiler", {facts.compiler});
  for (const std::string &option : facts.options)
    append_line(text, "option", {option});
  for (const std::string &macro : facts.macros)
    append_line(text, "macro", {macro});
  append_line(text, "source", {facts.source});
  append_line(text, "output", {facts.output});
  for (const FunctionFact &f : facts.functions)
    append_line(text, "function",
                {f.symbol, f.name, f.location, f.signature, f.clone_of,
                 f.parameters, f.result, f.words, f.body});
  for (const InlineFact &i : facts.inlined)
    append_line(text, "inlined", {i.callee, i.caller, i.body});
  for (const std::string &file : facts.includes)
    append_line(text, "include", {file});
  for (const VariableFact &v : facts.variables)
    append_variable(text, "variable", v);
  for (const VariableFact &v : facts.externals)
    append_variable(text, "external", v);
  append_types(text, facts);
  for (const AutomaticFact &a : facts.automatic)
    append_line(text, "automatic", {a.type, a.function});
  for (const LinesFact &l : facts.lines)
    append_line(text, "lines", {l.file, format_lines(l.lines)});
  if (!facts.link_id.empty())
    append_line(text, "link-id", {facts.link_id});
  for (const std::string &variable : facts.written)
    append_line(text, "written", {variable});
  for (const LinkedFact &l : facts.linked)
    append_line(
        text, "linked",
        {l.symbol, l.order, l.unit, l.clone_of, l.inlined_into, l.scope});
  return text;
}

static uint64_t to_number(const std::string &text) {
  return leading_number<uint64_t>(text).value_or(0);
}

static VariableFact parse_variable(const std::vector<std::string> &f) {
  return {f[1],
          f[2],
          f[3],
          f[4],
          to_number(f[5]),
          f[6],
          static_cast<unsigned>(to_number(f[7])),
          f[8],
          f[9],
          f[10],
          f[11],
          f[12]};
}

// `f` are the keyword and the fields of one line, padded with empty ones.
static void take_line(Facts &facts, std::vector<std::string> &f) {
  const std::string keyword = f[0];
  if (keyword == "compiler")
    facts.compiler = f[1];
  else if (keyword == "option")
    facts.options.push_back(f[1]);
  else if (keyword == "macro")
    facts.macros.push_back(f[1]);
  else if (keyword == "source")
    facts.source = f[1];
  else if (keyword == "output")
    facts.output = f[1];
  else if (keyword == "function")
    facts.functions.push_back(
        {f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8], f[9]});
  else if (keyword == "inlined")
    facts.inlined.push_back({f[1], f[2], f[3]});
  else if (keyword == "include")
    facts.includes.push_back(f[1]);
  else if (keyword == "variable")
    facts.variables.push_back(parse_variable(f));
  else if (keyword == "external")
    facts.externals.push_back(parse_variable(f));
  else if (keyword == "type")
    facts.types.push_back({f[1], f[2], f[3], to_number(f[4]), {}});
  else if (keyword == "member" && !facts.types.empty())
    facts.types.back().members.push_back(
        {f[1], to_number(f[2]), to_number(f[3]), f[4], f[5], f[6]});
  else if (keyword == "automatic")
    facts.automatic.push_back({f[1], f[2]});
  else if (keyword == "lines")
    facts.lines.push_back({f[1], parse_lines(f[2])});
  else if (keyword == "link-id")
    facts.link_id = f[1];
  else if (keyword == "written")
    facts.written.push_back(f[1]);
  else if (keyword == "linked")
    facts.linked.push_back({f[1], f[2], f[3], f[4], f[5], f[6]});
  else if (keyword == "enum")
    facts.enumerations.push_back({f[1], f[2], {}});
  else if (keyword == "value" && !facts.enumerations.empty())
    facts.enumerations.back().values.push_back({f[1], f[2]});
}

Result<Facts> parse_facts(std::string_view text) {
  constexpr size_t max_fields = 13;
  if (!text.starts_with("facts\t1\n"))
    return format_error("not a facts file of version 1");
  Facts facts;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    std::vector<std::string> fields = split_fields(text.substr(0, end));
    fields.resize(max_fields);
    take_line(facts, fields);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return facts;
}

} // namespace care
