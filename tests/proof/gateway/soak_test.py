#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
import random
import unittest

import soak


class Slope(unittest.TestCase):
    def test_what_stays_the_same_does_not_grow(self):
        self.assertEqual(soak.slope([(t, 5e6) for t in range(600)]), (0, 0, 0))

    def test_a_line_is_known_exactly(self):
        for found in soak.slope([(t / 4, 5e6 + 3 * t / 4) for t in range(600)]):
            self.assertAlmostEqual(found, 3)

    def test_noise_is_within_the_interval_19_times_of_20(self):
        draw, outside = random.Random(1), 0
        for _ in range(1000):
            _, low, high = soak.slope([(t, draw.gauss(2 * t, 50)) for t in range(120)])
            outside += not low <= 2 <= high
        self.assertTrue(35 <= outside <= 65, outside)

    def test_a_leak_of_a_block_in_a_hundred_requests_is_too_much(self):
        draw = random.Random(1)
        leak = [(t / 4, 9e6 + draw.choice((0, 4096, 65536)) + t / 4 * 4000 / 100 * 32) for t in range(1800)]
        self.assertGreater(3600 * soak.slope(leak)[2], soak.MOST_BYTES_AN_HOUR)

    def test_what_comes_and_goes_is_no_growth(self):
        draw = random.Random(1)
        bodies = [(t / 2, 9e6 + draw.choice((0, 0, 0, 1, 2)) * 150e3) for t in range(540)]
        self.assertEqual(soak.slope(bodies), (0, 0, 0))

    def test_a_leak_is_found_under_what_comes_and_goes(self):
        draw = random.Random(1)
        leak = [(t / 2, 9e6 + draw.choice((0, 0, 0, 1, 2)) * 150e3 + t / 2 * 2000 / 100 * 32) for t in range(540)]
        self.assertGreater(3600 * soak.slope(leak)[2], soak.MOST_ELSE_AN_HOUR)


class Windows(unittest.TestCase):
    def test_what_they_take_is_read_from_the_text_for_prometheus(self):
        text = "# TYPE tta_metrics_memory_bytes gauge\ntta_metrics_memory_bytes 570123\ntta_other 1\n"
        self.assertEqual(soak.windows_bytes(text), 570123)

    def test_a_gateway_that_does_not_say_is_not_measured(self):
        with self.assertRaises(soak.CannotMeasure):
            soak.windows_bytes("tta_requests_total 1\n")


class Ends(unittest.TestCase):
    def test_each_kind_has_to_end_as_it_should(self):
        for ends, wanted, well in (([9, 9, 0, 0, 0, 0], soak.ANSWERED, True),
                                   ([9, 8, 0, 0, 0, 0], soak.ANSWERED, True),  # one is under way
                                   ([9, 8, 1, 0, 0, 0], soak.ANSWERED, False),
                                   ([9, 8, 0, 1, 0, 0], soak.ANSWERED, False),
                                   ([9, 8, 0, 0, 0, 1], soak.ANSWERED, False),
                                   ([9, 4, 3, 2, 0, 0], None, True),
                                   ([9, 4, 3, 1, 0, 1], None, False),
                                   ([9, 0, 0, 0, 9, 0], soak.LEFT, True),
                                   ([9, 0, 1, 0, 8, 0], soak.LEFT, False),
                                   ([9, 0, 0, 0, 0, 0], soak.ANSWERED, False)):
            self.assertEqual(soak.ends_well(ends, wanted), well, (ends, wanted))


if __name__ == "__main__":
    unittest.main()
