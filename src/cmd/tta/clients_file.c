// SPDX-License-Identifier: MIT
#include "cmd/tta/clients_file.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd/tta/json_out.h"

#define MAX_FILE_BYTES ((size_t)16 << 20)
#define MAX_NUMBER INT64_C(1000000000000)
#define MAX_BUDGET_PUSD (INT64_C(1000000) * INT64_C(1000000000000))

enum { SECRET_BYTES = 32, MAX_MODEL_BYTES = 300 };

bool client_name_is_good(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";
    size_t len = strlen(name);
    return len > 0 && len <= CLIENT_MAX_NAME_BYTES && strspn(name, letters) == len;
}

void client_hash_key(struct str key, unsigned char out_hash[CLIENT_HASH_BYTES])
{
    (void)crypto_generichash(out_hash, CLIENT_HASH_BYTES, (const unsigned char *)(key.ptr ? key.ptr : ""), key.len,
                             NULL, 0); /* fails only for lengths that are wrong */
}

bool client_make_key(struct client *client, char out_key[CLIENT_KEY_BYTES])
{
    unsigned char secret[SECRET_BYTES];
    if (sodium_init() < 0) {
        return false;
    }
    randombytes_buf(secret, sizeof(secret));
    memcpy(out_key, "tta-", 4);
    (void)sodium_bin2base64(out_key + 4, CLIENT_KEY_BYTES - 4, secret, sizeof(secret),
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING); /* fits */
    sodium_memzero(secret, sizeof(secret));
    client_hash_key(base_str(out_key), client->key_hash);
    memcpy(client->key_end, out_key + CLIENT_KEY_BYTES - CLIENT_HINT_BYTES, CLIENT_HINT_BYTES);
    return true;
}

static void release_client(struct client *client)
{
    for (size_t i = 0; i < client->model_count; i++) {
        free(client->models[i]);
    }
    free(client->models);
}

void clients_file_release(struct clients_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        release_client(&file->items[i]);
    }
    free(file->items);
    *file = (struct clients_file){0};
}

struct client *clients_file_find(const struct clients_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->items[i].name, name) == 0) {
            return &file->items[i];
        }
    }
    return NULL;
}

struct client *clients_file_add(struct clients_file *file, const char *name)
{
    if (!base_array_make_room((void **)&file->items, file->count, &file->capacity, sizeof(*file->items))) {
        return NULL;
    }
    struct client *client = &file->items[file->count++];
    *client = (struct client){.limits = {ALLOWANCE_NO_LIMIT, ALLOWANCE_NO_LIMIT, ALLOWANCE_NO_LIMIT,
                                         ALLOWANCE_NO_LIMIT}};
    memcpy(client->name, name, strlen(name) + 1); /* a good name fits */
    return client;
}

void clients_file_remove(struct clients_file *file, struct client *client)
{
    release_client(client);
    size_t at = (size_t)(client - file->items);
    memmove(client, client + 1, (file->count - at - 1) * sizeof(*client));
    file->count--;
}

bool client_add_model(struct client *client, struct str pattern)
{
    char **models = realloc(client->models, (client->model_count + 1) * sizeof(char *));
    char *copy = malloc(pattern.len + 1);
    client->models = models ? models : client->models;
    if (!models || !copy) {
        free(copy);
        return false;
    }
    memcpy(copy, pattern.ptr, pattern.len);
    copy[pattern.len] = '\0';
    client->models[client->model_count++] = copy;
    return true;
}

/* Each sets a field of a client from a value; false if it is none. */
typedef bool set_fn(struct client *client, size_t at, struct json_value value);

static int64_t *number_at(struct client *client, size_t at)
{
    return (int64_t *)(void *)((char *)client + at);
}

static bool set_name(struct client *client, size_t at, struct json_value value)
{
    (void)at;
    char name[CLIENT_MAX_NAME_BYTES + 2];
    if (base_json_text(value, name, sizeof(name)) == 0 || !client_name_is_good(name)) {
        return false;
    }
    memcpy(client->name, name, sizeof(client->name));
    return true;
}

static bool set_hash(struct client *client, size_t at, struct json_value value)
{
    (void)at;
    char hex[2 * CLIENT_HASH_BYTES + 2];
    size_t len;
    return base_json_text(value, hex, sizeof(hex)) == 2 * CLIENT_HASH_BYTES &&
           sodium_hex2bin(client->key_hash, CLIENT_HASH_BYTES, hex, 2 * (size_t)CLIENT_HASH_BYTES, NULL, &len, NULL) ==
               0 && len == CLIENT_HASH_BYTES;
}

