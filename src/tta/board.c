// SPDX-License-Identifier: MIT
#include "tta/board.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "tta/fail.h"

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
        {"availability weight", criteria->availability_weight},
        {"latency weight", criteria->latency_weight},
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
    struct tta_levels *levels = &selector->levels[limit];
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
    selector->all_may_write = true;
    for (size_t row = 0; row < selector->catalogue->count; row++) {
        selector->all_may_write =
            selector->all_may_write && tta_may_write(&selector->scorer, &selector->catalogue->rows[row]);
    }
    selector->mark_count = MARK_CAPABILITY;
    for (unsigned bit = 0; bit < TTA_WORD_BITS; bit++) {
        if (occurring >> bit & 1) {
            selector->capability_marks[bit] = (uint8_t)selector->mark_count++;
        }
    }
    selector->first_origin_mark = selector->mark_count;
    selector->mark_count += selector->catalogue->origin_count;
}

static void set_mark(struct tta_board *board, size_t mark, size_t position)
{
    tta_mark_words(board, mark)[position / TTA_WORD_BITS] |= UINT64_C(1) << position % TTA_WORD_BITS;
}

static void set_rank(struct tta_board *board, enum tta_limit limit, unsigned bits, size_t position, uint32_t rank)
{
    uint64_t *group = board->slices[limit] + position / TTA_WORD_BITS * bits;
    for (unsigned bit = 0; bit < bits; bit++) {
        group[bit] |= (uint64_t)(rank >> bit & 1) << position % TTA_WORD_BITS;
    }
}

static void set_marks_of_row(const struct tta_selector *selector, struct tta_board *board, size_t position)
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
    if (tta_model_is_local(&row->model)) {
        set_mark(board, MARK_LOCAL, position);
    }
    if (tta_may_write(&selector->scorer, row)) {
        set_mark(board, MARK_MAY_WRITE, position);
    }
    set_mark(board, selector->first_origin_mark + row->origin, position);
    uint64_t capabilities = tta_capabilities_of(&selector->scorer, row);
    for (; capabilities; capabilities &= capabilities - 1) {
        set_mark(board, selector->capability_marks[__builtin_ctzll(capabilities)], position);
    }
}

static bool allocate_board(const struct tta_selector *selector, struct tta_board *board)
{
    board->word_count = (board->count + TTA_WORD_BITS - 1) / TTA_WORD_BITS;
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
static bool fill_board(const struct tta_selector *selector, struct tta_board *board, struct rated *rated,
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
    struct tta_board *board = &selector->boards[selector->board_count];
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
        struct tta_board *board = &selector->boards[i];
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
