// SPDX-License-Identifier: MIT
#include "cmd/tta/advice.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "cmd/complain.h"

#define MAX_SENTENCE_BYTES 1000

/* Requirements that are dropped by clearing a flag. */
static const struct {
    const char *option;
    size_t flag_at;
} flags[] = {
    {"--max-latency", offsetof(struct tta_requirements, has_max_latency)},
    {"--max-prompt-price", offsetof(struct tta_requirements, has_max_prompt_price)},
    {"--max-completion-price", offsetof(struct tta_requirements, has_max_completion_price)},
    {"--free", offsetof(struct tta_requirements, free_only)},
    {"--min-quality", offsetof(struct tta_requirements, has_min_quality)},
    {"--safe", offsetof(struct tta_requirements, safety_required)},
};

/* The best way out so far, among those tried. */
struct search {
    const struct tta_selector *selector;
    struct tta_choice *room; /* for all models */
    size_t room_count;
    size_t tried;
    char option[64]; /* of the best */
    size_t let_in;   /* by the best; 0: there is none */
};

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

static size_t count_fitting(const struct search *search, const struct tta_requirements *requirements)
{
    return tta_rank(search->selector, requirements, search->room, search->room_count);
}

/* `word` is the value that is dropped from a list, or "". */
static void try_without(struct search *search, const struct tta_requirements *relaxed, const char *option,
                        const char *word)
{
    size_t let_in = count_fitting(search, relaxed);
    search->tried++;
    if (let_in > search->let_in) {
        search->let_in = let_in;
        (void)snprintf(search->option, sizeof(search->option), "%s%s", option, word); /* our own words: they fit */
    }
}

static void try_flags(struct search *search, const struct tta_requirements *requirements)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        struct tta_requirements relaxed = *requirements;
        bool *flag = (bool *)((char *)&relaxed + flags[i].flag_at);
        if (*flag) {
            *flag = false;
            try_without(search, &relaxed, flags[i].option, "");
        }
    }
}

static void try_numbers(struct search *search, const struct tta_requirements *requirements)
{
    struct tta_requirements relaxed = *requirements;
    if (requirements->compat_max_cost_per_token > 0) {
        relaxed.compat_max_cost_per_token = 0;
        try_without(search, &relaxed, "--max-cost", "");
    }
    relaxed = *requirements;
    if (requirements->min_context_tokens > 0) {
        relaxed.min_context_tokens = 0;
        try_without(search, &relaxed, "--min-context", "");
    }
}

static void try_capabilities(struct search *search, const struct tta_requirements *requirements)
{
    for (uint64_t rest = requirements->capabilities; rest != 0; rest &= rest - 1) {
        struct tta_requirements relaxed = *requirements;
        relaxed.capabilities &= ~(rest & (~rest + 1));
        try_without(search, &relaxed, "--can=", tta_capability_name(rest));
    }
}

static const char *models(size_t count)
{
    return count == 1 ? "model" : "models";
}

static void print_way_out(const struct search *search, const struct tta_requirements *requirements)
{
    if (search->tried == 0) {
        complain("nothing was required: no model has a score above 0, see --weights");
    } else if (search->let_in == 0 && search->tried > 1) {
        complain("no single requirement is to blame: whichever is dropped, no model fits");
    } else if (search->let_in > 0) {
        complain("without %s, %zu %s would fit", search->option, search->let_in, models(search->let_in));
    }
    struct tta_requirements lenient = *requirements;
    lenient.unknown_passes = true;
    size_t let_in = count_fitting(search, &lenient);
    if (let_in > 0) {
        complain("with --unknown-passes, %zu %s would fit", let_in, models(let_in));
    }
}

bool advice_print(const struct tta_selector *selector, const struct tta_requirements *requirements,
                  const struct verdicts *verdicts)
{
    struct search search = {.selector = selector, .room_count = verdicts->count};
    search.room = base_alloc_array(search.room_count, sizeof(*search.room));
    if (!search.room) {
        return false;
    }
    struct buf reasons;
    base_buf_init(&reasons, MAX_SENTENCE_BYTES);
    advice_add_reasons(verdicts, &reasons);
    bool complete = base_buf_ok(&reasons);
    if (complete) {
        complain("no model fits: of %zu, %s", verdicts->count, base_buf_cstr(&reasons));
        try_flags(&search, requirements);
        try_numbers(&search, requirements);
        try_capabilities(&search, requirements);
        print_way_out(&search, requirements);
    }
    base_buf_deinit(&reasons);
    free(search.room);
    return complete;
}
