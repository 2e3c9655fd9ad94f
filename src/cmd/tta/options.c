// SPDX-License-Identifier: MIT
#include "cmd/tta/options.h"

#define AT(field) offsetof(struct options, field)
#define EVERY_COMMAND (COMMAND_MODELS | COMMAND_SELECT | COMMAND_KEYS_CHECK)
#define OF_CATALOGUE (COMMAND_MODELS | COMMAND_SELECT)

static const struct argument_option entries[] = {
    {"task", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_SELECT, value_set_task, AT(requirements.task),
     "what the model is for (general_chat)"},
    {"free", 0, ARGUMENT_NONE, NULL, OF_CATALOGUE, arguments_set_flag, AT(requirements.free_only),
     "only models that cost nothing at all"},
    {"can", 0, ARGUMENT_REQUIRED, "LIST", OF_CATALOGUE, value_set_capabilities, AT(requirements.capabilities),
     "only models with all of these capabilities, as in tools,see_images"},
    {"sort", 0, ARGUMENT_REQUIRED, "ORDER", COMMAND_MODELS, value_set_order, AT(order),
     "price (three prompt tokens to one of completion), context, id or listed (listed)"},
    {"min-context", 0, ARGUMENT_REQUIRED, "N", COMMAND_SELECT, value_set_tokens, AT(requirements.min_context_tokens),
     "tokens that prompt and answer need together: 32000, 128k, 1M"},
    {"max-prompt-price", 0, ARGUMENT_REQUIRED, "USD", COMMAND_SELECT, value_set_max_prompt_price, AT(requirements),
     "per million tokens; 0 is a limit too"},
    {"max-completion-price", 0, ARGUMENT_REQUIRED, "USD", COMMAND_SELECT, value_set_max_completion_price,
     AT(requirements), "per million tokens; 0 is a limit too"},
    {"max-latency", 0, ARGUMENT_REQUIRED, "MS", COMMAND_SELECT, value_set_max_latency, AT(requirements),
     "against an estimate from the performance score: 5000 ms / score"},
    {"min-quality", 0, ARGUMENT_REQUIRED, "N", COMMAND_SELECT, value_set_min_quality, AT(requirements),
     "least performance score, 0 to 10"},
    {"safe", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(requirements.safety_required),
     "only models with a safety score of at least 7"},
    {"unknown-passes", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(requirements.unknown_passes),
     "a value that the catalogue does not state meets a limit; OpenRouter's states no scores"},
    {"weights", 0, ARGUMENT_REQUIRED, "S,P,C", COMMAND_SELECT, value_set_weights, AT(criteria),
     "what safety, performance and cost count in the score (0.4,0.3,0.3)"},
    {"prefer-local", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(criteria.prefer_local),
     "one point more for models of this machine"},
    {"compat", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(compat),
     "filter, score and order of the original Python component (docs/compat.md)"},
    {"max-cost", 0, ARGUMENT_REQUIRED, "USD", COMMAND_SELECT, value_set_max_cost, AT(requirements),
     "with --compat: its limit on the blended price, per token"},
    {"rank", 0, ARGUMENT_OPTIONAL, "N", COMMAND_SELECT, value_set_rank_count, AT(rank_count),
     "list the N best (10) and the terms of their scores"},
    {"explain", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(explain),
     "list all models: why each is out, or its score"},
    {"failed", 0, ARGUMENT_REQUIRED, "ID", COMMAND_SELECT, arguments_set_text, AT(failed_id),
     "the model to try when that of ID has just failed"},
    {"strategy", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_SELECT, value_set_strategy, AT(fallback),
     "with --failed: performance, cost or availability (performance)"},
    {"provider", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_KEYS_CHECK, value_set_provider, AT(provider),
     "whose key it is: openrouter, openai, anthropic, lm_studio, custom_api, ..."},
    {"base-url", 0, ARGUMENT_REQUIRED, "URL", COMMAND_KEYS_CHECK, arguments_set_text, AT(base_url),
     "where to ask, as in http://127.0.0.1:8080/v1 (the provider's own)"},
    {"form-only", 0, ARGUMENT_NONE, NULL, COMMAND_KEYS_CHECK, arguments_set_flag, AT(form_only),
     "ask nobody: only look at the form of the key"},
    {"help", 'h', ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_help), "print this"},
    {"version", 0, ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_version), "print the version"},
};

static const struct argument_table table = {
    .options = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};

