// SPDX-License-Identifier: MIT
#include "cmd/tta/options.h"

#include <unistd.h>

#include "base/clock.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define AT(field) offsetof(struct options, field)
#define USUAL_CONFIG "tta.yaml"
#define EVERY_COMMAND                                                                                                  \
    (COMMAND_MODELS | COMMAND_SELECT | COMMAND_KEYS_CHECK | COMMAND_MODELS_DIFF | COMMAND_HARDWARE |                   \
     COMMAND_MODELS_REFRESH | COMMAND_SERVE | COMMAND_METRICS | OF_VAULT | OF_CLIENTS)
#define OF_VAULT (OF_ONE_KEY | OF_COPY | COMMAND_KEYS_LIST)
#define OF_COPY (COMMAND_KEYS_EXPORT | COMMAND_KEYS_REKEY)
#define OF_ONE_KEY (COMMAND_KEYS_ADD | COMMAND_KEYS_ROTATE | COMMAND_KEYS_REMOVE | COMMAND_KEYS_VALIDATE)
#define OF_CLIENTS (COMMAND_CLIENTS_ADD | COMMAND_CLIENTS_LIST | COMMAND_CLIENTS_REMOVE)
#define OF_SERVER (COMMAND_KEYS_CHECK | COMMAND_KEYS_VALIDATE)
#define OF_CATALOGUE (COMMAND_MODELS | COMMAND_SELECT)

