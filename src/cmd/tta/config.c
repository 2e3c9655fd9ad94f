// SPDX-License-Identifier: MIT
/*
 * Every value is loaded as text and goes through the same setters as the command
 * line, so a value means the same and is refused the same in both.
 */
#include "cmd/tta/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cmd/guess.h"
#include "cmd/tta/closed.h"
#include "cmd/tta/config_source.h"
#include "cmd/tta/values.h"
#include "cmd/yaml.h"

#define MAX_CONFIG_BYTES 1000000
#define MAX_LOG_BYTES 4000
#define MAX_CA_BYTES 4000000
#define MAX_PATH_BYTES 4096

struct yaml_server {
    char *provider, *name, *base_url, *key_variable, *vault_key, *endpoints, *ca_file;
};

struct yaml_model {
    char *id, *provider, *origin, *prompt_price, *completion_price, *context, *max_completion, *safety, *quality, *can;
};

struct yaml_alert {
    char *name, *when, *window, *min_requests, *each, *provider, *model, *task;
};

struct yaml {
    char *prices, *store, *vault, *vault_key_file, *metrics, *alert_hook;
    struct yaml_server *servers;
    unsigned servers_count;
    struct yaml_model *models;
    unsigned models_count;
    struct yaml_serve *serve;
    struct yaml_alert *alerts;
    unsigned alerts_count;
};

struct config {
    struct yaml *yaml;
    struct tta_server *servers;
    size_t server_count;
    struct tta_secret **secrets; /* of the servers, NULL where there is none */
    struct tta_model *models;
    size_t model_count;
    struct serve_config serve;
    struct tta_alert_rule *alerts;
    size_t alert_count;
    char store[MAX_PATH_BYTES];
};

#define TEXT CONFIG_TEXT

static const cyaml_schema_field_t server_fields[] = {TEXT(yaml_server, provider) TEXT(yaml_server, name)
                                                         TEXT(yaml_server, base_url) TEXT(yaml_server, key_variable)
                                                             TEXT(yaml_server, vault_key) TEXT(yaml_server, endpoints)
                                                                 TEXT(yaml_server, ca_file) CYAML_FIELD_END};
static const cyaml_schema_field_t model_fields[] = {
    TEXT(yaml_model, id) TEXT(yaml_model, provider) TEXT(yaml_model, origin) TEXT(yaml_model, prompt_price)
        TEXT(yaml_model, completion_price) TEXT(yaml_model, context) TEXT(yaml_model, max_completion)
            TEXT(yaml_model, safety) TEXT(yaml_model, quality) TEXT(yaml_model, can) CYAML_FIELD_END};
static const cyaml_schema_field_t alert_fields[] = {
    TEXT(yaml_alert, name) TEXT(yaml_alert, when) TEXT(yaml_alert, window) TEXT(yaml_alert, min_requests)
        TEXT(yaml_alert, each) TEXT(yaml_alert, provider) TEXT(yaml_alert, model) TEXT(yaml_alert, task)
            CYAML_FIELD_END};
static const cyaml_schema_value_t server_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_server, server_fields)};
static const cyaml_schema_value_t model_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_model, model_fields)};
static const cyaml_schema_value_t alert_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_alert, alert_fields)};
static const cyaml_schema_field_t top_fields[] = {
    TEXT(yaml, prices) TEXT(yaml, store) TEXT(yaml, vault) TEXT(yaml, vault_key_file) TEXT(yaml, metrics)
        TEXT(yaml, alert_hook)
        CYAML_FIELD_SEQUENCE("servers", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, servers, &server_schema,
                             0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("models", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, models, &model_schema, 0,
                         CYAML_UNLIMITED),
    CYAML_FIELD_MAPPING_PTR("serve", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, serve, serve_fields),
    CYAML_FIELD_SEQUENCE("alerts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml, alerts, &alert_schema, 0,
                         CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t top_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct yaml, top_fields)};

static void explain_unknown_key(const struct config_source *source, struct str key)
{
    static const cyaml_schema_field_t *const known[] = {top_fields,   server_fields,      model_fields,
                                                        serve_fields, serve_chain_fields, alert_fields};
    struct guess guess = {.word = key};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        for (const cyaml_schema_field_t *field = known[i]; field->key; field++) {
            guess_offer(&guess, field->key);
        }
    }
    base_buf_addf(source->reason, "%s:%d: there is no key '%.*s' here", source->path,
                  yaml_line_of_key(source->text, key), STR_ARGS(key));
    if (guess.best && !base_str_equal(base_str(guess.best), key)) {
        base_buf_addf(source->reason, "; did you mean %s?", guess.best);
    }
}

