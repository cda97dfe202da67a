#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Fuzzes the readers of files that others made (test/fuzz): builds the targets
# with clang, AddressSanitizer and UBSan, makes the first inputs from small
# programs, and runs each target. Prints a line for each with the number of
# runs, and ends with status 1 if one found something.
#
#   scripts/fuzz.sh [--runs=N] [--fast] [TARGET...]    1,000,000 runs unless told
#
# --fast: without the sanitizers, and smaller inputs. Crashes, hangs and violated
# assertions are found all the same, in many more runs. The target symbols reads
# its own process, where a wrong table may lie in the shadow memory of the
# sanitizer, which is large and readable: it wants this option.
#
# Of the runs, one in a hundred has an input of up to 256 KiB; the others have
# small ones, which are tried a hundred times faster: 4 KiB, or as much as a
# small ELF file needs. Inputs that a run found stay in build-fuzz/corpus; those
# of a crash, a hang (25 seconds) or of more than 2 GiB of memory in
# findings beside it.
set -eu
cd "$(dirname "$0")/.."

runs=1000000
targets=
build="build-fuzz"
for word; do
  case $word in
  --runs=*) runs=${word#--runs=} ;;
  --fast) build="build-fuzz-fast" ;;
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
sanitizers=address,undefined,fuzzer-no-link
[ "$build" = "build-fuzz" ] || sanitizers=fuzzer-no-link
build_log=$(mktemp)
trap 'rm -f "$build_log"' EXIT
# quietly COMMAND...: its output only if it fails.
quietly() {
  "$@" >"$build_log" 2>&1 || {
    tail -n 40 "$build_log" >&2
    echo "fuzz.sh: error: '$*' failed" >&2
    exit 1
  }
}
quietly cmake --preset fuzz -B "$build" -DLIBCARE_SANITIZE=$sanitizers
# shellcheck disable=SC2086 # several targets
quietly cmake --build "$build" --target $programs
corpus="build-fuzz/corpus"
if ! [ -d "$corpus" ]; then
  # The programs that make them are those of the ordinary build.
  quietly cmake --preset release
  quietly cmake --build --preset release --target libcare-cc libcare_plugin \
    libcare-link kpatch_make
  PATH=$PWD/build/bin:$PATH test/fuzz/make-corpus "$corpus"
fi

# Where memory came from is told by few frames, and freed memory is not kept
# long: both cost more than the readers themselves.
export ASAN_OPTIONS="malloc_context_size=6:quarantine_size_mb=16"
export LIBCARE_FUZZ_ORIGINAL="$PWD/$corpus/object/plain-O2-original"

# run TARGET RUNS SIZE LOG: fuzzes, and prints the number of runs made.
run() {
  dictionary=test/fuzz/$1.dict
  [ -f "$dictionary" ] || dictionary=
  "$build/bin/fuzz_$1" -runs="$2" -max_len="$3" -timeout=25 \
    -rss_limit_mb=2048 -artifact_prefix="$build/findings/$1-" \
    ${dictionary:+-dict=$dictionary} -print_final_stats=1 "$corpus/$1" \
    >"$4" 2>&1 && outcome=clean || outcome="FOUND SOMETHING, see $4"
  made=$(sed -n 's/^stat::number_of_executed_units: *//p' "$4")
  echo "${made:-0} runs of up to $3 bytes, $outcome"
}

mkdir -p "$build/findings"
status=0
for target in $targets; do
  case $target in
  patch_file | object | symbols | frame_entries) small=20480 ;;
  *) [ "$build" = "build-fuzz" ] && small=4096 || small=512 ;;
  esac
  log=$build/fuzz_$target
  said="$target: $(run "$target" $((runs - runs / 100)) "$small" "$log-small.log");
  $(run "$target" $((runs / 100)) 262144 "$log.log")"
  echo "$said"
  case $said in *FOUND*) status=1 ;; esac
done
exit $status