static const struct argument_option entries[] = {
    {"task", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_SELECT, value_set_task, AT(requirements.task),
     "what the model is for (general_chat)"},
    {"free", 0, ARGUMENT_NONE, NULL, OF_CATALOGUE, arguments_set_flag, AT(requirements.free_only),
     "only models that cost nothing at all"},
    {"can", 0, ARGUMENT_REQUIRED, "LIST", OF_CATALOGUE, value_set_capabilities, AT(requirements.capabilities),
     "only models with all of these capabilities, as in tools,see_images"},
    {"only", 0, ARGUMENT_REQUIRED, "LIST", OF_CATALOGUE, arguments_set_text, AT(only),
     "only models of these providers or origins, as in openrouter,ollama"},
    {"exclude", 0, ARGUMENT_REQUIRED, "LIST", OF_CATALOGUE, arguments_set_text, AT(excluded),
     "none of these providers or origins"},
    {"local", 0, ARGUMENT_NONE, NULL, OF_CATALOGUE, arguments_set_flag, AT(requirements.local_only),
     "only models that run on hardware of your own"},
    {"date", 0, ARGUMENT_REQUIRED, "DAY", OF_CATALOGUE, value_set_date, AT(requirements.now_unix_s),
     "no models whose offer ends by then: 2026-08-10, or today (with a configuration)"},
    {"sort", 0, ARGUMENT_REQUIRED, "ORDER", COMMAND_MODELS, value_set_order, AT(order),
     "price (three prompt tokens to one of completion), context, id or listed (listed)"},
    {"min-context", 0, ARGUMENT_REQUIRED, "N", OF_CATALOGUE, value_set_tokens, AT(requirements.min_context_tokens),
     "tokens that prompt and answer need together: 32000, 128k, 1M"},
    {"max-prompt-price", 0, ARGUMENT_REQUIRED, "USD", OF_CATALOGUE, value_set_max_prompt_price, AT(requirements),
     "per million tokens; 0 is a limit too"},
    {"max-completion-price", 0, ARGUMENT_REQUIRED, "USD", OF_CATALOGUE, value_set_max_completion_price,
     AT(requirements), "per million tokens; 0 is a limit too"},
    {"tokens", 0, ARGUMENT_REQUIRED, "P,C", COMMAND_SELECT, value_set_size, AT(requirements.size),
     "the size of a request, prompt and answer, as in 2k,500 (of what it costs: 3 to 1)"},
    {"max-request-cost", 0, ARGUMENT_REQUIRED, "USD", COMMAND_SELECT, value_set_max_request_cost, AT(requirements),
     "for a whole request of --tokens"},
    {"max-latency", 0, ARGUMENT_REQUIRED, "MS", COMMAND_SELECT, value_set_max_latency, AT(requirements),
     "against an estimate from the performance score: 5000 ms / score"},
    {"min-quality", 0, ARGUMENT_REQUIRED, "N", COMMAND_SELECT, value_set_min_quality, AT(requirements),
     "least quality, 0 to 10: a percentile of the intelligence index, where it is stated"},
    {"min-safety", 0, ARGUMENT_REQUIRED, "N", COMMAND_SELECT, value_set_min_safety, AT(requirements),
     "least safety score, 0 to 10"},
    {"safe", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(requirements.safety_required),
     "only models with a safety score of at least 7"},
    {"unknown-passes", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(requirements.unknown_passes),
     "a value that the catalogue does not state meets a limit; OpenRouter's states no scores"},
    {"taste", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_SELECT, value_set_taste, AT(taste),
     "what counts most: balanced, cost, performance or availability (balanced)"},
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
    {"tradeoffs", 0, ARGUMENT_NONE, NULL, COMMAND_SELECT, arguments_set_flag, AT(tradeoffs),
     "list the models that no other beats in both cost and quality"},
    {"chain", 0, ARGUMENT_OPTIONAL, "ID", COMMAND_SELECT, value_set_chain, AT(chain),
     "list what to try in turn, from the model of ID on, or the best: its other offers, others, larger contexts"},
    {"failed", 0, ARGUMENT_REQUIRED, "ID", COMMAND_SELECT, arguments_set_text, AT(failed_id),
     "the model to try when that of ID has just failed"},
    {"strategy", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_SELECT, value_set_strategy, AT(fallback),
     "with --failed: performance, cost or availability (performance)"},
    {"context", 0, ARGUMENT_REQUIRED, "N", COMMAND_HARDWARE, value_set_tokens, AT(context_tokens),
     "tokens of context that the models run with (what they were made for, at most 8k)"},
    {"config", 0, ARGUMENT_REQUIRED, "FILE",
     OF_CATALOGUE | COMMAND_HARDWARE | COMMAND_MODELS_REFRESH | COMMAND_SERVE | COMMAND_METRICS | OF_CLIENTS |
         OF_SERVER,
     arguments_set_text, AT(config_path), "the configuration, where no catalogue or store is named (tta.yaml)"},
    {"window", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_METRICS, value_set_window, AT(window),
     "how far to look back: 1m, 5m, 1h, 24h or all (1h)"},
    {"by", 0, ARGUMENT_REQUIRED, "WHAT", COMMAND_METRICS, value_set_by, AT(by),
     "a line for each model, provider, task or series: a model at a provider for a task (model)"},
    {"at", 0, ARGUMENT_REQUIRED, "MOMENT", COMMAND_METRICS, value_set_moment, AT(at_unix_s),
     "as it was then: 2026-08-10T07:05 in UTC (now)"},
    {"watch", 0, ARGUMENT_OPTIONAL, "SECONDS", COMMAND_METRICS, value_set_watch, AT(watch_seconds),
     "again and again, each 2 seconds"},
    {"prometheus", 0, ARGUMENT_NONE, NULL, COMMAND_METRICS, arguments_set_flag, AT(as_prometheus),
     "print Prometheus's text format"},
    {"alerts", 0, ARGUMENT_NONE, NULL, COMMAND_METRICS, arguments_set_flag, AT(shows_alerts),
     "how the alerts of the configuration stand"},
    {"notify", 0, ARGUMENT_NONE, NULL, COMMAND_METRICS, arguments_set_flag, AT(notifies),
     "with --alerts: run alert_hook of the configuration for each that is new"},
    {"force", 0, ARGUMENT_NONE, NULL, COMMAND_MODELS_REFRESH, arguments_set_flag, AT(force),
     "take lists that are suspiciously short, too"},
    {"check", 0, ARGUMENT_NONE, NULL, COMMAND_SERVE, arguments_set_flag, AT(check_only),
     "read the configuration, say what would be served, and end"},
    {"json", 0, ARGUMENT_NONE, NULL,
     COMMAND_MODELS | COMMAND_MODELS_DIFF | COMMAND_HARDWARE | COMMAND_SELECT | COMMAND_METRICS, arguments_set_flag,
     AT(as_json), "print JSON, for programs"},
    {"name", 0, ARGUMENT_REQUIRED, "NAME", OF_ONE_KEY | COMMAND_KEYS_EXPORT, arguments_set_text, AT(key_name),
     "of the key in the vault: letters, digits, dots, dashes, underscores"},
    {"vault", 0, ARGUMENT_REQUIRED, "FILE", OF_VAULT, arguments_set_text, AT(vault), "where the keys lie, sealed"},
    {"key-file", 0, ARGUMENT_REQUIRED, "FILE", OF_VAULT, arguments_set_text, AT(key_file),
     "what opens the vault: 32 bytes that only you may read (the passphrase in TTA_PASSPHRASE)"},
    {"to", 0, ARGUMENT_REQUIRED, "FILE", COMMAND_KEYS_EXPORT, arguments_set_text, AT(export_path),
     "a new vault with a copy of the keys, or of the one of --name"},
    {"new-key-file", 0, ARGUMENT_REQUIRED, "FILE", OF_COPY, arguments_set_text, AT(new_key_file),
     "what opens it from then on (the passphrase in TTA_NEW_PASSPHRASE)"},
    {"reveal", 0, ARGUMENT_NONE, NULL, COMMAND_KEYS_EXPORT, arguments_set_flag, AT(reveals),
     "print keys in the open, as VARIABLE=KEY, to a pipe or to a file that only you may read"},
    {"provider", 0, ARGUMENT_REQUIRED, "NAME", COMMAND_KEYS_CHECK | COMMAND_KEYS_ADD, value_set_provider, AT(provider),
     "whose key it is: openrouter, openai, anthropic, lm_studio, custom_api, ..."},
    {"base-url", 0, ARGUMENT_REQUIRED, "URL", COMMAND_KEYS_CHECK | COMMAND_KEYS_ADD, arguments_set_text, AT(base_url),
     "where to ask, as in http://127.0.0.1:8080/v1 (the provider's own)"},
    {"server", 0, ARGUMENT_REQUIRED, "NAME", OF_SERVER, arguments_set_text, AT(server),
     "ask this server of the configuration, by its base_url and its ca_file"},
    {"form-only", 0, ARGUMENT_NONE, NULL, COMMAND_KEYS_CHECK, arguments_set_flag, AT(form_only),
     "ask nobody: only look at the form of the key"},
    {"clients", 0, ARGUMENT_REQUIRED, "FILE", OF_CLIENTS, arguments_set_text, AT(clients.path),
     "the file of the clients of the gateway (what tta.yaml names)"},
    {"models", 0, ARGUMENT_REQUIRED, "LIST", COMMAND_CLIENTS_ADD, arguments_set_text, AT(clients.models),
     "only these models: names and patterns, as in story,groq/* (all)"},
    {"requests-per-minute", 0, ARGUMENT_REQUIRED, "N", COMMAND_CLIENTS_ADD, value_set_count,
     AT(clients.limits.requests_a_minute), "at most so many requests in any minute"},
    {"tokens-per-minute", 0, ARGUMENT_REQUIRED, "N", COMMAND_CLIENTS_ADD, value_set_tokens,
     AT(clients.limits.tokens_a_minute), "at most so many tokens in any minute, prompts and answers: 50000, 128k"},
    {"daily-budget", 0, ARGUMENT_REQUIRED, "USD", COMMAND_CLIENTS_ADD, value_set_budget, AT(clients.limits.pusd_a_day),
     "at most so much in a day of UTC; 0: only what is free"},
    {"monthly-budget", 0, ARGUMENT_REQUIRED, "USD", COMMAND_CLIENTS_ADD, value_set_budget,
     AT(clients.limits.pusd_a_month), "at most so much in a month of UTC"},
    {"unpriced", 0, ARGUMENT_NONE, NULL, COMMAND_CLIENTS_ADD, arguments_set_flag, AT(clients.asks_unpriced),
     "with a budget, ask models too whose price nobody knows"},
    {"manages", 0, ARGUMENT_NONE, NULL, COMMAND_CLIENTS_ADD, arguments_set_flag, AT(clients.manages),
     "may use the management API, too"},
    {"help", 'h', ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_help), "print this"},
    {"version", 0, ARGUMENT_NONE, NULL, EVERY_COMMAND, arguments_set_flag, AT(wants_version), "print the version"},
};

