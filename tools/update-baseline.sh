#!/bin/sh
# Measures the performance suite and makes the result the committed baseline;
# the one before it goes to history/.  Refuses a run that misses a target or
# cannot be measured.
set -eu
cd "$(dirname "$0")/.."

folder=tests/performance/regression
baseline=$folder/performance_baselines.json
fresh=$(mktemp)
trap 'rm -f "$fresh"' EXIT

build/release/assay run --no-build --no-baseline --json="$fresh"
if [ -e "$baseline" ]; then
    # named by the commit and time that the old baseline itself states
    name=$(python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
print(run["datetime"][:19].replace(":", "").replace("-", "") + "_" + run["commit_info"]["id"][:12])' "$baseline")
    mv "$baseline" "$folder/history/$name.json"
fi
# without the samples: statistics, percentiles and targets are what a baseline is for
python3 -c '
import json, sys
run = json.load(open(sys.argv[1]))
for benchmark in run["benchmarks"]:
    benchmark["stats"].pop("data", None)
json.dump(run, open(sys.argv[2], "w"), indent=4)
print(file=open(sys.argv[2], "a"))' "$fresh" "$baseline"
echo "new baseline: $baseline"
