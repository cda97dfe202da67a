#!/bin/bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The main job, once, before your eyes: build a server, start it, put traffic
# on it, show its bug, make a live patch from a source patch, apply it while
# the traffic runs, show the bug gone, take the patch off, count.
#
#   scripts/demo.sh         the HTTP server in samples/
#   scripts/demo.sh redis   Debian's redis, with Debian's fix of CVE-2025-32023
#
# Installs and builds what is missing first. Everything else happens in a
# folder below /tmp that goes away at the end, as do the processes, on Ctrl-C
# too. LIBCARE_BUILD=DIR uses the programs of that build folder as they are.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)

work=
pids=()

clean_up() {
  for pid in "${pids[@]}"; do
    kill "$pid" 2>/dev/null || true
  done
  for pid in "${pids[@]}"; do
    wait "$pid" 2>/dev/null || true
  done
  if [ -n "$work" ]; then rm -rf "$work"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf '\n== %s\n' "$*"; }

fail() {
  echo "demo.sh: error: $*" >&2
  exit 1
}

# Waits for a line of a file that another process writes; about ten seconds.
wait_for_line() {
  for _ in $(seq 1000); do
    grep -q "$2" "$1" 2>/dev/null && return 0
    read -r -t 0.01 <>"$work/pause" || true
  done
  fail "'$1': no line '$2'"
}

prepare() {
  "$project/scripts/setup.sh"
  if [ -z "${LIBCARE_BUILD:-}" ]; then
    say "building libcare (a few minutes the first time)"
    LIBCARE_BUILD=$project/build
    cmake -S "$project" --preset release >/dev/null
    cmake --build "$LIBCARE_BUILD" --target libcare-patch-make libcare-cc \
      libcare_plugin libcare-link libcare-ctl kpatch_gensrc | tail -n 1
  fi
  PATH=$LIBCARE_BUILD/bin:$PATH
  work=$(mktemp -d /tmp/libcare-demo.XXXXXX)
  mkfifo "$work/pause"
}

# frozen_us LOG: the time stopped that `libcare-ctl -v` reported.
frozen_us() { sed -n 's/.* frozen_time is \([0-9]*\) microsecond.*/\1/p' "$1"; }

apply_patch() {
  say "applying it to pid $server while the traffic runs"
  libcare-ctl -v patch -p "$server" "$work/src/patchroot" 2>&1 | tee "$work/patch.log"
  libcare-ctl info -p "$server"
}

take_patch_off() {
  say "taking it off"
  libcare-ctl -v unpatch -p "$server" 2>&1 | tee "$work/unpatch.log"
}

# expect WORD COMMAND...: runs the command, which shows the bug or its absence,
# and insists on WORD at the beginning of what it prints.
expect() {
  local word=$1 output
  shift
  output=$("$@" || true)
  echo "$output"
  case $output in
  "$word"*) ;;
  *) fail "expected '$word'" ;;
  esac
}

# table SERVED FAILED
table() {
  echo
  printf '%-28s %12s\n' "requests served" "$1" "requests failed" "$2" \
    "stopped to patch (us)" "$(frozen_us "$work/patch.log")" \
    "stopped to unpatch (us)" "$(frozen_us "$work/unpatch.log")"
  [ "$2" -eq 0 ] || fail "$2 requests failed"
  [ "$1" -gt 0 ] || fail "no requests were served"
}

# -- The sample server -------------------------------------------------------

demo_http() {
  local port served failed
  cp -r "$project/samples/http-server" "$work/src"
  cp -r "$project/samples/http-load" "$work/load"
  make -s -C "$work/load"
  cd "$work/src"

  say "making the live patch from ping-overread.patch"
  libcare-patch-make --clean -i 0001 ping-overread.patch

  say "starting the original server, with traffic"
  lpmake/usr/bin/http-server 0 www >"$work/server.log" &
  server=$!
  pids+=("$server")
  wait_for_line "$work/server.log" '^ready'
  port=$(sed -n 's/^ready //p' "$work/server.log")
  "$work/load/http-load" "$port" 4 600 >"$work/load.log" &
  load=$!
  pids+=("$load")

  say "the bug: a client gets what another one sent"
  expect LEAKS "$work/load/http-probe" "$port"
  apply_patch
  expect safe "$work/load/http-probe" "$port"
  take_patch_off
  expect LEAKS "$work/load/http-probe" "$port"

  kill "$load"
  wait "$load" || true
  read -r _ served _ failed _ <"$work/load.log"
  table "$served" "$failed"
}

