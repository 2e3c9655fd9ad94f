// SPDX-License-Identifier: MIT
/* Loops whose machine code check.py looks at; C and C++.  Of each pair the first
 * keeps a result and the second does not.  Inputs lie in memory, which
 * BENCH_KEEP makes the compiler read again each time. */
#include <assay/bench.h>

struct point {
    double x, y;
    long id[4];
};

extern int int_input;
extern double double_input;
extern char *pointer_input;
extern unsigned char bytes[64];

BENCH(empty)
{
    BENCH_LOOP (bench) {
    }
}

BENCH(keeps_int)
{
    BENCH_LOOP (bench) {
        int square = int_input * int_input;
        BENCH_KEEP(square);
    }
}

BENCH(drops_int)
{
    BENCH_LOOP (bench) {
        int square = int_input * int_input;
        (void)square;
    }
}

BENCH(keeps_double)
{
    BENCH_LOOP (bench) {
        double square = double_input * double_input;
        BENCH_KEEP(square);
    }
}

BENCH(drops_double)
{
    BENCH_LOOP (bench) {
        double square = double_input * double_input;
        (void)square;
    }
}

BENCH(keeps_pointer)
{
    BENCH_LOOP (bench) {
        char *next = pointer_input + 24;
        BENCH_KEEP(next);
    }
}

BENCH(drops_pointer)
{
    BENCH_LOOP (bench) {
        char *next = pointer_input + 24;
        (void)next;
    }
}

BENCH(keeps_struct)
{
    BENCH_LOOP (bench) {
        struct point point = {double_input, double_input * 2, {int_input, 2, 3, 4}};
        BENCH_KEEP(point);
    }
}

BENCH(drops_struct)
{
    BENCH_LOOP (bench) {
        struct point point = {double_input, double_input * 2, {int_input, 2, 3, 4}};
        (void)point;
    }
}

BENCH(keeps_what_a_pointer_points_to)
{
    unsigned char *data = bytes;
    BENCH_LOOP (bench) {
        data[5] = 77;
        BENCH_KEEP(data);
    }
}

BENCH(drops_what_a_pointer_points_to)
{
    unsigned char local[64];
    BENCH_LOOP (bench) {
        local[5] = 77;
    }
}

BENCH(clobber_makes_writes_happen)
{
    BENCH_LOOP (bench) {
        bytes[7] = 78;
        BENCH_CLOBBER();
    }
}

BENCH(hidden_constant)
{
    BENCH_LOOP (bench) {
        int n = 1234;
        BENCH_HIDE(n);
        int square = n * n;
        BENCH_KEEP(square);
    }
}

BENCH(plain_constant)
{
    BENCH_LOOP (bench) {
        int n = 1234;
        int square = n * n;
        BENCH_KEEP(square);
    }
}
