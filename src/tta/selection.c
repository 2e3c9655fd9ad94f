// SPDX-License-Identifier: MIT
/*
 * Selection: the first model, in order of score, that meets every requirement.
 *
 * A query turns each bound into the least rank that meets it, one binary
 * search, and then walks the board (board.h) a word at a time: it ANDs the marks
 * and compares 64 ranks at once, one pass over their bits (the bit-sliced index of
 * O'Neil and Quass, "Improved query performance with variant indexes", SIGMOD
 * 1997).  The first bit left is the answer, so a query that is met early costs
 * one word, and one that nothing meets a bounded number of operations a word.
 *
 * Rejected: comparing numbers model by model where the marks leave any.  It is
 * as fast for a hit, but six times slower where each limit alone is met by many
 * models and all together by none; the time must not depend on such luck.  What
 * changes from one request to the next, or within a second, cannot be indexed
 * and is looked at last, model by model, where it is asked for.
 *
 * This walk and tta_first_miss(), which judges one model, read the same goodness
 * and bound.
 */
#include "tta/selection.h"

#include <assert.h>

#include "tta/board.h"

/* At least this rank, or in `unstated`, which may be NULL. */
struct rank_test {
    const uint64_t *slices;
    unsigned bits;
    uint32_t least; /* 1 to 2^bits - 1 */
    const uint64_t *unstated;
};

/* All of these marks and rank tests. */
struct sieve {
    const uint64_t *marks[TTA_LIMIT_COUNT + 4 + TTA_WORD_BITS]; /* one a limit, free, local, text, safe, capabilities */
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
    bool is_judged_singly; /* and then each survivor by itself */
    bool has_origins, origins_are_allowed;
    size_t origin_count;
    const uint64_t *origins[TTA_MAX_ORIGINS]; /* marks, of which one must be there, or none */
};

static void require_mark(struct sieve *sieve, const struct tta_board *board, size_t mark)
{
    sieve->marks[sieve->mark_count++] = tta_mark_words(board, mark);
}

/* The least rank whose value is at least `bound`; one beyond the last if none is. */
static size_t least_rank(const struct tta_levels *levels, double bound)
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

static void require_limit(struct sieve *sieve, const struct tta_selector *selector, const struct tta_board *board,
                          const struct tta_requirements *requirements, enum tta_limit limit, double bound)
{
    const struct tta_levels *levels = &selector->levels[limit];
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
            .unstated = unstated_passes ? tta_mark_words(board, unstated_mark) : NULL,
        };
    }
}

/* The origins to walk over: those that are allowed, or, if these are most, those that are not. */
static void require_origins(struct query *query, const struct tta_selector *selector, const struct tta_board *board,
                            const struct tta_requirements *requirements)
{
    size_t count = selector->catalogue->origin_count, allowed = 0;
    query->origin_count = 0;
    for (size_t origin = 0; origin < count; origin++) {
        allowed += tta_allows_origin(requirements, origin);
    }
    query->origins_are_allowed = allowed <= count / 2;
    for (size_t origin = 0; origin < count; origin++) {
        if (tta_allows_origin(requirements, origin) == query->origins_are_allowed) {
            query->origins[query->origin_count++] = tta_mark_words(board, selector->first_origin_mark + origin);
        }
    }
}

