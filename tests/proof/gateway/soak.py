# SPDX-License-Identifier: MIT
"""A soak: clients of all kinds ask a provider that plays faults, while the memory of the gateway is watched."""
import http.client
import re
import statistics
import subprocess
import time

from ways import OTHER_CORE, PATIENCE_S, CannotMeasure

CONNECTIONS, BLOCKS, SAMPLE_S = 32, 12, 0.5
T_95 = 2.228  # Student's t, two-sided 95 %, for BLOCKS - 2 = 10 degrees of freedom
MB = 1e6

# The metrics keep a slot for each series and ten seconds, up to five minutes, which is the warm-up; one a minute, up to
# an hour, which is what growth there may be; one an hour, up to a day.  Of all else there is none, but for holes in the
# heap, which come and go.  A block lost in a hundred requests is 7 MB.
WHOLE_S, WARM_UP_S, MOST_BYTES_AN_HOUR, MOST_ELSE_AN_HOUR = 600, 330, 4e6, 2e6

# Three servers that are the same provider: "up" is asked for what is well, the others for what has faults, so that
# what the gateway learns of these leaves "up" alone.
CONFIG = """servers:
  - provider: custom_api
    name: up
    base_url: http://127.0.0.1:{provider}/v1
    key_variable: PROOF_KEY
  - provider: custom_api
    name: flaky
    base_url: http://127.0.0.1:{provider}/v1
    key_variable: PROOF_KEY
  - provider: custom_api
    name: busy
    base_url: http://127.0.0.1:{provider}/v1
    key_variable: PROOF_KEY
store: lists.json
serve:
  address: 127.0.0.1:{port}
  chains:
    - name: good
      targets: [up/whole]
    - name: story
      targets: [up/stream]
    - name: late
      targets: [up/late]
    - name: flaky
      targets: [flaky/flaky, up/whole]
    - name: busy
      targets: [busy/busy, up/whole]
    - name: ragged
      targets: [flaky/ragged, up/stream]
"""

# Of the kinds in soak.c: what they are, and how each of them has to end, as the place in its figures; None: it may end
# one way or another, but not in vain.
ASKED, ANSWERED, REFUSED, CUT, LEFT, WAITED = range(6)
KINDS = {
    "whole": ("whole answers", ANSWERED),
    "large": ("requests of 150 KB", ANSWERED),
    "stream": ("streams", ANSWERED),
    "flaky": ("an eighth of the answers is a fault, and another provider is there", ANSWERED),
    "busy": ("an eighth is told 429, and another provider is there", ANSWERED),
    "ragged": ("streams of which an eighth breaks off after content", None),
    "alone": ("an eighth is a fault, and there is no other provider", None),
    "malformed": ("the request is no JSON", REFUSED),
    "impatient": ("the client leaves while it waits", LEFT),
    "leaving": ("the client leaves in the middle of a stream", LEFT),
}

INTRODUCTION = """## A soak under faults

{seconds} seconds, {connections} connections that ask for one thing after the other, drawn at random, of a provider
that plays faults: 500, 502, a page instead of an answer, an answer without choices, one that is cut, a connection that
is closed without a word, 429, streams that break off. *Cut* are answers that ended early, *in vain* those that did not
come within 30 s; what was under way when the time was over is in none of the columns but the first.

Memory is the resident set, and growth that of its least value in each of twelve stretches of time: what requests under
way hold is none. Metrics take a slot of a few KB for each model and ten seconds, for up to five minutes, which are the
warm-up; one for each minute, for up to an hour, which is what growth there may be here; then one an hour, for up to a
day, and no more from then on: `tta.metric_memory_test` passes two days of that. What these slots take the gateway says
itself, as `tta_metrics_memory_bytes` in `GET /metrics`. Of all else nothing grows but holes in the heap, and what
requests leave behind in it is looked at by `gateway.memory`. Of a shorter soak than ten minutes nothing is demanded.
"""


def slope(samples):
    """The growth in a unit of time of (time, value) pairs, and the ends of its interval of 95 %.

    What requests under way hold comes and goes, so the line is drawn through the least values of twelve blocks, which
    are independent as samples that follow each other are not.
    """
    size = len(samples) // BLOCKS
    blocks = [samples[i * size:(i + 1) * size] for i in range(BLOCKS)]
    times = [statistics.fmean(t for t, _ in block) for block in blocks]
    values = [min(v for _, v in block) for block in blocks]
    middle, mean = statistics.fmean(times), statistics.fmean(values)
    spread = sum((t - middle) ** 2 for t in times)
    found = sum((t - middle) * (v - mean) for t, v in zip(times, values)) / spread
    rest = sum((v - mean - found * (t - middle)) ** 2 for t, v in zip(times, values))
    error = (rest / (BLOCKS - 2) / spread) ** 0.5
    return found, found - T_95 * error, found + T_95 * error


