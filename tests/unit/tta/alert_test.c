// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alloc_fault.h"
#include "base/random.h"
#include "tta/alert.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define NOON (INT64_C(1728043200) * SECOND)

/* What the hook was told, as text: "+slow a/m; -slow a/m; ". */
static char told[2000];
static size_t told_len;
static struct tta_alert_state last_told;

static void tell(void *context, const struct tta_alert_state *state)
{
    assert_ptr_equal(context, told);
    told_len += (size_t)snprintf(told + told_len, sizeof(told) - told_len, "%c%s %s/%s; ", state->is_firing ? '+' : '-',
                                 state->rule->name, state->provider ? state->provider : "*",
                                 state->model ? state->model : "*");
    assert_true(told_len < sizeof(told));
    last_told = *state;
}

static void assert_told(const char *want)
{
    assert_string_equal(told, want);
    told_len = 0;
    told[0] = '\0';
}

struct scene {
    struct tta_metrics *metrics;
    struct tta_recorder *recorder;
    struct tta_alerts *alerts;
    struct tta_metric_store *store;
    int64_t now_ns;
};

static struct scene begin(const struct tta_alert_rule *rules, size_t count)
{
    struct scene scene = {.now_ns = NOON};
    struct tta_error err = {0};
    told_len = 0;
    told[0] = '\0';
    assert_int_equal(tta_metrics_create(50, NOON, &scene.metrics), TTA_OK);
    assert_int_equal(tta_metrics_add_recorder(scene.metrics, &scene.recorder), TTA_OK);
    if (tta_alerts_create(rules, count, &scene.alerts, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    return scene;
}

static void end(struct scene *scene)
{
    tta_alerts_destroy(scene->alerts);
    tta_metrics_destroy(scene->metrics);
}

/* So many requests to a model, of which some fail, and ten seconds pass. */
static void traffic(struct scene *scene, const char *provider, const char *model, unsigned count, unsigned failures,
                    int64_t latency_ns)
{
    const struct tta_series series = {provider, model, TTA_TASK_COUNT};
    uint32_t number;
    assert_int_equal(tta_metrics_add_series(scene->metrics, &series, &number), TTA_OK);
    for (unsigned i = 0; i < count; i++) {
        const struct tta_observation observation = {.series = number,
                                                    .failure = i < failures ? TTA_FAILURE_SERVER : TTA_FAILURE_NONE,
                                                    .latency_ns = latency_ns,
                                                    .first_token_ns = TTA_NOT_TIMED,
                                                    .usage = TTA_USAGE_NONE};
        tta_metrics_record(scene->recorder, &observation);
    }
}

static void check_after(struct scene *scene, int64_t after_ns)
{
    struct tta_error err = {0};
    scene->now_ns += after_ns;
    assert_int_equal(tta_metrics_tick(scene->metrics, scene->now_ns), TTA_OK);
    if (tta_alerts_check(scene->alerts, scene->metrics, scene->store, scene->now_ns, tell, told, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
}

static struct tta_alert_rule rule(const char *name, const char *condition)
{
    struct tta_alert_rule made = tta_alert_rule_defaults();
    made.name = name;
    assert_int_equal(tta_alert_condition_parse(condition, &made, NULL), TTA_OK);
    return made;
}

static void fires_once_and_resolves_once(void **state)
{
    (void)state;
    struct tta_alert_rule slow = rule("slow", "p95 > 8 s");
    struct scene scene = begin(&slow, 1);
    check_after(&scene, SECOND);
    assert_told("");
    traffic(&scene, "a", "m", 100, 0, 9 * SECOND);
    check_after(&scene, 10 * SECOND);
    assert_told("+slow */*; ");
    assert_true(last_told.is_new && last_told.is_firing && last_told.requests == 100);
    assert_true(last_told.value > 8.9e9 && last_told.value < 9.1e9);
    assert_int_equal(last_told.since_ns, NOON + 11 * SECOND);
    for (int i = 0; i < 10; i++) {
        traffic(&scene, "a", "m", 100, 0, 9 * SECOND);
        check_after(&scene, 10 * SECOND);
        assert_told("");
    }
    check_after(&scene, 10 * MINUTE); /* nothing in the window: nothing is known */
    assert_told("");
    traffic(&scene, "a", "m", 100, 0, 7500 * (SECOND / 1000)); /* better, but not by a tenth */
    check_after(&scene, 10 * SECOND);
    assert_told("");
    check_after(&scene, 10 * MINUTE);
    traffic(&scene, "a", "m", 100, 0, 7 * SECOND);
    check_after(&scene, 10 * SECOND);
    assert_told("-slow */*; ");
    assert_true(last_told.is_new && !last_told.is_firing && last_told.since_ns == 0);
    check_after(&scene, 10 * SECOND);
    assert_told("");
    end(&scene);
}

static void one_failure_of_one_is_no_alert(void **state)
{
    (void)state;
    const struct tta_alert_rule rules[] = {rule("errors", "error_rate > 5%"), rule("down", "availability < 95%")};
    struct scene scene = begin(rules, 2);
    for (int i = 0; i < 19; i++) {
        traffic(&scene, "a", "m", 1, 1, SECOND);
        check_after(&scene, SECOND);
        assert_told("");
    }
    traffic(&scene, "a", "m", 1, 1, SECOND);
    check_after(&scene, SECOND);
    assert_told("+errors */*; +down */*; ");
    end(&scene);
}

static void a_figure_at_its_limit_does_not_ring_all_day(void **state)
{
    (void)state;
    struct tta_alert_rule errors = rule("errors", "error_rate > 10%");
    errors.window = TTA_WINDOW_MINUTE;
    struct scene scene = begin(&errors, 1);
    for (int i = 0; i < 200; i++) { /* between 9.5 and 10.5 % */
        traffic(&scene, "a", "m", 200, i % 2 ? 19 : 21, SECOND);
        check_after(&scene, 2 * MINUTE);
        traffic(&scene, "a", "m", 200, i % 2 ? 19 : 21, SECOND);
        check_after(&scene, SECOND);
    }
    assert_told("+errors */*; ");
    end(&scene);
}

static void each_model_rings_for_itself(void **state)
{
    (void)state;
    struct tta_alert_rule rules[] = {rule("model", "error_rate > 50%"), rule("provider", "error_rate > 50%"),
                                     rule("of_b", "error_rate > 50%")};
    rules[0].each = TTA_ALERT_EACH_MODEL;
    rules[1].each = TTA_ALERT_EACH_PROVIDER;
    rules[2].filter.provider = "b";
    struct scene scene = begin(rules, 3);
    traffic(&scene, "a", "m", 100, 90, SECOND);
    traffic(&scene, "a", "n", 1000, 0, SECOND);
    traffic(&scene, "b", "m", 100, 90, SECOND);
    traffic(&scene, "b", "n", 50, 0, SECOND);
    check_after(&scene, SECOND);
    assert_told("+model a/m; +model b/m; +provider b/*; +of_b */*; ");
    check_after(&scene, 10 * MINUTE);
    traffic(&scene, "b", "m", 100, 0, SECOND);
    check_after(&scene, SECOND);
    assert_told("-model b/m; -provider b/*; -of_b */*; ");
    end(&scene);
}

static void what_is_asked_no_more_resolves_after_a_day(void **state)
{
    (void)state;
    struct tta_alert_rule errors = rule("errors", "error_rate > 50%");
    struct scene scene = begin(&errors, 1);
    traffic(&scene, "a", "m", 100, 100, SECOND);
    check_after(&scene, SECOND);
    assert_told("+errors */*; ");
    for (int hour = 1; hour < 24; hour++) {
        check_after(&scene, HOUR);
        assert_told("");
    }
    check_after(&scene, 2 * HOUR);
    assert_told("-errors */*; ");
    end(&scene);
}

static void showing_changes_nothing(void **state)
{
    (void)state;
    struct tta_alert_rule rules[] = {rule("errors", "error_rate > 50%"), rule("slow", "p50 > 8 s")};
    struct scene scene = begin(rules, 2);
    traffic(&scene, "a", "m", 100, 100, SECOND);
    assert_int_equal(tta_alerts_show(scene.alerts, scene.metrics, NULL, tell, told, NULL), TTA_OK);
    assert_told("-errors */*; -slow */*; ");
    assert_false(last_told.is_new || last_told.is_beyond);
    check_after(&scene, SECOND);
    assert_told("+errors */*; ");
    assert_int_equal(tta_alerts_show(scene.alerts, scene.metrics, NULL, tell, told, NULL), TTA_OK);
    assert_told("+errors */*; -slow */*; ");
    end(&scene);
}

static void rules_that_are_none_are_refused(void **state)
{
    (void)state;
    static const char name_too_long[] = "12345678901234567890123456789012345678901234567890"
                                        "123456789012345678901234567890123456789012345678901";
    const struct tta_alert_rule good = rule("a", "p95 > 8 s");
    struct tta_alert_rule bad[9];
    const char *sentences[9];
    for (size_t i = 0; i < 9; i++) {
        bad[i] = rule("b", "p95 > 8 s");
    }
    bad[0].name = NULL, sentences[0] = "alert 2 needs a name of at most 100 bytes";
    bad[1].name = "", sentences[1] = sentences[0];
    bad[2].name = name_too_long, sentences[2] = sentences[0];
    bad[3].name = "a", sentences[3] = "alert 2 has the name of another";
    bad[4].limit = -1, sentences[4] = "alert 2 has no limit that its figure can have";
    bad[5].figure = TTA_ALERT_ERROR_RATE, sentences[5] = sentences[4];
    bad[6].figure = TTA_ALERT_FIGURES, sentences[6] = sentences[4];
    bad[7].window = TTA_WINDOW_ALL, sentences[7] = "alert 2 needs a window of 1m, 5m, 1h or 24h";
    bad[8].min_requests = 0, sentences[8] = "alert 2 needs at least one request";
    for (size_t i = 0; i < 9; i++) {
        const struct tta_alert_rule rules[] = {good, bad[i]};
        struct tta_alerts *alerts = NULL;
        struct tta_error err = {0};
        assert_int_equal(tta_alerts_create(rules, 2, &alerts, &err), TTA_BAD_ARGUMENT);
        assert_string_equal(err.message, sentences[i]);
        assert_null(alerts);
    }
    tta_alerts_destroy(NULL);
}

static void without_memory_nothing_is_told_that_was_not_noted(void **state)
{
    (void)state;
    struct tta_alert_rule errors = rule("errors", "error_rate > 50%");
    errors.each = TTA_ALERT_EACH_MODEL;
    errors.filter.provider = "a";
    size_t refused = 0;
    for (size_t n = 1; n == refused + 1; n++) {
        struct tta_alerts *alerts = NULL;
        alloc_fault_after(n);
        enum tta_status status = tta_alerts_create(&errors, 1, &alerts, NULL);
        refused += alloc_fault_happened();
        assert_int_equal(status, n == refused ? TTA_NO_MEMORY : TTA_OK);
        tta_alerts_destroy(alerts);
    }
    assert_int_equal(refused, 4);
    struct scene scene = begin(&errors, 1);
    traffic(&scene, "a", "m", 100, 100, SECOND);
    alloc_fault_after(1);
    enum tta_status status = tta_alerts_check(scene.alerts, scene.metrics, NULL, NOON, tell, told, NULL);
    assert_true(alloc_fault_happened());
    assert_int_equal(status, TTA_NO_MEMORY);
    assert_told("");
    check_after(&scene, SECOND);
    assert_told("+errors a/m; ");
    end(&scene);
}

/* Two processes with one store, and restarts: each change is told once, by one of them. */
static void a_store_makes_it_once_for_all(void **state)
{
    (void)state;
    char folder[] = "alert_test.XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof(path), "%s/metrics.db", folder); /* fits */
    struct tta_alert_rule errors = rule("errors", "error_rate > 50%");
    errors.each = TTA_ALERT_EACH_MODEL;
    uint64_t random = 3;
    for (int round = 0; round < 20; round++) {
        struct scene scenes[] = {begin(&errors, 1), begin(&errors, 1)};
        for (size_t i = 0; i < 2; i++) {
            assert_int_equal(tta_metric_store_open(path, TTA_METRIC_STORE_WRITE, &scenes[i].store, NULL), TTA_OK);
            traffic(&scenes[i], "a", "m", 100, round % 4 < 2 ? 100 : 0, SECOND);
        }
        for (int check = 0; check < 4; check++) {
            check_after(&scenes[base_random_below(&random, 2)], SECOND);
        }
        assert_told(round % 4 == 0 ? "+errors a/m; " : round % 4 == 2 ? "-errors a/m; " : "");
        for (size_t i = 0; i < 2; i++) {
            tta_metric_store_close(scenes[i].store);
            end(&scenes[i]);
        }
    }
    assert_int_equal(remove(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fires_once_and_resolves_once),
        cmocka_unit_test(one_failure_of_one_is_no_alert),
        cmocka_unit_test(a_figure_at_its_limit_does_not_ring_all_day),
        cmocka_unit_test(each_model_rings_for_itself),
        cmocka_unit_test(what_is_asked_no_more_resolves_after_a_day),
        cmocka_unit_test(showing_changes_nothing),
        cmocka_unit_test(rules_that_are_none_are_refused),
        cmocka_unit_test(without_memory_nothing_is_told_that_was_not_noted),
        cmocka_unit_test(a_store_makes_it_once_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
