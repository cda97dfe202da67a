#!/bin/bash
# check-format.sh [--fix]: C++ sources are as clang-format 14 leaves them.
#
# The version matters: others break lines differently and know other keys.
# --fix rewrites the files instead of complaining.
set -u -o pipefail
cd "$(dirname "$0")/.." || exit 1

formatter=$(command -v clang-format-14 || command -v clang-format) || {
  echo "check-format: error: clang-format-14 not found" >&2
  exit 1
}
case $("$formatter" --version) in
*"version 14."*) ;;
*)
  echo "check-format: error: $formatter is $("$formatter" --version), need 14" >&2
  exit 1
  ;;
esac

mapfile -t files < <(find common plugin wrapper gensrc linker runtime bench \
  test/unit \( -name '*.cpp' -o -name '*.h' \) 2>/dev/null | sort)
if [ "${1:-}" = --fix ]; then
  exec "$formatter" -i "${files[@]}"
fi
# All at once is quick; one by one tells which.
"$formatter" --dry-run --Werror "${files[@]}" 2>/dev/null && exit
bad=()
for file in "${files[@]}"; do
  "$formatter" --dry-run --Werror "$file" 2>/dev/null || bad+=("$file")
done
if [ ${#bad[@]} -gt 0 ]; then
  echo "check-format: error: not formatted (scripts/check-format.sh --fix):" >&2
  printf '  %s\n' "${bad[@]}" >&2
  exit 1
fi
