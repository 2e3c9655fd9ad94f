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
#include "mutate.h"

#define DEFAULT_MUTATIONS 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* Of a target that counts what became of its inputs, and prints it: whether they were good for a test. */
bool fuzz_is_telling(void) __attribute__((weak));
/* Of the sanitizers, where the program is linked with one. */
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

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
        const struct input *start = &corpus[random_below(&random, count)];
        const struct input *other = &corpus[random_below(&random, count)];
        memcpy(input.ptr, start->ptr, start->len);
        input.len = start->len;
        mutate(&input, other, &random);
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
    return !fuzz_is_telling || fuzz_is_telling() ? 0 : 1;
}
