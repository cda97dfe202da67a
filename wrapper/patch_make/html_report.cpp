// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The page from top to bottom: what it is about, what was refused, the
// binaries, the functions and why, the source patches, the code of each
// function. One file that needs nothing else, to be attached to a review.

#include "wrapper/patch_make/change_report.h"

#include <fmt/format.h>

#include "wrapper/patch_make/html_code.h"
#include "wrapper/patch_make/html_style.h"
#include "wrapper/patch_make/html_text.h"

namespace care::patch_make {

namespace {

class Page {
public:
  explicit Page(const ChangeReport &report)
      : report_(report), functions_(report.functions()) {}
  std::string write();

private:
  std::string title() const;
  void write_header();
  void write_contents();
  void write_remarks();
  void write_remark_list(std::string_view title, std::string_view id,
                         std::string_view css,
                         std::vector<Remark> UnitChanges::*list);
  void write_failure();
  void write_binaries();
  void write_functions();
  void write_function_row(size_t index);
  void write_variables(std::string_view title, std::string_view id,
                       std::vector<std::string> UnitChanges::*list);
  void write_sources();
  void write_code();
  void write_function_code(size_t index);
  void write_tools();
  size_t count(std::vector<Remark> UnitChanges::*list) const;
  size_t count_variables(std::vector<std::string> UnitChanges::*list) const;

  template <typename... T>
  void add(fmt::format_string<T...> format, T &&...values) {
    html_ += fmt::format(format, std::forward<T>(values)...);
  }

