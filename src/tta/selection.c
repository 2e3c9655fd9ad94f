// SPDX-License-Identifier: MIT
/*
 * Selection: the first model, in order of score, that meets every requirement.
 *
 * When a selector is made, each task gets a *board*: the rows whose score is
 * above 0, best first, equals in catalogue order; a row's place in that order
 * is its *position*.  A board holds, by position and 64 positions a word:
 *
 *   marks   bitsets: has this capability, is free, is safe, ...
 *   slices  for each limit, the model's *rank* among the values that occur in
 *           the catalogue (0: not stated; 1: the worst; ...), bit by bit: word
 *           b of a group holds bit b of the ranks of 64 positions.
 *
 * A query turns each bound into the least rank that meets it, one binary
 * search, and then walks the board a word at a time: it ANDs the marks and
 * compares 64 ranks at once, one pass over their bits (the bit-sliced index of
 * O'Neil and Quass, "Improved query performance with variant indexes", SIGMOD
 * 1997).  The first bit left is the answer, so a query that is met early costs
 * one word, and one that nothing meets a bounded number of operations a word.
 *
 * Rejected: comparing numbers model by model where the marks leave any.  It is
 * as fast for a hit, but six times slower where each limit alone is met by many
 * models and all together by none; the time must not depend on such luck.
 *
 * Invariants: MARK_NONE is empty; a rank is below 2^bits; ranks order as
 * goodness does (score.h); this walk and tta_first_miss(), which judges one
 * model, read the same goodness and bound.
 */
#include "tta/selection.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/fail.h"
#include "tta/score.h"
#include "tta/snapshot.h"

#define WORD_BITS 64

enum mark {
    MARK_NONE, /* no model has it */
    MARK_FREE,
    MARK_SAFE,
    MARK_SAFE_OR_UNKNOWN,
    MARK_WAIVED,   /* TTA_SAFETY_WAIVED */
    MARK_UNSTATED, /* and the TTA_LIMIT_COUNT from here on: the goodness for that limit is not stated */
    MARK_CAPABILITY = MARK_UNSTATED + TTA_LIMIT_COUNT /* from here on, those that occur */
};

/* The different values of goodness of the models, ascending: rank r is
 * values[r - 1]. */
struct levels {
    double *values;
    size_t count;
    unsigned bits; /* that a rank takes */
};

struct board {
    double *scores; /* by row, of all rows */
    size_t count;   /* of positions */
    size_t word_count;
    uint32_t *rows; /* by position */
    uint64_t *marks;
    uint64_t *slices[TTA_LIMIT_COUNT];
};

struct tta_selector {
    const struct tta_catalogue *catalogue;
    struct tta_scorer scorer;
    struct levels levels[TTA_LIMIT_COUNT];
    uint8_t capability_marks[WORD_BITS]; /* by bit; MARK_NONE if no model has it */
    size_t mark_count;
    struct board boards[TTA_TASK_COUNT]; /* of which tasks with equal scores share one */
    size_t board_count;
    uint8_t board_of_task[TTA_TASK_COUNT];
};

const char *tta_task_name(enum tta_task task)
{
    switch (task) {
    case TTA_TASK_NARRATIVE_GENERATION:
        return "narrative_generation";
    case TTA_TASK_DIALOGUE_GENERATION:
        return "dialogue_generation";
    case TTA_TASK_CHARACTER_DEVELOPMENT:
        return "character_development";
    case TTA_TASK_THERAPEUTIC_RESPONSE:
        return "therapeutic_response";
    case TTA_TASK_WORLD_BUILDING:
        return "world_building";
    case TTA_TASK_CHOICE_GENERATION:
        return "choice_generation";
    case TTA_TASK_CONSEQUENCE_ANALYSIS:
        return "consequence_analysis";
    case TTA_TASK_GENERAL_CHAT:
        return "general_chat";
    case TTA_TASK_COUNT:
        break;
    }
    return "unknown";
}

enum tta_status tta_task_of_name(const char *name, enum tta_task *out_task)
{
    for (int task = 0; task < TTA_TASK_COUNT; task++) {
        if (strcmp(tta_task_name((enum tta_task)task), name) == 0) {
            *out_task = (enum tta_task)task;
            return TTA_OK;
        }
    }
    return TTA_NOT_FOUND;
}

