// SPDX-License-Identifier: MIT
/*
 * A line for each breaker that is not as at the start, between a head and an
 * end, by which a cut is seen:
 *
 *     tta-health 1
 *     row open 1795428000000000000 2 server openrouter/some/model
 *     end
 *
 * kind, state, the time of day at which it is over ("healed": not by itself),
 * how often it doubled, the class, the name.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/num.h"
#include "tta/fail.h"
#include "tta/health_parts.h"
#include "tta/health_table.h"

#define MAX_TEXT_BYTES ((size_t)64 << 20)
#define HEAD "tta-health 1"

static void add_line(struct buf *text, enum tta_part part, const struct breaker *breaker, const char *name,
                     int64_t to_unix_ns)
{
    if (breaker->state == TTA_BREAKER_CLOSED) {
        return;
    }
    base_buf_addf(text, "%s %s ", tta_part_name(part), tta_breaker_state_name(breaker->state));
    if (breaker->until_ns == TTA_UNTIL_HEALED) {
        base_buf_add_cstr(text, "healed");
    } else {
        base_buf_addf(text, "%" PRId64, breaker->until_ns + to_unix_ns);
    }
    base_buf_addf(text, " %" PRIu32 " %s %s\n", breaker->level, tta_failure_name(breaker->last), name);
}

enum tta_status tta_health_save(struct tta_health *health, int64_t now_ns, int64_t unix_now_ns, char **out_text)
{
    struct buf text;
    base_buf_init(&text, MAX_TEXT_BYTES);
    base_buf_add_cstr(&text, HEAD "\n");
    tta_health_lock(health);
    for (int part = 0; part < TTA_PART_COUNT; part++) {
        const struct part_list *list = &health->parts[part];
        for (size_t i = 0; i < list->count; i++) {
            add_line(&text, (enum tta_part)part, &list->breakers[i], list->names[i], unix_now_ns - now_ns);
        }
    }
    tta_health_unlock(health);
    base_buf_add_cstr(&text, "end\n");
    char *taken = base_buf_take(&text);
    base_buf_deinit(&text);
    if (!taken) {
        return TTA_NO_MEMORY;
    }
    *out_text = taken;
    return TTA_OK;
}

struct saved {
    enum tta_part part;
    struct str name;
    int64_t unix_until_ns; /* TTA_UNTIL_HEALED */
    int64_t level;
    enum tta_failure last;
};

static bool read_part(struct str word, enum tta_part *out_part)
{
    for (int part = 0; part < TTA_PART_COUNT; part++) {
        if (base_str_equal(word, base_str(tta_part_name((enum tta_part)part)))) {
            *out_part = (enum tta_part)part;
            return true;
        }
    }
    return false;
}

static bool read_failure(struct str word, enum tta_failure *out_failure)
{
    for (int failure = 0; failure < TTA_FAILURE_COUNT; failure++) {
        if (base_str_equal(word, base_str(tta_failure_name((enum tta_failure)failure)))) {
            *out_failure = (enum tta_failure)failure;
            return true;
        }
    }
    return false;
}

static bool read_line(struct str line, struct saved *out)
{
    if (!read_part(base_str_cut(line, ' ', &line), &out->part)) {
        return false;
    }
    struct str state = base_str_cut(line, ' ', &line);
    struct str until = base_str_cut(line, ' ', &line);
    struct str level = base_str_cut(line, ' ', &line);
    struct str failure = base_str_cut(line, ' ', &out->name);
    out->unix_until_ns = TTA_UNTIL_HEALED;
    return (base_str_equal(state, STR("open")) || base_str_equal(state, STR("half_open"))) &&
           (base_str_equal(until, STR("healed")) ||
            base_num_parse_int64(until, 0, INT64_MAX - 1, &out->unix_until_ns)) &&
           base_num_parse_int64(level, 0, 30, &out->level) && read_failure(failure, &out->last) && out->name.len > 0;
}

/* A day is the longest that a provider may ask for; with a clock that was set back it could be forever. */
static int64_t limit(int64_t left_ns)
{
    return left_ns < 0 ? 0 : left_ns > TTA_MAX_RETRY_AFTER_NS ? TTA_MAX_RETRY_AFTER_NS : left_ns;
}

static void apply(struct tta_health *health, const struct saved *saved, int64_t now_ns, int64_t unix_now_ns)
{
    const struct part_list *list = &health->parts[saved->part];
    for (size_t i = 0; i < list->count; i++) {
        if (base_str_equal(saved->name, base_str(list->names[i]))) {
            bool is_fixed = saved->unix_until_ns == TTA_UNTIL_HEALED;
            int64_t until_ns = is_fixed ? TTA_UNTIL_HEALED : now_ns + limit(saved->unix_until_ns - unix_now_ns);
            breaker_open_until(&list->breakers[i], saved->last, now_ns, until_ns);
            list->breakers[i].level = (uint32_t)saved->level;
            list->breakers[i].is_promised = is_fixed || saved->last == TTA_FAILURE_RATE_LIMIT ||
                                            saved->last == TTA_FAILURE_QUOTA;
            return;
        }
    }
}

/* Checks with a NULL health, else applies. */
static enum tta_status read_text(struct tta_health *health, struct str text, int64_t now_ns, int64_t unix_now_ns,
                                 struct tta_error *err)
{
    struct saved saved;
    size_t number = 1;
    if (!base_str_equal(base_str_cut(text, '\n', &text), STR(HEAD))) {
        return tta_fail(err, TTA_BAD_SYNTAX, 1, "this is no saved health: it does not begin with \"" HEAD "\"");
    }
    while (text.ptr) {
        struct str line = base_str_cut(text, '\n', &text);
        number++;
        if (base_str_equal(line, STR("end"))) {
            return TTA_OK;
        }
        if (!read_line(line, &saved)) {
            return tta_fail(err, TTA_BAD_SYNTAX, number, "line %zu of the saved health is cut or is none", number);
        }
        if (health) {
            apply(health, &saved, now_ns, unix_now_ns);
        }
    }
    return tta_fail(err, TTA_BAD_SYNTAX, number, "the saved health is cut: its last line is not \"end\"");
}

enum tta_status tta_health_restore(struct tta_health *health, const char *bytes, size_t len, int64_t now_ns,
                                   int64_t unix_now_ns, struct tta_error *err)
{
    const struct str text = {bytes, len};
    enum tta_status status = read_text(NULL, text, now_ns, unix_now_ns, err);
    if (status == TTA_OK) {
        tta_health_lock(health);
        status = read_text(health, text, now_ns, unix_now_ns, err);
        tta_health_unlock(health);
    }
    return status;
}