static const struct argument_table table = {
    .options = entries,
    .count = sizeof(entries) / sizeof(entries[0]),
};

const struct argument_table *options_table(void)
{
    return &table;
}

struct options options_defaults(void)
{
    return (struct options){
        .requirements.task = TTA_TASK_GENERAL_CHAT,
        .criteria = tta_criteria_defaults(),
        .provider = TTA_PROVIDER_COUNT,
        .window = TTA_WINDOW_HOUR,
        .at_unix_s = -1,
        .clients.limits = {ALLOWANCE_NO_LIMIT, ALLOWANCE_NO_LIMIT, ALLOWANCE_NO_LIMIT, ALLOWANCE_NO_LIMIT},
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
    if ((options->rank_count > 0) + options->explain + options->tradeoffs + options->chain.is_given +
            (options->failed_id != NULL) > 1) {
        return "--rank, --explain, --tradeoffs, --chain and --failed are different questions; ask one";
    }
    bool has_size = requirements->size.prompt_tokens > 0 || requirements->size.completion_tokens > 0;
    if (requirements->has_max_cost && !has_size) {
        return "--max-request-cost needs the size of the request: add --tokens=PROMPT,ANSWER";
    }
    const struct tta_criteria usual = tta_criteria_defaults();
    bool has_weights = options->criteria.safety_weight != usual.safety_weight ||
                       options->criteria.performance_weight != usual.performance_weight ||
                       options->criteria.cost_weight != usual.cost_weight;
    if (options->taste.is_given && has_weights) {
        return "--taste and --weights both say what counts; give one";
    }
    return NULL;
}

static const char *clash_in_keys_check(const struct options *options, bool has_operand)
{
    if (has_operand) { /* which may be a key, so it is not repeated */
        return "there is an argument too many; a key is read from standard input, for arguments are seen by all";
    }
    if (options->server) {
        bool says_so_too = options->provider != TTA_PROVIDER_COUNT || options->base_url;
        return says_so_too ? "--server says whose key it is and where to ask; leave out --provider and --base-url"
                           : NULL;
    }
    if (options->provider == TTA_PROVIDER_COUNT) {
        return "whose key is it? --provider=NAME is needed";
    }
    if (options->provider == TTA_PROVIDER_CUSTOM && !options->base_url && !options->form_only) {
        return "custom_api has no address of its own; add --base-url=URL";
    }
    return NULL;
}

static bool looks_like_key(const char *name)
{
    static const char *const prefixes[] = {"sk-", "hf_", "AIza", "pplx-"};
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (base_str_starts_with(base_str(name), base_str(prefixes[i]))) {
            return true;
        }
    }
    return false;
}