const char *tta_reason_name(enum tta_reason reason)
{
    switch (reason) {
    case TTA_REASON_FITS:
        return "fits";
    case TTA_REASON_LATENCY:
        return "latency";
    case TTA_REASON_PROMPT_PRICE:
        return "prompt_price";
    case TTA_REASON_COMPLETION_PRICE:
        return "completion_price";
    case TTA_REASON_COST:
        return "cost";
    case TTA_REASON_NOT_FREE:
        return "not_free";
    case TTA_REASON_QUALITY:
        return "quality";
    case TTA_REASON_SAFETY:
        return "safety";
    case TTA_REASON_CONTEXT:
        return "context";
    case TTA_REASON_CAPABILITIES:
        return "capabilities";
    case TTA_REASON_SCORE:
        return "score";
    case TTA_REASON_COUNT:
        break;
    }
    return "unknown";
}

struct tta_criteria tta_criteria_defaults(void)
{
    return (struct tta_criteria){
        .rules = TTA_RULES_DEFAULT,
        .safety_weight = 0.4,
        .performance_weight = 0.3,
        .cost_weight = 0.3,
        .min_safety_score = 7.0,
        .prefer_free = true,
        .prefer_local = false,
    };
}

static enum tta_status check_criteria(const struct tta_criteria *criteria, struct tta_error *err)
{
    const struct {
        const char *name;
        double value;
    } numbers[] = {
        {"safety weight", criteria->safety_weight},
        {"performance weight", criteria->performance_weight},
        {"cost weight", criteria->cost_weight},
        {"minimum safety score", criteria->min_safety_score},
    };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (!isfinite(numbers[i].value) || numbers[i].value < 0) {
            return tta_fail(err, TTA_BAD_ARGUMENT, 0, "the %s must be a number of at least 0, not %g", numbers[i].name,
                            numbers[i].value);
        }
    }
    if (criteria->rules != TTA_RULES_DEFAULT && criteria->rules != TTA_RULES_COMPAT) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "there are no rules of number %d", (int)criteria->rules);
    }
    return TTA_OK;
}

struct rated {
    double value;
    uint32_t row;
};

static int best_first(const void *a, const void *b)
{
    const struct rated *left = a, *right = b;
    if (left->value != right->value) {
        return left->value > right->value ? -1 : 1;
    }
    return left->row < right->row ? -1 : left->row > right->row;
}

/* Sets levels[limit], and `ranks` by row.  `rated` has room for all rows. */
static bool make_levels(struct tta_selector *selector, enum tta_limit limit, struct rated *rated, uint32_t *ranks)
{
    struct levels *levels = &selector->levels[limit];
    size_t count = 0;
    for (size_t row = 0; row < selector->catalogue->count; row++) {
        double goodness;
        ranks[row] = 0;
        if (tta_goodness(&selector->scorer, &selector->catalogue->rows[row], limit, &goodness)) {
            rated[count++] = (struct rated){.value = goodness, .row = (uint32_t)row};
        }
    }
    qsort(rated, count, sizeof(*rated), best_first);
    levels->values = base_alloc_array(count, sizeof(*levels->values));
    if (!levels->values) {
        return false;
    }
    for (size_t i = count; i-- > 0;) {
        if (levels->count == 0 || rated[i].value != levels->values[levels->count - 1]) {
            levels->values[levels->count++] = rated[i].value;
        }
        ranks[rated[i].row] = (uint32_t)levels->count;
    }
    for (size_t rank = levels->count; rank > 0; rank /= 2) {
        levels->bits++;
    }
    return true;
}

static void number_marks(struct tta_selector *selector)
{
    uint64_t occurring = 0;
    for (size_t row = 0; row < selector->catalogue->count; row++) {
        occurring |= tta_capabilities_of(&selector->scorer, &selector->catalogue->rows[row]);
    }
    selector->mark_count = MARK_CAPABILITY;
    for (unsigned bit = 0; bit < WORD_BITS; bit++) {
        if (occurring >> bit & 1) {
            selector->capability_marks[bit] = (uint8_t)selector->mark_count++;
        }
    }
}

static uint64_t *mark_words(const struct board *board, size_t mark)
{
    return board->marks + mark * board->word_count;
}

static void set_mark(struct board *board, size_t mark, size_t position)
{
    mark_words(board, mark)[position / WORD_BITS] |= UINT64_C(1) << position % WORD_BITS;
}

static void set_rank(struct board *board, enum tta_limit limit, unsigned bits, size_t position, uint32_t rank)
{
    uint64_t *group = board->slices[limit] + position / WORD_BITS * bits;
    for (unsigned bit = 0; bit < bits; bit++) {
        group[bit] |= (uint64_t)(rank >> bit & 1) << position % WORD_BITS;
    }
}

