// SPDX-License-Identifier: MIT
/*
 * Runs a fuzz target without libFuzzer: every file of its corpus as it is, and
 * then so many mutations of them.
 *
 *     fuzz_NAME CORPUS [MUTATIONS [SEED]]
 *
 * Each mutation depends on the seed and its own number only, so a run can be
 * repeated.  The input that ends the program is left in the file crash-NAME.
 */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"

#define MAX_INPUT_BYTES ((size_t)1 << 20)
#define MAX_STEPS 6 /* of one mutation */
#define DEFAULT_MUTATIONS 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Of the sanitizers, where the program is linked with one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* What a number, a string or a structure of text is likely to break on. */
static const struct str tokens[] = {
    {"0", 1}, {"-1", 2}, {"1", 1}, {"0.5", 3}, {"2.5", 3}, {"1e309", 5}, {"1e-400", 6}, {"-0.0", 4},
    {"0.00000025", 10}, {"9223372036854775807", 19}, {"9223372036854775808", 19}, {"-9223372036854775809", 20},
    {"18446744073709551616", 20}, {"4294967296", 10}, {"0000000000000000000000000", 25}, {"NaN", 3}, {"null", 4},
    {"true", 4}, {"\"", 1}, {"\"\"", 2}, {"\\", 1}, {"\\u0000", 6}, {"\\ud800", 6}, {"{", 1}, {"}", 1}, {"{}", 2},
    {"[", 1}, {"]", 1}, {"[]", 2}, {":", 1}, {",", 1}, {" ", 1}, {"\n", 1}, {"\0", 1}, {"\xff", 1}, {"\xc3", 1},
    {"\xf0\x9f\x98\x80", 4}, {"*", 1}, {"?", 1}, {"[a-z]", 5}, {"%", 1}, {"<", 1}, {">=", 2}, {"ms", 2}, {"/", 1},
};

struct input {
    char *ptr;
    size_t len;
};

/* For the handler of crashes, which takes no argument. */
static struct input current;
static const char *crash_path;

