// SPDX-License-Identifier: MIT
#include "tta/refresh.h"

#define SECOND_NS INT64_C(1000000000)
#define MAX_DOUBLINGS 30

struct tta_refresh_policy tta_refresh_defaults(void)
{
    return (struct tta_refresh_policy){
        .period_ns = 3600 * SECOND_NS,
        .jitter_ratio = 0.1,
        .retry_ns = 60 * SECOND_NS,
        .stale_ns = 3 * 3600 * SECOND_NS,
        .least_share = 0.5,
    };
}

const char *tta_refresh_outcome_name(enum tta_refresh_outcome outcome)
{
    static const char *const names[] = {"taken", "unchanged", "failed", "empty", "shrunken"};
    return (int)outcome >= 0 && (size_t)outcome < sizeof(names) / sizeof(names[0]) ? names[outcome] : "unknown";
}

/* The time as it is, up to the jitter longer or shorter. */
static int64_t with_jitter(const struct tta_refresh_policy *policy, int64_t ns, uint64_t random)
{
    double share = (double)(random >> 11) / 9007199254740992.0; /* 0 to 1, of the upper 53 bits */
    return (int64_t)((double)ns * (1 + policy->jitter_ratio * (2 * share - 1)));
}

static int64_t retry_after(const struct tta_refresh_policy *policy, uint32_t failures)
{
    int64_t ns = policy->retry_ns;
    for (uint32_t i = 1; i < failures && i < MAX_DOUBLINGS && ns < policy->period_ns; i++) {
        ns *= 2;
    }
    return ns < policy->period_ns ? ns : policy->period_ns;
}

static enum tta_refresh_outcome outcome_of(const struct tta_refresh_policy *policy,
                                           const struct tta_refresh_state *state,
                                           const struct tta_refresh_answer *answer)
{
    if (!answer->is_list) {
        return TTA_REFRESH_FAILED;
    }
    if (!state->has_list) {
        return TTA_REFRESH_TAKEN;
    }
    if (answer->content_hash == state->content_hash && answer->model_count == state->model_count) {
        return TTA_REFRESH_UNCHANGED;
    }
    if (answer->model_count == 0 && state->model_count > 0) {
        return TTA_REFRESH_EMPTY;
    }
    bool is_smaller = (double)answer->model_count < policy->least_share * (double)state->model_count;
    return is_smaller ? TTA_REFRESH_SHRUNKEN : TTA_REFRESH_TAKEN;
}

enum tta_refresh_outcome tta_refresh_judge(const struct tta_refresh_policy *policy, struct tta_refresh_state *state,
                                           const struct tta_refresh_answer *answer, int64_t now_ns, uint64_t random)
{
    enum tta_refresh_outcome outcome = outcome_of(policy, state, answer);
    if (outcome == TTA_REFRESH_TAKEN || outcome == TTA_REFRESH_UNCHANGED) {
        *state = (struct tta_refresh_state){
            .has_list = true,
            .good_ns = now_ns,
            .next_ns = now_ns + with_jitter(policy, policy->period_ns, random),
            .model_count = answer->model_count,
            .content_hash = answer->content_hash,
        };
        return outcome;
    }
    state->failures += state->failures < UINT32_MAX;
    state->last_was_refused = true;
    state->next_ns = now_ns + with_jitter(policy, retry_after(policy, state->failures), random);
    return outcome;
}

bool tta_refresh_is_due(const struct tta_refresh_state *state, int64_t now_ns)
{
    return now_ns >= state->next_ns;
}

bool tta_refresh_is_stale(const struct tta_refresh_policy *policy, const struct tta_refresh_state *state,
                          int64_t now_ns)
{
    return state->has_list && (state->last_was_refused || now_ns - state->good_ns > policy->stale_ns);
}