static void set_marks_of_row(const struct tta_selector *selector, struct board *board, size_t position)
{
    const struct tta_row *row = &selector->catalogue->rows[board->rows[position]];
    enum tta_safety safety = tta_safety_of(&selector->scorer, row);
    if (tta_is_free(&selector->scorer, row)) {
        set_mark(board, MARK_FREE, position);
    }
    if (safety == TTA_SAFETY_MET) {
        set_mark(board, MARK_SAFE, position);
    }
    if (safety == TTA_SAFETY_MET || safety == TTA_SAFETY_UNKNOWN) {
        set_mark(board, MARK_SAFE_OR_UNKNOWN, position);
    }
    if (safety == TTA_SAFETY_WAIVED) {
        set_mark(board, MARK_WAIVED, position);
    }
    uint64_t capabilities = tta_capabilities_of(&selector->scorer, row);
    for (; capabilities; capabilities &= capabilities - 1) {
        set_mark(board, selector->capability_marks[__builtin_ctzll(capabilities)], position);
    }
}

static bool allocate_board(const struct tta_selector *selector, struct board *board)
{
    board->word_count = (board->count + WORD_BITS - 1) / WORD_BITS;
    board->rows = base_alloc_array(board->count, sizeof(*board->rows));
    board->marks = base_alloc_array(selector->mark_count * board->word_count, sizeof(*board->marks));
    bool complete = board->rows && board->marks;
    for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
        size_t words = board->word_count * selector->levels[limit].bits;
        board->slices[limit] = base_alloc_array(words, sizeof(*board->slices[limit]));
        complete = complete && board->slices[limit];
    }
    return complete;
}

/* Fills a board of which the scores are there.  `ranks` by limit and row. */
static bool fill_board(const struct tta_selector *selector, struct board *board, struct rated *rated,
                       const uint32_t *ranks)
{
    size_t row_count = selector->catalogue->count;
    for (size_t row = 0; row < row_count; row++) {
        if (board->scores[row] > 0) {
            rated[board->count++] = (struct rated){.value = board->scores[row], .row = (uint32_t)row};
        }
    }
    qsort(rated, board->count, sizeof(*rated), best_first);
    if (!allocate_board(selector, board)) {
        return false;
    }
    for (size_t position = 0; position < board->count; position++) {
        uint32_t row = rated[position].row;
        board->rows[position] = row;
        set_marks_of_row(selector, board, position);
        for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
            uint32_t rank = ranks[(size_t)limit * row_count + row];
            set_rank(board, (enum tta_limit)limit, selector->levels[limit].bits, position, rank);
            if (rank == 0) {
                set_mark(board, (size_t)(MARK_UNSTATED + limit), position);
            }
        }
    }
    return true;
}

static bool make_board(struct tta_selector *selector, enum tta_task task, struct rated *rated, const uint32_t *ranks)
{
    size_t row_count = selector->catalogue->count;
    struct board *board = &selector->boards[selector->board_count];
    board->scores = base_alloc_array(row_count, sizeof(*board->scores));
    if (!board->scores) {
        return false;
    }
    for (size_t row = 0; row < row_count; row++) {
        board->scores[row] = tta_score_of(&selector->scorer, &selector->catalogue->rows[row], task).total;
    }
    for (size_t other = 0; other < selector->board_count; other++) {
        if (memcmp(selector->boards[other].scores, board->scores, row_count * sizeof(*board->scores)) == 0) {
            free(board->scores);
            board->scores = NULL;
            selector->board_of_task[task] = (uint8_t)other;
            return true;
        }
    }
    selector->board_of_task[task] = (uint8_t)selector->board_count++;
    return fill_board(selector, board, rated, ranks);
}

static bool build(struct tta_selector *selector)
{
    size_t row_count = selector->catalogue->count;
    struct rated *rated = base_alloc_array(row_count, sizeof(*rated));
    uint32_t *ranks = base_alloc_array(row_count * TTA_LIMIT_COUNT, sizeof(*ranks));
    bool complete = rated && ranks;
    for (int limit = 0; complete && limit < TTA_LIMIT_COUNT; limit++) {
        complete = make_levels(selector, (enum tta_limit)limit, rated, ranks + (size_t)limit * row_count);
    }
    number_marks(selector);
    for (int task = 0; complete && task < TTA_TASK_COUNT; task++) {
        complete = make_board(selector, (enum tta_task)task, rated, ranks);
    }
    free(ranks);
    free(rated);
    return complete;
}

