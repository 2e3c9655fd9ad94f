// SPDX-License-Identifier: MIT
#define _GNU_SOURCE /* sched_setaffinity, CPU_SET */
#include "cmd/assay/core.h"

#include "base/random.h"

#define ALIKE 0.1    /* loads that differ by less */
#define MEMORY 0.7   /* what an earlier load counts beside the next */

unsigned core_least(const double *loads, unsigned count, uint64_t *random)
{
    double least = loads[0];
    unsigned candidates = 0, chosen = 0;
    for (unsigned i = 1; i < count; i++) {
        least = loads[i] < least ? loads[i] : least;
    }
    for (unsigned i = 0; i < count; i++) {
        if (loads[i] <= least + ALIKE && base_random_below(random, ++candidates) == 0) {
            chosen = i;
        }
    }
    return chosen;
}

#if defined(__linux__)
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

static void learn(struct cores *cores)
{
    cpu_set_t allowed;
    cores->is_known = true;
    cores->used = -1;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) {
        return;
    }
    for (unsigned id = 0; id < CORE_MAX && id < CPU_SETSIZE; id++) {
        if (CPU_ISSET(id, &allowed)) {
            cores->ids[cores->count++] = id;
        }
    }
}

static int64_t time_of(int who)
{
    struct rusage usage;
    if (getrusage(who, &usage) != 0) {
        return 0;
    }
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) +
           (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * INT64_C(1000);
}

/* "cpu3 user nice system idle iowait irq softirq steal": the ticks that were not idle. */
static uint64_t busy_ticks(const char *fields)
{
    unsigned long long user, nice, system, idle, waiting, irq = 0, soft = 0, stolen = 0;
    int got = sscanf(fields, "%llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &waiting, &irq,
                     &soft, &stolen);
    return got >= 5 ? user + nice + system + irq + soft + stolen : 0;
}

static bool read_busy(const struct cores *cores, uint64_t *busy)
{
    FILE *file = fopen("/proc/stat", "r");
    char line[512];
    if (!file) {
        return false;
    }
    memset(busy, 0, cores->count * sizeof(*busy));
    while (fgets(line, sizeof(line), file)) {
        unsigned id;
        int end = 0;
        if (sscanf(line, "cpu%u %n", &id, &end) != 1 || end == 0) {
            continue;
        }
        for (unsigned i = 0; i < cores->count; i++) {
            if (cores->ids[i] == id) {
                busy[i] = busy_ticks(line + end);
            }
        }
    }
    (void)fclose(file); /* read-only: nothing to lose */
    return true;
}

/* Adds what happened since the last look; what this process used itself is no load. */
static void look(struct cores *cores)
{
    uint64_t busy[CORE_MAX];
    int64_t now_ns = base_clock_monotonic_ns();
    int64_t own_ns = time_of(RUSAGE_SELF) + time_of(RUSAGE_CHILDREN);
    double ticks = (double)(now_ns - cores->looked_ns) / 1e9 * (double)sysconf(_SC_CLK_TCK);
    if (!read_busy(cores, busy)) {
        return;
    }
    for (unsigned i = 0; cores->looked_ns != 0 && ticks > 0 && i < cores->count; i++) {
        double used = (double)(busy[i] - cores->busy[i]) / ticks;
        if ((int)i == cores->used) {
            used -= (double)(own_ns - cores->own_ns) / (double)(now_ns - cores->looked_ns);
        }
        cores->load[i] = MEMORY * cores->load[i] + (1 - MEMORY) * (used > 0 ? used : 0);
    }
    memcpy(cores->busy, busy, cores->count * sizeof(*busy));
    cores->looked_ns = now_ns;
    cores->own_ns = own_ns;
}

void core_choose(struct cores *cores, uint64_t *random)
{
    cpu_set_t one;
    if (!cores->is_known) {
        learn(cores);
    }
    if (cores->count < 2) {
        return;
    }
    look(cores);
    unsigned chosen = core_least(cores->load, cores->count, random);
    CPU_ZERO(&one);
    CPU_SET(cores->ids[chosen], &one);
    cores->used = sched_setaffinity(0, sizeof(one), &one) == 0 ? (int)chosen : -1;
}

void core_release(struct cores *cores)
{
    cpu_set_t all;
    if (!cores->is_known || cores->count < 2) {
        return;
    }
    CPU_ZERO(&all);
    for (unsigned i = 0; i < cores->count; i++) {
        CPU_SET(cores->ids[i], &all);
    }
    (void)sched_setaffinity(0, sizeof(all), &all); /* it was allowed before */
}
#else
void core_choose(struct cores *cores, uint64_t *random)
{
    (void)cores;
    (void)random;
}

void core_release(struct cores *cores)
{
    (void)cores;
}
#endif
