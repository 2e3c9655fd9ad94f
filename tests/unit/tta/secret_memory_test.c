// SPDX-License-Identifier: MIT
/*
 * Where in the memory of a process a secret is to be found.
 *
 * Held: in pages that are kept out of core images (and locked, as far as the
 * limits of the process allow), and nowhere else.  Given back: nowhere at all,
 * after whatever was done with it: asked about of a server that quotes it, sent
 * with a request for a list, sealed, opened, revealed.  The whole of the memory
 * that a core image would hold is searched, this thread's stack included.
 *
 * Two things are beyond this.  The connection that a validator keeps open holds
 * the head of the last answer, so what a provider quotes there is gone with the
 * validator only.  And when a function of a shared library is called for the first
 * time the dynamic linker saves all registers on the stack, with 16 or 32 bytes in
 * a row of what was copied last: this program has its libraries bound when it
 * starts, as LD_BIND_NOW=1 does for any.
 *
 * The mark stands in this program only as numbers that are XORed with another,
 * and the server that quotes it is a process of its own.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loopback_server.h"
#include "tta/fetch.h"
#include "tta/vault.h"

enum { MASK = 0xa5, MARK_BYTES = 40, CORE_FROM = 10, CORE_BYTES = 14, MAX_RANGES = 4096, TEXT_BYTES = 4096 };

/* What is searched for is a part of the mark, so that parts of it count too. */
static const unsigned char coded[MARK_BYTES] = {
    's' ^ MASK, 'k' ^ MASK, '-' ^ MASK, 'o' ^ MASK, 'r' ^ MASK, '-' ^ MASK, 'v' ^ MASK, '1' ^ MASK, '-' ^ MASK,
    'q' ^ MASK, 'Z' ^ MASK, '7' ^ MASK, 'm' ^ MASK, 'X' ^ MASK, '2' ^ MASK, 'w' ^ MASK, 'L' ^ MASK, '9' ^ MASK,
    'c' ^ MASK, 'R' ^ MASK, 'u' ^ MASK, 'J' ^ MASK, '4' ^ MASK, 'e' ^ MASK, 'V' ^ MASK, '8' ^ MASK, 'y' ^ MASK,
    'T' ^ MASK, '1' ^ MASK, 'k' ^ MASK, 'H' ^ MASK, '3' ^ MASK, 's' ^ MASK, 'P' ^ MASK, '6' ^ MASK, 'd' ^ MASK,
    'B' ^ MASK, '5' ^ MASK, 'f' ^ MASK, 'N' ^ MASK};

static void wipe(void *bytes, size_t len)
{
    for (volatile unsigned char *at = bytes; len > 0; len--) {
        *at++ = 0;
    }
}

static void decode(char *out_mark)
{
    const volatile unsigned char *from = coded; /* or the compiler would do it */
    for (size_t i = 0; i < MARK_BYTES; i++) {
        out_mark[i] = (char)(from[i] ^ MASK);
    }
}

static struct tta_secret *marked_secret(void)
{
    char mark[MARK_BYTES];
    struct tta_secret *secret = NULL;
    decode(mark);
    assert_int_equal(tta_secret_create(mark, MARK_BYTES, &secret), TTA_OK);
    wipe(mark, sizeof mark);
    return secret;
}

struct range {
    const unsigned char *from, *to;
    bool is_kept_out; /* of core images */
};

static struct range ranges[MAX_RANGES];

/* The mappings that can be read, but for those of the kernel. */
static size_t list_ranges(void)
{
    static char line[8192];
    unsigned long from, to;
    char permissions[8];
    size_t count = 0;
    bool is_read = false;
    FILE *in = fopen("/proc/self/smaps", "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in)) {
        if (sscanf(line, "%lx-%lx %7s", &from, &to, permissions) == 3) {
            is_read = permissions[0] == 'r' && !strstr(line, "[v");
            if (is_read) {
                assert_true(count < MAX_RANGES);
                ranges[count++] = (struct range){(const unsigned char *)from, (const unsigned char *)to, false};
            }
        } else if (is_read && strncmp(line, "VmFlags:", 8) == 0) {
            ranges[count - 1].is_kept_out = strstr(line, " dd") != NULL;
        }
    }
    assert_int_equal(fclose(in), 0);
    return count;
}