static bool load(const struct config_source *source, struct yaml **out_yaml)
{
    struct buf log;
    base_buf_init(&log, MAX_LOG_BYTES);
    cyaml_config_t config = yaml_loader;
    config.log_ctx = &log;
    const uint8_t *bytes = (const uint8_t *)(source->text.ptr ? source->text.ptr : "");
    cyaml_err_t error = cyaml_load_data(bytes, source->text.len, &config, &top_schema, (cyaml_data_t **)out_yaml, NULL);
    if (error != CYAML_OK) {
        struct str key = yaml_unknown_key(error, base_buf_str(&log));
        if (key.len > 0) {
            explain_unknown_key(source, key);
        } else {
            yaml_explain(source->path, error, base_buf_str(&log), source->reason);
        }
    }
    base_buf_deinit(&log);
    return error == CYAML_OK;
}

/* The key that the environment has for a server; no key at all is fine. */
static bool read_secret(const struct config_source *source, const char *variable, struct tta_secret **out_secret)
{
    const char *key = variable ? getenv(variable) : NULL;
    if (!key || key[0] == '\0') {
        return true;
    }
    if (tta_secret_create(key, strlen(key), out_secret) != TTA_OK) {
        base_buf_addf(source->reason, "the variable %s of the environment holds no key: it has at most %d printable "
                                      "characters without blanks", variable, TTA_MAX_KEY_BYTES);
        return false;
    }
    return true;
}

/* The variable that holds the key of a server; NULL: none does. */
static const char *key_variable(const struct yaml_server *yaml, enum tta_provider provider)
{
    return yaml->key_variable ? yaml->key_variable : tta_provider_info_of(provider)->key_variable;
}

/* Base URLs of some kinds end in /v1, those of others do not, and one too many is easily written. */
static bool has_one_v1(const char *base_url, const char *usual)
{
    static const char v1[] = "/v1";
    struct str given = base_str(base_url ? base_url : "");
    while (base_str_ends_with(given, STR("/"))) {
        given.len--;
    }
    return !usual || base_str_ends_with(base_str(usual), base_str(v1)) || !base_str_ends_with(given, base_str(v1));
}

/* A file that vouches for nobody would be noticed with the first request alone. */
static bool check_ca_file(const struct config_source *source, const struct yaml_server *yaml, size_t index)
{
    char why[BASE_FILE_REASON_BYTES];
    struct buf text;
    if (!yaml->ca_file) {
        return true;
    }
    if (yaml->base_url && !base_str_starts_with(base_str(yaml->base_url), STR("https:"))) {
        return config_refuse(source, "servers", index + 1, "has a ca_file, and a base_url without https:");
    }
    base_buf_init(&text, MAX_CA_BYTES);
    bool is_read = base_file_read(yaml->ca_file, &text, why);
    bool has_one = is_read && strstr(base_buf_cstr(&text), "-----BEGIN CERTIFICATE-----");
    base_buf_deinit(&text);
    if (!is_read) {
        base_buf_addf(source->reason, "%s: ca_file: %s", source->path, why);
    } else if (!has_one) {
        (void)config_refuse(source, "servers", index + 1, "has a ca_file without a certificate: it must be PEM, with "
                                                          "-----BEGIN CERTIFICATE-----");
    }
    return has_one;
}

static bool read_server(const struct config_source *source, struct config *config, size_t index)
{
    const struct yaml_server *yaml = &config->yaml->servers[index];
    struct tta_server *server = &config->servers[index];
    if (!yaml->provider) {
        return config_refuse(source, "servers", index + 1, "names no provider");
    }
    if (!config_set(source, "provider", yaml->provider, value_set_provider, &server->provider)) {
        return false;
    }
    const struct tta_provider_info *info = tta_provider_info_of(server->provider);
    if (server->provider == TTA_PROVIDER_LOCAL) {
        return config_refuse(source, "servers", index + 1,
                             "is local: there is nobody to ask, list its models under models");
    }
    if (!yaml->base_url && !info->base_url) {
        return config_refuse(source, "servers", index + 1, "needs a base_url, as in http://127.0.0.1:8080/v1");
    }
    if (!has_one_v1(yaml->base_url, info->base_url)) {
        return config_refuse(source, "servers", index + 1,
                             "has a base_url with /v1 at its end, where this provider's have none: leave it out");
    }
    if (yaml->vault_key && !config->yaml->vault) {
        return config_refuse(source, "servers", index + 1,
                             "names a vault_key, and no vault is named: add 'vault: FILE'");
    }
    server->origin = yaml->name;
    server->base_url = yaml->base_url;
    server->endpoints_of = yaml->endpoints;
    server->ca_file = yaml->ca_file;
    bool good = check_ca_file(source, yaml, index) &&
                read_secret(source, key_variable(yaml, server->provider), &config->secrets[index]);
    server->key = config->secrets[index];
    return good;
}