static const char *clash_in_vault(const struct options *options, enum command command)
{
    if (!options->vault) {
        return "which vault? --vault=FILE is needed";
    }
    if (((unsigned)command & OF_ONE_KEY) && !options->key_name) {
        return "which key? --name=NAME is needed";
    }
    if (options->key_name && looks_like_key(options->key_name)) { /* so it is not repeated */
        return "--name is what you call the key; the key itself is read from standard input";
    }
    if (command == COMMAND_KEYS_EXPORT && (options->export_path != NULL) == options->reveals) {
        return "export to where? --to=FILE makes a sealed copy, --reveal prints keys in the open; give one";
    }
    if (command == COMMAND_KEYS_EXPORT && options->reveals && options->new_key_file) {
        return "--new-key-file seals a copy, and --reveal makes none";
    }
    if (command == COMMAND_KEYS_ADD) {
        return clash_in_keys_check(options, options->path_count > 0);
    }
    return options->path_count > 0 ? "there is an argument too many; a key is named with --name=NAME" : NULL;
}

static const char *clash_in_metrics(const struct options *options)
{
    if (options->as_json + options->as_prometheus + options->shows_alerts > 1) {
        return "--json, --prometheus and --alerts are different answers; ask for one";
    }
    if (options->notifies && !options->shows_alerts) {
        return "--notify is of alerts; add --alerts";
    }
    if (options->notifies && options->at_unix_s >= 0) {
        return "--notify is of now; leave out --at";
    }
    if (options->path_count == 0 && !options->config_path && access(USUAL_CONFIG, R_OK) != 0) {
        return "which store? name its file, or --config=FILE with 'metrics: FILE' in it";
    }
    return NULL;
}

static const char *clash_in_clients(const struct options *options, enum command command)
{
    if (options->clients.path && options->config_path) {
        return "--clients and --config both say where the clients are; give one";
    }
    if (command == COMMAND_CLIENTS_LIST) {
        return options->path_count == 0 ? NULL : "there is an argument too many";
    }
    return options->path_count == 1 ? NULL : "which client? name it, as in tta clients add editor";
}