static bool is_core_of_mark(const unsigned char *at)
{
    for (size_t i = 0; i < CORE_BYTES; i++) {
        if ((at[i] ^ MASK) != coded[CORE_FROM + i]) {
            return false;
        }
    }
    return true;
}

struct found {
    size_t kept_out; /* in pages that no core image has */
    size_t open;     /* anywhere else */
};

static struct found search(void)
{
    struct found found = {0, 0};
    size_t count = list_ranges();
    for (size_t i = 0; i < count; i++) {
        for (const unsigned char *at = ranges[i].from; at + CORE_BYTES <= ranges[i].to; at++) {
            at = memchr(at, coded[CORE_FROM] ^ MASK, (size_t)(ranges[i].to - at) - CORE_BYTES + 1);
            if (!at) {
                break;
            }
            if (is_core_of_mark(at)) {
                found.kept_out += ranges[i].is_kept_out;
                found.open += !ranges[i].is_kept_out;
            }
        }
    }
    return found;
}

static void assert_only_in_locked_pages(void)
{
    struct found found = search();
    assert_true(found.kept_out > 0);
    assert_int_equal(found.open, 0);
}

static void assert_nowhere(void)
{
    struct found found = search();
    assert_int_equal(found.kept_out, 0);
    assert_int_equal(found.open, 0);
}

static void the_search_finds_a_copy(void **state)
{
    (void)state;
    assert_nowhere();
    char *copy = malloc(MARK_BYTES);
    assert_non_null(copy);
    decode(copy);
    struct found found = search();
    assert_int_equal(found.open, 1);
    wipe(copy, MARK_BYTES);
    free(copy);
    assert_nowhere();
}

static void a_secret_is_in_locked_pages_while_it_is_held(void **state)
{
    (void)state;
    struct tta_secret *secret = marked_secret();
    char label[TTA_LABEL_BYTES];
    tta_secret_label(secret, label);
    (void)tta_key_advise(TTA_PROVIDER_OPENROUTER, secret);
    assert_only_in_locked_pages();
    tta_secret_destroy(secret);
    assert_nowhere();
}

static void see(const char *bytes, size_t len, void *context)
{
    *(size_t *)context = len + (size_t)bytes[0] * 0;
}

static void a_vault_leaves_nothing_when_it_is_closed(void **state)
{
    (void)state;
    static const unsigned char key[TTA_VAULT_KEY_BYTES] = "thirty-two bytes of a key, or so";
    const struct tta_vault_lock lock = {.key = key};
    struct tta_vault *vault = NULL;
    struct tta_vault_key record = {.name = "main", .provider = TTA_PROVIDER_OPENROUTER, .base_url = ""};
    unsigned char *bytes = NULL;
    size_t len, seen = 0;
    struct tta_secret *secret = marked_secret();
    record.secret = secret;
    assert_int_equal(tta_vault_create(&lock, &vault, NULL), TTA_OK);
    assert_int_equal(tta_vault_put(vault, &record, false, NULL), TTA_OK);
    assert_int_equal(tta_vault_put(vault, &record, true, NULL), TTA_OK);
    assert_int_equal(tta_vault_seal(vault, &bytes, &len), TTA_OK);
    tta_secret_destroy(secret);
    assert_only_in_locked_pages();
    tta_vault_destroy(vault);
    assert_nowhere();

    vault = NULL;
    assert_int_equal(tta_vault_open(bytes, len, &lock, &vault, NULL), TTA_OK);
    assert_int_equal(tta_vault_find(vault, "main", &record), TTA_OK);
    tta_secret_reveal(record.secret, see, &seen);
    assert_int_equal(seen, MARK_BYTES);
    assert_only_in_locked_pages();
    assert_int_equal(tta_vault_remove(vault, "main"), TTA_OK);
    assert_nowhere();
    tta_vault_destroy(vault);
    free(bytes);
}

