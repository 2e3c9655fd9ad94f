// SPDX-License-Identifier: MIT
/*
 * tta/board.h - what a selector is made of.
 *
 * Each task gets a *board*: the rows whose score is above 0, best first, equals
 * in catalogue order; a row's place in that order is its *position*.  A board
 * holds, by position and 64 positions a word:
 *
 *   marks   bitsets: has this capability, is free, is safe, is of this origin, ...
 *   slices  for each limit, the model's *rank* among the values that occur in
 *           the catalogue (0: not stated; 1: the worst; ...), bit by bit: word
 *           b of a group holds bit b of the ranks of 64 positions.
 *
 * Invariants: MARK_NONE is empty; a rank is below 2^bits; ranks order as
 * goodness does (judgement.h).
 */
#ifndef TTA_BOARD_H
#define TTA_BOARD_H

#include "tta/judgement.h"

#define TTA_WORD_BITS 64

enum tta_mark {
    MARK_NONE, /* no model has it */
    MARK_FREE,
    MARK_SAFE,
    MARK_SAFE_OR_UNKNOWN,
    MARK_WAIVED,   /* TTA_SAFETY_WAIVED */
    MARK_LOCAL,
    MARK_MAY_WRITE,
    MARK_UNSTATED, /* and the TTA_LIMIT_COUNT from here on: the goodness for that limit is not stated */
    MARK_CAPABILITY = MARK_UNSTATED + TTA_LIMIT_COUNT /* from here on, those that occur; behind them, the origins */
};

/* The different values of goodness of the models, ascending: rank r is
 * values[r - 1]. */
struct tta_levels {
    double *values;
    size_t count;
    unsigned bits; /* that a rank takes */
};

struct tta_board {
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
    struct tta_levels levels[TTA_LIMIT_COUNT];
    uint8_t capability_marks[TTA_WORD_BITS]; /* by bit; MARK_NONE if no model has it */
    bool all_may_write; /* so that nobody need be asked */
    size_t first_origin_mark;
    size_t mark_count;
    struct tta_board boards[TTA_TASK_COUNT]; /* of which tasks with equal scores share one */
    size_t board_count;
    uint8_t board_of_task[TTA_TASK_COUNT];
};

static inline uint64_t *tta_mark_words(const struct tta_board *board, size_t mark)
{
    return board->marks + mark * board->word_count;
}

static inline const struct tta_board *tta_board_of(const struct tta_selector *selector, enum tta_task task)
{
    return &selector->boards[selector->board_of_task[task]];
}

#endif /* TTA_BOARD_H */