static void keep_input(void)
{
    int fd = open(crash_path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (fd < 0) {
        return;
    }
    /* Nothing more could be done if these failed. */
    ssize_t kept = write(fd, current.ptr, current.len);
    (void)close(fd);
    if (kept == (ssize_t)current.len) {
        kept = write(STDERR_FILENO, crash_path, strlen(crash_path));
        kept = write(STDERR_FILENO, " has the input\n", 15);
    }
}

static void handle_crash(int number)
{
    keep_input();
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

static void watch_for_crashes(void)
{
    if (__sanitizer_set_death_callback) {
        __sanitizer_set_death_callback(keep_input);
    } else {
        (void)signal(SIGSEGV, handle_crash);
        (void)signal(SIGBUS, handle_crash);
        (void)signal(SIGFPE, handle_crash);
    }
    (void)signal(SIGABRT, handle_crash);
}

/* splitmix64: Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators". */
static uint64_t next_random(uint64_t *seed)
{
    uint64_t z = *seed += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static size_t below(uint64_t *seed, size_t limit)
{
    return limit == 0 ? 0 : (size_t)(next_random(seed) % limit);
}

/* Replaces `cut` bytes at `at` by `with`; leaves the input alone where it would grow too long. */
static void replace(struct input *input, size_t at, size_t cut, struct str with)
{
    if (input->len - cut + with.len > MAX_INPUT_BYTES) {
        return;
    }
    char copy[256]; /* `with` may lie in the input */
    if (with.len > sizeof(copy)) {
        with.len = sizeof(copy);
    }
    memcpy(copy, with.ptr, with.len);
    memmove(input->ptr + at + with.len, input->ptr + at + cut, input->len - at - cut);
    memcpy(input->ptr + at, copy, with.len);
    input->len = input->len - cut + with.len;
}

/* One step of a mutation, on an input with room for MAX_INPUT_BYTES + 1. */
static void mutate(struct input *input, const struct input *other, uint64_t *seed)
{
    size_t at = below(seed, input->len);
    size_t span = 1 + below(seed, input->len - at < 40 ? input->len - at : 40);
    span = span > input->len - at ? input->len - at : span;
    struct str part = {input->ptr + at, span};
    switch (next_random(seed) % 7) {
    case 0:
        if (input->len > 0) {
            input->ptr[at] = (char)(input->ptr[at] ^ (1 << below(seed, 8)));
        }
        break;
    case 1:
        replace(input, at, span, (struct str){"", 0});
        break;
    case 2:
        input->len = at;
        break;
    case 3:
        replace(input, below(seed, input->len + 1), 0, part);
        break;
    case 4: {
        size_t from = below(seed, other->len);
        replace(input, at, span, (struct str){other->ptr + from, other->len - from});
        break;
    }
    case 5:
        replace(input, at, span, tokens[below(seed, sizeof(tokens) / sizeof(tokens[0]))]);
        break;
    default:
        replace(input, at, 0, tokens[below(seed, sizeof(tokens) / sizeof(tokens[0]))]);
        break;
    }
}

/* In memory that ends with it, so that a sanitizer sees a byte too far. */
static bool run(const struct input *input)
{
    uint8_t *own = malloc(input->len > 0 ? input->len : 1);
    if (!own) {
        return false;
    }
    memcpy(own, input->ptr, input->len);
    current = *input;
    (void)LLVMFuzzerTestOneInput(own, input->len); /* always 0 */
    free(own);
    return true;
}

static bool run_mutations(const struct input *corpus, size_t count, uint64_t mutations, uint64_t seed)
{
    struct input input = {malloc(MAX_INPUT_BYTES + 1), 0};
    bool good = input.ptr != NULL;
    for (uint64_t i = 0; good && i < mutations; i++) {
        uint64_t random = seed * UINT64_C(1000003) + i;
        const struct input *start = &corpus[below(&random, count)];
        const struct input *other = &corpus[below(&random, count)];
        memcpy(input.ptr, start->ptr, start->len);
        input.len = start->len;
        for (size_t steps = 1 + below(&random, MAX_STEPS); steps > 0; steps--) {
            mutate(&input, other, &random);
        }
        good = run(&input);
    }
    free(input.ptr);
    return good;
}

static bool read_input(const char *folder, const char *name, struct input *out_input)
{
    char path[4096], reason[BASE_FILE_REASON_BYTES];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name); /* a cut path is not found below */
    struct buf contents;
    base_buf_init(&contents, MAX_INPUT_BYTES);
    if (!base_file_read(path, &contents, reason)) {
        fprintf(stderr, "%s\n", reason);
        return false;
    }
    out_input->len = contents.len;
    out_input->ptr = base_buf_take(&contents);
    return out_input->ptr != NULL;
}

/* In the order of their names, so that mutations are the same everywhere. */
static struct input *read_corpus(const char *folder, size_t *out_count)
{
    struct dirent **entries;
    int found = scandir(folder, &entries, NULL, alphasort);
    if (found < 0) {
        perror(folder);
        return NULL;
    }
    struct input *corpus = base_alloc_array((size_t)found, sizeof(*corpus));
    bool good = corpus != NULL;
    size_t count = 0;
    for (int i = 0; i < found; i++) {
        if (good && entries[i]->d_name[0] != '.') {
            good = read_input(folder, entries[i]->d_name, &corpus[count]);
            count += good;
        }
        free(entries[i]);
    }
    free(entries);
    *out_count = count;
    return good ? corpus : NULL; /* a program that ends here need not free the rest */
}

static bool parse_argument(int argc, char **argv, int index, int64_t fallback, int64_t *out)
{
    *out = fallback;
    return argc <= index || base_num_parse_int64(base_str(argv[index]), 0, INT64_MAX, out);
}

int main(int argc, char **argv)
{
    int64_t mutations, seed;
    if (argc < 2 || argc > 4 || !parse_argument(argc, argv, 2, DEFAULT_MUTATIONS, &mutations) ||
        !parse_argument(argc, argv, 3, 1, &seed)) {
        fprintf(stderr, "usage: %s CORPUS [MUTATIONS [SEED]]\n", argv[0]);
        return 2;
    }
    const char *slash = strrchr(argv[0], '/');
    char path[256];
    (void)snprintf(path, sizeof(path), "crash-%s", slash ? slash + 1 : argv[0]); /* a shorter name will do */
    crash_path = path;
    watch_for_crashes();

    size_t count = 0;
    struct input *corpus = read_corpus(argv[1], &count);
    bool good = corpus && count > 0;
    for (size_t i = 0; good && i < count; i++) {
        good = run(&corpus[i]);
    }
    good = good && run_mutations(corpus, count, (uint64_t)mutations, (uint64_t)seed);
    for (size_t i = 0; corpus && i < count; i++) {
        free(corpus[i].ptr);
    }
    free(corpus);
    if (!good) {
        fprintf(stderr, "the corpus is empty or cannot be read, or there is no memory\n");
        return 1;
    }
    printf("%zu files and %" PRId64 " mutations\n", count, mutations);
    return 0;
}
