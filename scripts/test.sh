#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Everything, from a fresh clone: installs what is missing, builds, runs all
# tests (unit tests and the layering, format and manual checks are among
# them), then builds everything but the plugin with AddressSanitizer and UBSan,
# and runs the tests of all parts and the unit tests again. The last line is
#
#   N passed, N failed, N skipped
#
# Options: --no-sanitizers leaves the second half out, for a quick look.
# --soak runs the long reliability tests instead (at most 20 minutes once
# everything is built): libcare-ctl killed at each of its system calls, each of
# them failing, damaged patches, servers under load. test/soak/README.md.
set -eu
cd "$(dirname "$0")/.."

with_sanitizers=yes
is_soak=no
for option; do
  case $option in
  --no-sanitizers) with_sanitizers=no ;;
  --soak) is_soak=yes ;;
  -h | --help)
    sed -n '/^# Everything/,/^set/s/^# \{0,1\}//p' scripts/test.sh
    exit 0
    ;;
  *)
    echo "test.sh: error: unknown option '$option'" >&2
    echo "test.sh: note: scripts/test.sh --help lists the options" >&2
    exit 2
    ;;
  esac
done

results=$(mktemp)
trap 'rm -f "$results"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# build_and_test PRESET BUILD TARGETS OPTION...: adds the counts to $results. A
# part that could not even be built counts as one failure.
build_and_test() {
  preset=$1
  build=$2
  targets=$3
  shift 3
  echo "== $preset: building"
  # shellcheck disable=SC2086 # several targets
  if ! { cmake --preset "$preset" -DLIBCARE_WERROR=ON &&
    cmake --build --preset "$preset" --target $targets; } >"$results.build" 2>&1; then
    tail -n 40 "$results.build"
    echo "test.sh: error: the $preset build failed" >&2
    echo "0 passed, 1 failed, 0 skipped" >>"$results"
    rm -f "$results.build"
    return
  fi
  rm -f "$results.build"
  echo "== $preset: testing"
  # A run that ends without its counts has failed.
  python3 test/tools/run-all --build "$build" "$@" | tee "$results.log" || true
  tail -n 1 "$results.log" | grep -E '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' \
    >>"$results" || echo "0 passed, 1 failed, 0 skipped" >>"$results"
  rm -f "$results.log"
}

scripts/setup.sh
if [ "$is_soak" = yes ]; then
  cmake --preset release -DLIBCARE_WERROR=ON
  cmake --build --preset release --target libcare-patch-make libcare-cc \
    libcare_plugin libcare-link libcare-ctl kpatch_gensrc
  rm -f "$results"
  exec python3 test/soak/run-soak --build build
fi
build_and_test release build all
if [ "$with_sanitizers" = yes ]; then
  build_and_test asan build-asan all --skip-real \
    --only gensrc,plugin,linker,wrapper,patch-make,runtime,end-to-end
fi

awk '{ passed += $1; failed += $3; skipped += $5 }
  END {
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0 || passed == 0
  }' "$results"
