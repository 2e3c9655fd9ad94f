# SPDX-License-Identifier: MIT
"""What the sessions of the proof come to, as the page docs/gate.md."""
import collections
import pathlib
import statistics
import sys

from rules import RULES
from sessions import BODIES, CORE_BOUND, OTHERS, SUITE_SIZE

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
import rates

CONDITIONS = {
    "quiet": "nothing else ran",
    "shared": "other programs were built and tested on it",
    "busy": "a process on each core did nothing but compute",
}
DEMANDED_OF = "quiet", "busy"  # that what is slower is found, and the time; false alarms count under every condition
INTRODUCTION = """# The gate, measured

`make proof-gate` wrote this page; it ends with 0 only if all that is demanded holds. How the gate works:
[decisions/0016](decisions/0016-a-gate-of-two-builds-in-turns.md).

Bodies of {bodies} kinds, from 3 ns to more than 1 ms (`tests/proof/gate/bodies_core.c`, `bodies_memory.c`), each 100 units of its work. They are
built twice from the same source, linked in another order and with something else between (*unchanged*), and again doing 101 and 102 units:
more work, not a number multiplied afterwards. The two shortest bodies cannot be slowed by so little and are only compared unchanged. A session is one
`assay gate` at its defaults: of {size} of the bodies by chance for what is unchanged, of all that can be slowed for 2 %, of those that are bound by the
core or its first cache, with `--gate-margin=0.5%`, for 1 %. *Suite* is the performance suite of tta, against itself in another link.
Sessions of all kinds were taken in turns, in an order by chance. That slowdowns are found, and in what time, is demanded of *quiet* and *busy*; that
nothing unchanged is called slower or faster, under every condition.

Machine: {machine}. {when}.
"""


def percent(share, digits=1):
    return f"{100 * share:.{digits}f} %"


def is_valid(record):
    return record["session"]["status"] != 3


def demanded_of(records, is_whole):
    return [each for each in records if not is_whole or each["condition"] in DEMANDED_OF]


def of(records, *kinds):
    return [each for each in records if each["what"] in kinds]


def verdicts(records):
    return [[row["verdict"] for row in each["session"]["rows"].values()] for each in records]


def counted(records, verdict_names):
    """Of valid sessions: in how many rows of each there is such a verdict, and how many there are."""
    return [(sum(verdict in verdict_names for verdict in group), len(group)) for group in verdicts(filter(is_valid, records))]


def total(pairs):
    return sum(seen for seen, _ in pairs), sum(count for _, count in pairs)


def share_cell(pairs):
    """With its interval, unless all sessions say the same."""
    seen, count = total(pairs)
    if count == 0:
        return "-"
    interval = rates.by_pair(pairs)
    known = f" ({percent(interval[0])} to {percent(interval[1])})" if interval else ""
    return f"{seen} of {count}: {percent(seen / count)}{known}"


def found_cell(records):
    return share_cell(counted(records, ("slower",)))


