// SPDX-License-Identifier: MIT
#include "cmd/tta/advice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cmd/complain.h"
#include "cmd/tta/format.h"
#include "cmd/visible.h"

#define MAX_SENTENCE_BYTES 1000
#define NEAREST 3 /* misses that are named */

void advice_add_reasons(const struct verdicts *verdicts, struct buf *out)
{
    size_t counts[TTA_REASON_COUNT] = {0};
    for (size_t row = 0; row < verdicts->count; row++) {
        counts[verdicts->items[row].reason]++;
    }
    const char *before = "", *verb = " turns away";
    for (int reason = TTA_REASON_FITS + 1; reason < TTA_REASON_COUNT; reason++) {
        if (counts[reason] > 0) {
            base_buf_addf(out, "%s%s%s %zu", before, tta_reason_name((enum tta_reason)reason), verb, counts[reason]);
            before = ", ";
            verb = "";
        }
    }
}

/* The option whose requirement a model misses; NULL where none stands behind it. */
static const char *option_of(const struct tta_requirements *requirements, enum tta_reason reason)
{
    static const char *const options[TTA_REASON_COUNT] = {
        [TTA_REASON_EXPIRED] = "--date",
        [TTA_REASON_NOT_LOCAL] = "--local",
        [TTA_REASON_LATENCY] = "--max-latency",
        [TTA_REASON_PROMPT_PRICE] = "--max-prompt-price",
        [TTA_REASON_COMPLETION_PRICE] = "--max-completion-price",
        [TTA_REASON_NOT_FREE] = "--free",
        [TTA_REASON_QUALITY] = "--min-quality",
        [TTA_REASON_CONTEXT] = "--min-context",
        [TTA_REASON_CAPABILITIES] = "--can=",
    };
    if (reason == TTA_REASON_PROVIDER) {
        return "--only and --exclude";
    }
    if (reason == TTA_REASON_COST) {
        return requirements->has_max_cost ? "--max-request-cost" : "--max-cost";
    }
    if (reason == TTA_REASON_SAFETY && requirements->has_min_safety) {
        return requirements->safety_required ? "--safe and --min-safety" : "--min-safety";
    }
    return reason == TTA_REASON_SAFETY ? "--safe" : options[reason];
}

static const char *models(size_t count)
{
    return count == 1 ? "model" : "models";
}

/* A value in the unit of its option; empty if there is none. */
static void format_value(const struct tta_near_miss *miss, char out_text[FORMAT_BYTES])
{
    const struct tta_model plain = {.id = ""};
    out_text[0] = '\0';
    if (!miss->is_stated) {
        return;
    }
    if (miss->reason == TTA_REASON_PROMPT_PRICE || miss->reason == TTA_REASON_COMPLETION_PRICE) {
        format_price(&plain, (int64_t)miss->value, out_text);
    } else if (miss->reason == TTA_REASON_COST && miss->value >= 1) {
        format_cost((int64_t)miss->value, out_text);
    } else {
        (void)snprintf(out_text, FORMAT_BYTES, "%.10g", miss->value); /* 17 bytes at most */
    }
}

static void print_nearest(const struct tta_selector *selector, const struct tta_requirements *requirements,
                          const struct tta_near_miss *misses, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char value[FORMAT_BYTES];
        const char *option = option_of(requirements, misses[i].reason);
        format_value(&misses[i], value);
        if (option && value[0] != '\0') {
            struct buf id;
            base_buf_init(&id, MAX_SENTENCE_BYTES);
            base_buf_add_cstr(&id, tta_catalogue_model(tta_selector_catalogue(selector), misses[i].row).id);
            if (base_buf_ok(&id)) {
                visible_make(id.ptr);
                complain("%s=%s would let %s in", option, value, id.ptr);
            }
            base_buf_deinit(&id);
        }
    }
}

static void print_relaxation(const struct tta_requirements *requirements, const struct tta_relaxation *relaxation)
{
    const char *option = option_of(requirements, relaxation->reason);
    bool is_output = relaxation->capability != 0 && !(relaxation->capability & requirements->capabilities);
    if (is_output) {
        complain("%zu %s would fit, but none of them writes text", relaxation->lets_in, models(relaxation->lets_in));
    } else if (option) {
        const char *word = relaxation->capability != 0 ? tta_capability_name(relaxation->capability) : "";
        complain("without %s%s, %zu %s would fit", option, word ? word : "", relaxation->lets_in,
                 models(relaxation->lets_in));
    }
}

static bool nothing_was_required(const struct verdicts *verdicts)
{
    for (size_t row = 0; row < verdicts->count; row++) {
        if (verdicts->items[row].reason != TTA_REASON_SCORE) {
            return false;
        }
    }
    return true;
}

static void print_way_out(const struct tta_selector *selector, const struct tta_requirements *requirements,
                          const struct verdicts *verdicts, struct tta_choice *room)
{
    struct tta_relaxation relaxations[TTA_MAX_RELAXATIONS];
    struct tta_near_miss misses[NEAREST];
    size_t miss_count;
    size_t count = tta_near_misses(selector, requirements, misses, NEAREST, &miss_count, relaxations);
    if (count > 0) {
        print_relaxation(requirements, &relaxations[0]);
        print_nearest(selector, requirements, misses, miss_count);
    } else if (nothing_was_required(verdicts)) {
        complain("nothing was required: no model has a score above 0, see --weights");
    } else {
        complain("no single requirement is to blame: whichever is dropped, no model fits");
    }
    struct tta_requirements lenient = *requirements;
    lenient.unknown_passes = true;
    size_t let_in = tta_rank(selector, &lenient, room, verdicts->count);
    if (let_in > 0) {
        complain("with --unknown-passes, %zu %s would fit", let_in, models(let_in));
    }
}

bool advice_print(const struct tta_selector *selector, const struct tta_requirements *requirements,
                  const struct verdicts *verdicts)
{
    if (verdicts->count == 0) {
        complain("no model fits: the catalogue has none");
        return true;
    }
    struct tta_choice *room = base_alloc_array(verdicts->count, sizeof(*room));
    if (!room) {
        return false;
    }
    struct buf reasons;
    base_buf_init(&reasons, MAX_SENTENCE_BYTES);
    advice_add_reasons(verdicts, &reasons);
    bool complete = base_buf_ok(&reasons);
    if (complete) {
        complain("no model fits: of %zu, %s", verdicts->count, base_buf_cstr(&reasons));
        print_way_out(selector, requirements, verdicts, room);
    }
    base_buf_deinit(&reasons);
    free(room);
    return complete;
}
