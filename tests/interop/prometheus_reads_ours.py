#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Prometheus's own parser reads what `tta metrics --prometheus` prints, and its figures agree with the JSON's.

prometheus_reads_ours.py TTA MAKE_METRICS

Exit 77, which counts as skipped, where the parser is not installed.
"""
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    from prometheus_client.parser import text_string_to_metric_families
except ImportError:
    sys.exit(77)


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: got {got}, wanted {wanted}")


def near(what, got, wanted):
    if abs(got - wanted) > 1e-6 * abs(wanted):
        sys.exit(f"{what}: got {got}, wanted {wanted}")


def check_histogram(name, samples):
    """Buckets never fall, end at +Inf, and that is the count."""
    series = collections.defaultdict(list)
    counts = {}
    for sample in samples:
        labels = {key: value for key, value in sample.labels.items() if key != "le"}
        key = tuple(sorted(labels.items()))
        if sample.name == f"{name}_bucket":
            series[key].append((float(sample.labels["le"]), sample.value))
        elif sample.name == f"{name}_count":
            counts[key] = sample.value
    expect(f"series of {name}", set(series), set(counts))
    for key, buckets in series.items():
        bounds, values = zip(*buckets)
        expect(f"{name}: order", list(bounds), sorted(bounds))
        expect(f"{name}: growth", list(values), sorted(values))
        expect(f"{name}: end", (bounds[-1], values[-1]), (float("inf"), counts[key]))


def main():
    tta, make_metrics = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        store = str(pathlib.Path(folder) / "metrics.db")
        run(make_metrics, store)
        text = run(tta, "metrics", "--prometheus", store)
        known = json.loads(run(tta, "metrics", "--json", store))["series"]
    families = {family.name: family for family in text_string_to_metric_families(text)}
    expect("families", len(families), 11)
    values = {}
    for family in families.values():
        expect(f"a help for {family.name}", bool(family.documentation), True)
        if family.type == "histogram":
            check_histogram(family.name, family.samples)
        for sample in family.samples:
            key = sample.name, tuple(sorted(sample.labels.items()))
            expect(f"{sample.name} {sample.labels} stands", key in values, False)
            values[key] = sample.value
    for series in known:
        labels = {"provider": series["provider"], "model": series["model"], "task": series["task"] or ""}
        whole = series["windows"]["all"]

        def value(name, **more):
            return values[name, tuple(sorted({**labels, **more}.items()))]
        expect("requests", value("tta_requests_total"), whole["requests"])
        for failure, count in whole["by_class"].items():
            expect(failure, value("tta_failures_total", **{"class": failure}), count)
        for kind in "prompt", "completion", "cached", "reasoning":
            expect(kind, value("tta_tokens_total", kind=kind), whole[f"{kind}_tokens"]["sum"])
            expect(kind, value("tta_tokens_unknown_total", kind=kind), whole[f"{kind}_tokens"]["unknown"])
        near("cost", value("tta_cost_usd_total"), whole["cost_pusd"]["sum"] / 1e12)
        expect("unknown cost", value("tta_cost_unknown_total"), whole["cost_pusd"]["unknown"])
        for name in "latency", "first_token", "gap":
            expect(name, value(f"tta_{name}_seconds_count"), whole[name]["count"])
            near(name, value(f"tta_{name}_seconds_sum"), whole[name]["count"] * whole[name]["mean_ns"] / 1e9)
    print(f"{len(values)} samples of {len(known)} series are read as they were meant")


main()
