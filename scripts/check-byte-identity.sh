#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Shows that the original stage changes nothing: builds Debian source packages
# with Debian's flags (-g included) twice in the same folder, once with plain
# gcc and once with KPATCH_STAGE=original CC=libcare-cc, and compares every
# object, archive, library and program byte for byte.
#
#   scripts/check-byte-identity.sh [--build DIR] [expat|zlib|redis]...
#
# Needs what scripts/setup.sh installs. Exit status 0: all identical.
set -eu

project=$(cd "$(dirname "$0")/.." && pwd)
build=$project/build
if [ "${1:-}" = --build ]; then
  build=$(cd "$2" && pwd)
  shift 2
fi
[ $# -gt 0 ] || set -- expat zlib redis
cc=$build/bin/libcare-cc
[ -x "$cc" ] || {
  echo "check-byte-identity.sh: error: '$cc' is not there; build first" >&2
  exit 1
}
work=$(mktemp -d "${TMPDIR:-/tmp}/byte-identity.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
# What a build writes about itself must not be the time of day.
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH

main() {
  failed=0
  printf '%-8s %-22s %8s %9s  %s\n' package version files "side files" result
  for package; do
    check "$package" || failed=1
  done
  return $failed
}

check() {
  package=$1
  mkdir "$work/$package"
  fetch "$package" || return 1
  for way in plain original; do
    build_once "$package" "$way" || return 1
  done
  compare "$package"
}

# The newest version that the archive still has.
fetch() (
  cd "$work/$1"
  for version in $(apt-cache madison "$1" | awk '/Sources/ {print $3}' |
    sort -ruV); do
    if apt-get -q source --download-only "$1=$version" >>"$work/log" 2>&1; then
      echo "$version" >version
      return 0
    fi
  done
  complain "$1" "cannot fetch the source package"
)

# Unpacks afresh in the same place, builds, keeps what was built.
build_once() (
  package=$1 way=$2
  cd "$work/$package"
  rm -rf tree
  dpkg-source -x ./"$package"_*.dsc tree >>"$work/log" 2>&1
  cd tree
  eval "$(dpkg-buildflags --export=sh)"
  if [ "$way" = original ]; then
    export CC="$cc" KPATCH_STAGE=original LIBCARE_BUILD_ROOT="$PWD"
  else
    export CC=gcc
  fi
  "build_$package" >"$work/$package/$way.log" 2>&1 || {
    tail -n 20 "$work/$package/$way.log" >&2
    complain "$package" "the $way build failed"
    return 1
  }
  keep "$work/$package/$way"
)

build_expat() {
  cd expat
  [ -x configure ] || ./buildconf.sh
  ./configure --without-docbook
  make -j2
}

build_zlib() {
  ./configure
  make -j2
}

# As Debian: with the libc allocator here, because its jemalloc is a package.
build_redis() {
  make -j2 V=1 MALLOC=libc
}

# Copies objects, archives, libraries and programs, with their folders.
keep() {
  find . -type f ! -name '.kpatch_*' -size +0 -exec sh -c '
    for file; do
      case $(head -c 8 "$file" | od -An -c | tr -d " \n") in
        177ELF* | "!<arch>"*) echo "$file" ;;
      esac
    done' sh {} + | sort >"$1.list"
  find . -name '.kpatch_*.original.s' | wc -l >"$1.sides"
  mkdir "$1"
  tar cf - -T "$1.list" | tar xf - -C "$1"
}

compare() (
  cd "$work/$1"
  result=identical
  cmp -s plain.list original.list || {
    diff plain.list original.list >&2 || true
    result="other files were built"
  }
  while read -r file; do
    cmp "plain/$file" "original/$file" >&2 || result=DIFFERENT
  done <plain.list
  files=$(wc -l <plain.list)
  sides=$(cat original.sides)
  # A build that went past the wrapper would be identical as well.
  [ "$files" -gt 0 ] && [ "$sides" -gt 0 ] || result="nothing was kept"
  printf '%-8s %-22s %8d %9d  %s\n' "$1" "$(cat version)" "$files" "$sides" \
    "$result"
  [ "$result" = identical ]
)

complain() {
  echo "check-byte-identity.sh: error: $1: $2" >&2
  return 1
}

main "$@"
