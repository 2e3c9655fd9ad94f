// SPDX-License-Identifier: MIT
#include "tta/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/num.h"
#include "tta/fail.h"
#include "tta/listing.h"
#include "tta/merge.h"

#define MAX_STORE_BYTES ((size_t)4 * TTA_MAX_CATALOGUE_BYTES)
#define MAX_LISTS 1000
#define LATEST_S INT64_C(253402300800) /* the year 10000 */

struct tta_store {
    struct buf text;
    struct json json;
    struct tta_list *lists;
    size_t count;
    struct tta_answer *answers; /* of all lists */
    char *origins;              /* of all lists, each with its NUL */
};

/* The catalogues of the answers of a list. */
static enum tta_status read_answers(const struct tta_list *list, struct tta_catalogue **catalogues,
                                    struct tta_part *parts, struct tta_error *err)
{
    for (size_t i = 0; i < list->answer_count; i++) {
        const struct tta_answer *answer = &list->answers[i];
        enum tta_status status = tta_catalogue_parse(answer->listing, answer->json, answer->len, &catalogues[i], err);
        if (status != TTA_OK) {
            catalogues[i] = NULL;
            return status;
        }
        parts[i] = (struct tta_part){.catalogue = catalogues[i],
                                     .origin = list->origin,
                                     .facts_only = answer->listing == TTA_LISTING_LITELLM};
    }
    return TTA_OK;
}

enum tta_status tta_list_read(const struct tta_list *list, struct tta_catalogue **out_catalogue,
                              struct tta_error *err)
{
    struct tta_catalogue **catalogues = base_alloc_array(list->answer_count, sizeof(*catalogues));
    struct tta_part *parts = base_alloc_array(list->answer_count, sizeof(*parts));
    enum tta_status status = catalogues && parts ? TTA_OK : tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a list");
    if (status == TTA_OK) {
        status = read_answers(list, catalogues, parts, err);
    }
    if (status == TTA_OK) {
        status = tta_catalogue_merge(parts, list->answer_count, out_catalogue, err);
    }
    for (size_t i = 0; catalogues && i < list->answer_count; i++) {
        tta_catalogue_destroy(catalogues[i]);
    }
    free(catalogues);
    free(parts);
    return status;
}

static enum tta_status check_json(const struct tta_answer *answer, struct tta_error *err)
{
    struct json json;
    struct json_flaw flaw;
    switch (base_json_read((struct str){answer->json, answer->len}, &json, &flaw)) {
    case JSON_READ:
        base_json_deinit(&json);
        return TTA_OK;
    case JSON_NO_MEMORY:
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory to store a list");
    case JSON_BAD_TEXT:
        break;
    }
    return tta_fail(err, TTA_BAD_ARGUMENT, flaw.line, "an answer is not JSON: %s", flaw.what);
}

static enum tta_status add_list(struct buf *out, const struct tta_list *list, struct tta_error *err)
{
    bool has_origin = list->origin && list->origin[0] != '\0';
    if (list->answer_count > TTA_MAX_ANSWERS) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "%zu answers are more than the limit of %d", list->answer_count,
                        TTA_MAX_ANSWERS);
    }
    base_buf_addf(out, "{\"provider\":\"%s\",\"origin\":", tta_provider_name(list->provider));
    base_json_add_text(out, has_origin ? list->origin : tta_provider_name(list->provider));
    base_buf_addf(out, ",\"fetched_unix_s\":%" PRId64 ",\"answers\":[", list->fetched_unix_s);
    for (size_t i = 0; i < list->answer_count; i++) {
        const struct tta_answer *answer = &list->answers[i];
        enum tta_status status = check_json(answer, err);
        if (status != TTA_OK) {
            return status;
        }
        base_buf_addf(out, "%s\n{\"listing\":\"%s\",\"answer\":", i > 0 ? "," : "", tta_listing_name(answer->listing));
        base_buf_add(out, (struct str){answer->json, answer->len});
        base_buf_add_cstr(out, "}");
    }
    base_buf_add_cstr(out, "]}");
    return TTA_OK;
}

enum tta_status tta_store_write(const char *path, const struct tta_list *lists, size_t count, struct tta_error *err)
{
    struct buf out;
    char reason[BASE_FILE_REASON_BYTES];
    enum tta_status status = count > MAX_LISTS ? tta_fail(err, TTA_BAD_ARGUMENT, 0, "%zu lists are too many", count)
                                               : TTA_OK;
    base_buf_init(&out, MAX_STORE_BYTES);
    base_buf_add_cstr(&out, "{\"version\":1,\"lists\":[");
    for (size_t i = 0; i < count && status == TTA_OK; i++) {
        base_buf_add_cstr(&out, i > 0 ? ",\n" : "\n");
        status = add_list(&out, &lists[i], err);
    }
    base_buf_add_cstr(&out, "\n]}\n");
    if (status == TTA_OK && !base_buf_ok(&out)) {
        status = tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the lists, or they are more than %zu bytes",
                          MAX_STORE_BYTES);
    }
    if (status == TTA_OK && !base_file_write_atomic(path, base_buf_str(&out), false, NULL, reason)) {
        status = tta_fail(err, TTA_NO_SERVICE, 0, "%s", reason);
    }
    base_buf_deinit(&out);
    return status;
}

static bool provider_of_name(struct json_value name, enum tta_provider *out_provider)
{
    for (int i = 0; i < TTA_PROVIDER_COUNT; i++) {
        if (base_json_equals(name, tta_provider_name((enum tta_provider)i))) {
            *out_provider = (enum tta_provider)i;
            return true;
        }
    }
    return false;
}

