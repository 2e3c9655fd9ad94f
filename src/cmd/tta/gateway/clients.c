// SPDX-License-Identifier: MIT
#include "cmd/tta/gateway/clients.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/num.h"
#include "cmd/complain.h"

#define MAX_SPENT_BYTES ((size_t)16 << 20)

struct account {
    struct account *next;
    char name[CLIENT_MAX_NAME_BYTES + 1];
    struct allowance allowance;
};

/* Accounts are added by the thread that reads clients, and stay where they are until all are released. */
struct ledger {
    atomic_size_t holders;
    char path[4096]; /* of the file of what was spent */
    struct account *first;
    uint64_t saved; /* a hash of what was written last */
};

struct clients {
    struct clients_file file;
    struct ledger *ledger;
    struct account **accounts;     /* by client */
    const struct client **by_hash; /* in the order of their hashes */
};

static void release_ledger(struct ledger *ledger)
{
    if (!ledger || atomic_fetch_sub_explicit(&ledger->holders, 1, memory_order_acq_rel) > 1) {
        return;
    }
    for (struct account *each = ledger->first, *next; each; each = next) {
        next = each->next;
        allowance_deinit(&each->allowance);
        free(each);
    }
    free(ledger);
}

/* NULL without memory. */
static struct account *account_of(struct ledger *ledger, const char *name)
{
    for (struct account *each = ledger->first; each; each = each->next) {
        if (strcmp(each->name, name) == 0) {
            return each;
        }
    }
    struct account *account = calloc(1, sizeof(*account));
    if (!account || !allowance_init(&account->allowance, base_clock_unix_ns())) {
        free(account);
        return NULL;
    }
    memcpy(account->name, name, strlen(name)); /* a good name fits */
    account->next = ledger->first;
    ledger->first = account;
    return account;
}

static int64_t number_of(struct json_value object, const char *key)
{
    int64_t number = 0;
    (void)base_num_parse_int64(base_json_number_text(base_json_member(object, key)), 0, INT64_MAX, &number); /* 0 */
    return number;
}

static bool restore(struct ledger *ledger, struct json_value object, int64_t now_ns)
{
    char name[CLIENT_MAX_NAME_BYTES + 2];
    (void)base_json_text(base_json_member(object, "name"), name, sizeof(name)); /* what is too long is no name */
    if (!client_name_is_good(name)) {
        return true;
    }
    struct account *account = account_of(ledger, name);
    const struct allowance_spending spending = {number_of(object, "day"), number_of(object, "month"),
                                                number_of(object, "day_pusd"), number_of(object, "month_pusd"),
                                                number_of(object, "unpriced")};
    if (account) {
        allowance_restore(&account->allowance, &spending, now_ns);
    }
    return account != NULL;
}

/* What was spent before; a file that is not there says nothing.  False after a complaint. */
static bool load_spent(struct ledger *ledger)
{
    struct buf text;
    struct json json;
    struct json_flaw flaw;
    char why[BASE_FILE_REASON_BYTES];
    bool good = true;
    if (access(ledger->path, F_OK) != 0 && errno == ENOENT) {
        return true;
    }
    base_buf_init(&text, MAX_SPENT_BYTES);
    if (!base_file_read(ledger->path, &text, why)) {
        complain("%s", why);
        good = false;
    } else if (base_json_read(base_buf_str(&text), &json, &flaw) != JSON_READ) {
        complain("%s is damaged; what was spent is not known. Repair it, or remove it to begin at nothing",
                 ledger->path);
        good = false;
    } else {
        struct json_value list = base_json_member(base_json_root(&json), "spent");
        int64_t now_ns = base_clock_unix_ns();
        for (struct json_value each = base_json_first(list); good && base_json_type(each) != JSON_IS_ABSENT;
             each = base_json_next(list, each)) {
            good = restore(ledger, each, now_ns);
        }
        base_json_deinit(&json);
    }
    base_buf_deinit(&text);
    return good;
}

/* NULL after a complaint. */
static struct ledger *make_ledger(const char *path)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));
    if (!ledger) {
        complain("out of memory");
        return NULL;
    }
    atomic_init(&ledger->holders, 1);
    int len = snprintf(ledger->path, sizeof(ledger->path), "%s.spent", path);
    if (len < 0 || (size_t)len >= sizeof(ledger->path)) {
        complain("clients: the name of the file is too long");
    } else if (load_spent(ledger)) {
        return ledger;
    }
    release_ledger(ledger);
    return NULL;
}

static bool is_of(const struct ledger *ledger, const char *path)
{
    size_t len = strlen(path);
    return strncmp(ledger->path, path, len) == 0 && strcmp(ledger->path + len, ".spent") == 0;
}

static int compare_hashes(const void *a, const void *b)
{
    const struct client *const *x = a, *const *y = b;
    return memcmp((*x)->key_hash, (*y)->key_hash, CLIENT_HASH_BYTES);
}