static void a_passphrase_is_not_kept(void **state)
{
    (void)state;
    char words[MARK_BYTES];
    const struct tta_vault_lock lock = {.passphrase = words, .passphrase_len = sizeof words};
    struct tta_vault *vault = NULL;
    unsigned char *bytes = NULL;
    size_t len;
    decode(words);
    assert_int_equal(tta_vault_create(&lock, &vault, NULL), TTA_OK);
    assert_int_equal(tta_vault_seal(vault, &bytes, &len), TTA_OK);
    tta_vault_destroy(vault);
    vault = NULL;
    assert_int_equal(tta_vault_open(bytes, len, &lock, &vault, NULL), TTA_OK);
    wipe(words, sizeof words);
    assert_nowhere();
    tta_vault_destroy(vault);
    free(bytes);
}

/* Of the server: answers that quote the mark wherever they can, or another word in its place. */
static char quoting_body[TEXT_BYTES], quoting_list[TEXT_BYTES], quoting_headers[TEXT_BYTES];

#define ANSWERS 9

static void write_script(bool quotes, struct loopback_answer script[ANSWERS])
{
    char mark[MARK_BYTES + 1] = "sk-or-...bNfN";
    if (quotes) {
        decode(mark);
    }
    (void)snprintf(quoting_body, sizeof quoting_body,
                   "{\"error\":{\"message\":\"Incorrect API key provided: %s\",\"code\":\"%s\"},"
                   "\"data\":{\"label\":\"%s\"}}",
                   mark, mark, mark);
    (void)snprintf(quoting_list, sizeof quoting_list, "{\"object\":\"list\",\"data\":[{\"id\":\"%s\"},{\"id\":\"m\"}]}",
                   mark);
    (void)snprintf(quoting_headers, sizeof quoting_headers,
                   "Content-Type: application/json\r\nX-Key: %s\r\nSet-Cookie: key=%s\r\n"
                   "Location: http://127.0.0.1:1/%s\r\n", mark, mark, mark);
    const struct loopback_answer answers[ANSWERS] = {
        {.body = quoting_body, .headers = quoting_headers},
        {.status = 401, .body = quoting_body, .headers = quoting_headers},
        {.status = 403, .body = quoting_body, .headers = quoting_headers},
        {.status = 429, .body = quoting_body, .headers = quoting_headers},
        {.status = 500, .body = quoting_body, .headers = quoting_headers},
        {.status = 302, .body = quoting_body, .headers = quoting_headers},
        {.body = quoting_body, .headers = quoting_headers, .fault = LOOPBACK_TRUNCATE},
        {.body = quoting_body, .headers = quoting_headers, .fault = LOOPBACK_DRIP},
        {.body = quoting_list, .headers = quoting_headers},
    };
    memcpy(script, answers, sizeof answers);
}

/* The server, which ends when the other end of the pipe is closed. */
static void serve(bool quotes, int to_parent, int from_parent)
{
    struct loopback_answer script[ANSWERS];
    char end;
    write_script(quotes, script);
    struct loopback_server *server = loopback_server_start(script, ANSWERS);
    if (server) {
        const char *url = loopback_server_url(server);
        if (write(to_parent, url, strlen(url)) > 0) {
            (void)!read(from_parent, &end, 1); /* its end is what is waited for */
        }
    }
    loopback_server_stop(server);
    _exit(0);
}

struct server_process {
    char url[64];
    int pipe_to;
    pid_t process;
};

static struct server_process start_server(bool quotes)
{
    int up[2], down[2];
    struct server_process server = {.url = ""};
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    server.process = fork();
    assert_true(server.process >= 0);
    if (server.process == 0) {
        (void)close(up[0]);
        (void)close(down[1]);
        serve(quotes, up[1], down[0]);
    }
    (void)close(up[1]);
    (void)close(down[0]);
    server.pipe_to = down[1];
    ssize_t len = read(up[0], server.url, sizeof server.url - 1);
    assert_true(len > 0);
    server.url[len] = '\0';
    (void)close(up[0]);
    return server;
}

