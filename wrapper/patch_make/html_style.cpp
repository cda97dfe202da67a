// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Colours are named once and exchanged for the dark scheme. Whatever is wider
// than the window scrolls inside its own frame, and is wrapped on paper. What
// a colour says is also said by a sign, for those who do not see it.

#include "wrapper/patch_make/html_style.h"

namespace care::patch_make {

const std::string_view html_style = R"css(
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --panel: #ffffff; --ink: #1d2126; --soft: #5c6570;
  --line: #dcdfe3; --head: #f2f3f4; --link: #0b57a4;
  --add: #e3f5e6; --add-ink: #14602b; --del: #fdeaea; --del-ink: #96231d;
  --chg: #fff6dc; --first: #b26a00;
  --good: #14602b; --good-page: #e3f5e6; --bad: #96231d; --bad-page: #fdeaea;
  --warn: #7a4b00; --warn-page: #fff3d6;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "Helvetica Neue", Arial, "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas,
    "DejaVu Sans Mono", "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171a; --panel: #1b1f23; --ink: #e2e5e9; --soft: #98a1ac;
    --line: #333a41; --head: #23282d; --link: #7db8f2;
    --add: #16301f; --add-ink: #8fdba5; --del: #3a1c1d; --del-ink: #f2a5a0;
    --chg: #322a14; --first: #f0b35a;
    --good: #8fdba5; --good-page: #16301f; --bad: #f2a5a0;
    --bad-page: #3a1c1d; --warn: #f0c987; --warn-page: #322a14;
  }
}
* { box-sizing: border-box; }
html { font-size: 100%; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 4rem; max-width: 78rem;
  background: var(--page); color: var(--ink);
  font: 0.9375rem/1.55 var(--sans);
}
header { border-bottom: 1px solid var(--line); padding-bottom: 1.25rem; }
.kind {
  margin: 0; color: var(--soft); font-size: 0.75rem; font-weight: 600;
  letter-spacing: 0.08em; text-transform: uppercase;
}
h1 {
  margin: 0.15rem 0 0.35rem; font-size: 1.9rem; line-height: 1.2;
  font-weight: 650; letter-spacing: -0.01em; overflow-wrap: anywhere;
}
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.25rem; line-height: 1.3; }
h3 {
  margin: 0; font-size: 1rem; line-height: 1.4; overflow-wrap: anywhere;
}
p { margin: 0.4rem 0; max-width: 46rem; }
a { color: var(--link); text-decoration-thickness: 1px;
    text-underline-offset: 0.3em; }
code, .mono, pre, .code, .asm { font-family: var(--mono); }
code, .mono { font-size: 0.85em; }
.soft { color: var(--soft); }
.lead { color: var(--soft); overflow-wrap: anywhere; }
.badge {
  display: inline-block; padding: 0.05rem 0.5rem; border-radius: 1rem;
  font-size: 0.75rem; font-weight: 600; white-space: nowrap;
  background: var(--head); color: var(--soft);
}
.badge.good { background: var(--good-page); color: var(--good); }
.badge.bad { background: var(--bad-page); color: var(--bad); }
.facts {
  display: flex; flex-wrap: wrap; gap: 0.5rem 2.25rem; margin: 1.1rem 0 0;
}
.facts div { display: flex; flex-direction: column-reverse; }
.facts dt { color: var(--soft); font-size: 0.8rem; }
.facts dd {
  margin: 0; font-size: 1.35rem; font-weight: 600; line-height: 1.25;
  font-variant-numeric: tabular-nums;
}
nav { margin: 1rem 0 0; }
nav ul {
  display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; margin: 0; padding: 0;
  list-style: none; font-size: 0.875rem;
}
.scroll { overflow-x: auto; }
.panel {
  background: var(--panel); border: 1px solid var(--line);
  border-radius: 0.4rem; overflow: hidden;
}
table { border-collapse: collapse; width: 100%; }
.list th, .list td {
  padding: 0.5rem 0.85rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--line);
}
.list tbody tr:last-child > * { border-bottom: 0; }
.list thead th {
  background: var(--head); color: var(--soft); font-size: 0.78rem;
  font-weight: 600; white-space: nowrap;
}
.list tbody th { font-weight: 600; }
.list .number {
  text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums;
}
.list .why { min-width: 14rem; }
.list .place { color: var(--soft); overflow-wrap: anywhere; min-width: 9rem; }
.list .name { overflow-wrap: anywhere; min-width: 8rem; }
.list .file { color: var(--soft); white-space: nowrap; }
.remark {
  margin: 0 0 0.6rem; padding: 0.65rem 0.9rem; border-radius: 0.4rem;
  border: 1px solid var(--line); border-left-width: 0.3rem;
  background: var(--panel); overflow-wrap: anywhere;
}
.remark p { max-width: none; margin: 0.15rem 0; white-space: pre-wrap; }
.remark .log { font: 0.8125rem/1.5 var(--mono); }
.remark .code { font-size: 0.8rem; font-weight: 600; margin-right: 0.6rem; }
.remark.refusal { border-left-color: var(--bad); }
.remark.refusal .code { color: var(--bad); }
.remark.warning { border-left-color: var(--warn); }
.remark.warning .code { color: var(--warn); }
figure { margin: 0 0 1rem; }
figure.code, .function {
  background: var(--panel); border: 1px solid var(--line);
  border-radius: 0.4rem; overflow: hidden;
}
figcaption, .function > header {
  padding: 0.5rem 0.85rem; background: var(--head);
  border-bottom: 1px solid var(--line);
}
figcaption { font-size: 0.8125rem; font-weight: 600; overflow-wrap: anywhere; }
.function { margin: 0 0 1.25rem; }
.function > header p { max-width: none; margin: 0.1rem 0 0; font-size: 0.85rem;
  color: var(--soft); overflow-wrap: anywhere; }
