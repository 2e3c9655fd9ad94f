// SPDX-License-Identifier: MIT
#include "assay/pmu.h"

#include <string.h>

#define COUNTERS 4

bool assay_pmu_read_words(const uint64_t *words, size_t count, struct assay_measured *out)
{
    static const enum assay_metric metrics[COUNTERS] = {ASSAY_METRIC_PMU_INSTRUCTIONS, ASSAY_METRIC_PMU_CYCLES,
                                                        ASSAY_METRIC_PMU_BRANCH_MISSES, ASSAY_METRIC_PMU_CACHE_MISSES};
    if (count < 3 || words[0] < 1 || words[0] > COUNTERS || count < 3 + words[0] || words[2] == 0) {
        return false;
    }
    double scale = (double)words[1] / (double)words[2];
    for (size_t i = 0; i < words[0]; i++) {
        assay_measured_set(out, metrics[i], (double)words[3 + i] * scale);
    }
    return true;
}

#if defined(__linux__)
#include <errno.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

long syscall(long number, ...); /* no header has it without extensions */

static int open_counter(uint64_t config, int group)
{
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof(attributes));
    attributes.type = PERF_TYPE_HARDWARE;
    attributes.size = sizeof(attributes);
    attributes.config = config;
    attributes.disabled = group < 0;
    attributes.exclude_kernel = 1;
    attributes.exclude_hv = 1;
    attributes.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attributes, 0, -1, group, PERF_FLAG_FD_CLOEXEC);
}

static const char *reason_of(int error)
{
    switch (error) {
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
        return "this machine has no performance counters, as most virtual machines";
    case EACCES:
    case EPERM:
        return "the system does not allow performance counters; set kernel.perf_event_paranoid to 2 or less";
    case ENOSYS:
        return "this kernel has no performance counters";
    default:
        return "performance counters cannot be opened";
    }
}

int assay_pmu_open(const char **out_reason)
{
    static const uint64_t configs[COUNTERS] = {PERF_COUNT_HW_INSTRUCTIONS, PERF_COUNT_HW_CPU_CYCLES,
                                               PERF_COUNT_HW_BRANCH_MISSES, PERF_COUNT_HW_CACHE_MISSES};
    int group = open_counter(configs[0], -1);
    if (group < 0) {
        *out_reason = reason_of(errno);
        return -1;
    }
    /* The order is that of the metrics, so the first that is missing ends it. */
    for (size_t i = 1; i < COUNTERS && open_counter(configs[i], group) >= 0; i++) {
    }
    return group;
}

void assay_pmu_start(int group)
{
    (void)ioctl(group, PERF_EVENT_IOC_RESET, PERF_IOC_FLAG_GROUP);
    (void)ioctl(group, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP);
}

bool assay_pmu_stop(int group, struct assay_measured *out)
{
    uint64_t words[3 + COUNTERS];
    (void)ioctl(group, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP);
    ssize_t got = read(group, words, sizeof(words));
    return got > 0 && assay_pmu_read_words(words, (size_t)got / sizeof(words[0]), out);
}

#else

int assay_pmu_open(const char **out_reason)
{
    *out_reason = "performance counters are known here for Linux only";
    return -1;
}

void assay_pmu_start(int group)
{
    (void)group;
}

bool assay_pmu_stop(int group, struct assay_measured *out)
{
    (void)group;
    (void)out;
    return false;
}

#endif