enum tta_status tta_selector_create(const struct tta_catalogue *catalogue, const struct tta_criteria *criteria,
                                    struct tta_selector **out_selector, struct tta_error *err)
{
    enum tta_status status = check_criteria(criteria, err);
    if (status != TTA_OK) {
        return status;
    }
    struct tta_selector *selector = base_alloc_array(1, sizeof(*selector));
    if (selector) {
        selector->catalogue = catalogue;
        selector->scorer = tta_scorer_of(catalogue, criteria);
    }
    if (!selector || !build(selector)) {
        tta_selector_destroy(selector);
        return tta_fail(err, TTA_NO_MEMORY, 0, "no memory for a selector of %zu models", catalogue->count);
    }
    *out_selector = selector;
    return TTA_OK;
}

void tta_selector_destroy(struct tta_selector *selector)
{
    if (!selector) {
        return;
    }
    for (size_t i = 0; i < TTA_TASK_COUNT; i++) {
        struct board *board = &selector->boards[i];
        for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
            free(board->slices[limit]);
        }
        free(board->marks);
        free(board->rows);
        free(board->scores);
    }
    for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
        free(selector->levels[limit].values);
    }
    free(selector);
}

const struct tta_catalogue *tta_selector_catalogue(const struct tta_selector *selector)
{
    return selector->catalogue;
}

static const struct board *board_of(const struct tta_selector *selector, enum tta_task task)
{
    assert((int)task >= 0 && task < TTA_TASK_COUNT);
    return &selector->boards[selector->board_of_task[task]];
}

/* At least this rank, or in `unstated`, which may be NULL. */
struct rank_test {
    const uint64_t *slices;
    unsigned bits;
    uint32_t least; /* 1 to 2^bits - 1 */
    const uint64_t *unstated;
};

/* All of these marks and rank tests. */
struct sieve {
    const uint64_t *marks[TTA_LIMIT_COUNT + 2 + WORD_BITS]; /* one a limit, free, safe, capabilities */
    struct rank_test tests[TTA_LIMIT_COUNT];
    size_t mark_count;
    size_t test_count;
};

/* A position survives if it passes `always`, and either `unless_waived` or
 * the mark of `waived`, which may be NULL. */
struct query {
    struct sieve always;
    struct sieve unless_waived;
    const uint64_t *waived;
};

static void require_mark(struct sieve *sieve, const struct board *board, size_t mark)
{
    sieve->marks[sieve->mark_count++] = mark_words(board, mark);
}

/* The least rank whose value is at least `bound`; one beyond the last if none is. */
static size_t least_rank(const struct levels *levels, double bound)
{
    size_t low = 0, high = levels->count; /* values before `low` are too small, those from `high` on are not */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (levels->values[middle] >= bound) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low + 1;
}

static void require_limit(struct sieve *sieve, const struct tta_selector *selector, const struct board *board,
                          const struct tta_requirements *requirements, enum tta_limit limit)
{
    double bound;
    if (!tta_bound(&selector->scorer, requirements, limit, &bound)) {
        return;
    }
    const struct levels *levels = &selector->levels[limit];
    size_t unstated_mark = (size_t)(MARK_UNSTATED + limit);
    bool unstated_passes = tta_unstated_passes(&selector->scorer, requirements);
    size_t least = least_rank(levels, bound);
    if (least > levels->count) {
        require_mark(sieve, board, unstated_passes ? unstated_mark : MARK_NONE);
    } else if (least > 1 || !unstated_passes) {
        sieve->tests[sieve->test_count++] = (struct rank_test){
            .slices = board->slices[limit],
            .bits = levels->bits,
            .least = (uint32_t)least,
            .unstated = unstated_passes ? mark_words(board, unstated_mark) : NULL,
        };
    }
}

static void prepare(struct query *query, const struct tta_selector *selector, const struct board *board,
                    const struct tta_requirements *requirements)
{
    struct sieve *always = &query->always, *unless_waived = &query->unless_waived;
    always->mark_count = always->test_count = 0; /* the arrays are filled as far as these say */
    unless_waived->mark_count = unless_waived->test_count = 0;
    query->waived = NULL;
    if (requirements->free_only) {
        require_mark(always, board, MARK_FREE);
    }
    for (int limit = 0; limit < TTA_LIMIT_COUNT; limit++) {
        struct sieve *sieve = limit == TTA_LIMIT_CONTEXT ? unless_waived : always;
        require_limit(sieve, selector, board, requirements, (enum tta_limit)limit);
    }
    if (requirements->safety_required) {
        require_mark(unless_waived, board, requirements->unknown_passes ? MARK_SAFE_OR_UNKNOWN : MARK_SAFE);
        query->waived = mark_words(board, MARK_WAIVED);
    }
    for (uint64_t wanted = requirements->capabilities; wanted; wanted &= wanted - 1) {
        require_mark(unless_waived, board, selector->capability_marks[__builtin_ctzll(wanted)]);
    }
}

