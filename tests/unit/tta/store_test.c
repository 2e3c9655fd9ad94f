// SPDX-License-Identifier: MIT
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_fault.h"
#include "base/file.h"
#include "tta/store.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static char folder[] = "store_test.XXXXXX", path[64];

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder)) {
        return -1;
    }
    return snprintf(path, sizeof(path), "%s/lists.json", folder) > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path); /* may not be there */
    return rmdir(folder);
}

static const char tags[] = "{\"models\":[{\"name\":\"a\",\"size\":5},{\"name\":\"b \\\"}]\",\"size\":6}]}";
static const char shows[] = "{\"a\":{\"capabilities\":[\"tools\"]}}";
static const char ids[] = " {\"data\": [ {\"id\":\"x\"} ] } ";
static const struct tta_answer of_ollama[] = {{TTA_LISTING_OLLAMA_TAGS, tags, sizeof(tags) - 1},
                                              {TTA_LISTING_OLLAMA_SHOW, shows, sizeof(shows) - 1}};
static const struct tta_answer of_server[] = {{TTA_LISTING_COMPATIBLE, ids, sizeof(ids) - 1}};
static const struct tta_list lists[] = {
    {TTA_PROVIDER_OLLAMA, NULL, 1786320000, of_ollama, COUNT_OF(of_ollama)},
    {TTA_PROVIDER_CUSTOM, "a \"box\"\n", 1786320001, of_server, COUNT_OF(of_server)},
};

static void what_was_written_is_read_again(void **state)
{
    (void)state;
    struct tta_store *store = NULL;
    struct tta_error err;
    if (tta_store_write(path, lists, COUNT_OF(lists), &err) != TTA_OK || tta_store_read(path, &store, &err) != TTA_OK) {
        fail_msg("%s", err.message);
    }
    size_t count;
    const struct tta_list *read = tta_store_lists(store, &count);
    assert_int_equal(count, 2);
    assert_string_equal(read[0].origin, "ollama");
    assert_string_equal(read[1].origin, "a \"box\"\n");
    assert_int_equal(read[0].fetched_unix_s, 1786320000);
    assert_int_equal(read[0].answer_count, 2);
    assert_int_equal(read[0].answers[0].len, sizeof(tags) - 1); /* texts as they came */
    assert_memory_equal(read[0].answers[0].json, tags, sizeof(tags) - 1);

    struct tta_catalogue *catalogue;
    assert_int_equal(tta_list_read(&read[0], &catalogue, NULL), TTA_OK);
    assert_int_equal(tta_catalogue_count(catalogue), 2);
    assert_int_equal(tta_catalogue_model(catalogue, 0).weight_bytes, 5);
    assert_int_equal(tta_catalogue_model(catalogue, 0).capabilities, TTA_CAN_TOOLS);
    tta_catalogue_destroy(catalogue);
    assert_int_equal(tta_list_read(&read[1], &catalogue, NULL), TTA_OK);
    assert_string_equal(tta_catalogue_model(catalogue, 0).origin, "a \"box\"\n");
    tta_catalogue_destroy(catalogue);

    assert_int_equal(tta_store_write(path, read, count, NULL), TTA_OK); /* and again, from what was read */
    tta_store_destroy(store);
    assert_int_equal(tta_store_read(path, &store, NULL), TTA_OK);
    read = tta_store_lists(store, &count);
    assert_int_equal(read[1].answers[0].len, sizeof(ids) - 3); /* but for blanks around it */
    tta_store_destroy(store);
    tta_store_destroy(NULL);
}

static void a_list_that_cannot_be_stored_leaves_the_file_alone(void **state)
{
    (void)state;
    static const struct tta_answer broken = {TTA_LISTING_COMPATIBLE, "{\"data\":", 8};
    static const struct tta_list bad = {TTA_PROVIDER_CUSTOM, "x", 0, &broken, 1};
    struct tta_error err;
    struct tta_store *store;
    assert_int_equal(tta_store_write(path, lists, 1, NULL), TTA_OK);
    assert_int_equal(tta_store_write(path, &bad, 1, &err), TTA_BAD_ARGUMENT);
    assert_int_equal(tta_store_write("no/such/folder/lists.json", lists, 1, &err), TTA_NO_SERVICE);
    assert_non_null(strstr(err.message, "no/such/folder"));
    assert_int_equal(tta_store_read(path, &store, NULL), TTA_OK);
    tta_store_destroy(store);
}

