#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that each public header compiles by itself, as C11 and as C++17, with
# the warnings that a careful user has, and that the example in a header's
# comment is the one that is compiled and run.
#   check-headers.sh [CC [CXX]]
set -eu
cc=${1:-cc} cxx=${2:-c++}
root=$(dirname "$0")/..
warnings='-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wundef -Werror -fsyntax-only'
count=0
for header in "$root"/include/*/*.h; do
    name=${header#"$root/include/"}
    echo "#include <$name>" | $cc -std=c11 $warnings -Wstrict-prototypes -I "$root/include" -x c -
    echo "#include <$name>" | $cxx -std=c++17 $warnings -I "$root/include" -x c++ -
    count=$((count + 1))
done

shown=$(sed -n 's/^ \*     //p' "$root/include/assay/bench.h" | sed -n '/^BENCH(/,/^}/{p;/^}/q}')
compiled=$(sed -n '/^BENCH(/,/^}/{p;/^}/q}' "$root/examples/readme_example.c")
if [ -z "$shown" ] || [ "$shown" != "$compiled" ]; then
    echo 'include/assay/bench.h and examples/readme_example.c show different programs' >&2
    exit 1
fi
echo "$count public headers compile by themselves"
