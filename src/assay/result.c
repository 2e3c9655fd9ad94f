// SPDX-License-Identifier: MIT
#include "assay/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"

void assay_run_deinit(struct assay_run *run)
{
    free(run->name);
    free(run->fullname);
    free(run->group);
    for (size_t i = 0; i < run->param_count; i++) {
        free(run->params[i].name);
        free(run->params[i].value);
    }
    free(run->params);
    free(run->tags);
    free(run->error);
    free(run->file);
    free(run->binary);
    free(run->samples);
    free(run->launch_minima);
    free(run->launch_medians);
    free(run->launch_rounds);
    free(run->launch_cycles);
    assay_rulers_free(&run->rulers);
    free(run->judgements);
    free(run->counters);
    free(run->complexity);
}

static void deinit_machine(struct assay_machine *machine)
{
    free(machine->node);
    free(machine->system);
    free(machine->release);
    free(machine->arch);
    free(machine->cpu);
    free(machine->cpu_vendor);
    free(machine->cpu_family);
    free(machine->cpu_model);
    free(machine->cpu_stepping);
    free(machine->governor);
    free(machine->virtualization);
    free(machine->container);
    free(machine->compiler);
    free(machine->flags);
    free(machine->class_key);
}

static void deinit_commit(struct assay_commit *commit)
{
    free(commit->id);
    free(commit->branch);
    free(commit->time);
    free(commit->author_time);
    free(commit->project);
}

void assay_result_deinit(struct assay_result *result)
{
    if (!result) {
        return;
    }
    for (size_t i = 0; i < result->run_count; i++) {
        assay_run_deinit(&result->runs[i]);
    }
    free(result->runs);
    deinit_machine(&result->machine);
    deinit_commit(&result->commit);
    free(result->datetime);
    free(result->version);
    free(result->filter);
    free(result->unfit);
    for (size_t i = 0; i < result->warning_count; i++) {
        free(result->warnings[i]);
    }
    free(result->warnings);
    *result = (struct assay_result){0};
}

struct assay_run *assay_result_add_run(struct assay_result *result)
{
    size_t count = result->run_count, bytes;
    /* The capacity is the next power of two, so no field has to remember it. */
    if ((count & (count - 1)) == 0) {
        if (!base_size_mul(count > 0 ? count : 1, 2 * sizeof(*result->runs), &bytes)) {
            return NULL;
        }
        struct assay_run *grown = realloc(result->runs, bytes);
        if (!grown) {
            return NULL;
        }
        result->runs = grown;
    }
    struct assay_run *run = &result->runs[result->run_count++];
    *run = (struct assay_run){0};
    return run;
}

bool assay_result_add_warning(struct assay_result *result, struct str warning)
{
    struct buf copy;
    size_t bytes;
    if (!base_size_mul(result->warning_count + 1, sizeof(*result->warnings), &bytes)) {
        return false;
    }
    char **grown = realloc(result->warnings, bytes);
    if (!grown) {
        return false;
    }
    result->warnings = grown;
    base_buf_init(&copy, warning.len);
    base_buf_add(&copy, warning);
    grown[result->warning_count] = base_buf_take(&copy);
    return grown[result->warning_count] && ++result->warning_count > 0;
}

bool assay_run_is_as_fast_as_empty(const struct assay_run *run)
{
    /* An empty loop takes a whole cycle an iteration, and the next longer one two: half a cycle for scatter. */
    return run->stats.min < ASSAY_LEAST_ITERATION || run->stats.min < 1.5 * run->empty_loop;
}

bool assay_run_is_of_same_binary(const struct assay_run *there, const struct assay_run *here)
{
    return there && here && there->binary && here->binary && strcmp(there->binary, here->binary) == 0;
}

const struct assay_run *assay_result_find(const struct assay_result *result, const char *fullname)
{
    for (size_t i = 0; i < result->run_count; i++) {
        if (strcmp(result->runs[i].fullname, fullname) == 0) {
            return &result->runs[i];
        }
    }
    return NULL;
}