static void prepare(struct query *query, const struct tta_selector *selector, const struct tta_board *board,
                    const struct tta_requirements *requirements)
{
    const struct tta_scorer *scorer = &selector->scorer;
    struct sieve *always = &query->always, *unless_waived = &query->unless_waived;
    always->mark_count = always->test_count = 0; /* the arrays are filled as far as these say */
    unless_waived->mark_count = unless_waived->test_count = 0;
    query->waived = NULL;
    query->is_judged_singly = tta_is_judged_singly(scorer, requirements);
    query->has_origins = tta_names_origins(requirements);
    if (query->has_origins) {
        require_origins(query, selector, board, requirements);
    }
    if (requirements->free_only) {
        require_mark(always, board, MARK_FREE);
    }
    if (requirements->local_only) {
        require_mark(always, board, MARK_LOCAL);
    }
    if (!selector->all_may_write && tta_wants_text(scorer, requirements)) {
        require_mark(always, board, MARK_MAY_WRITE);
    }
    double bounds[TTA_LIMIT_COUNT];
    unsigned in_force = tta_bounds(scorer, requirements, bounds);
    if (tta_latency_is_live(scorer, requirements)) { /* looked at model by model */
        in_force &= ~(1u << TTA_LIMIT_LATENCY);
    }
    for (; in_force != 0; in_force &= in_force - 1) {
        enum tta_limit limit = (enum tta_limit)__builtin_ctz(in_force);
        struct sieve *sieve = limit == TTA_LIMIT_CONTEXT ? unless_waived : always;
        require_limit(sieve, selector, board, requirements, limit, bounds[limit]);
    }
    if (requirements->safety_required) {
        require_mark(unless_waived, board, requirements->unknown_passes ? MARK_SAFE_OR_UNKNOWN : MARK_SAFE);
        query->waived = tta_mark_words(board, MARK_WAIVED);
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

/* Which positions of a word, by its number, are of an origin that is allowed. */
static uint64_t of_origins(const struct query *query, size_t word)
{
    uint64_t positions = 0;
    for (size_t i = 0; i < query->origin_count; i++) {
        positions |= query->origins[i][word];
    }
    return query->origins_are_allowed ? positions : ~positions;
}

/* Which positions of a word have all the marks. */
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

/* All marks come before any test, being the cheaper.  Inlined into both walks: a call for each 64 models is a third
 * of what a walk over a few hundred costs. */
__attribute__((always_inline)) static inline uint64_t survivors(const struct query *query,
                                                                const struct tta_board *board, size_t word)
{
    size_t rest = board->count - word * TTA_WORD_BITS;
    uint64_t all = rest >= TTA_WORD_BITS ? UINT64_MAX : (UINT64_C(1) << rest) - 1;
    uint64_t strict = marked(&query->unless_waived, word);
    uint64_t waived = query->waived ? query->waived[word] : 0;
    uint64_t left = all & marked(&query->always, word) & (strict | waived);
    left &= left && query->has_origins ? of_origins(query, word) : UINT64_MAX;
    left = tested(&query->always, word, left);
    return tested(&query->unless_waived, word, left & strict) | (left & waived);
}

/* The survivors of a board, one by one. */
struct walk {
    const struct tta_selector *selector;
    const struct tta_requirements *requirements;
    const struct tta_board *board;
    size_t word;   /* the next one */
    uint64_t left; /* of the one before */
    struct query query;
};

static void begin(struct walk *walk, const struct tta_selector *selector, const struct tta_requirements *requirements)
{
    assert((int)requirements->task >= 0 && requirements->task < TTA_TASK_COUNT);
    walk->selector = selector;
    walk->requirements = requirements;
    walk->board = tta_board_of(selector, requirements->task);
    walk->word = 0;
    walk->left = 0;
    prepare(&walk->query, selector, walk->board, requirements);
}

/* False at the end. */
static bool next(struct walk *walk, uint32_t *out_row)
{
    for (;;) {
        while (!walk->left) {
            if (walk->word == walk->board->word_count) {
                return false;
            }
            walk->left = survivors(&walk->query, walk->board, walk->word++);
        }
        uint32_t row = walk->board->rows[(walk->word - 1) * TTA_WORD_BITS + (size_t)__builtin_ctzll(walk->left)];
        walk->left &= walk->left - 1;
        if (!walk->query.is_judged_singly ||
            tta_passes_singly(&walk->selector->scorer, &walk->selector->catalogue->rows[row], row,
                              walk->requirements)) {
            *out_row = row;
            return true;
        }
    }
}

/* Puts a choice where it belongs among those that are there; the last one falls out if they are full. */
static size_t insert(struct tta_choice *choices, size_t count, size_t capacity, struct tta_choice choice)
{
    size_t at = count < capacity ? count : capacity - 1;
    for (; at > 0; at--) {
        const struct tta_choice *before = &choices[at - 1];
        if (before->score > choice.score || (before->score == choice.score && before->row < choice.row)) {
            break;
        }
        choices[at] = *before;
    }
    choices[at] = choice;
    return count < capacity ? count + 1 : capacity;
}

/*
 * With live terms the order of the board is not the order of the scores, but
 * nearly: nobody gains more than `most`, so once the score of the next one and
 * all of that are not enough for a place, nobody behind it has a chance (the
 * threshold algorithm of Fagin, Lotem and Naor, JCSS 2003).
 */
static size_t rank_live(struct walk *walk, double most, struct tta_choice *out_choices, size_t capacity)
{
    size_t count = 0;
    uint32_t row;
    while (next(walk, &row)) {
        double score = walk->board->scores[row];
        if (count == capacity && score + most < out_choices[count - 1].score) {
            break;
        }
        struct tta_live_points points =
            tta_live_points_of(&walk->selector->scorer, walk->requirements->live, row);
        struct tta_choice choice = {.row = row, .score = score + (points.availability + points.latency)};
        if (count < capacity || choice.score > out_choices[count - 1].score ||
            (choice.score == out_choices[count - 1].score && choice.row < out_choices[count - 1].row)) {
            count = insert(out_choices, count, capacity, choice);
        }
    }
    return count;
}

/* The same where nothing is judged one by one, without a look at each. */
static size_t rank_indexed(const struct walk *walk, struct tta_choice *out_choices, size_t capacity)
{
    const struct tta_board *board = walk->board;
    size_t written = 0;
    for (size_t word = 0; word < board->word_count && written < capacity; word++) {
        uint64_t left = survivors(&walk->query, board, word);
        for (; left && written < capacity; left &= left - 1) {
            uint32_t row = board->rows[word * TTA_WORD_BITS + (size_t)__builtin_ctzll(left)];
            out_choices[written++] = (struct tta_choice){.row = row, .score = board->scores[row]};
        }
    }
    return written;
}

size_t tta_rank(const struct tta_selector *selector, const struct tta_requirements *requirements,
                struct tta_choice *out_choices, size_t capacity)
{
    struct walk walk;
    const struct tta_criteria *criteria = &selector->scorer.criteria;
    /* and a little for what is lost in rounding */
    double most = 10 * (criteria->availability_weight + criteria->latency_weight) * (1 + 1e-12);
    begin(&walk, selector, requirements);
    if (capacity > 0 && requirements->live && most > 0 && criteria->rules != TTA_RULES_COMPAT) {
        return rank_live(&walk, most, out_choices, capacity);
    }
    if (!walk.query.is_judged_singly) {
        return rank_indexed(&walk, out_choices, capacity);
    }
    size_t written = 0;
    uint32_t row;
    while (written < capacity && next(&walk, &row)) {
        out_choices[written++] = (struct tta_choice){.row = row, .score = walk.board->scores[row]};
    }
    return written;
}

enum tta_status tta_select(const struct tta_selector *selector, const struct tta_requirements *requirements,
                           struct tta_choice *out_choice)
{
    return tta_rank(selector, requirements, out_choice, 1) == 1 ? TTA_OK : TTA_NO_MODEL;
}

enum tta_status tta_select_shared(const struct tta_selector *selector, const struct tta_requirements *requirements,
                                  const struct tta_sharing *sharing, struct tta_choice *out_choice)
{
    struct tta_choice choices[TTA_MAX_SHARING];
    size_t count = tta_rank(selector, requirements, choices, TTA_MAX_SHARING);
    if (count == 0) {
        return TTA_NO_MODEL;
    }
    while (count > 1 && choices[count - 1].score < choices[0].score - sharing->within) {
        count--;
    }
    /* Two draws of 32 bits each: the bias is less than one part in 2^26. */
    const struct tta_choice *first = &choices[(sharing->random & UINT32_MAX) * count >> 32];
    const struct tta_choice *second = &choices[(sharing->random >> 32) * count >> 32];
    const uint32_t *in_flight = requirements->live ? requirements->live->in_flight : NULL;
    bool is_second = in_flight && in_flight[second->row] < in_flight[first->row];
    *out_choice = is_second ? *second : *first;
    return TTA_OK;
}

bool tta_fits(const struct tta_selector *selector, const struct tta_requirements *requirements, size_t row)
{
    assert(row < selector->catalogue->count);
    double score = tta_board_of(selector, requirements->task)->scores[row];
    return tta_first_miss(&selector->scorer, &selector->catalogue->rows[row], row, score, requirements) ==
           TTA_REASON_FITS;
}

double tta_selector_score(const struct tta_selector *selector, enum tta_task task, size_t row)
{
    assert(row < selector->catalogue->count);
    return tta_board_of(selector, task)->scores[row];
}