static bool set_key_end(struct client *client, size_t at, struct json_value value)
{
    (void)at;
    size_t len = base_json_text(value, client->key_end, sizeof(client->key_end));
    return len == CLIENT_HINT_BYTES - 1 && strlen(client->key_end) == len;
}

static bool set_number(struct client *client, size_t at, struct json_value value)
{
    return base_num_parse_int64(base_json_number_text(value), 0, MAX_NUMBER, number_at(client, at));
}

static bool set_usd(struct client *client, size_t at, struct json_value value)
{
    return base_num_parse_scaled(base_json_number_text(value), 12, 0, MAX_BUDGET_PUSD, number_at(client, at));
}

static bool set_flag(struct client *client, size_t at, struct json_value value)
{
    *(bool *)((char *)client + at) = base_json_is_true(value);
    return base_json_type(value) == JSON_IS_BOOL;
}

static bool set_models(struct client *client, size_t at, struct json_value value)
{
    (void)at;
    char pattern[MAX_MODEL_BYTES + 1];
    for (struct json_value each = base_json_first(value); each.json; each = base_json_next(value, each)) {
        size_t len = base_json_text(each, pattern, sizeof(pattern));
        if (len == 0 || len > MAX_MODEL_BYTES || strlen(pattern) != len || client->model_count == CLIENT_MAX_MODELS ||
            !client_add_model(client, base_str(pattern))) {
            return false;
        }
    }
    return base_json_type(value) == JSON_IS_ARRAY;
}

#define AT(field) offsetof(struct client, field)
static const struct {
    const char *key;
    bool is_needed;
    set_fn *set;
    size_t at;
    const char *wanted;
} members[] = {
    {"name", true, set_name, 0, "1 to 64 letters, digits, dots, dashes and underscores"},
    {"key_hash", true, set_hash, 0, "64 hexadecimal digits"},
    {"key_end", true, set_key_end, 0, "the last four letters of the key"},
    {"added_unix_s", false, set_number, AT(added_unix_s), "seconds since 1970"},
    {"models", false, set_models, 0, "a list of at most 64 names"},
    {"requests_a_minute", false, set_number, AT(limits.requests_a_minute), "a whole number"},
    {"tokens_a_minute", false, set_number, AT(limits.tokens_a_minute), "a whole number"},
    {"usd_a_day", false, set_usd, AT(limits.pusd_a_day), "a number of USD, at most a million"},
    {"usd_a_month", false, set_usd, AT(limits.pusd_a_month), "a number of USD, at most a million"},
    {"manages", false, set_flag, AT(manages), "true or false"},
    {"asks_unpriced", false, set_flag, AT(asks_unpriced), "true or false"},
};
enum { MEMBER_COUNT = sizeof(members) / sizeof(members[0]) };

static bool read_member(struct client *client, struct json_value value, const char *path, size_t number,
                        struct buf *reason)
{
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (base_json_equals(base_json_key(value), members[i].key)) {
            if (!members[i].set(client, members[i].at, value)) {
                base_buf_addf(reason, "%s: client %zu: %s must be %s", path, number, members[i].key,
                              members[i].wanted);
                return false;
            }
            return true;
        }
    }
    base_buf_addf(reason, "%s: client %zu has a member that is not known", path, number);
    return false;
}

static bool read_client(struct clients_file *file, struct json_value object, const char *path, struct buf *reason)
{
    size_t number = file->count + 1;
    struct client *client = clients_file_add(file, "");
    if (!client) {
        base_buf_add_cstr(reason, "out of memory");
        return false;
    }
    for (size_t i = 0; i < MEMBER_COUNT; i++) {
        if (members[i].is_needed && base_json_type(base_json_member(object, members[i].key)) == JSON_IS_ABSENT) {
            base_buf_addf(reason, "%s: client %zu has no %s", path, number, members[i].key);
            return false;
        }
    }
    for (struct json_value each = base_json_first(object); each.json; each = base_json_next(object, each)) {
        if (!read_member(client, each, path, number, reason)) {
            return false;
        }
    }
    if (clients_file_find(file, client->name) != client) {
        base_buf_addf(reason, "%s: two clients are called %s", path, client->name);
        return false;
    }
    return true;
}

