// SPDX-License-Identifier: MIT
/* tta/question.h - what `tta select` is asked, and its answers as JSON. */
#ifndef CMD_TTA_QUESTION_H
#define CMD_TTA_QUESTION_H

#include "cmd/tta/advice.h"
#include "cmd/tta/options.h"
#include "tta/chain.h"

/* What is asked, of which models. */
struct question {
    const struct options *options;
    struct tta_requirements requirements; /* of the options, with the origins found in the catalogue */
    const struct tta_catalogue *catalogue;
    struct tta_selector *selector;
    struct verdicts verdicts;
};

/* Each prints a JSON value to stdout; false if memory was lacking.  One choice is
 * an object by itself, a list of them stands under "choices". */
bool question_print_choices(const struct question *question, const struct tta_choice *choices, size_t count,
                            bool is_list);
/* Of every model the reason why it is out, or "fits". */
bool question_print_verdicts(const struct question *question);
bool question_print_chain(const struct question *question, const struct tta_link *links, size_t count);
bool question_print_tradeoffs(const struct question *question, const struct tta_tradeoff *tradeoffs, size_t count);

#endif /* CMD_TTA_QUESTION_H */
