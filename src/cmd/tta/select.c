// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "cmd/guess.h"
#include "cmd/tta/catalogue_file.h"
#include "cmd/tta/commands.h"
#include "cmd/tta/format.h"
#include "cmd/tta/question.h"
#include "cmd/tta/table.h"
#include "cmd/visible.h"

#define MAX_TEXT_BYTES 2000

static int out_of_memory(void)
{
    complain("out of memory");
    return EXIT_BROKEN;
}

static int nothing_fits(const struct question *question)
{
    bool complete = advice_print(question->selector, &question->requirements, &question->verdicts);
    return complete ? EXIT_REFUSED : out_of_memory();
}

static void print_score(const struct tta_score *score)
{
    printf("  score    %.3f = performance %.3f + safety %.3f + cost %.3f + task %.3f + family %.3f + preference %.3f\n",
           score->total, score->performance, score->safety, score->cost, score->task, score->family,
           score->preference);
}

static void print_prices(const struct tta_model *model)
{
    char prompt[FORMAT_BYTES], completion[FORMAT_BYTES];
    bool has_number = !model->is_free && (model->prompt_price_pusd >= 0 || model->completion_price_pusd >= 0);
    format_price(model, model->prompt_price_pusd, prompt);
    format_price(model, model->completion_price_pusd, completion);
    if (has_number || strcmp(prompt, completion) != 0) {
        printf("  price    prompt %s, completion %s, in USD per million tokens\n", prompt, completion);
    } else {
        printf("  price    %s\n", prompt);
    }
}

static void print_chosen(const struct question *question, size_t row)
{
    struct tta_model model = tta_catalogue_model(question->catalogue, row);
    char context[FORMAT_BYTES];
    format_tokens(model.context_tokens, context);
    visible_print(stdout, model.id);
    putchar('\n');
    print_score(&question->verdicts.items[row].score);
    print_prices(&model);
    printf("  context  %s tokens\n", context);
}

static int choose(const struct question *question)
{
    struct tta_choice choice;
    if (tta_select(question->selector, &question->requirements, &choice) != TTA_OK) {
        return nothing_fits(question);
    }
    if (question->options->as_json) {
        return question_print_choices(question, &choice, 1, false) ? EXIT_FINE : out_of_memory();
    }
    print_chosen(question, choice.row);
    return EXIT_FINE;
}

static void add_ranked(struct table *table, const struct question *question, size_t place, size_t row)
{
    struct tta_model model = tta_catalogue_model(question->catalogue, row);
    const struct tta_score *score = &question->verdicts.items[row].score;
    const double terms[] = {score->total, score->performance, score->safety,    score->cost,
                            score->task,  score->family,      score->preference};
    char text[FORMAT_BYTES];
    table_addf(table, "%zu", place);
    table_add(table, model.id);
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        table_addf(table, "%.3f", terms[i]);
    }
    format_price(&model, model.prompt_price_pusd, text);
    table_add(table, text);
    format_price(&model, model.completion_price_pusd, text);
    table_add(table, text);
    format_tokens(model.context_tokens, text);
    table_add(table, text);
}

static bool print_ranked(const struct question *question, const struct tta_choice *choices, size_t count)
{
    static const struct table_column columns[] = {
        {"", TABLE_RIGHT},           {"Model", TABLE_LEFT},   {"Score", TABLE_RIGHT},      {"Perform.", TABLE_RIGHT},
        {"Safety", TABLE_RIGHT},     {"Cost", TABLE_RIGHT},   {"Task", TABLE_RIGHT},       {"Family", TABLE_RIGHT},
        {"Preference", TABLE_RIGHT}, {"Prompt", TABLE_POINT}, {"Completion", TABLE_POINT}, {"Context", TABLE_RIGHT},
    };
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        add_ranked(&table, question, i + 1, choices[i].row);
    }
    bool complete = table_print(&table, stdout);
    table_deinit(&table);
    return complete;
}

static int rank(const struct question *question)
{
    struct tta_choice *choices = base_alloc_array(question->options->rank_count, sizeof(*choices));
    if (!choices) {
        return out_of_memory();
    }
    size_t count =
        tta_rank(question->selector, &question->requirements, choices, question->options->rank_count);
    int status = EXIT_FINE;
    if (count == 0) {
        status = nothing_fits(question);
    } else if (question->options->as_json) {
        status = question_print_choices(question, choices, count, true) ? EXIT_FINE : out_of_memory();
    } else if (!print_ranked(question, choices, count)) {
        status = out_of_memory();
    }
    free(choices);
    return status;
}

static void add_tradeoff(struct table *table, const struct question *question, const struct tta_tradeoff *tradeoff)
{
    char text[FORMAT_BYTES];
    table_add(table, tta_catalogue_model(question->catalogue, tradeoff->row).id);
    format_cost(tradeoff->cost_pusd, text);
    table_add(table, text);
    if (tradeoff->quality >= 0) {
        table_addf(table, "%.1f", tradeoff->quality);
    } else {
        table_add(table, "?");
    }
}

