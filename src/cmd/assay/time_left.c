// SPDX-License-Identifier: MIT
#include "cmd/assay/time_left.h"

#include <stdio.h>

#define PRIOR_LAUNCHES 4
#define MOST_SECONDS (100 * 3600 - 1)

double time_left_of_launch(const struct time_left *known)
{
    return (known->expected_s * PRIOR_LAUNCHES + known->spent_s) / (double)(PRIOR_LAUNCHES + known->launches);
}

double time_left_of_run(const struct time_left *known, double current_s, size_t after)
{
    double launch_s = time_left_of_launch(known);
    double of_current_s = current_s < launch_s ? launch_s - current_s : 0;
    return of_current_s + launch_s * (double)after;
}

void time_left_format(double seconds, char out_text[TIME_LEFT_TEXT_BYTES])
{
    int whole = seconds < 0 ? 0 : seconds > MOST_SECONDS ? MOST_SECONDS : (int)(seconds + 0.5);
    int hours = whole / 3600, minutes = whole / 60 % 60;
    if (hours > 0) {
        (void)snprintf(out_text, TIME_LEFT_TEXT_BYTES, "%d:%02d:%02d", hours, minutes, whole % 60); /* fits */
    } else {
        (void)snprintf(out_text, TIME_LEFT_TEXT_BYTES, "%d:%02d", minutes, whole % 60);
    }
}
