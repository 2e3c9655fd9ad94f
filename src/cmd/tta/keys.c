// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "base/clock.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/key_input.h"
#include "cmd/tta/vault_file.h"

#define NS_PER_SECOND INT64_C(1000000000)

static int status_of_form(enum tta_key_form form)
{
    switch (form) {
    case TTA_FORM_EXPECTED:
        return EXIT_FINE;
    case TTA_FORM_OTHER_PROVIDER:
        return EXIT_REFUSED;
    case TTA_FORM_UNUSUAL:
        break;
    }
    return EXIT_CANNOT_TELL;
}

static int status_of_verdict(enum tta_key_verdict verdict)
{
    switch (verdict) {
    case TTA_KEY_VALID:
        return EXIT_FINE;
    case TTA_KEY_INVALID:
    case TTA_KEY_EXPIRED:
    case TTA_KEY_FORBIDDEN:
    case TTA_KEY_NO_CREDIT:
        return EXIT_REFUSED;
    case TTA_KEY_RATE_LIMITED:
    case TTA_KEY_UNVERIFIABLE:
    case TTA_KEY_UNKNOWN:
        break;
    }
    return EXIT_CANNOT_TELL;
}

static void print_verdict(const struct tta_key_result *result)
{
    printf("verdict  %s: %s", tta_key_verdict_name(result->verdict), result->sentence);
    if (result->http_status > 0) {
        printf(" (HTTP %d)", result->http_status);
    }
    putchar('\n');
    if (result->retry_ns > 0) {
        printf("retry    in %" PRId64 " s\n", (result->retry_ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
    }
}

static int complain_of(enum tta_status status)
{
    if (status == TTA_BAD_ARGUMENT) {
        complain("--base-url must begin with http:// or https://, have none of ? # @ and at most 1024 bytes");
        return EXIT_BAD_USAGE;
    }
    complain("cannot ask: %s", tta_status_name(status));
    return EXIT_BROKEN;
}

static int ask(const struct options *options, const struct tta_secret *secret)
{
    struct tta_key_validator_options validator_options = tta_key_validator_defaults();
    struct tta_key_validator *validator;
    struct tta_error err;
    if (tta_key_validator_create(&validator_options, &validator, &err) != TTA_OK) {
        complain("%s", err.message);
        return EXIT_BROKEN;
    }
    struct tta_key_result result;
    enum tta_status status = tta_key_validate(validator, options->provider, options->base_url, secret,
                                              base_clock_monotonic_ns(), &result);
    tta_key_validator_destroy(validator);
    if (status != TTA_OK) {
        return complain_of(status);
    }
    print_verdict(&result);
    return status_of_verdict(result.verdict);
}

static int judge(const struct options *options, const struct tta_secret *secret)
{
    char label[TTA_LABEL_BYTES];
    tta_secret_label(secret, label);
    struct tta_key_advice advice = tta_key_advise(options->provider, secret);
    printf("key      %s\nform     %s\n", label, advice.sentence);
    return options->form_only ? status_of_form(advice.form) : ask(options, secret);
}

int command_keys_check(const struct options *options)
{
    struct tta_secret *secret = key_input_read();
    if (!secret) {
        return EXIT_BAD_USAGE;
    }
    int status = judge(options, secret);
    tta_secret_destroy(secret);
    return status;
}

int command_keys_validate(const struct options *options)
{
    struct vault_file file;
    struct tta_vault_key key;
    int status;
    if (!vault_file_open(options, false, &file, &status)) {
        return status;
    }
    if (tta_vault_find(file.vault, options->key_name, &key) == TTA_OK) {
        struct options of_key = *options;
        of_key.provider = key.provider;
        of_key.base_url = key.base_url[0] != '\0' ? key.base_url : NULL;
        status = judge(&of_key, key.secret);
    } else {
        status = vault_file_lacks_key(&file);
    }
    vault_file_close(&file);
    return status;
}