class Page:
    def __init__(self, records, is_whole):
        self.records = records
        self.is_whole = is_whole
        self.lines = []
        self.holds = True

    def demand(self, what, demanded, seen, holds):
        self.holds = self.holds and holds
        self.lines.append(f"| {what} | {demanded} | {seen} | {'holds' if holds else '**missed**'} |")

    def demands(self):
        self.lines += ["", "## What is demanded", "", "| | demanded | seen | |", "|---|---|---|---|"]
        unchanged = of(self.records, "unchanged", "suite")
        alarms, count = total(counted(unchanged, ("slower", "faster")))
        enough = count >= 2000 or not self.is_whole
        bound = rates.most(alarms, count) if count else 1
        self.demand("false *slower* or *faster*, unchanged code", "at most 0.1 %" + (", 2,000 comparisons" if self.is_whole else ""),
                    f"{alarms} of {count}; at most {percent(bound, 2)} (95 %, one side)", enough and alarms <= 0.001 * count)
        suites = [group for group in verdicts(filter(is_valid, of(self.records, "unchanged")))]
        red = sum("slower" in group for group in suites)
        self.demand(f"suites of {SUITE_SIZE} with any false *slower*", "at most 0.5 %",
                    f"{red} of {len(suites)}; at most {percent(rates.most(red, len(suites)), 1)} (95 %, one side)" if suites else "-",
                    bool(suites) and red <= 0.005 * len(suites))
        judged = demanded_of(self.records, self.is_whole)
        for what, share, name, demanded in (("slow2", 0.95, "2 % more work called *slower*, all bodies", "at least 95 %"),
                                            ("slow1", 0.90, "1 % more work called *slower*, margin 0.5 %, core and L1", "at least 90 %")):
            seen, count = total(counted(of(judged, what), ("slower",)))
            self.demand(name, demanded, found_cell(of(judged, what)), count > 0 and seen >= share * count)
        seconds = sorted(each["session"]["seconds"] for each in of(judged, "unchanged"))
        if seconds:
            self.demand(f"time for {SUITE_SIZE} benchmarks, nothing changed", "at most 60 s",
                        f"median {statistics.median(seconds):.0f} s, most {seconds[-1]:.0f} s", seconds[-1] <= 60)
        invalid = [each for each in self.records if each["what"] != "peers" and not is_valid(each)]
        sessions = sum(each["what"] != "peers" for each in self.records)
        alarms = sum(row["verdict"] in ("slower", "faster") for each in invalid if each["what"] in ("unchanged", "suite")
                     for row in each["session"]["rows"].values())
        self.lines += ["", f"{len(invalid)} of {sessions} sessions were invalid by their own control (exit status 3) and are not counted above; "
                           f"{alarms} of their unchanged benchmarks were called *slower* or *faster*."]

    def what_is_out_of_reach(self):
        """The bodies whose 2 % are found in less than four cases of five, and why."""
        rows = collections.defaultdict(list)
        for record in filter(is_valid, of(self.records, "slow2")):
            for name, row in record["session"]["rows"].items():
                rows[name].append(row)
        missed = []
        for name, found in rows.items():
            count = sum(row["verdict"] == "slower" for row in found)
            if count < 0.8 * len(found):
                launches = statistics.median(row["launches"] for row in found)
                visible = statistics.median(row["least_visible"] or float("inf") for row in found)
                missed.append(f"*{name}* ({count} of {len(found)}; {launches:.0f} launches, after which {percent(visible)} would show)")
        if missed:
            self.lines += ["", "Of 2 %, the default time finds less than four in five in " + ", ".join(missed) + ". Where a process gets its memory "
                           "differs from launch to launch and stays for its life, and the last cache is shared with others: only more launches "
                           "tell more, and they end as *cannot tell*, not as *same*."]

    def conditions(self):
        self.lines += ["", "## By what else the machine did", "",
                       "| | load | unchanged: false | shown the *same* | 2 % found | 1 % found | seconds a session |", "|---|---|---|---|---|---|---|"]
        for name, text in CONDITIONS.items():
            mine = [each for each in self.records if each["condition"] == name and each["what"] != "peers"]
            if not mine:
                continue
            loads = sorted(each["load"] for each in mine)
            unchanged = of(mine, "unchanged", "suite")
            alarms, count = total(counted(unchanged, ("slower", "faster")))
            same, _ = total(counted(unchanged, ("same",)))
            seconds = [each["session"]["seconds"] for each in of(mine, "unchanged")]
            self.lines.append(f"| *{name}*: {text} | {loads[0]:.1f} to {loads[-1]:.1f} | {alarms} of {count} | "
                              f"{percent(same / count) if count else '-'} | {found_cell(of(mine, 'slow2'))} | {found_cell(of(mine, 'slow1'))} | "
                              f"{statistics.median(seconds) if seconds else float('nan'):.0f} |")
        self.lines += ["", "Intervals are of 95 %, by drawing whole sessions again; none stands where all sessions say the same."]

    def by_body(self):
        self.lines += ["", "## By body", "", "| | unchanged: false | shown the *same* | least change that would show, median | 2 % found | 1 % found |",
                       "|---|--:|--:|--:|--:|--:|"]
        tallies = {what: collections.defaultdict(list) for what in ("unchanged", "slow2", "slow1")}
        for record in filter(is_valid, of(self.records, *tallies)):
            for name, row in record["session"]["rows"].items():
                tallies[record["what"]][name].append(row)
        for name in BODIES:
            unchanged = tallies["unchanged"][name]
            visible = [row["least_visible"] for row in unchanged if row["least_visible"] is not None]

            def count(what, *wanted):
                rows = tallies[what][name]
                return f"{sum(row['verdict'] in wanted for row in rows)} of {len(rows)}" if rows else "-"
            self.lines.append(f"| {name} | {count('unchanged', 'slower', 'faster')} | {count('unchanged', 'same')} | "
                              f"{percent(statistics.median(visible)) if visible else '-'} | "
                              f"{count('slow2', 'slower') if name in CORE_BOUND + OTHERS else '-'} | "
                              f"{count('slow1', 'slower') if name in CORE_BOUND else '-'} |")

    def peers(self):
        rounds = of(self.records, "peers")
        self.lines += ["", "## Other rules, on the same bodies in the same hours", ""]
        if not rounds:
            self.lines.append("Google Benchmark is not installed.")
            return
        self.lines += [f"Google Benchmark ran the same files {len(rounds)} times in turns with the sessions: *old*, *new* and *2 % more work* one after the other, 10 "
                       "repetitions of 0.05 s each, 15 s of measuring a run. The rules are applied to the real times of those repetitions.", "",
                       "| rule | says so of unchanged code | says so of 2 % more work |", "|---|---|---|"]
        for name, speaks in RULES:
            cells = []
            for other, names in (("new", BODIES), ("slow2", CORE_BOUND + OTHERS)):
                cells.append(share_cell([(sum(speaks(each["session"]["old"][body], each["session"][other][body]) for body in names), len(names))
                                         for each in rounds]))
            self.lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
        unchanged, slowed = of(self.records, "unchanged"), of(self.records, "slow2")
        if unchanged:
            self.lines.append(f"| `assay gate`, *slower* | {found_cell(unchanged)} | {found_cell(slowed)} |")


def write_page(records, is_whole, machine):
    """The text, and whether all that is demanded holds."""
    page = Page(records, is_whole)
    times = sorted(each["at"] for each in records)
    head = INTRODUCTION.format(bodies=len(BODIES), size=SUITE_SIZE, machine=machine,
                               when=f"{len(records)} sessions, {times[0]} to {times[-1]} UTC" if times else "no session")
    page.demands()
    page.what_is_out_of_reach()
    page.conditions()
    page.by_body()
    page.peers()
    return head + "\n".join(page.lines) + "\n", page.holds
