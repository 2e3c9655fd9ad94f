// SPDX-License-Identifier: MIT
#include "cmd/assay/axis.h"

#include <math.h>

#define LINEAR_STEPS 6  /* about */
#define LOG_ROOM 0.03   /* of its length, beside the outermost values */
#define FEW_DECADES 2.5 /* up to these a logarithmic axis has marks at 2 and 5 as well */
#define MAX_DECIMALS 6

/* The least of 1, 2, 5 times a power of ten that is no less than `value`, which is positive. */
static double round_up(double value)
{
    static const double factors[] = {1, 2, 5, 10};
    double power = pow(10, floor(log10(value)));
    size_t i = 0;
    while (i < 3 && factors[i] * power < value * (1 - 1e-9)) {
        i++;
    }
    return factors[i] * power;
}

/* Of what lies between the two: some length, where there is none. */
static double length_of(double low, double high)
{
    double least = fmax(fabs(low), fabs(high)) * 1e-3;
    return fmax(high - low, least > 0 ? least : 1);
}

static double step_of(double low, double high)
{
    return round_up(length_of(low, high) / LINEAR_STEPS);
}

struct axis axis_make(double low, double high, double most)
{
    if (low > 0 && high / low > most) {
        double room = pow(high / low, LOG_ROOM);
        return (struct axis){low / room, high * room, true};
    }
    double step = step_of(low, high);
    struct axis axis = {floor(low / step) * step, ceil(high / step) * step, false};
    if (axis.high <= axis.low) {
        axis.high = axis.low + step;
    }
    return axis;
}

double axis_place(const struct axis *axis, double value)
{
    double place = axis->is_log ? log(fmax(value, axis->low) / axis->low) / log(axis->high / axis->low)
                                : (value - axis->low) / (axis->high - axis->low);
    return fmin(fmax(place, 0), 1);
}

static int decimals_of(double step)
{
    int decimals = (int)ceil(-log10(step) - 1e-9);
    return decimals < 0 ? 0 : decimals > MAX_DECIMALS ? MAX_DECIMALS : decimals;
}

static size_t linear_ticks(const struct axis *axis, double unit, double *ticks, int *out_decimals)
{
    double step = step_of(axis->low, axis->high);
    size_t count = 0;
    for (double at = ceil(axis->low / step - 1e-6); count < AXIS_MAX_TICKS && at * step <= axis->high + step * 1e-6;
         at++) {
        ticks[count++] = at * step + 0.0; /* no -0 */
    }
    *out_decimals = decimals_of(step / unit);
    return count;
}

static size_t log_ticks(const struct axis *axis, double unit, double *ticks, int *out_decimals)
{
    static const double factors[] = {1, 2, 5};
    double decades = log10(axis->high / axis->low);
    size_t used = decades <= FEW_DECADES ? 3 : 1, count = 0;
    double every = ceil(decades / (AXIS_MAX_TICKS - 1)); /* decades from one mark to the next */
    for (double power = floor(log10(axis->low)); count < AXIS_MAX_TICKS && power <= ceil(log10(axis->high));
         power += used == 1 ? every : 1) {
        for (size_t i = 0; i < used && count < AXIS_MAX_TICKS; i++) {
            double tick = factors[i] * pow(10, power);
            if (tick >= axis->low && tick <= axis->high) {
                ticks[count++] = tick;
            }
        }
    }
    *out_decimals = count > 0 ? decimals_of(ticks[0] / unit) : 0;
    return count;
}

size_t axis_ticks(const struct axis *axis, double unit, double out_ticks[AXIS_MAX_TICKS], int *out_decimals)
{
    return axis->is_log ? log_ticks(axis, unit, out_ticks, out_decimals)
                        : linear_ticks(axis, unit, out_ticks, out_decimals);
}