def ends_well(ends, wanted):
    """Whether all that ended did so as wanted, but for those under way at the end, one a connection."""
    others = sum(ends[ANSWERED:]) - (ends[wanted] if wanted is not None else 0)
    return ends[WAITED] == 0 and sum(ends[ANSWERED:]) > 0 and (wanted is None or others == 0)


def windows_bytes(text):
    """What the windows of metrics take, by the text for Prometheus."""
    found = re.search(r"^tta_metrics_memory_bytes (\d+)$", text, re.MULTILINE)
    if not found:
        raise CannotMeasure("the gateway does not say what its windows of metrics take")
    return int(found.group(1))


def ask_windows_bytes(gateway):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/metrics")
        return windows_bytes(connection.getresponse().read().decode())
    except (OSError, http.client.HTTPException) as reason:
        raise CannotMeasure(f"the gateway does not give its metrics: {reason}") from None
    finally:
        connection.close()


def watch(bench, gateway):
    """Samples (seconds, resident bytes, those of windows of metrics), and the ends by kind."""
    samples = []
    with subprocess.Popen(["taskset", "-c", str(OTHER_CORE), str(bench.programs / "soak"), str(gateway.port),
                           str(CONNECTIONS), str(bench.soak_s)], stdout=subprocess.PIPE, text=True) as clients:
        start = time.monotonic()
        while clients.poll() is None:
            samples.append((time.monotonic() - start, gateway.memory_bytes("Rss"), ask_windows_bytes(gateway)))
            time.sleep(SAMPLE_S)
        if clients.returncode != 0:
            raise CannotMeasure("the clients of the soak ended early")
        ends = {name: [int(word) for word in figures.split()]
                for name, figures in (line.split("\t") for line in clients.stdout)}
    return samples, ends


def write_kinds(page, ends):
    page.say("| what | asked | answered | refused | cut | left | in vain | demanded | |")
    page.say("|---|--:|--:|--:|--:|--:|--:|---|---|")
    names = ("asked", "all are answered", "all are refused", "cut", "all have left")
    for name, (title, wanted) in KINDS.items():
        demand = names[wanted] if wanted is not None else "none in vain"
        page.say(f"| {title} | {' | '.join(map(str, ends[name]))} | {demand} | "
                 f"{page.verdict(ends_well(ends[name], wanted))} |")


def write_growth(page, what, samples, most=None):
    """A line of how fast they grow; `most` may be their growth in an hour, None: nothing is demanded."""
    found, low, high = (3600 * each for each in slope(samples))
    demanded = f"{most / MB:.0f} at the upper end" if most else ""
    page.say(f"| {what} | {found / MB:.2f} ({low / MB:.2f} to {high / MB:.2f}) | {demanded} | "
             f"{page.verdict(high <= most) if most else ''} |")


def write_memory(page, samples, requests, before, after):
    is_whole = samples[-1][0] >= WHOLE_S - 1
    kept = [each for each in samples if each[0] >= (WARM_UP_S if is_whole else samples[-1][0] / 2)]
    resident = [(t, all_) for t, all_, _ in kept]
    windows = [(t, of) for t, _, of in kept]
    others = [(t, all_ - of) for t, all_, of in kept]
    page.say("| | | demanded | |")
    page.say("|---|--:|---|---|")
    page.say(f"| resident when started, MB | {before[0] / MB:.2f} | | |")
    for when, (_, all_, of) in ((f"after a warm-up of {kept[0][0]:.0f} s", kept[0]), ("at the end", kept[-1])):
        page.say(f"| {when}, and of these the windows of metrics, MB | {all_ / MB:.2f}, {of / MB:.2f} | | |")
    write_growth(page, "growth in between, MB an hour, and its interval of 95 %", resident,
                 MOST_BYTES_AN_HOUR if is_whole else None)
    write_growth(page, "of these the windows of metrics", windows)
    write_growth(page, "and all else", others, MOST_ELSE_AN_HOUR if is_whole else None)
    page.say(f"| growth in bytes a request | {slope(resident)[0] * samples[-1][0] / requests:.3f} | | |")
    page.say(f"| descriptors when started, and when the clients had gone | {before[1]}, {after[1]} | | |")


def write(bench, page):
    page.say(INTRODUCTION.format(seconds=bench.soak_s, connections=CONNECTIONS))
    gateway = bench.start_gateway(CONFIG)
    try:
        before = gateway.memory_bytes("Rss"), gateway.descriptors()
        samples, ends = watch(bench, gateway)
        time.sleep(1)
        after = gateway.memory_bytes("Rss"), gateway.descriptors()
    finally:
        gateway.stop()
    write_kinds(page, ends)
    page.say()
    write_memory(page, samples, sum(each[ASKED] for each in ends.values()), before, after)