static const char *clash(const struct options *options, enum command command)
{
    if (((unsigned)command & OF_SERVER) && options->config_path && !options->server) {
        return "which server of the configuration? --server=NAME is needed";
    }
    switch (command) {
    case COMMAND_KEYS_CHECK:
        return clash_in_keys_check(options, options->path_count > 0);
    case COMMAND_KEYS_ADD:
    case COMMAND_KEYS_ROTATE:
    case COMMAND_KEYS_LIST:
    case COMMAND_KEYS_REMOVE:
    case COMMAND_KEYS_VALIDATE:
    case COMMAND_KEYS_EXPORT:
    case COMMAND_KEYS_REKEY:
        return clash_in_vault(options, command);
    case COMMAND_CLIENTS_ADD:
    case COMMAND_CLIENTS_LIST:
    case COMMAND_CLIENTS_REMOVE:
        return clash_in_clients(options, command);
    case COMMAND_MODELS_DIFF:
        return options->path_count == 2 ? NULL : "which catalogues? name the old and the new file";
    case COMMAND_HARDWARE:
        return NULL;
    case COMMAND_METRICS:
        return clash_in_metrics(options);
    case COMMAND_MODELS_REFRESH:
        return options->path_count == 0 ? NULL : "lists are asked for by the configuration: --config=FILE names it";
    case COMMAND_SERVE:
        return options->path_count == 0 ? NULL : "what is served stands in the configuration: --config=FILE names it";
    case COMMAND_MODELS:
    case COMMAND_SELECT:
        break;
    }
    if (options->path_count > 0 && options->config_path) {
        return "--config stands in place of catalogues; name one or the other";
    }
    if (options->path_count == 0 && !options->config_path && access(USUAL_CONFIG, R_OK) != 0) {
        return "which catalogue? name a file with the list of a provider, - for standard input, or --config=FILE";
    }
    return command == COMMAND_SELECT ? clash_in_select(options) : NULL;
}

/* What follows from several options together. */
static void settle(struct options *options, enum command command)
{
    const uint64_t other_outputs = TTA_CAN_MAKE_IMAGES | TTA_CAN_SPEAK_AUDIO | TTA_CAN_MAKE_VIDEO | TTA_CAN_EMBED |
                                   TTA_CAN_RERANK | TTA_CAN_TRANSCRIBE | TTA_CAN_MODERATE;
    if (options->taste.is_given) {
        bool prefers_local = options->criteria.prefer_local;
        options->criteria = tta_criteria_of_taste(options->taste.taste);
        options->criteria.prefer_local = prefers_local;
    }
    bool has_catalogue = !((unsigned)command & (COMMAND_KEYS_CHECK | OF_VAULT | COMMAND_HARDWARE));
    bool is_configured = has_catalogue && (options->path_count == 0 || options->shows_alerts ||
                                           ((unsigned)command & OF_CLIENTS) != 0);
    if ((is_configured || options->server) && !options->config_path) {
        options->config_path = USUAL_CONFIG;
    }
    if (options->config_path && options->requirements.now_unix_s == 0) { /* its lists are of now: so is the question */
        options->requirements.now_unix_s = base_clock_unix_ns() / NS_PER_SECOND;
    }
    options->reads_again = command == COMMAND_SERVE;
    options->criteria.rules = options->compat ? TTA_RULES_COMPAT : TTA_RULES_DEFAULT;
    options->requirements.any_output = (options->requirements.capabilities & other_outputs) != 0;
}

bool options_parse(struct options *options, enum command command, int argc, char *const *argv, struct buf *reason)
{
    const struct argument_target target = {
        .options = options,
        .operands = options->paths,
        .capacity = command == COMMAND_MODELS_DIFF                               ? 2
                    : (unsigned)command & (COMMAND_KEYS_CHECK | COMMAND_METRICS | OF_VAULT | OF_CLIENTS) ? 1
                                                                                            : MAX_CATALOGUES,
        .operand_count = &options->path_count,
    };
    if (!arguments_parse(&table, (unsigned)command, argc, argv, &target, reason)) {
        return false;
    }
    if (options->wants_help || options->wants_version) {
        return true;
    }
    const char *fault = clash(options, command);
    if (fault) {
        base_buf_add_cstr(reason, fault);
    }
    settle(options, command);
    return !fault;
}
