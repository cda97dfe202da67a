#!/bin/sh
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Installs what building, testing and the demo need on Debian 12: the only
# script of the project that installs anything. It looks first, so a second
# run takes well under a second and changes nothing. Each package has its
# reason in docs/dependency-policy.md.
#
# As another user than root it installs nothing, says what is missing and
# fails.
set -eu

# Building.
build_packages="
  build-essential cmake ninja-build pkg-config git ca-certificates
  gcc-12 g++-12 gcc-12-plugin-dev
  llvm-14-dev libunwind-dev liblzma-dev zlib1g-dev libzstd-dev
  libexpected-dev libfmt-dev libcli11-dev nlohmann-json3-dev"

# Testing: lit, FileCheck and friends, a second compiler and linker, a second
# C library, tracers, benchmarks, a compiler cache, a browser that looks at
# reports; and clang-format for the format check.
test_packages="
  llvm-14-tools llvm-14 clang-14 clang-format-14 lld-14 python3
  libgtest-dev libbenchmark-dev
  ccache chromium fonts-dejavu-core
  musl-tools strace gdb patch procps python3-psutil shellcheck"

# Real source packages: dpkg-source, their build systems, and the build
# dependencies of those that the tests and the demo build (libevent is
# memcached's, PCRE nginx's).
source_packages="
  dpkg-dev debhelper fakeroot autoconf automake libtool cmake
  libjemalloc-dev liblua5.1-0-dev liblzf-dev libhiredis-dev lua-bitop-dev
  lua-cjson-dev libssl-dev libsystemd-dev libevent-dev
  libpcre2-dev"

src_list=/etc/apt/sources.list.d/libcare-deb-src.sources

main() {
  missing=$(missing_packages)
  if [ -n "$missing" ] || ! has_source_lists; then
    if [ "$(id -u)" -ne 0 ]; then
      echo "setup.sh: error: not installed: ${missing:-a deb-src entry}" >&2
      echo "setup.sh: note: run scripts/setup.sh as root once" >&2
      exit 1
    fi
    has_source_lists || add_source_lists
    echo "setup.sh: installing: $missing"
    apt-get -q update
    # shellcheck disable=SC2086 # a list of words
    [ -z "$missing" ] ||
      DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        --no-install-recommends install $missing
  fi
}

# Prints the packages of the lists above that are not installed.
missing_packages() {
  for package in $build_packages $test_packages $source_packages; do
    echo "$package"
  done | sort -u >"$work/wanted"
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' 2>/dev/null |
    sed -n 's/^installed //p' | sort -u >"$work/installed"
  comm -23 "$work/wanted" "$work/installed" | tr '\n' ' ' | sed 's/ $//'
}

# Does apt know any source package index?
has_source_lists() {
  [ -f "$src_list" ] ||
    [ -n "$(apt-get indextargets 'Created-By: Sources' 2>/dev/null)" ]
}

# A deb-src entry for every configured entry of this release, whatever mirror
# it names: the same lines with another type.
add_source_lists() {
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  for file in /etc/apt/sources.list.d/*.sources; do
    [ -f "$file" ] || continue
    # Paragraph mode: one record is one stanza.
    awk -v RS= -v codename="$codename" '
      $0 ~ "\nSuites:[^\n]*" codename && /(^|\n)Types:[ \t]*deb(\n|$)/ {
        sub(/Types:[ \t]*deb/, "Types: deb-src"); print $0 "\n" }' "$file"
  done >"$work/deb-src"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -f "$file" ] || continue
    one_line_stanzas "$codename" "$file"
  done >>"$work/deb-src"
  if ! [ -s "$work/deb-src" ]; then
    echo "setup.sh: error: /etc/apt: no entry for '$codename' found" >&2
    echo "setup.sh: note: add a deb-src entry for it by hand" >&2
    exit 1
  fi
  install -m 644 "$work/deb-src" "$src_list"
}

# `deb [options] URI SUITE COMPONENT...` lines as deb822 stanzas. Options are
# left to the archive's own keyring, which is the default for Debian's.
one_line_stanzas() {
  sed -n 's/^deb[ \t]\+\(\[[^]]*\][ \t]*\)\?//p' "$2" |
    while read -r uri suite components; do
      case $suite in
      "$1" | "$1"-updates | "$1"-security | "$1"/updates)
        printf 'Types: deb-src\nURIs: %s\nSuites: %s\nComponents: %s\n\n' \
          "$uri" "$suite" "$components"
        ;;
      esac
    done
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
main