static bool print_tradeoffs(const struct question *question, const struct tta_tradeoff *tradeoffs, size_t count)
{
    static const struct table_column columns[] = {
        {"Model", TABLE_LEFT}, {"USD a request", TABLE_POINT}, {"Quality", TABLE_POINT}};
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        add_tradeoff(&table, question, &tradeoffs[i]);
    }
    bool complete = table_print(&table, stdout);
    table_deinit(&table);
    return complete;
}

static int list_tradeoffs(const struct question *question)
{
    struct tta_requirements requirements = question->requirements;
    struct tta_tradeoff *tradeoffs;
    size_t count;
    if (requirements.size.prompt_tokens == 0 && requirements.size.completion_tokens == 0) {
        requirements.size = (struct tta_request_size){3000, 1000, 0};
    }
    if (tta_tradeoffs(question->selector, &requirements, &tradeoffs, &count) != TTA_OK) {
        return out_of_memory();
    }
    bool complete = true;
    if (count > 0) {
        complete = question->options->as_json ? question_print_tradeoffs(question, tradeoffs, count)
                                              : print_tradeoffs(question, tradeoffs, count);
    }
    free(tradeoffs);
    if (!complete) {
        return out_of_memory();
    }
    return count > 0 ? EXIT_FINE : nothing_fits(question);
}

static void add_verdict(struct table *table, const struct question *question, size_t row, bool is_chosen)
{
    const struct tta_verdict *verdict = &question->verdicts.items[row];
    struct buf text;
    base_buf_init(&text, MAX_TEXT_BYTES);
    base_buf_add_cstr(&text, is_chosen ? "fits best" : tta_reason_name(verdict->reason));
    if (verdict->missing != 0) {
        base_buf_add_cstr(&text, ": lacks ");
        format_capabilities(verdict->missing, ", ", &text);
    }
    table_add(table, tta_catalogue_model(question->catalogue, row).id);
    table_addf(table, "%.3f", verdict->score.total);
    table_add_buf(table, &text);
    base_buf_deinit(&text);
}

static bool print_counts(const struct verdicts *verdicts)
{
    size_t fitting = 0;
    for (size_t row = 0; row < verdicts->count; row++) {
        fitting += verdicts->items[row].reason == TTA_REASON_FITS;
    }
    struct buf reasons;
    base_buf_init(&reasons, MAX_TEXT_BYTES);
    advice_add_reasons(verdicts, &reasons);
    bool complete = base_buf_ok(&reasons);
    printf("\n%zu of %zu models fit%s%s\n", fitting, verdicts->count, reasons.len > 0 ? "; " : "",
           base_buf_cstr(&reasons));
    base_buf_deinit(&reasons);
    return complete;
}

static int explain(const struct question *question)
{
    static const struct table_column columns[] = {
        {"Model", TABLE_LEFT}, {"Score", TABLE_RIGHT}, {"Verdict", TABLE_LEFT}};
    struct tta_choice choice;
    bool is_chosen = tta_select(question->selector, &question->requirements, &choice) == TTA_OK;
    if (question->options->as_json) {
        return question_print_verdicts(question) ? is_chosen ? EXIT_FINE : EXIT_REFUSED : out_of_memory();
    }
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t row = 0; row < question->verdicts.count; row++) {
        add_verdict(&table, question, row, is_chosen && row == choice.row);
    }
    bool complete = table_print(&table, stdout) && print_counts(&question->verdicts);
    table_deinit(&table);
    if (!complete) {
        return out_of_memory();
    }
    return is_chosen ? EXIT_FINE : nothing_fits(question);
}

static int unknown_model(const struct tta_catalogue *catalogue, const char *id)
{
    struct guess guess = {.word = base_str(id)};
    for (size_t row = 0; row < tta_catalogue_count(catalogue); row++) {
        guess_offer(&guess, tta_catalogue_model(catalogue, row).id);
    }
    if (guess.best) {
        complain("there is no model '%s' in the catalogue; did you mean %s?", id, guess.best);
    } else {
        complain("there is no model '%s' in the catalogue", id);
    }
    return EXIT_BAD_USAGE;
}

/* No other model fits; that of `failed_row` may. */
static int no_other_fits(const struct question *question, size_t failed_row)
{
    if (!tta_fits(question->selector, &question->requirements, failed_row)) {
        return nothing_fits(question);
    }
    complain("no other model fits: '%s' is the only one", question->options->failed_id);
    return EXIT_REFUSED;
}