static void stop_server(const struct server_process *server)
{
    (void)close(server->pipe_to);
    assert_int_equal(waitpid(server->process, NULL, 0), server->process);
}

static void validate_all(bool quotes)
{
    static const enum tta_key_verdict wanted[ANSWERS - 1] = {
        TTA_KEY_VALID,   TTA_KEY_INVALID, TTA_KEY_FORBIDDEN, TTA_KEY_RATE_LIMITED,
        TTA_KEY_UNKNOWN, TTA_KEY_UNKNOWN, TTA_KEY_UNKNOWN,   TTA_KEY_VALID};
    const struct tta_key_validator_options options = tta_key_validator_defaults();
    struct server_process server = start_server(quotes);
    struct tta_key_validator *validator = NULL;
    struct tta_secret *secret = marked_secret();
    assert_int_equal(tta_key_validator_create(&options, &validator, NULL), TTA_OK);
    for (size_t i = 0; i < ANSWERS - 1; i++) {
        struct tta_key_result result;
        tta_key_forget(validator, TTA_PROVIDER_OPENROUTER, server.url, secret);
        assert_int_equal(tta_key_validate(validator, TTA_PROVIDER_OPENROUTER, server.url, secret, 0, &result), TTA_OK);
        assert_int_equal(result.verdict, wanted[i]);
        if (!quotes) {
            assert_only_in_locked_pages(); /* while the connection is kept */
        }
    }
    const struct tta_finding refused = {.failure = TTA_FAILURE_AUTH, .http_status = 401};
    assert_true(tta_key_learn(validator, TTA_PROVIDER_OPENROUTER, server.url, secret, &refused, 0));
    tta_key_validator_destroy(validator);
    assert_only_in_locked_pages();
    tta_secret_destroy(secret);
    assert_nowhere();
    stop_server(&server);
}

static void validation_leaves_nothing_when_it_is_over(void **state)
{
    (void)state;
    validate_all(false);
}

static void validation_by_a_server_that_quotes_leaves_nothing_when_its_connection_is_closed(void **state)
{
    (void)state;
    validate_all(true);
}

static void fetching_a_list_leaves_nothing_even_in_the_list(void **state)
{
    (void)state;
    struct server_process server = start_server(true);
    struct tta_secret *secret = marked_secret();
    const struct tta_server of = {.provider = TTA_PROVIDER_OPENAI, .base_url = server.url, .key = secret};
    const struct tta_fetch_options options = tta_fetch_defaults();
    size_t good = 0;
    for (size_t i = 0; i < ANSWERS; i++) {
        struct tta_fetched *fetched = NULL;
        assert_int_equal(tta_fetch(&of, &options, &fetched, NULL), TTA_OK);
        good += tta_fetched_outcome(fetched) == TTA_FETCH_GOOD;
        assert_only_in_locked_pages(); /* while the list is there */
        tta_fetched_destroy(fetched);
    }
    assert_int_equal(good, 1);
    tta_secret_destroy(secret);
    assert_nowhere();
    stop_server(&server);
}

int main(int argc, char **argv)
{
    (void)argc;
    if (!getenv("LD_BIND_NOW")) {
        if (setenv("LD_BIND_NOW", "1", 1) == 0) {
            (void)execv("/proc/self/exe", argv); /* comes back only if it fails */
        }
        return 1;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_search_finds_a_copy),
        cmocka_unit_test(a_secret_is_in_locked_pages_while_it_is_held),
        cmocka_unit_test(a_vault_leaves_nothing_when_it_is_closed),
        cmocka_unit_test(a_passphrase_is_not_kept),
        cmocka_unit_test(validation_leaves_nothing_when_it_is_over),
        cmocka_unit_test(validation_by_a_server_that_quotes_leaves_nothing_when_its_connection_is_closed),
        cmocka_unit_test(fetching_a_list_leaves_nothing_even_in_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
