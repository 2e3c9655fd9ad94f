// SPDX-License-Identifier: MIT
#include <inttypes.h>

#include "base/clock.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/config.h"
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
        complain("the base URL must begin with http:// or https://, have none of ? # @ and at most 1024 bytes");
        return EXIT_BAD_USAGE;
    }
    complain("cannot ask: %s", tta_status_name(status));
    return EXIT_BROKEN;
}

static int ask(const struct tta_server *server, const struct tta_secret *secret)
{
    struct tta_key_validator_options options = tta_key_validator_defaults();
    options.ca_file = server->ca_file;
    struct tta_key_validator *validator;
    struct tta_error err;
    if (tta_key_validator_create(&options, &validator, &err) != TTA_OK) {
        complain("%s", err.message);
        return EXIT_BROKEN;
    }
    struct tta_key_result result;
    enum tta_status status = tta_key_validate(validator, server->provider, server->base_url, secret,
                                              base_clock_monotonic_ns(), &result);
    tta_key_validator_destroy(validator);
    if (status != TTA_OK) {
        return complain_of(status);
    }
    print_verdict(&result);
    return status_of_verdict(result.verdict);
}

static int judge(const struct tta_server *server, bool form_only, const struct tta_secret *secret)
{
    char label[TTA_LABEL_BYTES];
    tta_secret_label(secret, label);
    struct tta_key_advice advice = tta_key_advise(server->provider, secret);
    printf("key      %s\nform     %s\n", label, advice.sentence);
    return form_only ? status_of_form(advice.form) : ask(server, secret);
}

/* The server that --server names, which lives as long as the configuration.  NULL after a complaint. */
static const struct tta_server *find_server(const struct options *options, struct config **out_config)
{
    const struct tta_server *server = NULL;
    struct buf reason;
    base_buf_init(&reason, 4000);
    if (config_read(options->config_path, out_config, &reason)) {
        config_wipe_variables(*out_config);
        server = config_find_server(*out_config, options->server, &reason);
    }
    if (!server) {
        complain("%s", base_buf_cstr(&reason));
    }
    base_buf_deinit(&reason);
    return server;
}

int command_keys_check(const struct options *options)
{
    const struct tta_server given = {.provider = options->provider, .base_url = options->base_url};
    struct config *config = NULL;
    const struct tta_server *server = options->server ? find_server(options, &config) : &given;
    struct tta_secret *secret = server ? key_input_read() : NULL;
    int status = secret ? judge(server, options->form_only, secret) : EXIT_BAD_USAGE;
    tta_secret_destroy(secret);
    config_destroy(config);
    return status;
}

static int validate(const struct options *options, const struct tta_vault_key *key)
{
    const struct tta_server its_own = {.provider = key->provider,
                                       .base_url = key->base_url[0] != '\0' ? key->base_url : NULL};
    struct config *config = NULL;
    const struct tta_server *server = options->server ? find_server(options, &config) : &its_own;
    int status = EXIT_BAD_USAGE;
    if (server && server->provider != key->provider) {
        complain("the key '%s' is of %s, and would go to %s", options->key_name, tta_provider_name(key->provider),
                 tta_provider_name(server->provider));
    } else if (server) {
        status = judge(server, false, key->secret);
    }
    config_destroy(config);
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
    status = tta_vault_find(file.vault, options->key_name, &key) == TTA_OK ? validate(options, &key)
                                                                           : vault_file_lacks_key(&file);
    vault_file_close(&file);
    return status;
}