/* Which of 64 ranks, bit by bit in `slices`, are at least `least`.  From the
 * lowest bit up: a bit that `least` has is needed, one that it lacks is enough
 * whatever is below.  Below the lowest bit of `least` nothing can be missing. */
static uint64_t at_least(const uint64_t *slices, unsigned bits, uint32_t least)
{
    uint64_t enough = UINT64_MAX;
    for (unsigned bit = (unsigned)__builtin_ctz(least); bit < bits; bit++) {
        enough = (least >> bit & 1) ? enough & slices[bit] : enough | slices[bit];
    }
    return enough;
}

/* Which positions of a word, by its number, have all the marks. */
static uint64_t marked(const struct sieve *sieve, size_t word)
{
    uint64_t positions = UINT64_MAX;
    for (size_t i = 0; i < sieve->mark_count; i++) {
        positions &= sieve->marks[i][word];
    }
    return positions;
}

/* Which of these positions pass all the tests. */
static uint64_t tested(const struct sieve *sieve, size_t word, uint64_t positions)
{
    for (size_t i = 0; positions && i < sieve->test_count; i++) {
        const struct rank_test *test = &sieve->tests[i];
        uint64_t unstated = test->unstated ? test->unstated[word] : 0;
        positions &= at_least(test->slices + word * test->bits, test->bits, test->least) | unstated;
    }
    return positions;
}

/* All marks come before any test, being the cheaper. */
static uint64_t survivors(const struct query *query, const struct board *board, size_t word)
{
    size_t rest = board->count - word * WORD_BITS;
    uint64_t all = rest >= WORD_BITS ? UINT64_MAX : (UINT64_C(1) << rest) - 1;
    uint64_t strict = marked(&query->unless_waived, word);
    uint64_t waived = query->waived ? query->waived[word] : 0;
    uint64_t left = all & marked(&query->always, word) & (strict | waived);
    left = tested(&query->always, word, left);
    return tested(&query->unless_waived, word, left & strict) | (left & waived);
}

size_t tta_rank(const struct tta_selector *selector, const struct tta_requirements *requirements,
                struct tta_choice *out_choices, size_t capacity)
{
    const struct board *board = board_of(selector, requirements->task);
    struct query query;
    prepare(&query, selector, board, requirements);
    size_t written = 0;
    for (size_t word = 0; word < board->word_count && written < capacity; word++) {
        uint64_t left = survivors(&query, board, word);
        for (; left && written < capacity; left &= left - 1) {
            uint32_t row = board->rows[word * WORD_BITS + (size_t)__builtin_ctzll(left)];
            out_choices[written++] = (struct tta_choice){.row = row, .score = board->scores[row]};
        }
    }
    return written;
}

enum tta_status tta_select(const struct tta_selector *selector, const struct tta_requirements *requirements,
                           struct tta_choice *out_choice)
{
    return tta_rank(selector, requirements, out_choice, 1) == 1 ? TTA_OK : TTA_NO_MODEL;
}

bool tta_fits(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t row)
{
    assert(row < selector->catalogue->count);
    double score = board_of(selector, requirements->task)->scores[row];
    return tta_first_miss(&selector->scorer, &selector->catalogue->rows[row], score, requirements) == TTA_REASON_FITS;
}

double tta_selector_score(const struct tta_selector *selector, enum tta_task task, size_t row)
{
    assert(row < selector->catalogue->count);
    return board_of(selector, task)->scores[row];
}

void tta_explain(const struct tta_selector *selector, const struct tta_requirements *requirements,
                 struct tta_verdict *out_verdicts)
{
    const struct tta_scorer *scorer = &selector->scorer;
    assert((int)requirements->task >= 0 && requirements->task < TTA_TASK_COUNT);
    for (size_t i = 0; i < selector->catalogue->count; i++) {
        const struct tta_row *row = &selector->catalogue->rows[i];
        struct tta_score score = tta_score_of(scorer, row, requirements->task);
        enum tta_reason reason = tta_first_miss(scorer, row, score.total, requirements);
        uint64_t missing = requirements->capabilities & ~tta_capabilities_of(scorer, row);
        out_verdicts[i] = (struct tta_verdict){
            .row = i,
            .reason = reason,
            .missing = reason == TTA_REASON_CAPABILITIES ? missing : 0,
            .score = score,
        };
    }
}