# -- Redis -------------------------------------------------------------------

redis_cli() { "$work/src/lpmake/usr/bin/redis-cli" -s "$work/redis.sock" "$@"; }

# The source package as it was before the patch named by $1.
fetch_redis() {
  local patch
  cd "$work"
  # apt's sandbox user cannot write here, and says so at length.
  apt-get -q -o APT::Sandbox::User=root source --download-only redis >apt.log 2>&1 ||
    { cat apt.log && fail "apt-get source redis failed"; }
  dpkg-source --skip-patches -x redis_*.dsc src >/dev/null
  cd src
  while read -r patch; do
    case $patch in "$1") return ;; "" | \#*) continue ;; esac
    patch -s -p1 <"debian/patches/$patch"
  done <debian/patches/series
  fail "'$1' is not in the series of this redis"
}

# A HyperLogLog whose runs of zeros add up to 2^32 + 16384 registers: the sum
# wraps to exactly the 16384 that a valid one has. Reading it is harmless;
# merging it is what writes out of bounds.
write_hyperloglog() {
  python3 -c 'import sys
head = b"HYLL" + bytes([1, 0, 0, 0]) + bytes(7) + bytes([0x80])
full_run = bytes([0x7f, 0xff])
sys.stdout.buffer.write(head + full_run * (2**32 // 16384 + 1))'
}

# The value is written anew each time, for redis keeps the count in it.
probe_redis() {
  local answer
  write_hyperloglog | redis_cli -x SET crafted >/dev/null
  answer=$(redis_cli PFCOUNT crafted 2>&1)
  case $answer in
  *INVALIDOBJ*) echo "safe: PFCOUNT of the corrupt value says: $answer" ;;
  [0-9]*) echo "VULNERABLE: PFCOUNT takes the corrupt value for valid, and says $answer" ;;
  *) echo "unexpected: $answer" ;;
  esac
}

# Batches until the file `stop` appears; a batch that fails says so.
redis_traffic() {
  while ! [ -e "$work/stop" ]; do
    "$work/src/lpmake/usr/bin/redis-benchmark" -s "$work/redis.sock" -q \
      -c 20 -n 20000 -t set,get,incr,lpush,pfadd >"$work/batch.log" 2>&1 ||
      echo "batch failed" >>"$work/traffic.log"
    grep "^Error" "$work/batch.log" >>"$work/traffic.log" || true
  done
}

info_number() { redis_cli INFO all | tr -d '\r' | sed -n "s/^$1:\(count=\)\{0,1\}//p"; }

demo_redis() {
  local patch=0006-CVE-2025-32023.patch served failed expected
  say "fetching Debian's source package"
  fetch_redis "$patch"
  cp "$project/samples/redis/lpmakefile" .

  say "making the live patch from debian/patches/$patch"
  libcare-patch-make --clean -j "$(nproc)" -i 32023 "debian/patches/$patch"

  say "starting the original redis-server, with redis-benchmark on it"
  lpmake/usr/bin/redis-server --port 0 --unixsocket "$work/redis.sock" \
    --save '' --dir "$work" >"$work/server.log" &
  server=$!
  pids+=("$server")
  wait_for_line "$work/server.log" 'ready to accept connections'
  redis_traffic &
  load=$!
  pids+=("$load")

  say "the bug: a corrupt HyperLogLog passes for valid"
  expect VULNERABLE probe_redis
  apply_patch
  expect safe probe_redis
  take_patch_off
  expect VULNERABLE probe_redis

  touch "$work/stop"
  wait "$load" || true
  # Every error reply counts as a failed request, but for the one that the
  # probe asked for; so does every batch that did not come to its end.
  served=$(info_number total_commands_processed)
  expected=$(info_number errorstat_INVALIDOBJ)
  failed=$(($(info_number total_error_replies) - ${expected:-0}))
  if [ -e "$work/traffic.log" ]; then
    cat "$work/traffic.log"
    failed=$((failed + $(wc -l <"$work/traffic.log")))
  fi
  table "$served" "$failed"
}

case ${1:-http} in
http) prepare && demo_http ;;
redis) prepare && demo_redis ;;
*)
  sed -n '/^# The main job/,/^set/s/^# \{0,1\}//p' "$project/scripts/demo.sh" >&2
  exit 2
  ;;
esac
