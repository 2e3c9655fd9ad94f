#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What comparisons with stored runs say of unchanged code, and of code that is really 20 % slower.

proof.py BUILD [COMPARISONS]

Takes the runs of the performance suite one after the other, each compared with the one before it as the configuration
says: the same programs, so every *slower* is false.  In turn with them a program with several kinds of body, and the same
built with a fifth more work in each body, compared with it.  Beside it, of the very same runs, pytest-benchmark's rule:
fail if the mean (or minimum) of one is more than 20 % above that of the other.  Exit 0 only if what is demanded holds.
"""
import collections
import datetime
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile

MOST_FALSE, LEAST_FOUND = 0.01, 0.95
SUITE = "catalogue_load", "model_selection", "fallback", "metrics_recording", "api_key_validation", "services"


def binomial_tail(n, k, share):
    """The probability of k or more among n, each with that share."""
    term, total = (1 - share) ** n, 0.0
    for i in range(n + 1):
        total += term if i >= k else 0
        term *= (n - i) / (i + 1) * share / (1 - share)
    return total


def bisect(rises_above, low=0.0, high=1 - 1e-12):
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rises_above(middle) else (middle, high)
    return (low + high) / 2


def interval(k, n):
    """Clopper and Pearson's, 95 %."""
    lower = 0.0 if k == 0 else bisect(lambda share: binomial_tail(n, k, share) > 0.025)
    upper = 1.0 if k == n else bisect(lambda share: binomial_tail(n, k + 1, share) > 0.975)
    return lower, upper


def run(build, programs, result, baseline=None, verdict=None):
    """Measures programs into a file; what the comparison says."""
    command = [build / "assay", "run", "--no-build", "--no-baseline", "--quiet", f"--json={result}"]
    if baseline:
        command += [f"--compare={baseline}", f"--verdict={verdict}"]
    done = subprocess.run(command + programs, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(map(str, command))} ends with {done.returncode}:\n{done.stderr}")
    return json.loads(verdict.read_text())["benchmarks"] if baseline else []


def is_failed(benchmark):
    return any(finding["kind"] == "failure" and finding["of"] == "verdict" for finding in benchmark["findings"])


class Counts(collections.Counter):
    """How often each rule spoke, among `n`."""

    def add(self, benchmarks, old, new):
        before, now = ({each["fullname"]: each["stats"] for each in json.loads(path.read_text())["benchmarks"]}
                       for path in (old, new))
        for each in benchmarks:
            name = each["fullname"]
            self["n"] += 1
            self["slower"] += each["verdict"] == "slower"
            self["failed"] += is_failed(each)
            self["cannot tell"] += each["verdict"] == "cannot tell"
            self["mean"] += now[name]["mean"] > 1.2 * before[name]["mean"]
            self["min"] += now[name]["min"] > 1.2 * before[name]["min"]

    def cell(self, what):
        lower, upper = interval(self[what], self["n"])
        return f"{self[what]} of {self['n']} = {self[what] / self['n']:.2%} ({lower:.2%} to {upper:.2%})"


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    comparisons = int(sys.argv[2]) if len(sys.argv) > 2 else 30
    suite = [build / f"tests/performance/bench_{name}" for name in SUITE]
    units = {count: build / f"tests/proof/stored/bench_units_{count}" for count in (100, 120)}
    unchanged, slowed, bodies = Counts(), Counts(), collections.defaultdict(Counts)
    begin = datetime.datetime.now(datetime.timezone.utc)
    loads = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        old, new, verdict = folder / "old.json", folder / "new.json", folder / "verdict.json"
        base, slow = folder / "base.json", folder / "slow.json"
        run(build, suite, old)
        for number in range(comparisons):
            unchanged.add(run(build, suite, new, old, verdict), old, new)
            run(build, [units[100]], base)
            # another file name is another benchmark program, and the same source: the names agree
            found = run(build, [units[120]], slow, base, verdict)
            slowed.add(found, base, slow)
            for each in found:
                bodies[each["fullname"].split("::")[1]].add([each], base, slow)
            new.replace(old)
            loads.append(os.getloadavg()[0])
            print(f"{number + 1} of {comparisons}", file=sys.stderr)
    holds_false = unchanged["slower"] <= MOST_FALSE * unchanged["n"]
    holds_found = slowed["failed"] >= LEAST_FOUND * slowed["n"]
    print(f"{begin:%Y-%m-%d, %H:%M} UTC, {platform.machine()}, load {min(loads):.1f} to {max(loads):.1f} on "
          f"{os.cpu_count()} cores, {comparisons} comparisons of the suite, 95 % intervals by Clopper and Pearson, as if comparisons were independent\n")
    print("| | unchanged code, suite | a fifth more work | demanded | |\n|---|---|---|---|---|")
    print(f"| assay: *slower* | {unchanged.cell('slower')} | {slowed.cell('slower')} | at most 1 % unchanged | "
          f"{'holds' if holds_false else 'MISSED'} |")
    print(f"| assay: fails | {unchanged.cell('failed')} | {slowed.cell('failed')} | at least 95 % found | "
          f"{'holds' if holds_found else 'MISSED'} |")
    print(f"| assay: *cannot tell* | {unchanged.cell('cannot tell')} | {slowed.cell('cannot tell')} | | |")
    print(f"| `mean:20%` on values | {unchanged.cell('mean')} | {slowed.cell('mean')} | | |")
    print(f"| `min:20%` on values | {unchanged.cell('min')} | {slowed.cell('min')} | | |\n")
    print("| a fifth more work in | fails | `mean:20%` | `min:20%` |\n|---|--:|--:|--:|")
    for body, counts in bodies.items():
        print(f"| {body} | {counts['failed']} of {counts['n']} | {counts['mean']} | {counts['min']} |")
    return 0 if holds_false and holds_found else 1


sys.exit(main())