static bool read_model(const struct config_source *source, struct config *config, size_t index)
{
    const struct yaml_model *yaml = &config->yaml->models[index];
    struct tta_model *model = &config->models[index];
    struct tta_requirements prices = {0}, scores = {0};
    *model = tta_model_unknown(yaml->id, TTA_PROVIDER_LOCAL);
    model->origin = yaml->origin;
    if (!yaml->id || yaml->id[0] == '\0') {
        return config_refuse(source, "models", index + 1, "has no id");
    }
    if (!config_set(source, "provider", yaml->provider, value_set_provider, &model->provider) ||
        !config_set(source, "prompt_price", yaml->prompt_price, value_set_max_prompt_price, &prices) ||
        !config_set(source, "completion_price", yaml->completion_price, value_set_max_completion_price, &prices) ||
        !config_set(source, "context", yaml->context, value_set_tokens, &model->context_tokens) ||
        !config_set(source, "max_completion", yaml->max_completion, value_set_tokens, &model->max_completion_tokens) ||
        !config_set(source, "safety", yaml->safety, value_set_min_safety, &scores) ||
        !config_set(source, "quality", yaml->quality, value_set_min_quality, &scores) ||
        !config_set(source, "can", yaml->can, value_set_capabilities, &model->capabilities)) {
        return false;
    }
    model->prompt_price_pusd = prices.has_max_prompt_price ? prices.max_prompt_price_pusd : TTA_UNKNOWN;
    model->completion_price_pusd = prices.has_max_completion_price ? prices.max_completion_price_pusd : TTA_UNKNOWN;
    model->safety_score = scores.has_min_safety ? scores.min_safety : TTA_SCORE_UNKNOWN;
    model->performance_score = scores.has_min_quality ? scores.min_quality : TTA_SCORE_UNKNOWN;
    bool is_unpriced = model->prompt_price_pusd == TTA_UNKNOWN && model->completion_price_pusd == TTA_UNKNOWN;
    if (tta_model_is_local(model) && is_unpriced) { /* on hardware of one's own it costs nothing */
        model->prompt_price_pusd = model->completion_price_pusd = 0;
    }
    model->is_free = model->prompt_price_pusd == 0 && model->completion_price_pusd == 0;
    return true;
}

static bool read_alert(const struct config_source *source, struct config *config, size_t index)
{
    const struct yaml_alert *yaml = &config->yaml->alerts[index];
    struct tta_alert_rule *rule = &config->alerts[index];
    *rule = tta_alert_rule_defaults();
    rule->name = yaml->name;
    rule->filter = (struct tta_series_filter){yaml->provider, yaml->model, yaml->task != NULL, TTA_TASK_COUNT};
    if (!yaml->name || !yaml->when) {
        return config_refuse(source, "alerts", index + 1, "needs a name, and when it fires, as in when: p95 > 8 s");
    }
    return config_set(source, "when", yaml->when, value_set_condition, rule) &&
           config_set(source, "window", yaml->window, value_set_window, &rule->window) &&
           config_set(source, "min_requests", yaml->min_requests, value_set_requests, &rule->min_requests) &&
           config_set(source, "each", yaml->each, value_set_each, &rule->each) &&
           config_set(source, "task", yaml->task, value_set_task, &rule->filter.task);
}

/* As named, else where caches of the user are. */
static bool find_store(const struct config_source *source, struct config *config)
{
    const char *named = config->yaml->store, *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int len = -1;
    if (named) {
        len = snprintf(config->store, sizeof(config->store), "%s", named);
    } else if (cache && cache[0] == '/') {
        len = snprintf(config->store, sizeof(config->store), "%s/tta/lists.json", cache);
    } else if (home && home[0] != '\0') {
        len = snprintf(config->store, sizeof(config->store), "%s/.cache/tta/lists.json", home);
    }
    if (len < 0 || (size_t)len >= sizeof(config->store)) {
        base_buf_addf(source->reason, "%s: where are the lists to be kept? add store: FILE", source->path);
        return false;
    }
    return true;
}

