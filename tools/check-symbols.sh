#!/bin/sh
# SPDX-License-Identifier: MIT
# Checks that each library exports what its public headers declare, and nothing
# else: a user's functions may have any other name.
#   check-symbols.sh LIBRARY...    as in build/dev/src/assay/libassay.a
set -eu
include=$(dirname "$0")/../include
status=0

complain() {
    echo "$*" >&2
    status=1
}

# The functions that the headers of library NAME declare for others to call.
declared() {
    cat "$include/$1"/*.h | grep -v '^#' | tr '\n' ' ' |
        grep -oE '[A-Z]+_API [^;(]*\(' | sed 's/($//; s/.*[ *]//' | sort -u
}

exported() {
    case $1 in
        *.a) nm --extern-only --defined-only "$1" ;;
        *) nm --dynamic --extern-only --defined-only "$1" ;;
    esac | sed -n 's/^[0-9a-f]* [A-Za-z] //p' | sort -u
}

for library; do
    name=$(basename "$library" | sed 's/^lib\([a-z]*\).*/\1/')
    wanted=$(declared "$name")
    # The one name that no header declares: a program gets it unless it has its own.
    [ "$name" != assay ] || wanted=$(printf 'main\n%s' "$wanted" | sort)
    found=$(exported "$library")
    for symbol in $wanted $found; do
        case $symbol in
            main | "$name"_*) ;;
            *) complain "$symbol does not begin with ${name}_" ;;
        esac
        printf '%s\n' "$found" | grep -qx "$symbol" || complain "$library does not export $symbol"
        printf '%s\n' "$wanted" | grep -qx "$symbol" || complain "$library exports $symbol, which no header declares"
    done
    unmarked=$(grep -nE '^[a-z].*\(' "$include/$name"/*.h | grep -vE "_API|:(static inline|typedef) |:${name}_") || true
    [ -z "$unmarked" ] || complain "declared for nobody: $unmarked"
    [ -n "$found" ] || complain "$library exports nothing at all"
    echo "$library exports $(printf '%s\n' "$found" | wc -l) symbols"
done
exit $status
