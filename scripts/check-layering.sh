#!/bin/bash
# check-layering.sh [FOLDER]: the parts talk through files, not through each
# other's headers (docs/design.md).
#
# Fails on an #include that crosses the lines: every part may use its own
# headers and common/; the plugin also gensrc/; inside runtime, patch/ may use
# process/ and never the reverse; common and gensrc know neither LLVM nor GCC,
# the plugin no LLVM. Fails as well on a source file of 600 lines or more.
set -u -o pipefail
cd "${1:-$(dirname "$0")/..}" || exit 1
status=0

complain() {
  echo "check-layering: error: $1" >&2
  status=1
}

# The files of part $1 that include a path matching the extended regex $2.
forbid() {
  local folder=$1 pattern=$2 reason=$3 found
  [ -d "$folder" ] || return 0
  found=$(grep -rnE --include='*.h' --include='*.cpp' \
    "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)" "$folder")
  [ -z "$found" ] || complain "$folder: $reason
$found"
}

parts="plugin|wrapper|gensrc|linker|runtime|server|client"
forbid common "($parts)/" "common is used by everything and uses nothing"
forbid gensrc "(plugin|wrapper|linker|runtime|server|client)/" \
  "the differ uses common/ only"
forbid plugin "(wrapper|linker|runtime|server|client)/" \
  "the plugin uses common/ and gensrc/ only"
forbid wrapper "(plugin|gensrc|linker|runtime|server|client)/" \
  "the wrapper uses common/ only"
forbid linker "(plugin|wrapper|gensrc|runtime|server|client)/" \
  "the post-link pass uses common/ only"
forbid runtime "(plugin|wrapper|gensrc|linker)/" "the runtime uses common/ only"
forbid runtime/process "runtime/patch/" \
  "runtime/process is below runtime/patch"
forbid runtime/arch "runtime/patch/" "runtime/arch is below runtime/patch"
forbid . '\.\./' "headers are named from the top folder"

for folder in common gensrc plugin; do
  forbid "$folder" "llvm/|llvm-c/" "lives inside the compiler, without LLVM"
done
for folder in common gensrc wrapper linker runtime; do
  forbid "$folder" "gcc-plugin\.h|plugin-version\.h|tree\.h" \
    "only the plugin knows GCC's headers"
done

while read -r lines file; do
  [ "$file" = total ] || [ "$lines" -lt 600 ] ||
    complain "$file: $lines lines (fewer than 600 are allowed): split by subject"
done < <(find common plugin wrapper gensrc linker runtime bench scripts test \
  \( -name '*.cpp' -o -name '*.h' -o -name '*.py' -o -name '*.sh' \) \
  -exec wc -l {} + 2>/dev/null)

exit $status
