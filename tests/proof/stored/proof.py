#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What comparisons with stored runs say of unchanged code, and of code that is really 20 % slower.

Takes the runs of the performance suite one after the other, each compared with the one before it as the configuration
says: the same programs, so every *slower* is false.  In turn with them a program with several kinds of body, and the same
built with a fifth more work in each body, compared with it.  Beside it, of the very same runs, pytest-benchmark's rule:
fail if the mean (or minimum) of one is more than 20 % above that of the other.

Each comparison is written to build/proof-stored/outcomes.jsonl when it is made, and --resume goes on from there.  In the
end the page is written.  Exit 0 only if what is demanded holds, 1 if not, 2 if it could not be measured.
"""
import argparse
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys

import page

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import written_page

SUITE = "catalogue_load", "model_selection", "fallback", "metrics_recording", "api_key_validation", "services"
PLANTED, PLANTED_TOLERANCE = 0.2, 0.0005


class CannotMeasure(Exception):
    pass


def now():
    return datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")


def git(*words):
    return subprocess.run(["git", *words], capture_output=True, text=True).stdout.strip()


def run(build, programs, result, *options):
    """Measures programs into a file."""
    command = [build / "assay", "run", "--no-build", "--no-baseline", "--quiet", f"--json={result}", *options, *programs]
    result.unlink(missing_ok=True)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    # 1 and 4: a target is missed or undecided, or the comparison fails, as it may
    if done.returncode not in (0, 1, 4) or not result.exists():
        raise CannotMeasure(f"{' '.join(map(str, command))} ends with {done.returncode}:\n{done.stderr}")


def benchmarks_of(path):
    return {each["fullname"]: each for each in json.loads(path.read_text())["benchmarks"]}


def compare(build, programs, new, old):
    """Measures programs into `new`; of each benchmark what the comparison with `old` says, and what the values do."""
    verdict = new.with_name("verdict.json")
    verdict.unlink(missing_ok=True)
    # a run that was called slower is no baseline, but here it is one
    run(build, programs, new, f"--compare={old}", f"--verdict={verdict}", "--any-run")
    before, after, said = benchmarks_of(old), benchmarks_of(new), benchmarks_of(verdict)
    if before.keys() != after.keys() or said.keys() != after.keys():
        raise CannotMeasure(f"{old} and {new} have other benchmarks")
    return [{
        "name": name,
        "verdict": each["verdict"],
        "fails": any(finding["kind"] == "failure" and finding["of"] == "verdict" for finding in each["findings"]),
        "change": [each.get("change"), each.get("lower"), each.get("upper")],
        "mean": after[name]["stats"]["mean"] / before[name]["stats"]["mean"] - 1,
        "min": after[name]["stats"]["min"] / before[name]["stats"]["min"] - 1,
    } for name, each in said.items()]


def planted_work(build, folder, units):
    """By how much the instructions of each body grow, counted by callgrind before anything is timed."""
    counted = []
    for program in units:
        result = folder / "instructions.json"
        run(build, [program], result, "--instructions", "--max-time=0.01", "--launches=1")
        counted.append({each["name"]: each["assay"]["measured"]["instructions"] for each in benchmarks_of(result).values()})
    planted = {name: counted[1][name] / counted[0][name] - 1 for name in counted[0]}
    for name, share in planted.items():
        if abs(share - PLANTED) > PLANTED_TOLERANCE:
            raise CannotMeasure(f"{name} does {share:+.2%} instructions and not {PLANTED:+.0%}: more units an iteration")
    return planted


def state_of(build, programs):
    """What may not change between the comparisons of one page."""
    digest = hashlib.sha256()
    for path in [build / "assay", *programs, pathlib.Path("assay.yaml")]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def begin(build, folder, programs, units):
    result = folder / "machine.json"
    run(build, units[:1], result, "--max-time=0.01", "--launches=1")
    dirty = " with uncommitted changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    return {
        "programs": state_of(build, programs),
        "commit": git("rev-parse", "--short=12", "HEAD") + dirty,
        "machine": json.loads(result.read_text())["assay"]["machine_class"],
        "planted": planted_work(build, folder, units),
    }


def read_outcomes(path):
    """The header and the comparisons of a run that was interrupted; a last line that was cut is none."""
    lines = []
    for line in path.read_text().splitlines():
        try:
            lines.append(json.loads(line))
        except ValueError:
            break
    return (lines[0], lines[1:]) if lines else (None, [])


def add_line(file, value):
    file.write(json.dumps(value) + "\n")
    file.flush()
    os.fsync(file.fileno())


def measure(arguments, build, folder):
    """The header and all comparisons, those that are there already first."""
    suite = [build / f"tests/performance/bench_{name}" for name in SUITE]
    units = [build / f"tests/proof/stored/bench_units_{count}" for count in (100, 120)]
    old, new, base, slow = (folder / f"{name}.json" for name in ("old", "new", "base", "slow"))
    path = folder / "outcomes.jsonl"
    header, outcomes = read_outcomes(path) if arguments.resume and path.exists() else (None, [])
    if header and header["programs"] != state_of(build, suite + units):
        raise CannotMeasure(f"{path} is of other programs or settings: begin anew, without --resume")
    if path.exists() and not header:
        path.replace(path.with_suffix(".before"))
    header = header or begin(build, folder, suite + units, units)
    with path.with_suffix(".new").open("w") as file:  # without a last line that was cut
        for line in [header, *outcomes]:
            add_line(file, line)
        path.with_suffix(".new").replace(path)
        if len(outcomes) < arguments.comparisons:
            run(build, suite, old)
        while len(outcomes) < arguments.comparisons:
            outcome = {"begin": now(), "load": os.getloadavg()[0]}
            outcome["unchanged"] = compare(build, suite, new, old)
            run(build, units[:1], base)
            # another file name is another benchmark program, and the same source: the names agree
            outcome["slowed"] = compare(build, units[1:], slow, base)
            outcome["end"] = now()
            new.replace(old)
            outcomes.append(outcome)
            add_line(file, outcome)
            said = {kind: sum(each["verdict"] == "slower" for each in outcome[kind]) for kind in ("unchanged", "slowed")}
            failed = sum(each["fails"] for each in outcome["slowed"])
            print(f"{outcome['end'][11:19]} {len(outcomes)} of {arguments.comparisons}: falsely slower {said['unchanged']} "
                  f"of {len(outcome['unchanged'])}, found {failed} of {len(outcome['slowed'])}", file=sys.stderr, flush=True)
    return header, outcomes[:arguments.comparisons]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, help="where the release build is")
    parser.add_argument("page", type=pathlib.Path, help="the page to write")
    parser.add_argument("comparisons", type=int, nargs="?", default=page.COMPARISONS)
    parser.add_argument("--resume", action="store_true", help="go on where an earlier run of the same programs was interrupted")
    arguments = parser.parse_args()
    if arguments.comparisons < 1:
        parser.error("COMPARISONS is at least 1")
    build = arguments.build.resolve()
    folder = build.parent / "proof-stored"
    folder.mkdir(exist_ok=True)
    again = f"make proof-stored COMPARISONS={arguments.comparisons} RESUME=1 goes on from there"
    try:
        header, outcomes = measure(arguments, build, folder)
    except CannotMeasure as error:
        print(f"{error}\n{again}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"interrupted; {again}", file=sys.stderr)
        return 130
    text, holds = page.write(header, outcomes)
    written_page.write(arguments.page, text)
    print(text, end="")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
