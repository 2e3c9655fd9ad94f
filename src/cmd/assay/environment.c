// SPDX-License-Identifier: MIT
#include "cmd/assay/environment.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "assay/protocol.h"
#include "base/file.h"
#include "base/num.h"

#define MAX_FACT_BYTES ((size_t)4 << 20) /* /proc/stat of a thousand processors */
#define MAX_WARNING_BYTES 400
#define MOST_LOAD_PER_CORE 0.5
#define MOST_STOLEN 0.01

/* Columns of a line of /proc/stat, see proc(5); guests' time is in user and nice already. */
enum { STOLEN_COLUMN = 7, TICK_COLUMNS };

bool environment_parse_load(struct str loadavg, double *out_load)
{
    struct str rest;
    return base_num_parse_double(base_str_cut(loadavg, ' ', &rest), 0, 1e9, out_load);
}

bool environment_parse_ticks(struct str stat, struct environment_ticks *out_ticks)
{
    struct environment_ticks ticks = {0};
    struct str rest;
    struct str line = base_str_cut(stat, '\n', &rest);
    if (!base_str_equal(base_str_cut(line, ' ', &rest), STR("cpu"))) {
        return false;
    }
    rest = base_str_trim(rest); /* two blanks follow the name */
    for (int column = 0; column < TICK_COLUMNS; column++) {
        int64_t value;
        if (!base_num_parse_int64(base_str_cut(rest, ' ', &rest), 0, INT64_MAX / TICK_COLUMNS, &value)) {
            return false;
        }
        ticks.total += (uint64_t)value;
        ticks.stolen = column == STOLEN_COLUMN ? (uint64_t)value : 0;
    }
    *out_ticks = ticks;
    return true;
}

enum environment_boost environment_parse_boost(struct str no_turbo, struct str boost)
{
    struct str off = base_str_trim(no_turbo), on = base_str_trim(boost);
    if (base_str_equal(off, STR("0")) || base_str_equal(on, STR("1"))) {
        return ENVIRONMENT_BOOST_ON;
    }
    return off.len > 0 || on.len > 0 ? ENVIRONMENT_BOOST_OFF : ENVIRONMENT_BOOST_UNKNOWN;
}

static enum environment_boost find_boost(void)
{
    struct buf no_turbo, boost;
    base_file_read_or_empty("/sys/devices/system/cpu/intel_pstate/no_turbo", MAX_FACT_BYTES, &no_turbo);
    base_file_read_or_empty("/sys/devices/system/cpu/cpufreq/boost", MAX_FACT_BYTES, &boost);
    enum environment_boost found = environment_parse_boost(base_buf_str(&no_turbo), base_buf_str(&boost));
    base_buf_deinit(&no_turbo);
    base_buf_deinit(&boost);
    return found;
}

static double find_load(void)
{
    struct buf text;
    double load = NAN;
    base_file_read_or_empty("/proc/loadavg", MAX_FACT_BYTES, &text);
    (void)environment_parse_load(base_buf_str(&text), &load);
    base_buf_deinit(&text);
    return load;
}

static struct environment_ticks find_ticks(void)
{
    struct buf text;
    struct environment_ticks ticks = {0};
    base_file_read_or_empty("/proc/stat", MAX_FACT_BYTES, &text);
    (void)environment_parse_ticks(base_buf_str(&text), &ticks);
    base_buf_deinit(&text);
    return ticks;
}

void environment_look_before(struct environment *out_environment)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    *out_environment = (struct environment){
        .boost = find_boost(),
        .load = find_load(),
        .cores = cores > 0 ? (uint64_t)cores : 1,
        .before = find_ticks(),
    };
}

void environment_look_after(struct environment *environment)
{
    environment->after = find_ticks();
}

/* Of the time between the two looks; 0 if unknown. */
static double share_stolen(const struct environment *environment)
{
    const struct environment_ticks *before = &environment->before, *after = &environment->after;
    if (before->total == 0 || after->total <= before->total || after->stolen < before->stolen) {
        return 0;
    }
    return (double)(after->stolen - before->stolen) / (double)(after->total - before->total);
}

static void warn(struct assay_result *result, bool *good, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void warn(struct assay_result *result, bool *good, const char *format, ...)
{
    struct buf text;
    va_list args;
    base_buf_init(&text, MAX_WARNING_BYTES);
    va_start(args, format);
    base_buf_addv(&text, format, args);
    va_end(args);
    *good = *good && base_buf_ok(&text) && assay_result_add_warning(result, base_buf_str(&text));
    base_buf_deinit(&text);
}

static void judge_machine(const struct environment *environment, struct assay_result *result, bool *good)
{
    const char *governor = environment->governor;
    if (governor && governor[0] != '\0' && strcmp(governor, "performance") != 0) {
        warn(result, good,
             "the clock rate follows the load (governor '%s'): sudo cpupower frequency-set -g performance",
             governor);
    }
    if (environment->boost == ENVIRONMENT_BOOST_ON) {
        warn(result, good,
             "turbo is on, so the clock rate depends on heat and on the other cores: write 1 to "
             "/sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to /sys/devices/system/cpu/cpufreq/boost");
    }
    if (environment->load > MOST_LOAD_PER_CORE * (double)environment->cores) {
        warn(result, good, "the load was %.2f on %ju cores before it began: stop what else is running",
             environment->load, (uintmax_t)environment->cores);
    }
    double stolen = share_stolen(environment);
    if (stolen > MOST_STOLEN) {
        warn(result, good,
             "other virtual machines took %.1f %% of the processors' time meanwhile: measure again at a quieter time",
             stolen * 100);
    }
    if (environment->is_virtual) {
        warn(result, good,
             "this is a virtual machine, whose neighbours cannot be seen: compare runs taken close together, or use "
             "a machine of your own");
    }
}

static void judge_build(unsigned built, struct assay_result *result, bool *good)
{
    static const struct {
        unsigned flag;
        const char *warning;
    } warnings[] = {
        {ASSAY_BUILT_DEBUG, "benchmarks were compiled without optimisation: compile them as you ship, with -O2"},
        {ASSAY_BUILT_ASAN, "benchmarks were compiled with AddressSanitizer: leave out -fsanitize=address"},
        {ASSAY_BUILT_TSAN, "benchmarks were compiled with ThreadSanitizer: leave out -fsanitize=thread"},
        {ASSAY_BUILT_LIBRARY_DEBUG,
         "the assay library is a debug build: build it with -DCMAKE_BUILD_TYPE=RelWithDebInfo"},
    };
    for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
        if ((built & warnings[i].flag) != 0) {
            warn(result, good, "%s", warnings[i].warning);
        }
    }
}

enum assay_status environment_judge(const struct environment *environment, struct assay_result *result)
{
    bool good = true;
    judge_machine(environment, result, &good);
    judge_build(environment->built, result, &good);
    return good ? ASSAY_OK : ASSAY_NO_MEMORY;
}
