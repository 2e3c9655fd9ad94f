// SPDX-License-Identifier: MIT
/*
 * Is this key good?  Cold: a real request over HTTP to a server on loopback.
 * Cached: the verdict of a moment ago.
 */
#include <assay/bench.h>
#include <string.h>
#include <tta/keys.h>

#include "loopback_server.h"

#define KEYS_TARGET "p95 < 200 ms"
#define NOW_NS INT64_C(1000000000000)

static const char key_text[] = "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static const struct loopback_answer answers[] = {{
    .status = 200,
    .headers = "Content-Type: application/json\r\n",
    .body = "{\"data\":{\"label\":\"sk-or-v1-012...def\",\"limit\":10,\"limit_remaining\":9.5,\"usage\":0.5,"
            "\"is_free_tier\":false,\"expires_at\":null}}",
}};

struct validation {
    struct loopback_server *server;
    struct tta_secret *secret;
    struct tta_key_validator *validator;
};

static void end_validation(struct validation *validation)
{
    tta_key_validator_destroy(validation->validator);
    tta_secret_destroy(validation->secret);
    loopback_server_stop(validation->server);
}

static bool begin_validation(struct validation *validation)
{
    struct tta_key_validator_options options = tta_key_validator_defaults();
    options.probe_burst = options.probes_per_sec = 1e6; /* time stands still here: nobody may be put off */
    *validation = (struct validation){.server = loopback_server_start(answers, 1)};
    if (!validation->server || tta_secret_create(key_text, strlen(key_text), &validation->secret) != TTA_OK ||
        tta_key_validator_create(&options, &validation->validator, NULL) != TTA_OK) {
        end_validation(validation);
        return false;
    }
    return true;
}

static void validate(struct assay_bench *bench, bool cold)
{
    struct validation validation;
    assay_group(bench, "API key validation");
    assay_target(bench, KEYS_TARGET);
    if (!begin_validation(&validation)) {
        assay_fail_because(bench, "the validator or its server cannot be started");
        return;
    }
    const char *url = loopback_server_url(validation.server);
    struct tta_key_result result = {0};
    enum tta_status status =
        tta_key_validate(validation.validator, TTA_PROVIDER_OPENROUTER, url, validation.secret, NOW_NS, &result);
    BENCH_CHECK(bench, status == TTA_OK && result.verdict == TTA_KEY_VALID && !result.from_cache);
    BENCH_LOOP (bench) {
        if (cold) {
            tta_key_forget(validation.validator, TTA_PROVIDER_OPENROUTER, url, validation.secret);
        }
        status =
            tta_key_validate(validation.validator, TTA_PROVIDER_OPENROUTER, url, validation.secret, NOW_NS, &result);
        BENCH_KEEP(&result);
    }
    BENCH_CHECK(bench, status == TTA_OK && result.verdict == TTA_KEY_VALID && result.from_cache == !cold);
    end_validation(&validation);
}

BENCH(api_key_validation_cold)
{
    validate(bench, true);
}

BENCH(api_key_validation_cached)
{
    validate(bench, false);
}

/* What the form of a key says costs no request at all. */
BENCH(api_key_form_advice)
{
    struct tta_secret *secret = NULL;
    assay_group(bench, "API key validation");
    if (tta_secret_create(key_text, strlen(key_text), &secret) != TTA_OK) {
        assay_fail_because(bench, "the secret cannot be made");
        return;
    }
    struct tta_key_advice advice = {0};
    BENCH_LOOP (bench) {
        BENCH_KEEP(secret);
        advice = tta_key_advise(TTA_PROVIDER_OPENROUTER, secret);
        BENCH_KEEP(&advice);
    }
    BENCH_CHECK(bench, advice.form == TTA_FORM_EXPECTED);
    tta_secret_destroy(secret);
}
