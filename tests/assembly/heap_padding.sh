#!/bin/sh
# SPDX-License-Identifier: MIT
# An optimiser may delete an allocation that is only freed: the one that moves a
# worker's heap must still be there at -O2.
#   heap_padding.sh SOURCE_DIRECTORY
set -eu
object=$(mktemp)
trap 'rm -f "$object"' EXIT
for compiler in gcc clang; do
    command -v $compiler > /dev/null || continue
    $compiler -std=c11 -D_POSIX_C_SOURCE=200809L -DASSAY_VERSION='"0"' -I "$1/src" -I "$1/include" -O2 -c \
        -o "$object" "$1/src/cmd/assay/bench_main.c"
    nm -u "$object" | grep -qw malloc || {
        echo "$compiler -O2 deletes the allocation that moves the heap"
        exit 1
    }
done