static bool listing_of_name(struct json_value name, enum tta_listing *out_listing)
{
    char text[64];
    size_t len = base_json_text(name, text, sizeof(text));
    return len > 0 && len < sizeof(text) && tta_listing_of_name(text, out_listing) == TTA_OK;
}

/* Room that is left in the arrays of a store. */
struct store_room {
    struct tta_list *list;
    struct tta_answer *answer;
    char *origin;
};

static bool read_list(struct json_value json, struct store_room *room)
{
    struct json_value answers = tta_json_member(json, "answers");
    double fetched = base_json_number(tta_json_member(json, "fetched_unix_s"));
    struct json_value origin = tta_json_member(json, "origin");
    struct tta_list list = {.answers = room->answer, .origin = room->origin};
    if (!tta_json_is(answers, JSON_IS_ARRAY) || !(fetched >= 0 && fetched < (double)LATEST_S) ||
        !tta_json_is(origin, JSON_IS_STRING)) {
        return false;
    }
    list.fetched_unix_s = (int64_t)fetched;
    if (!provider_of_name(tta_json_member(json, "provider"), &list.provider)) {
        return true; /* of a later version */
    }
    for (struct json_value at = base_json_first(answers); at.json; at = base_json_next(answers, at)) {
        struct json_value answer = tta_json_member(at, "answer");
        struct str text = base_json_raw(answer);
        if (text.len > 0 && !tta_json_is(answer, JSON_IS_OBJECT) && !tta_json_is(answer, JSON_IS_ARRAY)) {
            return false; /* no listing is such, and it could not be written again */
        }
        if (text.len > 0 && listing_of_name(tta_json_member(at, "listing"), &room->answer->listing)) {
            room->answer->json = text.ptr;
            room->answer->len = text.len;
            room->answer++;
            list.answer_count++;
        }
    }
    size_t len = base_json_text(origin, room->origin, TTA_MAX_ID_BYTES + 1);
    if (len > TTA_MAX_ID_BYTES || list.answer_count > TTA_MAX_ANSWERS) {
        return false;
    }
    room->origin += len + 1;
    *room->list++ = list;
    return true;
}

static enum tta_status read_lists(struct tta_store *store, struct tta_error *err)
{
    struct json_value root = base_json_root(&store->json);
    struct json_value lists = tta_json_member(root, "lists");
    size_t list_count = base_json_count(lists), answer_count = 0;
    if (base_json_number(tta_json_member(root, "version")) != 1 || !tta_json_is(lists, JSON_IS_ARRAY) ||
        list_count > MAX_LISTS) {
        return tta_fail(err, TTA_BAD_SYNTAX, 0, "this is not a store of lists of version 1");
    }
    for (struct json_value at = base_json_first(lists); at.json; at = base_json_next(lists, at)) {
        answer_count += base_json_count(tta_json_member(at, "answers"));
    }
    store->lists = base_alloc_array(list_count, sizeof(*store->lists));
    store->answers = base_alloc_array(answer_count + 1, sizeof(*store->answers)); /* one to try a name in */
    store->origins = base_alloc_array(list_count + 1, TTA_MAX_ID_BYTES + 1);
    if (!store->lists || !store->answers || !store->origins) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the stored lists");
    }
    struct store_room room = {store->lists, store->answers, store->origins};
    for (struct json_value at = base_json_first(lists); at.json; at = base_json_next(lists, at)) {
        if (!read_list(at, &room)) {
            return tta_fail(err, TTA_BAD_SYNTAX, 0, "this is not a store of lists: one of them is none");
        }
    }
    store->count = (size_t)(room.list - store->lists);
    return TTA_OK;
}

static enum tta_status read_store(struct tta_store *store, const char *path, struct tta_error *err)
{
    char reason[BASE_FILE_REASON_BYTES];
    struct json_flaw flaw;
    if (access(path, F_OK) != 0 && errno == ENOENT) {
        return tta_fail(err, TTA_NOT_FOUND, 0, "there is no file of lists yet");
    }
    if (!base_file_read(path, &store->text, reason)) {
        return tta_fail(err, TTA_NO_SERVICE, 0, "%s", reason);
    }
    switch (base_json_read(base_buf_str(&store->text), &store->json, &flaw)) {
    case JSON_READ:
        return read_lists(store, err);
    case JSON_NO_MEMORY:
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the stored lists");
    case JSON_BAD_TEXT:
        break;
    }
    return tta_fail(err, TTA_BAD_SYNTAX, flaw.line, "this is not JSON: %s", flaw.what);
}

enum tta_status tta_store_read(const char *path, struct tta_store **out_store, struct tta_error *err)
{
    struct tta_store *store = base_alloc_array(1, sizeof(*store));
    if (!store) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for the stored lists");
    }
    base_buf_init(&store->text, MAX_STORE_BYTES);
    enum tta_status status = read_store(store, path, err);
    if (status != TTA_OK) {
        tta_store_destroy(store);
        return status;
    }
    *out_store = store;
    return TTA_OK;
}

void tta_store_destroy(struct tta_store *store)
{
    if (!store) {
        return;
    }
    base_json_deinit(&store->json);
    base_buf_deinit(&store->text);
    free(store->lists);
    free(store->answers);
    free(store->origins);
    free(store);
}

const struct tta_list *tta_store_lists(const struct tta_store *store, size_t *out_count)
{
    *out_count = store->count;
    return store->lists;
}
