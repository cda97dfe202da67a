#!/bin/bash
# check-arch-macros.sh [FOLDER]: one place chooses the architecture.
#
# The compiler's architecture macros may occur in common/arch/arch.h only.
# Everything else is compiled and tested for both architectures on any host.
# runtime/arch/<arch>.cpp is host code, chosen by CMake, and needs none either.
set -u -o pipefail
cd "${1:-$(dirname "$0")/..}" || exit 1

macros='__x86_64__|__amd64__|__i386__|__aarch64__|__ARM_ARCH|__ILP32__|_M_X64'
folders=()
for folder in common plugin wrapper gensrc linker runtime server bench; do
  [ -d "$folder" ] && folders+=("$folder")
done
found=$(grep -rnwE "$macros" --include='*.h' --include='*.cpp' --include='*.c' \
  "${folders[@]}" | grep -v '^common/arch/arch\.h:')
if [ -n "$found" ]; then
  echo "check-arch-macros: error: architecture macro outside common/arch/arch.h
$found" >&2
  exit 1
fi