static int fall_back(const struct question *question)
{
    const struct options *options = question->options;
    size_t failed_row;
    if (tta_catalogue_find(question->catalogue, options->failed_id, &failed_row) != TTA_OK) {
        return unknown_model(question->catalogue, options->failed_id);
    }
    struct tta_fallback_options fallback_options = tta_fallback_defaults();
    fallback_options.strategy = options->fallback.strategy;
    struct tta_fallback *fallback;
    struct tta_error err;
    if (tta_fallback_create(question->selector, &fallback_options, &fallback, &err) != TTA_OK) {
        complain("%s", err.message);
        return EXIT_BROKEN;
    }
    struct tta_choice choice;
    tta_fallback_record_failure(fallback, failed_row, 0);
    enum tta_status status = tta_fallback_next(fallback, failed_row, &question->requirements, 0, &choice);
    tta_fallback_destroy(fallback);
    if (status != TTA_OK) {
        return no_other_fits(question, failed_row);
    }
    if (options->as_json) {
        return question_print_choices(question, &choice, 1, false) ? EXIT_FINE : out_of_memory();
    }
    print_chosen(question, choice.row);
    printf("  after    %s failed, %s\n", options->failed_id, tta_strategy_name(options->fallback.strategy));
    return EXIT_FINE;
}

static bool print_chain(const struct question *question, const struct tta_link *links, size_t count)
{
    static const struct table_column columns[] = {
        {"Link", TABLE_LEFT},    {"Model", TABLE_LEFT},        {"By", TABLE_LEFT},        {"Score", TABLE_RIGHT},
        {"Prompt", TABLE_POINT}, {"Completion", TABLE_POINT}, {"Context", TABLE_RIGHT},
    };
    struct table table;
    table_init(&table, columns, sizeof(columns) / sizeof(columns[0]));
    for (size_t i = 0; i < count; i++) {
        struct tta_model model = tta_catalogue_model(question->catalogue, links[i].row);
        char text[FORMAT_BYTES];
        table_add(&table, tta_link_kind_name(links[i].kind));
        table_add(&table, model.id);
        table_add(&table, model.origin);
        table_addf(&table, "%.3f", links[i].score);
        format_price(&model, model.prompt_price_pusd, text);
        table_add(&table, text);
        format_price(&model, model.completion_price_pusd, text);
        table_add(&table, text);
        format_tokens(model.context_tokens, text);
        table_add(&table, text);
    }
    bool complete = table_print(&table, stdout);
    table_deinit(&table);
    return complete;
}

static int list_chain(const struct question *question)
{
    const struct tta_chain_options options = tta_chain_defaults();
    const char *id = question->options->chain.first_id;
    struct tta_link links[TTA_MAX_TARGETS];
    size_t first_row = TTA_CHAIN_BEST, count;
    if (id && tta_catalogue_find(question->catalogue, id, &first_row) != TTA_OK) {
        return unknown_model(question->catalogue, id);
    }
    if (tta_chain_compute(question->selector, &question->requirements, first_row, &options, links, &count) != TTA_OK) {
        return nothing_fits(question);
    }
    bool complete = question->options->as_json ? question_print_chain(question, links, count)
                                               : print_chain(question, links, count);
    return complete ? EXIT_FINE : out_of_memory();
}

static int answer(const struct question *question)
{
    tta_explain(question->selector, &question->requirements, question->verdicts.items);
    if (question->options->explain) {
        return explain(question);
    }
    if (question->options->rank_count > 0) {
        return rank(question);
    }
    if (question->options->tradeoffs) {
        return list_tradeoffs(question);
    }
    if (question->options->chain.is_given) {
        return list_chain(question);
    }
    return question->options->failed_id ? fall_back(question) : choose(question);
}

static int ask(struct question *question)
{
    struct tta_error err;
    if (tta_selector_create(question->catalogue, &question->options->criteria, &question->selector, &err) != TTA_OK) {
        complain("%s", err.message);
        return err.status == TTA_BAD_ARGUMENT ? EXIT_BAD_USAGE : EXIT_BROKEN;
    }
    question->verdicts.count = tta_catalogue_count(question->catalogue);
    question->verdicts.items = base_alloc_array(question->verdicts.count, sizeof(*question->verdicts.items));
    int status = question->verdicts.items ? answer(question) : out_of_memory();
    free(question->verdicts.items);
    tta_selector_destroy(question->selector);
    return status;
}

int command_select(const struct options *options)
{
    struct tta_catalogue *catalogue = catalogue_files_read(options);
    if (!catalogue) {
        return EXIT_BAD_USAGE;
    }
    struct question question = {.options = options, .requirements = options->requirements, .catalogue = catalogue};
    bool are_known = catalogue_add_origins(catalogue, options->only, &question.requirements.only) &&
                     catalogue_add_origins(catalogue, options->excluded, &question.requirements.excluded);
    int status = are_known ? ask(&question) : EXIT_BAD_USAGE;
    tta_catalogue_destroy(catalogue);
    return status;
}
