/* SPDX-License-Identifier: MIT */
/*
 * assay/bench.h - write a benchmark.
 *
 *     #include <assay/bench.h>
 *
 *     BENCH(crc_of_4_kib)
 *     {
 *         unsigned char *data = make_data(4096);             // prepare
 *         assay_target(bench, "p95 < 500 us");               // optional
 *         unsigned long crc = 0;
 *         BENCH_LOOP (bench) {                               // the measured loop
 *             crc = crc32(0, data, 4096);
 *             BENCH_KEEP(crc);
 *         }
 *         BENCH_CHECK(bench, crc == 0xa2912082);             // a wrong result is a failure, not a fast one
 *         free(data);                                        // clean up
 *     }
 *
 * Link such files with the library into a program; it has a main() already,
 * unless you write one, which then ends with assay_main().  The program lists,
 * runs and compares its benchmarks (--help), alone or under `assay run`.  Each
 * benchmark runs in a process of its own, so it may crash, hang or exit without
 * taking the others along, and it starts with fresh memory.
 *
 * Works as C11 and as C++17, with gcc and clang.  Everything here is called by
 * the thread that runs the body, with the `bench` it got.
 */
#ifndef ASSAY_BENCH_H
#define ASSAY_BENCH_H

#include <stdint.h>

#if !defined(__GNUC__)
#error "assay/bench.h needs gcc or clang: its barriers are inline assembly"
#endif

#define ASSAY_API __attribute__((visibility("default")))

#ifdef __cplusplus
extern "C" {
#endif

/* The benchmark that is running.  Owned by the library. */
struct assay_bench;

/* One BENCH() of a program; only the macro below makes these. */
struct assay_registration {
    const char *name;
    const char *file;
    int line;
    void (*body)(struct assay_bench *bench);
    const char *params; /* or 0 */
    struct assay_registration *next;
    unsigned built;                                /* ASSAY_BUILT_... of its file */
    void (*empty_body)(struct assay_bench *bench); /* an empty loop, compiled as its file is */
    const char *compiler, *flags;                  /* ASSAY_COMPILER_HERE and ASSAY_FLAGS_HERE of its file */
};
ASSAY_API void assay_register(struct assay_registration *registration);

/* One BENCH_FIXTURE() of a file; only the macro makes these. */
struct assay_fixture {
    const char *name;
    void *(*make)(struct assay_bench *bench);
    void (*release)(void *value); /* or 0 */
    void *value;                  /* this and what follows is the library's */
    int state;
    struct assay_fixture *older; /* made before it */
};
ASSAY_API void *assay_use(struct assay_bench *bench, struct assay_fixture *fixture);

/* How a file was compiled, as far as it spoils its times. */
#define ASSAY_BUILT_DEBUG 1u /* without optimisation */
#define ASSAY_BUILT_ASAN 2u
#define ASSAY_BUILT_TSAN 4u
#if defined(__OPTIMIZE__)
#define ASSAY_BUILT_DEBUG_HERE 0u
#else
#define ASSAY_BUILT_DEBUG_HERE ASSAY_BUILT_DEBUG
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ASSAY_BUILT_SANITIZED_HERE ASSAY_BUILT_ASAN
#elif __has_feature(thread_sanitizer)
#define ASSAY_BUILT_SANITIZED_HERE ASSAY_BUILT_TSAN
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define ASSAY_BUILT_SANITIZED_HERE ASSAY_BUILT_ASAN
#elif defined(__SANITIZE_THREAD__)
#define ASSAY_BUILT_SANITIZED_HERE ASSAY_BUILT_TSAN
#endif
#if !defined(ASSAY_BUILT_SANITIZED_HERE)
#define ASSAY_BUILT_SANITIZED_HERE 0u
#endif
#define ASSAY_BUILT_HERE (ASSAY_BUILT_DEBUG_HERE | ASSAY_BUILT_SANITIZED_HERE)

/* By what a file was compiled, "gcc 12.2.0", and how: those flags that bear on its
 * times and can be seen from within it, as words: "optimised x86-64-v3". */
#define ASSAY_VERSION_TEXT_(major_, minor_, patch_) #major_ "." #minor_ "." #patch_
#define ASSAY_VERSION_TEXT(major_, minor_, patch_) ASSAY_VERSION_TEXT_(major_, minor_, patch_)
#if defined(__clang__)
#define ASSAY_COMPILER_HERE "clang " ASSAY_VERSION_TEXT(__clang_major__, __clang_minor__, __clang_patchlevel__)
#else
#define ASSAY_COMPILER_HERE "gcc " ASSAY_VERSION_TEXT(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__)
#endif
#if !defined(__OPTIMIZE__)
#define ASSAY_FLAGS_OPTIMISED_HERE "unoptimised"
#elif defined(__OPTIMIZE_SIZE__)
#define ASSAY_FLAGS_OPTIMISED_HERE "optimised-for-size"
#else
#define ASSAY_FLAGS_OPTIMISED_HERE "optimised"
#endif
#if defined(__FAST_MATH__)
#define ASSAY_FLAGS_MATH_HERE " fast-math"
#else
#define ASSAY_FLAGS_MATH_HERE ""
#endif
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512CD__) && defined(__AVX512DQ__) &&                 \
    defined(__AVX512VL__)