static bool read_all(const struct config_source *source, struct config *config)
{
    static struct yaml nothing; /* of an empty file */
    if (!load(source, &config->yaml)) {
        return false;
    }
    const struct yaml *yaml = config->yaml ? config->yaml : &nothing;
    config->servers = base_alloc_array(yaml->servers_count, sizeof(*config->servers));
    config->secrets = base_alloc_array(yaml->servers_count, sizeof(struct tta_secret *));
    config->models = base_alloc_array(yaml->models_count, sizeof(*config->models));
    config->alerts = base_alloc_array(yaml->alerts_count, sizeof(*config->alerts));
    if (!config->servers || !config->secrets || !config->models || !config->alerts) {
        base_buf_add_cstr(source->reason, "out of memory");
        return false;
    }
    if (!config->yaml) {
        base_buf_addf(source->reason, "%s: it is empty", source->path);
        return false;
    }
    bool good = find_store(source, config);
    for (; config->server_count < yaml->servers_count && good; config->server_count++) {
        good = read_server(source, config, config->server_count);
    }
    for (; config->model_count < yaml->models_count && good; config->model_count++) {
        good = read_model(source, config, config->model_count);
    }
    for (; config->alert_count < yaml->alerts_count && good; config->alert_count++) {
        good = read_alert(source, config, config->alert_count);
    }
    return good && serve_config_read(source, yaml->serve, &config->serve);
}

bool config_read(const char *path, struct config **out_config, struct buf *reason)
{
    struct buf text;
    char why[BASE_FILE_REASON_BYTES];
    struct config *config = base_alloc_array(1, sizeof(*config));
    base_buf_init(&text, MAX_CONFIG_BYTES);
    bool good = config && base_file_read(path, &text, why);
    if (!good) {
        base_buf_add_cstr(reason, config ? why : "out of memory");
    } else {
        const struct config_source source = {path, base_buf_str(&text), reason};
        good = read_all(&source, config);
    }
    base_buf_deinit(&text);
    if (!good) {
        config_destroy(config);
        return false;
    }
    *out_config = config;
    return true;
}

void config_destroy(struct config *config)
{
    if (!config) {
        return;
    }
    for (size_t i = 0; config->secrets && config->yaml && i < config->yaml->servers_count; i++) {
        tta_secret_destroy(config->secrets[i]);
    }
    (void)cyaml_free(&yaml_loader, &top_schema, config->yaml, 0); /* fails only for arguments that are wrong */
    serve_config_release(&config->serve);
    free(config->secrets);
    free(config->servers);
    free(config->models);
    free(config->alerts);
    free(config);
}

void config_wipe_variables(const struct config *config)
{
    for (size_t i = 0; i < config->server_count; i++) {
        const char *variable = key_variable(&config->yaml->servers[i], config->servers[i].provider);
        if (variable) {
            wipe_variable(variable);
        }
    }
}

bool config_keep_keys(struct config *config, struct variable_keys *kept)
{
    for (size_t i = 0; i < config->server_count; i++) {
        const char *variable = key_variable(&config->yaml->servers[i], config->servers[i].provider);
        if (variable && config->secrets[i] && !variable_keys_find(kept, variable)) {
            if (!variable_keys_add(kept, variable, config->secrets[i])) {
                return false;
            }
            config->secrets[i] = NULL;
        }
        if (variable && !config->secrets[i]) {
            config->servers[i].key = variable_keys_find(kept, variable);
        }
    }
    config_wipe_variables(config);
    return true;
}

const struct tta_server *config_servers(const struct config *config, size_t *out_count)
{
    *out_count = config->server_count;
    return config->servers;
}

const char *config_server_name(const struct tta_server *server)
{
    return server->origin && server->origin[0] != '\0' ? server->origin : tta_provider_name(server->provider);
}

const struct tta_server *config_find_server(const struct config *config, const char *name, struct buf *reason)
{
    struct guess guess = {.word = base_str(name)};
    for (size_t i = 0; i < config->server_count; i++) {
        if (strcmp(config_server_name(&config->servers[i]), name) == 0) {
            return &config->servers[i];
        }
        guess_offer(&guess, config_server_name(&config->servers[i]));
    }
    base_buf_addf(reason, "there is no server '%s'; ", name);
    base_buf_addf(reason, guess.best ? "did you mean %s?" : "'tta serve --check' lists them", guess.best);
    return NULL;
}

const struct tta_model *config_models(const struct config *config, size_t *out_count)
{
    *out_count = config->model_count;
    return config->models;
}

const char *config_prices(const struct config *config)
{
    return config->yaml->prices;
}

const char *config_store(const struct config *config)
{
    return config->store;
}

const char *config_metrics(const struct config *config)
{
    return config->yaml->metrics;
}

const struct tta_alert_rule *config_alerts(const struct config *config, size_t *out_count)
{
    *out_count = config->alert_count;
    return config->alerts;
}

const char *config_alert_hook(const struct config *config)
{
    return config->yaml->alert_hook;
}

const char *config_vault(const struct config *config)
{
    return config->yaml->vault;
}

const char *config_key_file(const struct config *config)
{
    return config->yaml->vault_key_file;
}

const char *config_vault_key(const struct config *config, size_t index)
{
    return config->yaml->servers[index].vault_key;
}

const struct serve_config *config_serve(const struct config *config)
{
    return &config->serve;
}
