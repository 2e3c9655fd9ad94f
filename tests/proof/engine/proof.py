#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures what the engine claims, beside Google Benchmark; exit 0 only if all holds.

proof.py FOLDER [LAUNCHES]    FOLDER holds bench_bodies, google_bodies and call_cost
"""
import json
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

BODIES = ("body_1_ns", "body_1_us", "body_1_ms")
BUDGET_S = 0.1  # for each body and launch, for both


def ours(folder, out):
    """The cycles, the minimum in ns and the median in ns of each body, by one launch."""
    subprocess.run([folder / "bench_bodies", "--filter=::body", f"--max-time={BUDGET_S}", "--quiet",
                    f"--json={out}"], check=True, stderr=subprocess.DEVNULL)
    return {run["name"]: (run["assay"]["measured"]["cycles"], run["stats"]["min"] * 1e9, run["stats"]["median"] * 1e9)
            for run in json.loads(out.read_text())["benchmarks"]}


def google(folder):
    text = subprocess.run([folder / "google_bodies", f"--benchmark_min_time={BUDGET_S}", "--benchmark_format=json"],
                          check=True, capture_output=True, text=True).stdout
    unit = {"ns": 1, "us": 1e3, "ms": 1e6}
    return {run["name"].split("/")[0]: run["real_time"] * unit[run["time_unit"]]
            for run in json.loads(text)["benchmarks"]}


def spread(values):
    return statistics.stdev(values) / statistics.median(values)


def compare_spreads(folder, out, launches):
    mine, theirs = [], []
    for launch in range(launches):
        for side in (0, 1) if launch % 2 else (1, 0):
            if side == 0:
                mine.append(ours(folder, out))
            else:
                theirs.append(google(folder))
    rows = []
    for body in BODIES:
        cycles, minima, medians = ([run[body][i] for run in mine] for i in range(3))
        b = [run[body] for run in theirs]
        rows.append((f"spread of {body} over {launches} launches",
                     f"{spread(cycles):.3%} of the cycles ({statistics.median(cycles):.6g}); of the times "
                     f"{spread(minima):.3%} (minimum, {statistics.median(minima):.4g} ns), "
                     f"{spread(medians):.2%} (median)",
                     f"Google Benchmark {spread(b):.2%} ({statistics.median(b):.4g} ns)",
                     "at most a fifth of it", spread(cycles) <= spread(b) / 5))
    return rows


def loop_cost(folder, out):
    subprocess.run([folder / "bench_bodies", "--filter=empty", "--quiet", f"--json={out}"], check=True,
                   stderr=subprocess.DEVNULL)
    empty = json.loads(out.read_text())["benchmarks"][0]["stats"]["min"] * 1e9
    subprocess.run([folder / "bench_bodies", "--filter=hundred_cycles", "--quiet", f"--json={out}"], check=True,
                   stderr=subprocess.DEVNULL)
    cycle = json.loads(out.read_text())["benchmarks"][0]["stats"]["min"] * 1e9 / 100
    return ("an iteration of an empty loop", f"{empty:.3f} ns", f"one cycle {cycle:.3f} ns", "at most one cycle",
            empty <= cycle * 1.02)


def call_cost(folder):
    text = subprocess.run([folder / "call_cost", folder / "bench_bodies"], check=True, capture_output=True, text=True)
    call, reading = (float(word) for word in text.stdout.split())
    return ("a call timed by itself", f"{call:.1f} ns", f"two readings of the clock {2 * reading:.1f} ns",
            "at most 5 ns more", call <= 2 * reading + 5)


def threads_unused(folder, out):
    """The same body plainly and where threads are at hand: nine launches each, in turn within one run."""
    subprocess.run([folder / "bench_bodies", "--filter=body_1_us or one_thread", "--launches=9", "--min-rounds=9",
                    "--quiet", f"--json={out}"], check=True, stderr=subprocess.DEVNULL)
    cycles = {run["name"].split("[")[0]: run["assay"]["launch_cycles"]
              for run in json.loads(out.read_text())["benchmarks"]}
    plain, beside = cycles["body_1_us"], cycles["one_thread"]
    change = statistics.median(beside) / statistics.median(plain) - 1
    scatter = max(spread(plain), spread(beside))
    return ("one thread where threads are at hand", f"{change:+.3%} cycles of a body of 1 us",
            f"spread of nine launches {scatter:.3%}", "within the spread, or 0.1 %", abs(change) <= max(scatter, 0.001))


def many(folder, out):
    begin = time.monotonic()
    subprocess.run([folder / "bench_bodies", "--filter=one_of_many", "--max-time=0.06", "--quiet", f"--json={out}"],
                   check=True, stderr=subprocess.DEVNULL)
    took = time.monotonic() - begin
    runs = json.loads(out.read_text())["benchmarks"]
    assert len(runs) == 500
    typical = {}
    for key in ("launch_cycles", "launch_medians"):
        spreads = [spread(run["assay"][key]) for run in runs]
        typical[key] = statistics.median(spreads)
        typical["95 %"] = statistics.quantiles(spreads, n=20)[-1] if key == "launch_cycles" else typical["95 %"]
    return ("500 benchmarks of 1 us",
            f"{took:.1f} s; spread between launches {typical['launch_cycles']:.3%} of the cycles (median benchmark; "
            f"95 of 100 within {typical['95 %']:.2%}), {typical['launch_medians']:.2%} of the times", "",
            "60 s and 1 %", took < 60 and typical["95 %"] <= 0.01)


def main():
    folder = pathlib.Path(sys.argv[1])
    launches = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as temporary:
        out = pathlib.Path(temporary) / "out.json"
        rows = compare_spreads(folder, out, launches)
        rows += [loop_cost(folder, out), call_cost(folder), threads_unused(folder, out), many(folder, out)]
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, {BUDGET_S} s for each body and launch\n")
    print("| claim | measured | beside it | demanded | |")
    print("|---|---|---|---|---|")
    for claim, measured, beside, demanded, holds in rows:
        print(f"| {claim} | {measured} | {beside} | {demanded} | {'holds' if holds else '**falls short**'} |")
    return 0 if all(row[-1] for row in rows) else 1


sys.exit(main())