#define ASSAY_FLAGS_TARGET_HERE " x86-64-v4"
#elif defined(__AVX2__) && defined(__BMI2__) && defined(__FMA__)
#define ASSAY_FLAGS_TARGET_HERE " x86-64-v3"
#elif defined(__SSE4_2__) && defined(__POPCNT__)
#define ASSAY_FLAGS_TARGET_HERE " x86-64-v2"
#elif defined(__ARM_FEATURE_SVE)
#define ASSAY_FLAGS_TARGET_HERE " sve"
#else
#define ASSAY_FLAGS_TARGET_HERE ""
#endif
#define ASSAY_FLAGS_HERE ASSAY_FLAGS_OPTIMISED_HERE ASSAY_FLAGS_MATH_HERE ASSAY_FLAGS_TARGET_HERE

/*
 * Defines and registers a benchmark.  What follows is the body of a function
 * with one parameter, `struct assay_bench *bench`.  The name must be unique in
 * its file; results are known as "FILE::NAME", as in "bench_crc.c::crc_of_4_kib",
 * so a baseline survives a move to another directory.
 */
#define BENCH(name_) BENCH_PARAMS(name_, 0)

/*
 * The same for each combination of parameters, which are
 *
 *     BENCH_PARAMS(parse, "size=64..4096*8 kind=plain,nested")
 *
 * NAME=VALUE,VALUE,... or a range of whole numbers NAME=FIRST..LAST*FACTOR or
 * NAME=FIRST..LAST+STEP, with blanks between.  Each combination is a benchmark of
 * its own, known as "parse[size=64,kind=plain]".  Words that begin with "@" are tags
 * by which benchmarks are chosen: "size=64,128 @slow", or tags alone.
 */
#define BENCH_PARAMS(name_, params_)                                                                                   \
    static void assay_body_##name_(struct assay_bench *bench);                                                         \
    __attribute__((constructor)) static void assay_register_##name_(void)                                              \
    {                                                                                                                  \
        static struct assay_registration registration = {                                                              \
            #name_, __FILE__,         __LINE__,         assay_body_##name_,  params_,                                  \
            0,      ASSAY_BUILT_HERE, assay_empty_loop, ASSAY_COMPILER_HERE, ASSAY_FLAGS_HERE};                        \
        assay_register(&registration);                                                                                 \
    }                                                                                                                  \
    static void assay_body_##name_(struct assay_bench *bench)

/*
 * The measured loop: exactly one in a body.  Its block runs as often as the
 * measurement needs, many times between two readings of the clock, and the loop
 * itself costs one decrement and branch.  `continue` is fine; `break`, `return`
 * or `goto` out of it makes the benchmark fail, and so does a longjmp(), another
 * BENCH_LOOP in a function that it calls, a child process that goes on with it,
 * and a thread that the body started.
 */
#define BENCH_LOOP(bench_)                                                                                             \
    for (uint64_t assay_left = ASSAY_ENTERING; (assay_left = assay_next((bench_), assay_left)) != 0;)                  \
        for (; assay_left != 0; assay_left = assay_count_down(assay_left))

/*
 * Around BENCH_LOOP, where each round needs something prepared or cleaned up
 * that must not be measured:
 *
 *     BENCH_ROUNDS (bench) {
 *         int *numbers = shuffled(assay_iterations(bench));  // fresh input for every iteration
 *         size_t i = 0;
 *         BENCH_LOOP (bench) {
 *             insert(tree, numbers[i++]);
 *         }
 *         clear(tree);
 *         free(numbers);
 *     }
 *
 * Each round runs one BENCH_LOOP.  Leaving it by break makes the benchmark fail.
 */
#define BENCH_ROUNDS(bench_) while (assay_next_round(bench_))