/* False without memory. */
static bool make_index(struct clients *clients)
{
    clients->accounts = base_alloc_array(clients->file.count, sizeof(struct account *));
    clients->by_hash = base_alloc_array(clients->file.count, sizeof(struct client *));
    if (!clients->accounts || !clients->by_hash) {
        return false;
    }
    for (size_t i = 0; i < clients->file.count; i++) {
        clients->accounts[i] = account_of(clients->ledger, clients->file.items[i].name);
        clients->by_hash[i] = &clients->file.items[i];
        if (!clients->accounts[i]) {
            return false;
        }
    }
    if (clients->file.count > 1) {
        qsort(clients->by_hash, clients->file.count, sizeof(struct client *), compare_hashes);
    }
    return true;
}

struct clients *clients_create(const char *path, const struct clients *previous)
{
    struct clients *clients = base_alloc_array(1, sizeof(*clients));
    struct buf reason;
    base_buf_init(&reason, 4000);
    bool good = clients && clients_file_read(path, true, &clients->file, &reason);
    if (!good) {
        complain("%s", clients ? base_buf_cstr(&reason) : "out of memory");
    } else if (previous && is_of(previous->ledger, path)) {
        clients->ledger = previous->ledger;
        atomic_fetch_add_explicit(&clients->ledger->holders, 1, memory_order_relaxed);
    } else {
        clients->ledger = make_ledger(path);
        good = clients->ledger != NULL;
    }
    if (good && !make_index(clients)) {
        complain("out of memory");
        good = false;
    }
    base_buf_deinit(&reason);
    if (!good) {
        clients_destroy(clients);
        return NULL;
    }
    return clients;
}

void clients_destroy(struct clients *clients)
{
    if (!clients) {
        return;
    }
    clients_file_release(&clients->file);
    release_ledger(clients->ledger);
    free(clients->accounts);
    free(clients->by_hash);
    free(clients);
}

size_t clients_count(const struct clients *clients)
{
    return clients->file.count;
}

const struct client *clients_at(const struct clients *clients, size_t index)
{
    return &clients->file.items[index];
}

/* The key of a request; empty if it has none. */
static struct str key_of(const struct request *request)
{
    struct str value = request_header(request, STR("authorization")), rest;
    if (value.len > 7 && strncasecmp(value.ptr, "bearer ", 7) == 0) {
        rest = base_str_trim((struct str){value.ptr + 7, value.len - 7});
        return rest;
    }
    return request_header(request, STR("x-api-key"));
}

const struct client *clients_find(const struct clients *clients, const struct request *request)
{
    struct client wanted;
    const struct client *key = &wanted, **found = NULL;
    struct str text = key_of(request);
    if (text.len > 0 && clients->file.count > 0) {
        client_hash_key(text, wanted.key_hash);
        /* Times of comparisons tell nothing: nobody can choose the hash of what is guessed. */
        found = bsearch(&key, clients->by_hash, clients->file.count, sizeof(struct client *), compare_hashes);
    }
    return found ? *found : NULL;
}

struct allowance *clients_allowance(const struct clients *clients, const struct client *client)
{
    return &clients->accounts[client - clients->file.items]->allowance;
}

bool client_may_ask(const struct client *client, const char *asked, const char *row_name, const char *id)
{
    const char *const names[] = {asked, row_name, id};
    for (size_t i = 0; i < client->model_count; i++) {
        for (size_t j = 0; j < sizeof(names) / sizeof(names[0]); j++) {
            if (names[j] && base_str_matches(base_str(names[j]), base_str(client->models[i]))) {
                return true;
            }
        }
    }
    return client->model_count == 0;
}

static void write_spent(const struct ledger *ledger, int64_t now_ns, struct buf *out)
{
    const char *before = "{\"spent\":[\n";
    for (const struct account *each = ledger->first; each; each = each->next) {
        struct allowance_spending spending = allowance_read((struct allowance *)&each->allowance, now_ns).spending;
        base_buf_addf(out,
                      "%s{\"name\":\"%s\",\"day\":%" PRId64 ",\"day_pusd\":%" PRId64 ",\"month\":%" PRId64
                      ",\"month_pusd\":%" PRId64 ",\"unpriced\":%" PRId64 "}",
                      before, each->name, spending.day, spending.day_pusd, spending.month, spending.month_pusd,
                      spending.unpriced);
        before = ",\n";
    }
    base_buf_add_cstr(out, ledger->first ? "\n]}\n" : "{\"spent\":[]}\n");
}

bool clients_save(const struct clients *clients, int64_t now_ns, struct buf *reason)
{
    struct ledger *ledger = clients->ledger;
    struct buf text;
    char why[BASE_FILE_REASON_BYTES];
    base_buf_init(&text, MAX_SPENT_BYTES);
    write_spent(ledger, now_ns, &text);
    uint64_t hash = base_hash_add(BASE_HASH_START, base_buf_str(&text));
    bool good = base_buf_ok(&text);
    if (!good) {
        base_buf_add_cstr(reason, "no memory to say what was spent");
    } else if (hash != ledger->saved) {
        mode_t before = umask(077);
        good = base_file_write_atomic(ledger->path, base_buf_str(&text), false, NULL, why);
        (void)umask(before);
        if (good) {
            ledger->saved = hash;
        } else {
            base_buf_add_cstr(reason, why);
        }
    }
    base_buf_deinit(&text);
    return good;
}