  const ChangeReport &report_;
  std::vector<ReportedFunction> functions_;
  std::string html_;
};

} // namespace

static std::string base_name(const std::string &path) {
  return path.substr(path.rfind('/') + 1);
}

size_t Page::count(std::vector<Remark> UnitChanges::*list) const {
  size_t number = 0;
  for (const UnitChanges &unit : report_.units)
    number += (unit.*list).size();
  return number;
}

size_t
Page::count_variables(std::vector<std::string> UnitChanges::*list) const {
  size_t number = 0;
  for (const UnitChanges &unit : report_.units)
    number += (unit.*list).size();
  return number;
}

// "fix.patch", or "patch 0001" when there was only --update.
std::string Page::title() const {
  std::string names;
  for (const SourcePatch &patch : report_.patches)
    names += (names.empty() ? "" : ", ") + base_name(patch.file);
  return names.empty() ? "patch " + report_.id : names;
}

void Page::write_header() {
  size_t new_functions = 0;
  for (const ReportedFunction &function : functions_)
    new_functions += function.is_new;
  add("<header>\n<p class=\"kind\">Live patch report</p>\n<h1>{}</h1>\n",
      html_text(title()));
  add("<p class=\"lead\"><span class=\"badge {}\">{}</span> patch id "
      "<code>{}</code></p>\n",
      report_.is_failed() ? "bad" : "good",
      report_.is_failed() ? "no patch made" : "patch made",
      html_text(report_.id));
  html_ += "<dl class=\"facts\">\n";
  auto fact = [&](size_t number, std::string_view one, std::string_view many) {
    add("<div><dt>{}</dt><dd>{}</dd></div>\n", number == 1 ? one : many,
        number);
  };
  fact(report_.result.patched.size(), "binary", "binaries");
  fact(functions_.size() - new_functions, "function replaced",
       "functions replaced");
  fact(new_functions, "new function", "new functions");
  fact(count(&UnitChanges::refusals), "refusal", "refusals");
  fact(count(&UnitChanges::warnings), "warning", "warnings");
  html_ += "</dl>\n";
  write_contents();
  html_ += "</header>\n";
}

void Page::write_contents() {
  html_ += "<nav aria-label=\"contents\"><ul>\n";
  auto entry = [&](bool is_there, std::string_view id, std::string_view name) {
    if (is_there)
      add("<li><a href=\"#{}\">{}</a></li>\n", id, name);
  };
  entry(count(&UnitChanges::refusals) != 0, "refusals", "Refusals");
  entry(report_.is_failed(), "failure", "Why it failed");
  entry(count(&UnitChanges::allowed) != 0, "allowed", "Allowed");
  entry(count(&UnitChanges::warnings) != 0, "warnings", "Warnings");
  entry(!report_.result.patched.empty(), "binaries", "Binaries");
  entry(!functions_.empty(), "functions", "Functions");
  entry(count_variables(&UnitChanges::new_variables) != 0, "variables",
        "New variables");
  entry(count_variables(&UnitChanges::removed_variables) != 0, "removed",
        "Removed variables");
  entry(!report_.patches.empty(), "source", "Source patch");
  entry(!functions_.empty(), "code", "Assembly");
  entry(true, "tools", "Tools");
  html_ += "</ul></nav>\n";
}

// --- messages

static std::string remark_block(const Remark &remark, std::string_view css,
                                const std::string &place) {
  std::string html = fmt::format("<div class=\"remark {}\">\n<p>", css);
  if (!remark.code.empty())
    html += html_element("span", "code mono", remark.code);
  if (!place.empty())
    html += html_element("span", "soft mono", place);
  html += "</p>\n<p>" + html_text(remark.message) + "</p>\n";
  for (const std::string &note : remark.notes)
    html += html_element(
                "p", note.find('\n') == note.npos ? "soft" : "soft log", note) +
            "\n";
  return html + "</div>\n";
}

void Page::write_remark_list(std::string_view title, std::string_view id,
                             std::string_view css,
                             std::vector<Remark> UnitChanges::*list) {
  if (count(list) == 0)
    return;
  add("<section>\n<h2 id=\"{}\">{}</h2>\n", id, title);
  for (const UnitChanges &unit : report_.units)
    for (const Remark &remark : unit.*list)
      html_ += remark_block(
          remark, css, remark.location.empty() ? unit.source : remark.location);
  html_ += "</section>\n";
}

void Page::write_failure() {
  if (!report_.is_failed())
    return;
  html_ += "<section>\n<h2 id=\"failure\">Why it failed</h2>\n";
  for (const Remark &remark : report_.failure)
    html_ += remark_block(remark, "refusal", "");
  html_ += "</section>\n";
}

void Page::write_remarks() {
  write_remark_list("Refusals", "refusals", "refusal", &UnitChanges::refusals);
  write_failure();
  write_remark_list("Allowed by hand", "allowed", "warning",
                    &UnitChanges::allowed);
  write_remark_list("Warnings", "warnings", "warning", &UnitChanges::warnings);
}

// --- tables

void Page::write_binaries() {
  if (report_.result.patched.empty())
    return;
  html_ +=
      "<section>\n<h2 id=\"binaries\">Binaries</h2>\n<div class=\"panel\"><div "
      "class=\"scroll\"><table class=\"list\">\n<thead><tr><th "
      "scope=\"col\">Binary</th><th scope=\"col\">Build-id</th><th "
      "scope=\"col\" class=\"number\">Replaced</th><th scope=\"col\" "
      "class=\"number\">New</th><th scope=\"col\">Patch file</th><th "
      "scope=\"col\" class=\"number\">Bytes</th></tr></thead>\n<tbody>\n";
  for (const PatchedBinary &binary : report_.result.patched)
    add("<tr><th scope=\"row\" class=\"name\">{}</th><td "
        "class=\"mono\">{}</td><td class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td class=\"mono file\">{}</td><td "
        "class=\"number\">{}</td></tr>\n",
        html_text(binary.binary), html_text(binary.build_id),
        binary.replaced_functions.size(), binary.new_functions.size(),
        html_text(base_name(binary.patch_file)), binary.size_bytes);
  html_ += "</tbody></table></div></div>\n</section>\n";
}

static std::string size_cell(uint64_t size_bytes) {
  return fmt::format("<td class=\"number\">{}</td>",
                     size_bytes == 0 ? "" : std::to_string(size_bytes));
}

void Page::write_function_row(size_t index) {
  const ReportedFunction &function = functions_[index];
  add("<tr><th scope=\"row\" class=\"name mono\"><a href=\"#f{}\">{}</a></th>"
      "<td>{}</td><td class=\"why\">{}</td><td class=\"place mono\">{}</td>{}{}"
      "<td class=\"place\">{}</td></tr>\n",
      index, html_text(readable_name(function.symbol)),
      html_element("span", "badge", function.is_new ? "new" : "replaced"),
      function.code ? html_text(readable_reason(function.code->reason))
                    : "no unit of this run says why",
      function.code ? html_text(function.code->location) : "",
      size_cell(function.original_size_bytes), size_cell(function.size_bytes),
      function.binary ? html_text(base_name(function.binary->binary))
                      : html_text(function.unit ? function.unit->output : ""));
}

void Page::write_functions() {
  if (functions_.empty())
    return;
  add("<section>\n<h2 id=\"functions\">Functions in the patch</h2>\n<div "
      "class=\"panel\"><div class=\"scroll\"><table class=\"list\">\n<thead>"
      "<tr><th scope=\"col\">Function</th><th scope=\"col\">Kind</th><th "
      "scope=\"col\">Why it is there</th><th scope=\"col\">Source</th><th "
      "scope=\"col\" class=\"number\">Bytes before</th><th scope=\"col\" "
      "class=\"number\">after</th><th scope=\"col\">{}</th></tr></thead>"
      "\n<tbody>\n",
      report_.is_failed() ? "Object" : "Binary");
  for (size_t i = 0; i < functions_.size(); ++i)
    write_function_row(i);
  html_ += "</tbody></table></div></div>\n</section>\n";
}

void Page::write_variables(std::string_view title, std::string_view id,
                           std::vector<std::string> UnitChanges::*list) {
  if (count_variables(list) == 0)
    return;
  add("<section>\n<h2 id=\"{}\">{}</h2>\n<ul>\n", id, title);
  for (const UnitChanges &unit : report_.units)
    for (const std::string &name : unit.*list)
      add("<li>{} <span class=\"soft\">in {}</span></li>\n",
          html_element("code", "mono", readable_name(name)),
          html_text(unit.source));
  html_ += "</ul>\n</section>\n";
}

// --- code

void Page::write_sources() {
  if (report_.patches.empty())
    return;
  html_ += "<section>\n<h2 id=\"source\">Source patch</h2>\n";
  for (const SourcePatch &patch : report_.patches) {
    if (report_.patches.size() > 1)
      html_ += "<h3>" + html_text(patch.file) + "</h3>\n";
    html_ += html_source_patch(patch.text);
  }
  html_ += "</section>\n";
}

void Page::write_function_code(size_t index) {
  const ReportedFunction &function = functions_[index];
  add("<article class=\"function\" id=\"f{}\">\n<header>\n<h3 "
      "class=\"mono\">{}</h3>\n<p>",
      index, html_text(readable_name(function.symbol)));
  if (!function.code) {
    html_ += "The code of this function was not kept.</p>\n</header>\n</"
             "article>\n";
    return;
  }
  html_ += html_text(readable_reason(function.code->reason));
  if (!function.code->location.empty())
    html_ += " · " + html_element("span", "mono", function.code->location);
  if (function.original_size_bytes != 0)
    add(" · {} bytes, now {}", function.original_size_bytes,
        function.size_bytes);
  else if (function.size_bytes != 0)
    add(" · {} bytes", function.size_bytes);
  html_ += "</p>\n</header>\n" + html_assembly(*function.code);
  for (const CodeChange *part : function.parts)
    html_ += "<h4>" +
             html_element("span", "mono", readable_name(part->symbol)) +
             "</h4>\n" + html_assembly(*part);
  html_ += "</article>\n";
}

void Page::write_code() {
  if (functions_.empty())
    return;
  html_ += "<section>\n<h2 id=\"code\">Assembly, before and after</h2>\n<p "
           "class=\"key\">Labels are counted within each function, with "
           "one name on both sides where the lines they are in are the same; "
           "constants are shown by what they hold. The first difference "
           "is marked <b>&#9654;</b>.</p>\n";
  for (size_t i = 0; i < functions_.size(); ++i)
    write_function_code(i);
  html_ += "</section>\n";
}

void Page::write_tools() {
  html_ += "<footer>\n<p id=\"tools\">Made with ";
  for (size_t i = 0; i < report_.tools.size(); ++i)
    add("{}{} <span class=\"mono\">{}</span>", i == 0 ? "" : ", ",
        html_text(report_.tools[i].name), html_text(report_.tools[i].version));
  html_ += ".</p>\n</footer>\n";
}

std::string Page::write() {
  add("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\" "
      "/>\n<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\" />\n<title>{}: live patch {}</title>\n<style>{}"
      "</style>\n</head>\n<body>\n",
      html_text(title()), html_text(report_.id), html_style);
  write_header();
  html_ += "<main>\n";
  write_remarks();
  write_binaries();
  write_functions();
  write_variables("New variables", "variables", &UnitChanges::new_variables);
  write_variables("Removed variables", "removed",
                  &UnitChanges::removed_variables);
  write_sources();
  write_code();
  html_ += "</main>\n";
  write_tools();
  html_ += "</body>\n</html>\n";
  return std::move(html_);
}

std::string html_report(const ChangeReport &report) {
  return Page(report).write();
}

} // namespace care::patch_make
