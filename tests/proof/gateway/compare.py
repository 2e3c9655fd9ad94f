# SPDX-License-Identifier: MIT
"""What each way adds to a request, and what it takes: the table of the proof that compares."""
import statistics
import subprocess

import peers

OURS = "tta serve"
CONNECTIONS, SECONDS, STREAMS, BODIES, LEAVES = 64, 3, 1000, 1500, 30
TIMES, FIRSTS = 3000, 400
PEER_TIMES, PEER_FIRSTS = 300, 60  # each takes them a hundred times as long
TIMES_ROUNDS = 3  # for each round of the others, since they are short
MB = 1e6

INTRODUCTION = """## Beside others

{count} ways lead to the same provider: straight, through nginx {nginx} as a plain proxy with kept connections
and no buffering, through `tta serve`{others}. They take turns within
each round, in one order and then in the other; medians of {rounds} rounds. A request is a chat of 800 bytes, an answer
one of 1 KB; a stream begins with content at once. nginx forwards bytes; the gateway reads the request and the answer,
chooses, records, and can send it again elsewhere. *Added* is what a way takes beyond the straight one. Memory is the
proportional set size of all processes; with bodies it is of what had arrived.
"""


class Table:
    def __init__(self, page, ways):
        self.page, self.ways = page, ways
        page.say("| | " + " | ".join(ways) + f" | demanded of {OURS} | |")
        page.say("|---|" + "--:|" * len(ways) + "---|---|")

    def row(self, title, figures, demand="", holds=None, digits=0):
        """`figures` by way, None where it failed."""
        def show(way):
            if way not in figures:
                return ""
            return "fails" if figures[way] is None else f"{figures[way]:.{digits}f}"
        cells = " | ".join(show(way) for way in self.ways)
        self.page.say(f"| {title} | {cells} | {demand} | {self.page.verdict(holds)} |")


def column(figures, which):
    return {way: row and row[which] for way, row in figures.items()}


def added(figures, which):
    straight = figures["straight"][which]
    return {way: row and row[which] - straight for way, row in figures.items() if way != "straight"}


def measure_times(bench, table):
    def times(way):
        count = PEER_TIMES if way in peers.PEERS else TIMES
        return [float(ns) / 1000 for ns in bench.run("times", way, count)]
    whole = bench.turns(times, TIMES_ROUNDS * bench.rounds)
    for which, name, factor in ((0, "p50", 1.5), (1, "p99", 3)):
        more = added(whole, which)
        table.row(f"whole answer, one at a time, {name}, us", column(whole, which))
        table.row(f"added, {name}, us", more, f"{factor} x nginx at most", more[OURS] <= factor * more["nginx"])


def measure_rate(bench, table):
    def rate(way):
        """Answers a second, and the processor time for each of who stands between."""
        before = bench.ways[way].processor_us()
        a_second = float(bench.run("rate", way, CONNECTIONS, SECONDS)[0])
        return a_second, (bench.ways[way].processor_us() - before) / (a_second * SECONDS)
    rates = bench.turns(rate, bench.rounds)
    answers = column(rates, 0)
    slow = [way for way in table.ways if way in peers.PEERS and rates[way]]
    table.row(f"answers a second, {CONNECTIONS} connections, one core", answers,
              "; ".join(["0.7 x nginx", *(f"10 x {way}" for way in slow)]) + " at least",
              answers[OURS] >= 0.7 * answers["nginx"] and all(answers[OURS] >= 10 * answers[way] for way in slow))
    between = {way: us for way, us in column(rates, 1).items() if way != "straight"}
    table.row("processor time for each of these, us", between, digits=1)


def measure_first(bench, table):
    def first(way):
        return [float(ns) / 1000 for ns in bench.run("first", way, PEER_FIRSTS if way in peers.PEERS else FIRSTS)]
    firsts = bench.turns(first, bench.rounds)
    more = added(firsts, 1)
    table.row("first token of a stream, p50, us", column(firsts, 0))
    table.row("first token of a stream, p99, us", column(firsts, 1))
    table.row("added, p99, us", more, "2 x nginx at most", more[OURS] <= 2 * more["nginx"])


def measure_leaving(bench, table):
    times = {way: bench.attempt(lambda way: bench.leaving_us(way, LEAVES), way) for way in table.ways}
    longest = {way: each and max(each) for way, each in times.items()}
    table.row("client leaves until the provider notices, median, us",
              {way: each and statistics.median(each) for way, each in times.items()})
    table.row("the same, longest, us", longest, "5000 at most", longest[OURS] <= 5000)


def measure_memory(bench, table, idle):
    def held(mode, ways, count):
        return {way: bench.attempt(lambda way: bench.held_bytes(mode, way, count) / MB, way) for way in ways}
    between = [way for way in table.ways if way != "straight"]
    streams, bodies = held("hold", between, STREAMS), held("bodies", ["nginx", OURS], BODIES)
    table.row("memory when started, MB", idle, "16 at most", idle[OURS] <= 16, 1)
    table.row(f"memory with {STREAMS} open streams, MB", streams, "64 at most", streams[OURS] <= 64, 1)
    table.row(f"memory with {BODIES} bodies of 150 KB, MB", bodies, "300 at most", bodies[OURS] <= 300, 1)


def start(bench):
    """Starts all ways, and warms them up: their memory before that, and sentences of what is not there."""
    bench.ways = {"straight": bench.provider, "nginx": bench.start_nginx(), OURS: bench.start_gateway()}
    problems = peers.start(bench)
    idle = {way: server.memory_bytes() / MB for way, server in bench.ways.items() if way != "straight"}
    for way in list(bench.ways):
        if not bench.attempt(lambda way: bench.run("rate", way, CONNECTIONS, SECONDS), way):
            bench.ways.pop(way).stop()
            problems.append(f"{peers.PEERS[way].title} does not answer here, and is not compared with.")
    return idle, problems


def introduce(bench, page, problems):
    nginx = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.split("/")[-1].strip()
    others = "".join(f", through {peers.PEERS[way].title}" for way in bench.ways if way in peers.PEERS)
    page.say(INTRODUCTION.format(count={3: "Three", 4: "Four", 5: "Five"}[len(bench.ways)], nginx=nginx, others=others,
                                 rounds=bench.rounds))
    for problem in problems:
        page.say(problem + "\n")


def write(bench, page):
    try:
        idle, problems = start(bench)
        introduce(bench, page, problems)
        table = Table(page, list(bench.ways))
        measure_times(bench, table)
        measure_rate(bench, table)
        measure_first(bench, table)
        measure_leaving(bench, table)
        measure_memory(bench, table, idle)
    finally:
        for way, server in bench.ways.items():
            if way != "straight":
                server.stop()
        bench.ways = {}
