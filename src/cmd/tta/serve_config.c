// SPDX-License-Identifier: MIT
#include "cmd/tta/serve_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"

#define NS_PER_SEC INT64_C(1000000000)
#define MAX_BODY_BYTES ((int64_t)1 << 30)
#define MAX_BODIES_BYTES ((int64_t)1 << 40)

static const cyaml_schema_value_t text_schema = {
    CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char *, 0, CYAML_UNLIMITED)};
const cyaml_schema_field_t serve_chain_fields[] = {
    CONFIG_TEXT(yaml_chain, name) CYAML_FIELD_SEQUENCE("targets", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL,
                                                       struct yaml_chain, targets, &text_schema, 0, CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t chain_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct yaml_chain, serve_chain_fields)};

/* clang-format off */
const cyaml_schema_field_t serve_fields[] = {
    CONFIG_TEXT(yaml_serve, address)
    CONFIG_TEXT(yaml_serve, open_to_network)
    CONFIG_TEXT(yaml_serve, threads)
    CONFIG_TEXT(yaml_serve, max_connections)
    CONFIG_TEXT(yaml_serve, max_body)
    CONFIG_TEXT(yaml_serve, max_bodies)
    CONFIG_TEXT(yaml_serve, timeout)
    CONFIG_TEXT(yaml_serve, connect_timeout)
    CONFIG_TEXT(yaml_serve, max_wait)
    CONFIG_TEXT(yaml_serve, first_byte)
    CONFIG_TEXT(yaml_serve, first_token)
    CONFIG_TEXT(yaml_serve, idle)
    CONFIG_TEXT(yaml_serve, head_timeout)
    CONFIG_TEXT(yaml_serve, body_timeout)
    CONFIG_TEXT(yaml_serve, keep_alive)
    CONFIG_TEXT(yaml_serve, write_timeout)
    CONFIG_TEXT(yaml_serve, drain)
    CONFIG_TEXT(yaml_serve, access_log)
    CONFIG_TEXT(yaml_serve, clients)
    CYAML_FIELD_SEQUENCE("hosts", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_serve, hosts, &text_schema,
                         0, CYAML_UNLIMITED),
    CYAML_FIELD_SEQUENCE("chains", CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct yaml_serve, chains, &chain_schema,
                         0, CYAML_UNLIMITED),
    CYAML_FIELD_END};
/* clang-format on */

struct serve_config serve_config_defaults(void)
{
    return (struct serve_config){
        .host = "127.0.0.1",
        .port = 8484,
        .threads = 1,
        .max_connections = 4096,
        .max_body_bytes = (size_t)32 << 20,
        .max_bodies_bytes = (size_t)512 << 20,
        .timeout_ns = 600 * NS_PER_SEC,
        .connect_timeout_ns = 5 * NS_PER_SEC,
        .max_wait_ns = 5 * NS_PER_SEC,
        .first_byte_ns = 120 * NS_PER_SEC,
        .first_token_ns = 120 * NS_PER_SEC,
        .idle_ns = 60 * NS_PER_SEC,
        .head_timeout_ns = 10 * NS_PER_SEC,
        .body_timeout_ns = 20 * NS_PER_SEC,
        .keep_alive_ns = 75 * NS_PER_SEC,
        .write_timeout_ns = 60 * NS_PER_SEC,
        .drain_ns = 30 * NS_PER_SEC,
    };
}

static bool set_duration(void *field, const char *value, struct buf *wanted)
{
    int64_t ns;
    if (!base_num_parse_duration_ns(base_str(value), &ns) || ns <= 0 || ns > 24 * 3600 * NS_PER_SEC) {
        return arguments_want(wanted, "a time with its unit, above 0 and at most a day: 500 ms, 30 s, 10 min");
    }
    *(int64_t *)field = ns;
    return true;
}