static void write_text(const char *text)
{
    char reason[BASE_FILE_REASON_BYTES];
    assert_true(base_file_write_atomic(path, base_str(text), false, NULL, reason));
}

static void refuses_what_is_no_store(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum tta_status status;
    } cases[] = {
        {"", TTA_BAD_SYNTAX},
        {"[]", TTA_BAD_SYNTAX},
        {"{\"version\":2,\"lists\":[]}", TTA_BAD_SYNTAX},
        {"{\"version\":1}", TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[7]}", TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[{\"provider\":\"ollama\",\"origin\":\"o\",\"fetched_unix_s\":-1,\"answers\":[]}]}",
         TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[{\"provider\":\"ollama\",\"origin\":7,\"fetched_unix_s\":1,\"answers\":[]}]}",
         TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[{\"provider\":\"ollama\",\"origin\":\"o\",\"fetched_unix_s\":1,\"answers\":["
         "{\"listing\":\"ollama_tags\",\"answer\":\"text\"}]}]}",
         TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[", TTA_BAD_SYNTAX},
        {"{\"version\":1,\"lists\":[]}", TTA_OK},
        {"{\"version\":1,\"lists\":["
         "{\"provider\":\"of tomorrow\",\"origin\":\"o\",\"fetched_unix_s\":1,\"answers\":[]},"
         "{\"provider\":\"ollama\",\"origin\":\"o\",\"fetched_unix_s\":1,\"answers\":[{\"listing\":\"of tomorrow\","
         "\"answer\":{}},{\"listing\":\"ollama_tags\"},{\"listing\":\"ollama_tags\",\"answer\":{\"models\":[]}}]}]}",
         TTA_OK},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct tta_store *store = NULL;
        struct tta_error err = {0};
        write_text(cases[i].text);
        enum tta_status status = tta_store_read(path, &store, &err);
        if (status != cases[i].status) {
            fail_msg("%s gave %s: %s", cases[i].text, tta_status_name(status), err.message);
        }
        size_t count;
        if (i + 1 == COUNT_OF(cases)) {
            const struct tta_list *known = tta_store_lists(store, &count);
            assert_int_equal(count, 1);
            assert_int_equal(known->answer_count, 1);
        }
        tta_store_destroy(store);
    }
    (void)unlink(path);
    struct tta_store *store;
    assert_int_equal(tta_store_read(path, &store, NULL), TTA_NOT_FOUND);
}

static void every_refused_allocation_is_reported(void **state)
{
    (void)state;
    assert_int_equal(tta_store_write(path, lists, COUNT_OF(lists), NULL), TTA_OK);
    bool refused = true;
    for (size_t n = 1; refused; n++) {
        struct tta_store *store = NULL;
        struct tta_catalogue *catalogue = NULL;
        alloc_fault_after(n);
        enum tta_status status = tta_store_read(path, &store, NULL);
        if (status == TTA_OK) {
            size_t count;
            status = tta_list_read(tta_store_lists(store, &count), &catalogue, NULL);
        }
        refused = alloc_fault_happened();
        assert_true(refused ? status == TTA_NO_MEMORY || status == TTA_NO_SERVICE : status == TTA_OK);
        tta_catalogue_destroy(catalogue);
        tta_store_destroy(store);
    }
    refused = true;
    for (size_t n = 1; refused; n++) {
        alloc_fault_after(n);
        enum tta_status status = tta_store_write(path, lists, COUNT_OF(lists), NULL);
        refused = alloc_fault_happened();
        struct tta_store *store = NULL;
        assert_true(status == TTA_OK || (refused && (status == TTA_NO_MEMORY || status == TTA_NO_SERVICE)));
        assert_int_equal(tta_store_read(path, &store, NULL), TTA_OK); /* the old one or the new one, but whole */
        tta_store_destroy(store);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read_again),
        cmocka_unit_test(a_list_that_cannot_be_stored_leaves_the_file_alone),
        cmocka_unit_test(refuses_what_is_no_store),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
