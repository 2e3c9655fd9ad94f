# SPDX-License-Identifier: MIT
"""docs/proof-stored.md, from the outcomes that proof.py has written."""
import pathlib
import statistics
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import rates

COMPARISONS, MOST_FALSE, LEAST_FOUND = 30, 0.01, 0.95
RULES = {
    "assay: *slower*": lambda each: each["verdict"] == "slower",
    "assay: fails": lambda each: each["fails"],
    "assay: *cannot tell*": lambda each: each["verdict"] == "cannot tell",
    "`mean:20%` on values": lambda each: each["mean"] > 0.2,
    "`min:20%` on values": lambda each: each["min"] > 0.2,
}
SLOWER, FAILS, _, MEAN, MIN = RULES.values()

HEAD = """\
# What comparisons with stored runs say, measured

Written by `make proof-stored`, which runs the programs of the performance suite again and again, each run compared with
the one before it as `assay.yaml` says: the programs are the same, so every *slower* is false. In turn with it runs a
program with bodies of eight kinds (`tests/proof/stored/bench_units.c`), and then the same source built to do 120 units of
work in each iteration where it did 100, compared with it. Beside it stands the rule that pytest-benchmark has, applied to
the values of the very same runs: fail if the mean, or the minimum, is more than 20 % above. It ends with 0 only if what is
demanded holds.
"""

FOOT = """\
In brackets are intervals of 95 %. The comparisons of one pair of runs are not independent, for a bad minute touches many
benchmarks at once, so whole pairs of runs are resampled (cluster bootstrap, 10,000 times, percentiles). Successive pairs
of the suite share a run. Where all pairs say the same there is nothing to resample: the bound is then on the share of
*pairs* in which something else happens, by Clopper and Pearson. What is demanded is held to the share that was seen.

What is planted was fixed before anything was timed: the instructions of an iteration of both builds, counted by callgrind,
must differ by 20 % to within 0.05 %, or nothing is measured. Units of work are alike, and an iteration has so many that
what it costs beside them is nothing. It was not so before: an iteration of *branches* was 100 branches that no predictor
learns, and then the end of the loop, which it mispredicts as well: once in both builds, some 20 cycles, as much as one unit
(fitted to iterations of 20 to 12,000 units) or two (a gate of the two builds on another machine). So a fifth more units
were 19.6 to 19.8 % more time, which is less than the limit of 20 %, and an interval may rightly exclude the limit. Now an
iteration has 10,000 and 12,000 of them.

A slowdown of exactly the limit is the hardest that must be found: it fails as often as the interval does not exclude the
truth. Code that became 30 % slower is found more easily.
"""


def pairs(outcomes, kind, rule):
    return [(sum(map(rule, outcome[kind])), len(outcome[kind])) for outcome in outcomes]


def share(outcomes, kind, rule):
    counts = pairs(outcomes, kind, rule)
    return sum(k for k, _ in counts) / sum(n for _, n in counts)


def short(each):
    return each["name"].split("::")[1]


def percent(value):
    return "unknown" if value is None else f"{value:+.1%}"


def say_change(each):
    change, lower, upper = map(percent, each["change"])
    return f"{each['verdict']}, {change} ({lower} to {upper})"


def write_facts(header, outcomes):
    loads = [outcome["load"] for outcome in outcomes]
    command = f"make proof-stored COMPARISONS={len(outcomes)}"
    return [f"- {outcomes[0]['begin'][:16].replace('T', ', ')} to {outcomes[-1]['end'][:16].replace('T', ', ')} UTC: "
            f"`{command}` at commit {header['commit']}",
            f"- {header['machine']}; load {min(loads):.1f} to {max(loads):.1f}",
            f"- {len(outcomes)} comparisons of {len(outcomes[0]['unchanged'])} benchmarks of unchanged code, and of "
            f"{len(outcomes[0]['slowed'])} bodies that do a fifth more", ""]


def write_demands(outcomes):
    """The lines, and whether all hold."""
    false, found = share(outcomes, "unchanged", SLOWER), share(outcomes, "slowed", FAILS)
    demands = [(f"at least {COMPARISONS} comparisons", f"{len(outcomes)}", len(outcomes) >= COMPARISONS),
               (f"unchanged code *slower* in at most {MOST_FALSE:.0%}", f"{false:.2%}", false <= MOST_FALSE),
               (f"a fifth more work fails in at least {LEAST_FOUND:.0%}", f"{found:.2%}", found >= LEAST_FOUND)]
    lines = ["| demanded | seen | |", "|---|--:|---|"]
    lines += [f"| {demand} | {seen} | {'holds' if holds else '**MISSED**'} |" for demand, seen, holds in demands]
    return lines + [""], all(holds for _, _, holds in demands)


def write_rules(outcomes):
    lines = ["| | unchanged code, suite | a fifth more work |", "|---|---|---|"]
    for name, rule in RULES.items():
        cells = (rates.say(pairs(outcomes, kind, rule)) for kind in ("unchanged", "slowed"))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines + [""]


def write_bodies(header, outcomes):
    lines = ["| a fifth more work in | instructions | median change | *slower* | fails | `mean:20%` | `min:20%` |",
             "|---|--:|--:|--:|--:|--:|--:|"]
    for body, planted in header["planted"].items():
        said = [each for outcome in outcomes for each in outcome["slowed"] if short(each) == body]
        changes = [each["change"][0] for each in said if each["change"][0] is not None]
        counts = (sum(map(rule, said)) for rule in (SLOWER, FAILS, MEAN, MIN))
        median = percent(statistics.median(changes) if changes else None)
        lines.append(f"| {body} | {planted:+.2%} | {median} | {' | '.join(map(str, counts))} |")
    return lines + [""]


def write_errors(outcomes):
    """Each single error with its interval."""
    lines = []
    for number, outcome in enumerate(outcomes, 1):
        lines += [f"- comparison {number}, {outcome['begin'][11:16]}: unchanged {short(each)} is {say_change(each)}"
                  for each in outcome["unchanged"] if SLOWER(each)]
        lines += [f"- comparison {number}, {outcome['begin'][11:16]}: {short(each)} with a fifth more work does not fail: "
                  f"{say_change(each)}" for each in outcome["slowed"] if not FAILS(each)]
    return ["What assay had wrong, with the change and its interval of 99 %:", "", *lines, ""] if lines else []


def write(header, outcomes):
    """The page, and whether what is demanded holds."""
    demands, holds = write_demands(outcomes)
    lines = [HEAD, *write_facts(header, outcomes), *demands, *write_rules(outcomes), *write_bodies(header, outcomes),
             *write_errors(outcomes), FOOT]
    return "\n".join(lines), holds