.function h4 { margin: 0; padding: 0.4rem 0.85rem; font-size: 0.8125rem;
  border-top: 1px solid var(--line); background: var(--head); }
.preface {
  margin: 0 0 1rem; padding: 0.75rem 0.9rem; font-size: 0.8125rem;
  line-height: 1.5; color: var(--soft); white-space: pre-wrap;
  overflow-wrap: anywhere; background: var(--panel);
  border: 1px solid var(--line); border-radius: 0.4rem;
}
.diff, .asm { font-size: 0.78rem; line-height: 1.5; tab-size: 8; }
.diff td, .asm td { padding: 0 0.6rem; vertical-align: top; }
.diff .c, .asm .c { white-space: pre; }
.diff .c { width: 100%; }
.diff tbody tr:first-child td, .asm tbody tr:first-child td {
  padding-top: 0.3rem; }
.diff tbody tr:last-child td, .asm tbody tr:last-child td {
  padding-bottom: 0.3rem; }
.diff .n, .asm .n {
  width: 1%; color: var(--soft); text-align: right; white-space: nowrap;
  user-select: none; -webkit-user-select: none; opacity: 0.8;
  font-variant-numeric: tabular-nums;
}
.diff .hunk td { background: var(--head); color: var(--soft); }
.diff .add td { background: var(--add); color: var(--add-ink); }
.diff .del td { background: var(--del); color: var(--del-ink); }
.asm { min-width: 44rem; table-layout: fixed; }
.asm.new { min-width: 22rem; }
.asm col.n { width: 3.2rem; }
.asm .n { width: auto; }
.asm .c { white-space: pre-wrap; overflow-wrap: anywhere; padding-left: 0; }
.asm .c::before { content: "\00a0\00a0"; }
.asm .chg .c::before { content: "\2260\00a0"; }
.asm .del .c::before { content: "-\00a0"; }
.asm .add .c::before { content: "+\00a0"; }
.asm .first .c::before { content: "\25b6\00a0"; color: var(--first); }
.asm .c.none::before { content: ""; }
.asm th {
  padding: 0.25rem 0.6rem 0.25rem 2ch; text-align: left; color: var(--soft);
  font: 600 0.75rem/1.5 var(--sans); border-bottom: 1px solid var(--line);
}
.asm td:nth-child(3), .asm th:nth-child(3) {
  border-left: 1px solid var(--line); }
.asm .label { color: var(--soft); }
.asm .chg td { background: var(--chg); }
.asm .del td:nth-child(-n+2) { background: var(--del); color: var(--del-ink); }
.asm .add td:nth-child(n+3) { background: var(--add); color: var(--add-ink); }
.asm.new .add td { background: var(--add); color: var(--add-ink); }
.asm .first td { border-top: 2px solid var(--first); }
.asm .gap td {
  padding: 0.15rem 0.6rem; text-align: center; color: var(--soft);
  background: var(--head); font-family: var(--sans);
}
.key { font-size: 0.8125rem; color: var(--soft); }
.key b { color: var(--first); }
footer { margin-top: 3rem; padding-top: 1rem; color: var(--soft);
  border-top: 1px solid var(--line); font-size: 0.8125rem; }
@media (max-width: 40rem) {
  body { padding: 1.25rem 0.9rem 3rem; }
  h1 { font-size: 1.5rem; }
}
@media print {
  :root {
    color-scheme: light; --page: #fff; --panel: #fff; --ink: #000;
    --soft: #444; --line: #bbb; --head: #f2f2f2; --link: #000;
    --add: #e6f4e8; --add-ink: #0b4a1d; --del: #fbe9e9; --del-ink: #7a1712;
    --chg: #fdf4d8; --first: #8a5200;
  }
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  nav { display: none; }
  .scroll, .panel, figure.code, .function { overflow: visible; }
  .asm, .asm.new { min-width: 0; }
  .list td.mono { white-space: normal; overflow-wrap: anywhere; }
  .diff .c, .asm .c { white-space: pre-wrap; overflow-wrap: anywhere; }
  .diff, .asm { font-size: 7pt; }
  h2, h3, figcaption, .function > header { break-after: avoid; }
  tr, .remark { break-inside: avoid; }
  td, th { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

} // namespace care::patch_make
