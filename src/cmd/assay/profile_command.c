// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "assay/filter.h"
#include "assay/listing.h"
#include "assay/profile.h"
#include "assay/registry.h"
#include "cmd/assay/commands.h"
#include "cmd/assay/worker_list.h"

#define MAX_LIST_BYTES (64 << 20)
#define MAX_SHOWN 20

static bool is_meant(const char *pattern, struct str fullname)
{
    const struct assay_subject subject = {.fullname = fullname};
    return assay_filter_matches(pattern, &subject);
}

/* The one benchmark of `lines` that matches, or one with a NULL pointer and a complaint. */
static struct str find_one(const char *pattern, struct str lines)
{
    struct assay_listing listing = {.rest = lines};
    struct str found = {0};
    size_t count = 0;
    while (assay_listing_next(&listing)) {
        if (is_meant(pattern, listing.fullname)) {
            found = listing.fullname;
            count++;
        }
    }
    if (count == 1) {
        return found;
    }
    if (count == 0) {
        complain("no benchmark matches '%s'; --list shows their names", pattern);
        return (struct str){0};
    }
    complain("%zu benchmarks match '%s', and one can be profiled:", count, pattern);
    listing = (struct assay_listing){.rest = lines};
    for (count = 0; count < MAX_SHOWN && assay_listing_next(&listing);) {
        if (is_meant(pattern, listing.fullname)) {
            fprintf(stderr, "    %.*s\n", STR_ARGS(listing.fullname));
            count++;
        }
    }
    return (struct str){0};
}

static void say_failed(const char *sentence)
{
    complain("failed: %s", sentence);
}

static int profile(const struct options *options, struct str fullname)
{
    struct str label;
    struct assay_profile plan = {.iterations_wanted = options->profile_iterations,
                                 .time_ns = options->session.max_time_ns,
                                 .say_failed = say_failed};
    const struct assay_registration *registration = assay_registry_find(fullname, &label);
    bool good = registration && assay_profile_run(registration, label, &plan);
    if (!options->quiet) {
        fprintf(stderr, "profiled %.*s: %llu iterations in %.3f s\n", STR_ARGS(fullname),
                (unsigned long long)plan.iterations_made, (double)plan.took_ns / 1e9);
    }
    return good ? EXIT_FINE : EXIT_UNMEASURED;
}

int command_profile_here(const struct options *options)
{
    struct buf lines;
    base_buf_init(&lines, MAX_LIST_BYTES);
    assay_registry_add_all(&lines);
    struct str fullname = find_one(options->profile, base_buf_str(&lines));
    int status = fullname.ptr ? profile(options, fullname) : EXIT_BAD_USAGE;
    base_buf_deinit(&lines);
    return status;
}

/* Gives this process to the program. */
static int become(const char *program, const struct options *options, struct str fullname)
{
    struct buf name, iterations, time;
    base_buf_init(&name, fullname.len + 20);
    base_buf_init(&iterations, 60);
    base_buf_init(&time, 60);
    base_buf_addf(&name, "--profile=%.*s", STR_ARGS(fullname));
    base_buf_addf(&iterations, "--profile-iterations=%llu", (unsigned long long)options->profile_iterations);
    base_buf_addf(&time, "--max-time=%.9f", (double)options->session.max_time_ns / 1e9);
    const char *argv[] = {program, base_buf_cstr(&name), base_buf_cstr(&time), base_buf_cstr(&iterations), NULL};
    if (options->profile_iterations == 0) {
        argv[3] = NULL;
    }
    if (base_buf_ok(&name) && base_buf_ok(&iterations) && base_buf_ok(&time)) {
        (void)execv(program, (char *const *)(uintptr_t)argv); /* it does not write to them */
    }
    complain("cannot start '%s': %s", program, strerror(errno));
    base_buf_deinit(&name);
    base_buf_deinit(&iterations);
    base_buf_deinit(&time);
    return EXIT_UNMEASURED;
}

int command_profile(const struct options *options, const char *const *programs, size_t program_count)
{
    struct buf all, reason;
    size_t ends[MAX_ARGUMENTS];
    int status = EXIT_FINE;
    base_buf_init(&all, MAX_LIST_BYTES);
    base_buf_init(&reason, 4000);
    for (size_t i = 0; i < program_count && status == EXIT_FINE; i++) {
        enum worker_list listed =
            worker_list_benchmarks(programs[i], options->session.timeout_ns, &all, &reason);
        if (listed != WORKER_LISTED) {
            complain("%s", base_buf_cstr(&reason));
            status = listed == WORKER_LIST_DIED ? EXIT_UNMEASURED : EXIT_BAD_USAGE;
        }
        ends[i] = all.len;
    }
    if (status == EXIT_FINE) {
        struct str fullname = find_one(options->profile, base_buf_str(&all));
        size_t i = 0;
        while (fullname.ptr && (size_t)(fullname.ptr - all.ptr) >= ends[i]) {
            i++;
        }
        status = fullname.ptr ? become(programs[i], options, fullname) : EXIT_BAD_USAGE;
    }
    base_buf_deinit(&all);
    base_buf_deinit(&reason);
    return status;
}
