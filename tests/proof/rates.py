# SPDX-License-Identifier: MIT
"""Shares of benchmark comparisons, and how well they are known.

The comparisons of one pair of runs, or of one session of a gate, are not independent: a bad minute touches many
benchmarks at once.  So intervals come from resampling whole pairs of runs (the cluster bootstrap, percentiles).  Where
every pair says the same there is nothing to resample, and what can be said is of pairs: in how many of them something
else may happen, by Clopper and Pearson.
"""
import math
import random

DRAWS = 10000


def binomial_tail(n, k, share):
    """The probability of k or more among n, each with that share, which is below 1."""
    if share == 0:
        return float(k <= 0)
    has, has_not = math.log(share), math.log1p(-share)  # powers would underflow
    return sum(math.exp(math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) + i * has + (n - i) * has_not)
               for i in range(k, n + 1))


def bisect(rises_above, low=0.0, high=1 - 1e-12):
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if rises_above(middle) else (middle, high)
    return (low + high) / 2


def clopper_pearson(k, n):
    """The interval of 95 % for a share of which k among n independent ones were seen."""
    lower = 0.0 if k == 0 else bisect(lambda share: binomial_tail(n, k, share) > 0.025)
    upper = 1.0 if k == n else bisect(lambda share: binomial_tail(n, k + 1, share) > 0.975)
    return lower, upper


def most(k, n):
    """What a share of which k among n independent ones were seen is at most, with 95 %, to one side."""
    return bisect(lambda share: binomial_tail(n, k + 1, share) > 0.95)


def by_pair(pairs, draws=DRAWS, seed=1):
    """The interval of 95 % for the share in `pairs`, a list of (how many, among how many); None if all have the same."""
    if all(k * pairs[0][1] == pairs[0][0] * n for k, n in pairs):
        return None
    draw = random.Random(seed)
    shares = []
    for _ in range(draws):
        drawn = draw.choices(pairs, k=len(pairs))
        shares.append(sum(k for k, _ in drawn) / sum(n for _, n in drawn))
    shares.sort()
    return shares[int(0.025 * draws)], shares[int(0.975 * draws)]


def say(pairs):
    """A share with its interval, as a cell of a table."""
    k, n = (sum(column) for column in zip(*pairs))
    share = f"{k} of {n} = {k / n:.2%}"
    interval = by_pair(pairs)
    if interval:
        return f"{share} ({interval[0]:.2%} to {interval[1]:.2%})"
    other = clopper_pearson(0, len(pairs))[1]
    if k == 0:
        return f"{share} (no pair has any; at most {other:.1%} of pairs do)"
    if k == n:
        return f"{share} (so in all pairs; in at most {other:.1%} of pairs not)"
    return f"{share} (the same in all pairs)"