static bool read_bytes(const char *value, int64_t most, size_t *out_bytes)
{
    static const struct {
        const char *unit;
        int64_t bytes;
    } units[] = {{"KiB", 1024}, {"MiB", 1024 * 1024}, {"GiB", 1024 * 1024 * 1024}};
    struct str text = base_str(value);
    int64_t number;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!base_str_ends_with(text, base_str(units[i].unit))) {
            continue;
        }
        struct str digits = base_str_trim((struct str){text.ptr, text.len - 3});
        if (base_num_parse_int64(digits, 1, most / units[i].bytes, &number)) {
            *out_bytes = (size_t)(number * units[i].bytes);
            return true;
        }
    }
    return false;
}

static bool set_bytes(void *field, const char *value, struct buf *wanted)
{
    return read_bytes(value, MAX_BODY_BYTES, field) ||
           arguments_want(wanted, "a size with its unit, at most 1 GiB: 512 KiB, 32 MiB");
}

static bool set_all_bytes(void *field, const char *value, struct buf *wanted)
{
    return read_bytes(value, MAX_BODIES_BYTES, field) ||
           arguments_want(wanted, "a size with its unit, at most 1024 GiB: 512 MiB, 4 GiB");
}

static bool set_threads(void *field, const char *value, struct buf *wanted)
{
    int64_t number;
    if (!base_num_parse_int64(base_str(value), 1, 64, &number)) {
        return arguments_want(wanted, "a number of threads, 1 to 64");
    }
    *(size_t *)field = (size_t)number;
    return true;
}

static bool set_connections(void *field, const char *value, struct buf *wanted)
{
    int64_t number;
    if (!base_num_parse_int64(base_str(value), 1, 1000000, &number)) {
        return arguments_want(wanted, "a number of connections, 1 to 1000000");
    }
    *(size_t *)field = (size_t)number;
    return true;
}

static bool set_answer(void *field, const char *value, struct buf *wanted)
{
    bool is_yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
    if (!is_yes && strcmp(value, "no") != 0 && strcmp(value, "false") != 0) {
        return arguments_want(wanted, "yes or no");
    }
    *(bool *)field = is_yes;
    return true;
}

/* "127.0.0.1:8484", "[::1]:8484": numbers, so that nothing is asked of a name server. */
static bool set_address(void *field, const char *value, struct buf *wanted)
{
    struct serve_config *config = field;
    const char *colon = strrchr(value, ':');
    struct str host = {value, colon ? (size_t)(colon - value) : 0};
    int64_t port;
    if (host.len > 1 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']') {
        host = (struct str){host.ptr + 1, host.len - 2};
    }
    if (base_str_equal(host, STR("localhost"))) {
        host = STR("127.0.0.1");
    }
    if (host.len == 0 || host.len >= sizeof(config->host) ||
        !base_num_parse_int64(base_str(colon + 1), 0, UINT16_MAX, &port)) {
        return arguments_want(wanted, "an address with its port, as in 127.0.0.1:8484 or [::1]:8484");
    }
    memcpy(config->host, host.ptr, host.len);
    config->host[host.len] = '\0';
    config->port = (uint16_t)port;
    return true;
}

static bool set_path(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "a file, or - for standard output");
    }
    *(const char **)field = value;
    return true;
}

static bool set_file(void *field, const char *value, struct buf *wanted)
{
    if (value[0] == '\0') {
        return arguments_want(wanted, "a file");
    }
    *(const char **)field = value;
    return true;
}

static bool is_loopback(const char *host)
{
    return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* What is open to others knows its clients, and is said to be open, for keys and texts go there as they are. */
static bool check_network(const struct config_source *source, const struct serve_config *config)
{
    if (!config->open_to_network) {
        base_buf_addf(source->reason, "%s: the address %s is not of this machine alone, and whoever reaches it spends "
                                      "your credit; add 'open_to_network: yes' if that is meant",
                      source->path, config->host);
    } else if (!config->clients) {
        base_buf_addf(source->reason, "%s: the address %s is not of this machine alone, and nothing says who may use "
                                      "it; add 'clients: FILE', and clients with tta clients add",
                      source->path, config->host);
    }
    return config->open_to_network && config->clients;
}

static bool read_chain(const struct config_source *source, const struct yaml_serve *yaml, size_t index,
                       struct serve_config *config)
{
    const struct yaml_chain *chain = &yaml->chains[index];
    struct serve_chain *out = &config->chains[index];
    if (!chain->name || chain->name[0] == '\0') {
        return config_refuse(source, "chains", index + 1, "has no name");
    }
    if (chain->targets_count == 0 || chain->targets_count > SERVE_MAX_CHAIN_TARGETS) {
        return config_refuse(source, "chains", index + 1,
                             "must have 1 to 16 targets, as in [groq/MODEL, openai/MODEL]");
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(config->chains[i].name, chain->name) == 0) {
            return config_refuse(source, "chains", index + 1, "has a name that another one has");
        }
    }
    *out = (struct serve_chain){chain->name, (const char *const *)chain->targets, chain->targets_count};
    return true;
}

