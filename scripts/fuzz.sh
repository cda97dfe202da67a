#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Fuzzes the readers of files that others made (test/fuzz): builds the targets
# with clang, AddressSanitizer and UBSan, makes the first inputs from small
# programs, and runs each target. Prints a line for each with the number of
# runs, and ends with status 1 if one found something.
#
#   scripts/fuzz.sh [--runs=N] [TARGET...]      1,000,000 runs unless told
#
# Inputs that a run found stay in build-fuzz/corpus; those of a crash, a hang (25
# seconds) or of more than 2 GiB of memory in build-fuzz/findings.
set -eu
cd "$(dirname "$0")/.."

runs=1000000
targets=
for word; do
  case $word in
  --runs=*) runs=${word#--runs=} ;;
  -*)
    sed -n '/^# Fuzzes/,/^set/s/^# \{0,1\}//p' scripts/fuzz.sh >&2
    exit 2
    ;;
  *) targets="$targets $word" ;;
  esac
done
[ -n "$targets" ] ||
  targets="patch_file journal frame_entries symbols object assembly facts"

programs=
for target in $targets; do programs="$programs fuzz_$target"; done
cmake --preset fuzz >/dev/null
# shellcheck disable=SC2086 # several targets
cmake --build --preset fuzz --target $programs | tail -n 1
build="build-fuzz"
corpus=$build/corpus
if ! [ -d "$corpus" ]; then
  # The programs that make them are those of the ordinary build.
  cmake --preset release >/dev/null
  cmake --build --preset release --target libcare-cc libcare_plugin \
    libcare-link kpatch_make | tail -n 1
  PATH=$PWD/build/bin:$PATH test/fuzz/make-corpus "$corpus"
fi

mkdir -p "$build/findings"
status=0
for target in $targets; do
  export LIBCARE_FUZZ_ORIGINAL="$PWD/$corpus/object/plain-O2-original"
  log=$build/fuzz_$target.log
  outcome=clean
  "$build/bin/fuzz_$target" -runs="$runs" -timeout=25 -rss_limit_mb=2048 \
    -max_len=262144 -artifact_prefix="$build/findings/$target-" \
    -print_final_stats=1 "$corpus/$target" >"$log" 2>&1 ||
    { outcome="FOUND SOMETHING, see $log" && status=1; }
  done=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  echo "$target: ${done:-0} runs, $outcome"
done
exit $status
