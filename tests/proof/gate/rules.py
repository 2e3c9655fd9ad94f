# SPDX-License-Identifier: MIT
"""The rules of other tools, on repetitions of a benchmark in two separate runs."""
import math


def mann_whitney(a, b):
    """The two-sided p of the U test, by the normal approximation with ties and continuity: what compare.py of Google
    Benchmark gets from scipy."""
    both = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    ranks, ties, at = [0.0, 0.0], 0, 0
    while at < len(both):
        end = at
        while end < len(both) and both[end][0] == both[at][0]:
            end += 1
        for _, side in both[at:end]:
            ranks[side] += (at + 1 + end) / 2
        ties += (end - at) ** 3 - (end - at)
        at = end
    n, m = len(a), len(b)
    u = max(ranks[0] - n * (n + 1) / 2, ranks[1] - m * (m + 1) / 2)
    sigma = math.sqrt(n * m / 12 * (n + m + 1 - ties / ((n + m) * (n + m - 1))))
    return 1.0 if sigma == 0 else min(1.0, math.erfc((u - n * m / 2 - 0.5) / sigma / math.sqrt(2)))


def mean(values):
    return sum(values) / len(values)


# name, whether it speaks of old and new
RULES = (
    ("pytest-benchmark's `mean:20%`", lambda old, new: mean(new) > 1.2 * mean(old)),
    ("pytest-benchmark's `mean:5%`", lambda old, new: mean(new) > 1.05 * mean(old)),
    ("compare.py: U test, p < 0.05", lambda old, new: mann_whitney(old, new) < 0.05),
    ("compare.py: U test, and slower", lambda old, new: mann_whitney(old, new) < 0.05 and mean(new) > mean(old)),
    ("least time, slower by > 2.5 %", lambda old, new: min(new) > 1.025 * min(old)),
    ("least time, slower by > 1 %", lambda old, new: min(new) > 1.01 * min(old)),
)