/*
 * Something that several benchmarks of a file need, made when the first asks for
 * it and released when the body has returned:
 *
 *     BENCH_FIXTURE(struct dictionary *, words)
 *     {
 *         struct dictionary *made = read_dictionary("words.txt");
 *         if (!made) {
 *             assay_fail_because(bench, "there is no words.txt");
 *         }
 *         return made;
 *     }
 *
 *     BENCH_FIXTURE_END(struct dictionary *, words)          // optional
 *     {
 *         free_dictionary(words);
 *     }
 *
 *     BENCH(look_up)
 *     {
 *         struct dictionary *words = BENCH_USE(bench, words);
 *         if (!words) {
 *             return;                                         // why was said
 *         }
 *
 * The type is a pointer.  A fixture may use others and read parameters.  Each process
 * makes its own, once for all threads; they are released in reverse order, also
 * after a failure, but not after a crash.  BENCH_USE gives NULL if the fixture failed,
 * which fails the benchmark; it stands before the loop.
 */
#define BENCH_FIXTURE(type_, name_)                                                                                    \
    static type_ assay_fixture_body_##name_(struct assay_bench *bench);                                                \
    static void *assay_fixture_make_##name_(struct assay_bench *bench)                                                 \
    {                                                                                                                  \
        return (void *)assay_fixture_body_##name_(bench);                                                              \
    }                                                                                                                  \
    static struct assay_fixture assay_fixture_##name_ = {#name_, assay_fixture_make_##name_, 0, 0, 0, 0};              \
    static inline type_ assay_use_##name_(struct assay_bench *bench)                                                   \
    {                                                                                                                  \
        return (type_)assay_use(bench, &assay_fixture_##name_);                                                        \
    }                                                                                                                  \
    static type_ assay_fixture_body_##name_(struct assay_bench *bench)
#define BENCH_FIXTURE_END(type_, name_)                                                                                \
    static void assay_fixture_end_##name_(type_ name_);                                                                \
    static void assay_fixture_release_##name_(void *value)                                                             \
    {                                                                                                                  \
        assay_fixture_end_##name_((type_)value);                                                                       \
    }                                                                                                                  \
    __attribute__((constructor)) static void assay_fixture_set_##name_(void)                                           \
    {                                                                                                                  \
        assay_fixture_##name_.release = assay_fixture_release_##name_;                                                 \
    }                                                                                                                  \
    static void assay_fixture_end_##name_(type_ name_)
#define BENCH_USE(bench_, name_) assay_use_##name_(bench_)

/*
 * Makes the compiler compute `value` here, and forget what it knew of memory:
 * pointers passed this way are taken to be read and written through.  Any type
 * that fits a register or has an address; for a value in a register it costs no
 * instruction by itself with gcc, and with clang at most a store.
 */
#if defined(__clang__)
#define BENCH_KEEP(value_) __asm__ volatile("" : : "r,m"(value_) : "memory")
#else
#define BENCH_KEEP(value_) __asm__ volatile("" : : "g"(value_) : "memory")
#endif

/* Makes all pending writes to memory happen here. */
#define BENCH_CLOBBER() __asm__ volatile("" : : : "memory")

/*
 * Hides from the compiler where `variable` came from, so that work on a
 * constant is not done at compile time.  A modifiable variable of a type that
 * fits a register.
 */
#define BENCH_HIDE(variable_) __asm__ volatile("" : "+r"(variable_))

/* Makes the benchmark fail, quoting the expression, unless it is true.  For
 * before and after the loop; inside it would be measured. */
#define BENCH_CHECK(bench_, expression_)                                                                               \
    ((expression_) ? (void)0 : assay_fail_check((bench_), __FILE__, __LINE__, #expression_))

/*
 * States a limit, before the loop: "p95 < 500 ms", "mean < 0.5 s",
 * "ops > 1000".  A missed one makes the run's exit status 1.  Percentiles are
 * of calls timed one by one.  `limit` is copied.  A text that is no limit makes
 * the benchmark fail.
 */
ASSAY_API void assay_target(struct assay_bench *bench, const char *limit);

/* How many items, or bytes, one iteration works through: the output says how many
 * that makes a second.  Anywhere in the body, also behind the loop when it is
 * known only then; the last word counts.  Above 0. */
ASSAY_API void assay_items(struct assay_bench *bench, double per_iteration);
ASSAY_API void assay_bytes(struct assay_bench *bench, double per_iteration);

/*
 * A number of your own beside the times, such as hits of a cache:
 *
 *     assay_counter(bench, "hits", (double)hits, ASSAY_PER_ITERATION);
 *
 * behind the loop, where it stands for all iterations that the loop has made,
 * warming up and calibrating included.  `name` is 1 to 40 letters, digits, "_", "-"
 * and ".", and no metric's name; at most 32 in a benchmark.
 */
enum assay_counter_kind {
    ASSAY_PER_ITERATION, /* value divided by the iterations of the loop */
    ASSAY_RATE,          /* value divided by the seconds spent in the loop; of several threads the sum */
    ASSAY_AVERAGE,       /* the mean of what launches and threads say */
    ASSAY_SUM            /* the sum of what launches and threads say */
};
ASSAY_API void assay_counter(struct assay_bench *bench, const char *name, double value, enum assay_counter_kind kind);

/* Says that the whole number `parameter` of BENCH_PARAMS is what the time grows
 * with: from the times at three or more values of it the output says how, as in
 * O(n lg n).  Before the loop. */
ASSAY_API void assay_complexity(struct assay_bench *bench, const char *parameter);

/* Puts the benchmark in a group: a table of its own in the output.  Before the
 * loop.  `group` is copied; at most 100 bytes, without control characters. */
ASSAY_API void assay_group(struct assay_bench *bench, const char *group);

/*
 * The parameter `threads` of BENCH_PARAMS is special: the body runs on so many
 * threads, each with its own `bench` and its own locals,
 *
 *     BENCH_PARAMS(push_and_pop, "threads=1,2,4")
 *
 * on a core each, where there are enough, and they start each batch of the loop
 * together.  Every thread makes all iterations of a round.  The round's time is from
 * the first start to the last end; divided by the iterations of one thread it is the
 * sample, so an iteration takes what a thread waits for one, and the output says how
 * many all of them make a second.  A call timed by itself is one thread's, and
 * the percentiles are of the calls of all.
 *
 * Of what threads state the first one's counts; each has checks, failures and
 * counters of its own.  A thread that leaves its loop ends it for all.
 *
 * assay_thread() is 0 for the first of them, assay_threads() how many there are: 1
 * without such a parameter.
 */
ASSAY_API unsigned assay_thread(const struct assay_bench *bench);
ASSAY_API unsigned assay_threads(const struct assay_bench *bench);

/* Asks for calls to be timed one by one as well, as a percentile target does,
 * so that percentiles can be shown.  Before the loop. */
ASSAY_API void assay_time_calls(struct assay_bench *bench);

/*
 * Asks for exactly so many rounds of exactly so many iterations, after
 * `warmup_rounds` that are thrown away; nothing is calibrated then.  Rounds are
 * still spread over the launches.  Before the loop; rounds and iterations at least 1.
 */
ASSAY_API void assay_pedantic(struct assay_bench *bench, uint64_t rounds, uint64_t iterations, uint64_t warmup_rounds);

/* In a round, before its loop: how many iterations the loop will make.  Before
 * the first round it makes the benchmark fail, and the result is 0. */
ASSAY_API uint64_t assay_iterations(const struct assay_bench *bench);

/* The value of a parameter of BENCH_PARAMS, as a whole number or as text; the
 * text is owned by the library and lives as long as the body runs.  A name that
 * is no parameter, or a value that is no whole number, makes the benchmark fail;
 * the result is then 0 or "". */
ASSAY_API int64_t assay_param(struct assay_bench *bench, const char *name);
ASSAY_API const char *assay_param_text(struct assay_bench *bench, const char *name);

/* What the library's own main() does: lists, runs or compares the benchmarks of
 * this program as its arguments say.  Returns the exit status.  Nothing may have
 * been written to standard output before, and no thread started. */
ASSAY_API int assay_main(int argc, char **argv);

/* Makes the benchmark fail with a reason, which is copied: when it cannot be
 * prepared, say.  Return from the body afterwards. */
ASSAY_API void assay_fail_because(struct assay_bench *bench, const char *reason);

/* For the macros above. */
#define ASSAY_ENTERING (~(uint64_t)0) /* no batch has so many iterations: the loop is entered, not gone on with */
ASSAY_API uint64_t assay_next(struct assay_bench *bench, uint64_t left);
ASSAY_API int assay_next_round(struct assay_bench *bench);
ASSAY_API void assay_fail_check(struct assay_bench *bench, const char *file, int line, const char *expression);
static inline uint64_t assay_count_down(uint64_t left)
{
    /* Without this the compiler would see what an empty loop computes, and
     * delete it.  Before the decrement, so that its flags serve the branch. */
    __asm__ volatile("" : "+r"(left));
    return left - 1;
}
static inline void assay_empty_loop(struct assay_bench *bench)
{
    BENCH_LOOP (bench) {
    }
}

#ifdef __cplusplus
}
#endif

#endif /* ASSAY_BENCH_H */
