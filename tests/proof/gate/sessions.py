# SPDX-License-Identifier: MIT
"""The measuring of the proof of the gate: each session becomes one line of a file, so that a proof that was interrupted
goes on where it was."""
import contextlib
import datetime
import json
import os
import random
import signal
import subprocess
import tempfile
import time

CORE_BOUND = ("rotate", "multiply", "divide", "polynomial", "multiply_1_ms", "table_in_l1", "sum_in_l1", "random_branches",
              "sort", "compare_strings", "print_numbers", "walk_in_l1")
TOO_SHORT_TO_SLOW = "multiply_5_ns", "shift_10_ns"
OTHERS = ("system_call", "through_a_pipe", "walk_in_l2", "walk_in_l3", "walk_in_memory", "sum_in_l2", "sum_in_memory",
          "copy_4_kib", "malloc_and_free", "hash_table", "parse_json")
BODIES = TOO_SHORT_TO_SLOW + CORE_BOUND + OTHERS
SUITE_SIZE = 20
BUSY = "import signal; signal.alarm({seconds})\nwhile True: pass"
MOST_SECONDS = 1800  # of anything that is started here


def choose(names):
    return " or ".join(f"*::{name}" for name in names)


@contextlib.contextmanager
def busy_cores(count):
    """A process on each of so many cores that does nothing but compute."""
    begun = [subprocess.Popen(["python3", "-c", BUSY.format(seconds=MOST_SECONDS)]) for _ in range(count)]
    try:
        yield
    finally:
        for each in begun:
            each.send_signal(signal.SIGKILL)
            each.wait()


def gate(build, old, new, options):
    """One gate of two programs, or of two folders."""
    with tempfile.TemporaryDirectory() as folder:
        verdict = os.path.join(folder, "verdict.json")
        begin = time.monotonic()
        done = subprocess.run([build / "assay", "gate", old, new, "--quiet", f"--verdict={verdict}", *options],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=MOST_SECONDS)
        seconds = time.monotonic() - begin
        if not os.path.exists(verdict):
            raise SystemExit(f"the gate of {old} and {new} ends with {done.returncode}:\n{done.stderr}")
        with open(verdict, encoding="utf-8") as file:
            told = json.load(file)
    rows = {each["fullname"].split("::")[1]: {key: each.get(key) for key in ("verdict", "change", "lower", "upper", "launches", "least_visible")}
            for each in told["benchmarks"]}
    return {"status": done.returncode, "control": told.get("control"), "seconds": seconds, "rows": rows}


def google(build, name):
    """All repetitions of each body, in nanoseconds of real time."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "google.json")
        subprocess.run([build / f"tests/proof/gate/google_{name}", "--benchmark_repetitions=10", "--benchmark_min_time=0.05",
                        f"--benchmark_out={path}", "--benchmark_out_format=json"],
                       stdin=subprocess.DEVNULL, capture_output=True, check=True, timeout=MOST_SECONDS)
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
    times = {}
    for each in told["benchmarks"]:
        if each["run_type"] == "iteration":
            times.setdefault(each["run_name"], []).append(each["real_time"])
    return times


def measure(build, what, number):
    """A session of some kind; the number chooses what is chosen by chance."""
    programs = build / "tests/proof/gate"
    if what == "unchanged":
        names = random.Random(number).sample(BODIES, SUITE_SIZE)
        return gate(build, programs / "old", programs / "new", [f"--filter={choose(names)}"])
    if what == "slow2":
        return gate(build, programs / "old", programs / "slow2", [f"--filter={choose(CORE_BOUND + OTHERS)}"])
    if what == "slow1":
        return gate(build, programs / "old", programs / "slow1", ["--gate-margin=0.5%", f"--filter={choose(CORE_BOUND)}"])
    if what == "suite":
        return gate(build, build / "tests/performance", programs / "suite", [])
    return {name: google(build, name) for name in ("old", "new", "slow2")}


class Records:
    def __init__(self, path):
        self.path = path
        self.all = []
        if path.exists():
            self.all = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]

    def has(self, condition, what, number):
        return any((each["condition"], each["what"], each["number"]) == (condition, what, number) for each in self.all)

    def add(self, condition, what, number, session):
        record = {"condition": condition, "what": what, "number": number, "load": os.getloadavg()[0],
                  "at": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M}", "session": session}
        self.all.append(record)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
