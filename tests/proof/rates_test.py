#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
import math
import unittest

from rates import by_pair, clopper_pearson, most, say


class Rates(unittest.TestCase):
    def test_clopper_and_pearson(self):
        lower, upper = clopper_pearson(53, 56)
        terms = [[math.comb(56, k) * share ** k * (1 - share) ** (56 - k) for k in range(57)] for share in (lower, upper)]
        self.assertAlmostEqual(sum(terms[0][53:]), 0.025, 9)  # 53 or more, if the share is the lower end
        self.assertAlmostEqual(sum(terms[1][:54]), 0.025, 9)
        self.assertEqual(clopper_pearson(0, 364)[0], 0)
        self.assertAlmostEqual(clopper_pearson(0, 364)[1], 1 - 0.025 ** (1 / 364), 9)
        self.assertEqual(clopper_pearson(30, 30)[1], 1)
        self.assertAlmostEqual(clopper_pearson(30, 30)[0], 0.025 ** (1 / 30), 9)

    def test_to_one_side(self):
        self.assertAlmostEqual(most(0, 1788), 1 - 0.05 ** (1 / 1788), 9)
        share = most(3, 40)
        self.assertAlmostEqual(sum(math.comb(40, k) * share ** k * (1 - share) ** (40 - k) for k in range(4)), 0.05, 9)

    def test_with_one_benchmark_a_pair_the_bootstrap_is_that_of_a_binomial(self):
        lower, upper = by_pair([(1, 1)] * 20 + [(0, 1)] * 20)  # qbinom(c(.025, .975), 40, .5) / 40: 0.35, 0.65
        self.assertAlmostEqual(lower, 0.35, delta=0.026)
        self.assertAlmostEqual(upper, 0.65, delta=0.026)

    def test_benchmarks_that_agree_within_a_pair_make_the_interval_no_narrower(self):
        one = by_pair([(1, 1)] * 20 + [(0, 1)] * 20)
        self.assertEqual(by_pair([(50, 50)] * 20 + [(0, 50)] * 20), one)

    def test_benchmarks_that_differ_within_each_pair_tell_more(self):
        lower, upper = by_pair([(24, 50), (26, 50)] * 20)
        self.assertTrue(0.48 < lower < 0.5 < upper < 0.52)

    def test_pairs_that_all_agree_have_no_interval_but_a_limit(self):
        self.assertIsNone(by_pair([(0, 50)] * 30))
        self.assertEqual(say([(0, 50)] * 30), "0 of 1500 = 0.00% (no pair has any; at most 11.6% of pairs do)")
        self.assertEqual(say([(8, 8)] * 30), "240 of 240 = 100.00% (so in all pairs; in at most 11.6% of pairs not)")
        self.assertEqual(say([(1, 4)] * 3), "3 of 12 = 25.00% (the same in all pairs)")


if __name__ == "__main__":
    unittest.main()
