// SPDX-License-Identifier: MIT
/*
 * assay/time_left.h - how much longer a run will take.  Pure.
 *
 * It begins with what the options let expect of a launch and trusts what launches
 * took the more of them there were: the expectation counts as much as four.
 */
#ifndef CMD_ASSAY_TIME_LEFT_H
#define CMD_ASSAY_TIME_LEFT_H

#include <stddef.h>

struct time_left {
    double expected_s; /* of a launch, above 0 */
    double spent_s;    /* by launches that have ended */
    size_t launches;   /* how many these are */
};

/* What a launch is now expected to take, seconds. */
double time_left_of_launch(const struct time_left *known);

/* Seconds left where one launch goes on since `current_s` and `after` more follow. */
double time_left_of_run(const struct time_left *known, double current_s, size_t after);

#define TIME_LEFT_TEXT_BYTES 32
/* "0:07", "12:05", "1:02:05"; 99:59:59 at most. */
void time_left_format(double seconds, char out_text[TIME_LEFT_TEXT_BYTES]);

#endif /* CMD_ASSAY_TIME_LEFT_H */
