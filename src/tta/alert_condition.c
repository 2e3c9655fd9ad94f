// SPDX-License-Identifier: MIT
#include "tta/alert.h"

#include "base/num.h"
#include "base/text.h"
#include "tta/alert_figure.h"
#include "tta/fail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_NS 1e15 /* eleven days */

static const char *const names[TTA_ALERT_FIGURES] = {
    [TTA_ALERT_P50] = "p50",
    [TTA_ALERT_P90] = "p90",
    [TTA_ALERT_P95] = "p95",
    [TTA_ALERT_P99] = "p99",
    [TTA_ALERT_P999] = "p99.9",
    [TTA_ALERT_FIRST_TOKEN_P95] = "first_token_p95",
    [TTA_ALERT_GAP_P95] = "gap_p95",
    [TTA_ALERT_ERROR_RATE] = "error_rate",
    [TTA_ALERT_AVAILABILITY] = "availability",
};

const char *tta_alert_figure_name(enum tta_alert_figure figure)
{
    return (unsigned)figure < TTA_ALERT_FIGURES ? names[figure] : "unknown";
}

bool tta_alert_is_share(enum tta_alert_figure figure)
{
    return figure == TTA_ALERT_ERROR_RATE || figure == TTA_ALERT_AVAILABILITY;
}

bool tta_alert_limit_is_good(enum tta_alert_figure figure, double limit)
{
    return limit >= 0 && limit <= (tta_alert_is_share(figure) ? 1 : LONGEST_NS);
}

static bool find_figure(struct str word, enum tta_alert_figure *out_figure)
{
    for (unsigned i = 0; i < TTA_ALERT_FIGURES; i++) {
        if (base_str_equal(word, base_str(names[i]))) {
            *out_figure = (enum tta_alert_figure)i;
            return true;
        }
    }
    return false;
}

static bool parse_share(struct str text, double *out_limit)
{
    bool is_per_cent = base_str_ends_with(text, STR("%"));
    struct str digits = base_str_trim((struct str){text.ptr, text.len - is_per_cent});
    double value;
    if (!base_num_parse_double(digits, 0, is_per_cent ? 100 : 1, &value)) {
        return false;
    }
    *out_limit = is_per_cent ? value / 100 : value;
    return true;
}

static bool parse_time(struct str text, double *out_limit)
{
    int64_t ns;
    if (!base_num_parse_duration_ns(text, &ns) || !tta_alert_limit_is_good(TTA_ALERT_P50, (double)ns)) {
        return false;
    }
    *out_limit = (double)ns;
    return true;
}

enum tta_status tta_alert_condition_parse(const char *text, struct tta_alert_rule *rule, struct tta_error *err)
{
    enum tta_alert_figure figure;
    double limit;
    struct str whole = base_str(text);
    size_t word = strcspn(text, "<>");
    if (!find_figure(base_str_trim((struct str){text, word}), &figure) || word == whole.len) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0,
                        "a condition begins with p50, p90, p95, p99, p99.9, first_token_p95, gap_p95 or error_rate and "
                        "'>', or with availability and '<'");
    }
    char wanted = figure == TTA_ALERT_AVAILABILITY ? '<' : '>';
    if (text[word] != wanted) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "behind %s stands '%c'", names[figure], wanted);
    }
    struct str value = base_str_trim((struct str){text + word + 1, whole.len - word - 1});
    if (tta_alert_is_share(figure) ? !parse_share(value, &limit) : !parse_time(value, &limit)) {
        const char *is_right = tta_alert_is_share(figure) ? "a share, as in 5% or 0.05"
                                                          : "a time with its unit, as in 8 s or 250 ms";
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "behind '%c' stands %s", wanted, is_right);
    }
    rule->figure = figure;
    rule->limit = limit;
    return TTA_OK;
}

void tta_alert_value_text(enum tta_alert_figure figure, double value, char out_text[TTA_ALERT_VALUE_BYTES])
{
    if (tta_alert_is_share(figure)) {
        (void)snprintf(out_text, TTA_ALERT_VALUE_BYTES, "%.4g%%", 100 * value); /* fits */
    } else if (value >= 1e9) {
        (void)snprintf(out_text, TTA_ALERT_VALUE_BYTES, "%.4g s", value / 1e9); /* fits */
    } else if (value >= 1e6) {
        (void)snprintf(out_text, TTA_ALERT_VALUE_BYTES, "%.4g ms", value / 1e6); /* fits */
    } else {
        (void)snprintf(out_text, TTA_ALERT_VALUE_BYTES, "%.4g us", value / 1e3); /* fits */
    }
}

double tta_alert_value(enum tta_alert_figure figure, const struct tta_summary *summary, uint64_t *out_samples)
{
    *out_samples = summary->requests;
    switch (figure) {
    case TTA_ALERT_P50:
        return (double)summary->latency.p50_ns;
    case TTA_ALERT_P90:
        return (double)summary->latency.p90_ns;
    case TTA_ALERT_P95:
        return (double)summary->latency.p95_ns;
    case TTA_ALERT_P99:
        return (double)summary->latency.p99_ns;
    case TTA_ALERT_P999:
        return (double)summary->latency.p999_ns;
    case TTA_ALERT_FIRST_TOKEN_P95:
        *out_samples = summary->first_token.count;
        return (double)summary->first_token.p95_ns;
    case TTA_ALERT_GAP_P95:
        *out_samples = summary->gap.count;
        return (double)summary->gap.p95_ns;
    case TTA_ALERT_ERROR_RATE:
        return 1 - summary->success_rate;
    case TTA_ALERT_AVAILABILITY:
    case TTA_ALERT_FIGURES:
        break;
    }
    return summary->availability;
}

/* Of a share that should be high what counts is what is lacking. */
static double badness(enum tta_alert_figure figure, double value)
{
    return figure == TTA_ALERT_AVAILABILITY ? 1 - value : value;
}

bool tta_alert_is_beyond(const struct tta_alert_rule *rule, double value)
{
    return badness(rule->figure, value) > badness(rule->figure, rule->limit);
}

bool tta_alert_is_well(const struct tta_alert_rule *rule, double value)
{
    return badness(rule->figure, value) <= 0.9 * badness(rule->figure, rule->limit);
}
