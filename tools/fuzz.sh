#!/bin/sh
# SPDX-License-Identifier: MIT
# Fuzzes each parser with libFuzzer.  What it finds interesting is kept in
# build/fuzz/corpus; an input that breaks a parser is printed by name.
#   fuzz.sh [SECONDS [NAME...]]    for each target, by default 60 and all of them
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# = 0 ] || shift
cmake --preset fuzz > /dev/null
cmake --build --preset fuzz -- --quiet
[ $# != 0 ] || set -- $(ls fuzz/corpus)
for name; do
    echo "fuzz: $name for $seconds s"
    mkdir -p "build/fuzz/corpus/$name"
    log=build/fuzz/$name.log
    "build/fuzz/fuzz/fuzz_$name" -max_total_time="$seconds" -timeout=10 -max_len=65536 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" "fuzz/corpus/$name" > "$log" 2>&1 || {
        cat "$log"
        exit 1
    }
    sed -n 's/^stat::number_of_executed_units: */  inputs: /p; s/^stat::new_units_added: */  new paths: /p' "$log"
done