static bool read_hosts(const struct config_source *source, const struct yaml_serve *yaml, struct serve_config *config)
{
    for (size_t i = 0; i < yaml->hosts_count; i++) {
        if (yaml->hosts[i][0] == '\0' || strpbrk(yaml->hosts[i], "/:@ ")) {
            return config_refuse(source, "hosts", i + 1, "must be a name alone, as in models.example.org");
        }
    }
    config->hosts = (const char *const *)yaml->hosts;
    config->host_count = yaml->hosts_count;
    return true;
}

bool serve_config_read(const struct config_source *source, const struct yaml_serve *yaml,
                       struct serve_config *out_config)
{
    struct serve_config *config = out_config;
    *config = serve_config_defaults();
    if (!yaml) {
        return true;
    }
    const struct {
        const char *key, *value;
        argument_set_fn *setter;
        void *field;
    } values[] = {
        {"address", yaml->address, set_address, config},
        {"open_to_network", yaml->open_to_network, set_answer, &config->open_to_network},
        {"threads", yaml->threads, set_threads, &config->threads},
        {"max_connections", yaml->max_connections, set_connections, &config->max_connections},
        {"max_body", yaml->max_body, set_bytes, &config->max_body_bytes},
        {"max_bodies", yaml->max_bodies, set_all_bytes, &config->max_bodies_bytes},
        {"timeout", yaml->timeout, set_duration, &config->timeout_ns},
        {"connect_timeout", yaml->connect_timeout, set_duration, &config->connect_timeout_ns},
        {"max_wait", yaml->max_wait, set_duration, &config->max_wait_ns},
        {"first_byte", yaml->first_byte, set_duration, &config->first_byte_ns},
        {"first_token", yaml->first_token, set_duration, &config->first_token_ns},
        {"idle", yaml->idle, set_duration, &config->idle_ns},
        {"head_timeout", yaml->head_timeout, set_duration, &config->head_timeout_ns},
        {"body_timeout", yaml->body_timeout, set_duration, &config->body_timeout_ns},
        {"keep_alive", yaml->keep_alive, set_duration, &config->keep_alive_ns},
        {"write_timeout", yaml->write_timeout, set_duration, &config->write_timeout_ns},
        {"drain", yaml->drain, set_duration, &config->drain_ns},
        {"access_log", yaml->access_log, set_path, &config->access_log},
        {"clients", yaml->clients, set_file, &config->clients},
    };
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        if (!config_set(source, values[i].key, values[i].value, values[i].setter, values[i].field)) {
            return false;
        }
    }
    if (config->max_bodies_bytes < config->max_body_bytes) {
        base_buf_addf(source->reason, "%s: max_bodies, of all bodies together, is less than max_body, of one; make it "
                                      "at least as much", source->path);
        return false;
    }
    if ((!is_loopback(config->host) && !check_network(source, config)) || !read_hosts(source, yaml, config)) {
        return false;
    }
    config->chains = base_alloc_array(yaml->chains_count, sizeof(*config->chains));
    if (!config->chains) {
        base_buf_add_cstr(source->reason, "out of memory");
        return false;
    }
    bool good = true;
    for (; config->chain_count < yaml->chains_count && good; config->chain_count += good) {
        good = read_chain(source, yaml, config->chain_count, config);
    }
    return good;
}

void serve_config_release(struct serve_config *config)
{
    free(config->chains);
    config->chains = NULL;
    config->chain_count = 0;
}