struct options options_defaults(void)
{
    return (struct options){
        .requirements.task = TTA_TASK_GENERAL_CHAT,
        .criteria = tta_criteria_defaults(),
        .provider = TTA_PROVIDER_COUNT,
    };
}

/* What makes no sense together, as the end of a command line; NULL if it does. */
static const char *clash_in_select(const struct options *options)
{
    const struct tta_requirements *requirements = &options->requirements;
    bool has_price = requirements->has_max_prompt_price || requirements->has_max_completion_price;
    if (options->compat && has_price) {
        return "--compat reads no limit on prompt or completion price; its own is --max-cost";
    }
    if (options->compat && requirements->unknown_passes) {
        return "--compat has its own rules for what is unknown; leave out --unknown-passes";
    }
    if (!options->compat && requirements->compat_max_cost_per_token > 0) {
        return "--max-cost belongs to --compat; there are --max-prompt-price and --max-completion-price";
    }
    if (options->fallback.is_given && !options->failed_id) {
        return "--strategy is for finding a fallback; add --failed=ID";
    }
    if ((options->rank_count > 0) + options->explain + (options->failed_id != NULL) > 1) {
        return "--rank, --explain and --failed are different questions; ask one";
    }
    return NULL;
}

static const char *clash_in_keys_check(const struct options *options, bool has_operand)
{
    if (has_operand) { /* which may be a key, so it is not repeated */
        return "there is an argument too many; a key is read from standard input, for arguments are seen by all";
    }
    if (options->provider == TTA_PROVIDER_COUNT) {
        return "whose key is it? --provider=NAME is needed";
    }
    if (options->provider == TTA_PROVIDER_CUSTOM && !options->base_url && !options->form_only) {
        return "custom_api has no address of its own; add --base-url=URL";
    }
    return NULL;
}

static const char *clash(const struct options *options, enum command command, bool has_operand)
{
    if (command == COMMAND_KEYS_CHECK) {
        return clash_in_keys_check(options, has_operand);
    }
    if (!has_operand) {
        return "which catalogue? name a file with the answer of OpenRouter's /models, or - for standard input";
    }
    return command == COMMAND_SELECT ? clash_in_select(options) : NULL;
}

bool options_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason)
{
    size_t operand_count = 0;
    const struct argument_target target = {
        .options = options,
        .operands = &options->catalogue_path,
        .capacity = 1,
        .operand_count = &operand_count,
    };
    if (!arguments_parse(&table, (unsigned)command, argc, argv, &target, reason)) {
        return false;
    }
    if (options->wants_help || options->wants_version) {
        return true;
    }
    const char *fault = clash(options, command, operand_count > 0);
    if (fault) {
        base_buf_add_cstr(reason, fault);
    }
    options->criteria.rules = options->compat ? TTA_RULES_COMPAT : TTA_RULES_DEFAULT;
    return !fault;
}

void options_print_help(FILE *out, enum command command)
{
    switch (command) {
    case COMMAND_MODELS:
        fputs("Usage: tta models [OPTION]... CATALOGUE\n\n", out);
        break;
    case COMMAND_SELECT:
        fputs("Usage: tta select [OPTION]... CATALOGUE\n\n", out);
        break;
    case COMMAND_KEYS_CHECK:
        fputs("Usage: tta keys check --provider=NAME [OPTION]... < FILE\n\n", out);
        break;
    }
    arguments_print_options(out, &table, (unsigned)command);
    switch (command) {
    case COMMAND_MODELS:
        fputs(
            "\nPrices are USD per million tokens: ? is unknown, varies is decided when it is used. What a model can\n"
            "do is shown without what nearly all can: tool_choice, response_format, logprobs, seed, stop, write_text.\n"
            "\nExit status: 0 all is well; 2 bad usage or a bad file.\n",
            out);
        break;
    case COMMAND_SELECT:
        fputs("\nExit status: 0 a model was chosen; 1 no model fits; 2 bad usage or a bad file.\n", out);
        break;
    case COMMAND_KEYS_CHECK:
        fputs("\nThe key is read from standard input, without echo if that is a terminal.\n"
              "\nExit status: 0 the key is good; 1 it is invalid, expired, forbidden or without credit; 2 bad usage;\n"
              "4 nobody can tell now. With --form-only: 0 the form is as expected, 1 another provider's, 4 unusual.\n",
              out);
        break;
    }
}
