#!/bin/bash
# check-refusal-codes.sh [FOLDER]: every code has its line in the manual.
#
# A refusal carries a code, "kpatch-...", that docs/refusals.md explains. The
# check goes both ways: no code without a line, no line for a code that is gone.
# The table behind --list-refusals has the same codes.
set -u -o pipefail
cd "${1:-$(dirname "$0")/..}" || exit 1

folders=()
for folder in common plugin wrapper gensrc linker runtime server; do
  [ -d "$folder" ] && folders+=("$folder")
done
sources() {
  grep -rhoE '["[]kpatch-[a-z][a-z0-9-]*[a-z0-9][]"]' --include='*.h' \
    --include='*.cpp' --exclude='refusal_codes.cpp' "${folders[@]}" | tr -d '"[]' | sort -u
}
# What --list-refusals prints.
table() {
  grep -oE '"kpatch-[a-z][a-z0-9-]*[a-z0-9]"' common/refusal_codes.cpp |
    tr -d '"' | sort -u
}
# The first cell of a table's row, and what is named "`code`, ..." in the text.
page() {
  grep -oE '`kpatch-[a-z][a-z0-9-]*[a-z0-9]`' docs/refusals.md | tr -d '`' |
    sort -u
}
status=0
for code in $(comm -23 <(sources) <(page)); do
  echo "check-refusal-codes: error: $code: not in docs/refusals.md" >&2
  grep -rnF "\"$code\"" "${folders[@]}" | head -1 >&2
  status=1
done
for code in $(comm -13 <(sources) <(page)); do
  echo "check-refusal-codes: error: docs/refusals.md: $code: no tool has it" >&2
  status=1
done
for code in $(comm -3 <(sources) <(table)); do
  echo "check-refusal-codes: error: $code: not in both the sources and" \
    "the table of common/refusal_codes.cpp" >&2
  status=1
done
exit $status
