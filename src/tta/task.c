// SPDX-License-Identifier: MIT
/* The words of selection, and its presets. */
#include <string.h>

#include "tta/selection.h"

const char *tta_task_name(enum tta_task task)
{
    switch (task) {
    case TTA_TASK_NARRATIVE_GENERATION:
        return "narrative_generation";
    case TTA_TASK_DIALOGUE_GENERATION:
        return "dialogue_generation";
    case TTA_TASK_CHARACTER_DEVELOPMENT:
        return "character_development";
    case TTA_TASK_THERAPEUTIC_RESPONSE:
        return "therapeutic_response";
    case TTA_TASK_WORLD_BUILDING:
        return "world_building";
    case TTA_TASK_CHOICE_GENERATION:
        return "choice_generation";
    case TTA_TASK_CONSEQUENCE_ANALYSIS:
        return "consequence_analysis";
    case TTA_TASK_GENERAL_CHAT:
        return "general_chat";
    case TTA_TASK_COUNT:
        break;
    }
    return "unknown";
}

enum tta_status tta_task_of_name(const char *name, enum tta_task *out_task)
{
    for (int task = 0; task < TTA_TASK_COUNT; task++) {
        if (strcmp(tta_task_name((enum tta_task)task), name) == 0) {
            *out_task = (enum tta_task)task;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}

const char *tta_reason_name(enum tta_reason reason)
{
    switch (reason) {
    case TTA_REASON_FITS:
        return "fits";
    case TTA_REASON_UNAVAILABLE:
        return "unavailable";
    case TTA_REASON_EXPIRED:
        return "expired";
    case TTA_REASON_PROVIDER:
        return "provider";
    case TTA_REASON_NOT_LOCAL:
        return "not_local";
    case TTA_REASON_LATENCY:
        return "latency";
    case TTA_REASON_PROMPT_PRICE:
        return "prompt_price";
    case TTA_REASON_COMPLETION_PRICE:
        return "completion_price";
    case TTA_REASON_COST:
        return "cost";
    case TTA_REASON_NOT_FREE:
        return "not_free";
    case TTA_REASON_QUALITY:
        return "quality";
    case TTA_REASON_SAFETY:
        return "safety";
    case TTA_REASON_CONTEXT:
        return "context";
    case TTA_REASON_CAPABILITIES:
        return "capabilities";
    case TTA_REASON_SCORE:
        return "score";
    case TTA_REASON_COUNT:
        break;
    }
    return "unknown";
}

struct tta_criteria tta_criteria_defaults(void)
{
    return (struct tta_criteria){
        .rules = TTA_RULES_DEFAULT,
        .safety_weight = 0.4,
        .performance_weight = 0.3,
        .cost_weight = 0.3,
        .min_safety_score = 7.0,
        .prefer_free = true,
        .prefer_local = false,
    };
}

const char *tta_taste_name(enum tta_taste taste)
{
    static const char *const names[TTA_TASTE_COUNT] = {"balanced", "cost", "performance", "availability"};
    return (int)taste >= 0 && taste < TTA_TASTE_COUNT ? names[taste] : "unknown";
}

struct tta_criteria tta_criteria_of_taste(enum tta_taste taste)
{
    static const struct {
        double safety, performance, cost, availability, latency;
        bool prefer_free;
    } tastes[TTA_TASTE_COUNT] = {
        [TTA_TASTE_BALANCED] = {0.4, 0.3, 0.3, 0, 0, true},
        [TTA_TASTE_COST] = {0.1, 0.1, 0.8, 0, 0, true},
        [TTA_TASTE_PERFORMANCE] = {0.1, 0.8, 0.1, 0, 0, false},
        [TTA_TASTE_AVAILABILITY] = {0.1, 0.1, 0.1, 0.5, 0.2, false},
    };
    struct tta_criteria criteria = tta_criteria_defaults();
    criteria.safety_weight = tastes[taste].safety;
    criteria.performance_weight = tastes[taste].performance;
    criteria.cost_weight = tastes[taste].cost;
    criteria.availability_weight = tastes[taste].availability;
    criteria.latency_weight = tastes[taste].latency;
    criteria.prefer_free = tastes[taste].prefer_free;
    return criteria;
}