static bool read_text(struct str text, const char *path, struct clients_file *file, struct buf *reason)
{
    struct json json;
    struct json_flaw flaw;
    switch (base_json_read(text, &json, &flaw)) {
    case JSON_READ:
        break;
    case JSON_BAD_TEXT:
        base_buf_addf(reason, "%s:%zu: %s", path, flaw.line, flaw.what);
        return false;
    case JSON_NO_MEMORY:
        base_buf_add_cstr(reason, "out of memory");
        return false;
    }
    struct json_value list = base_json_member(base_json_root(&json), "clients");
    bool good = base_json_type(list) == JSON_IS_ARRAY && base_json_count(list) <= CLIENTS_MAX;
    if (!good) {
        base_buf_addf(reason, "%s: it has no list \"clients\", or one of over %d", path, CLIENTS_MAX);
    }
    for (struct json_value each = base_json_first(list); good && each.json; each = base_json_next(list, each)) {
        good = read_client(file, each, path, reason);
    }
    base_json_deinit(&json);
    return good;
}

bool clients_file_parse(struct str text, const char *path, struct clients_file *out_file, struct buf *reason)
{
    struct clients_file file = {0};
    if (!read_text(text, path, &file, reason)) {
        clients_file_release(&file);
        return false;
    }
    *out_file = file;
    return true;
}

bool clients_file_read(const char *path, bool is_needed, struct clients_file *out_file, struct buf *reason)
{
    struct buf text;
    char why[BASE_FILE_REASON_BYTES];
    bool is_missing = access(path, F_OK) != 0 && errno == ENOENT;
    if (is_missing && !is_needed) {
        *out_file = (struct clients_file){0};
        return true;
    }
    if (is_missing) {
        base_buf_addf(reason, "there is no file of clients %s; 'tta clients add NAME' makes it", path);
        return false;
    }
    base_buf_init(&text, MAX_FILE_BYTES);
    bool good = base_file_read(path, &text, why);
    if (!good) {
        base_buf_add_cstr(reason, why);
    } else {
        good = clients_file_parse(base_buf_str(&text), path, out_file, reason);
    }
    base_buf_deinit(&text);
    return good;
}

static void add_number(struct buf *out, const char *key, int64_t number)
{
    if (number != ALLOWANCE_NO_LIMIT) {
        base_buf_addf(out, ",\"%s\":%" PRId64, key, number);
    }
}

static void add_usd(struct buf *out, const char *key, int64_t pusd)
{
    if (pusd != ALLOWANCE_NO_LIMIT) {
        base_buf_addf(out, ",\"%s\":", key);
        json_add_usd(out, pusd);
    }
}

static void write_client(struct buf *out, const struct client *client)
{
    char hex[2 * CLIENT_HASH_BYTES + 1];
    (void)sodium_bin2hex(hex, sizeof(hex), client->key_hash, CLIENT_HASH_BYTES); /* fits */
    base_buf_addf(out, "{\"name\":\"%s\",\"key_hash\":\"%s\",\"key_end\":", client->name, hex);
    base_json_add_text(out, client->key_end);
    add_number(out, "added_unix_s", client->added_unix_s);
    for (size_t i = 0; i < client->model_count; i++) {
        base_buf_add_cstr(out, i == 0 ? ",\"models\":[" : ",");
        base_json_add_text(out, client->models[i]);
    }
    base_buf_add_cstr(out, client->model_count > 0 ? "]" : "");
    add_number(out, "requests_a_minute", client->limits.requests_a_minute);
    add_number(out, "tokens_a_minute", client->limits.tokens_a_minute);
    add_usd(out, "usd_a_day", client->limits.pusd_a_day);
    add_usd(out, "usd_a_month", client->limits.pusd_a_month);
    base_buf_add_cstr(out, client->manages ? ",\"manages\":true" : "");
    base_buf_add_cstr(out, client->asks_unpriced ? ",\"asks_unpriced\":true" : "");
    base_buf_add_cstr(out, "}");
}

void clients_file_format(const struct clients_file *file, struct buf *out)
{
    base_buf_add_cstr(out, "{\"clients\":[\n");
    for (size_t i = 0; i < file->count; i++) {
        write_client(out, &file->items[i]);
        base_buf_add_cstr(out, i + 1 < file->count ? ",\n" : "\n");
    }
    base_buf_add_cstr(out, "]}\n");
}

bool clients_file_write(const char *path, const struct clients_file *file, struct buf *reason)
{
    struct buf text;
    char why[BASE_FILE_REASON_BYTES];
    base_buf_init(&text, MAX_FILE_BYTES);
    clients_file_format(file, &text);
    mode_t before = umask(077); /* it is nobody else's */
    bool good = base_buf_ok(&text);
    if (!good) {
        base_buf_add_cstr(reason, "the clients are too many for a file, or for memory");
    } else if (!base_file_write_atomic(path, base_buf_str(&text), false, NULL, why)) {
        base_buf_add_cstr(reason, why);
        good = false;
    }
    (void)umask(before);
    base_buf_deinit(&text);
    return good;
}
