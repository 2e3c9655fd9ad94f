// SPDX-License-Identifier: MIT
/*
 * A question is known by a keyed hash of provider, base URL and secret, with
 * keys that are random for each validator: whoever reads the cache learns
 * nothing about the secrets and cannot make two questions collide.  A hit
 * costs that hash and a look-up under the lock.
 *
 * A miss becomes a flight: one thread asks the provider, with the lock free,
 * while others with the same question are told what was known of a good key, or
 * wait for it to land and then look into the cache again.  They hold no pointer
 * to the flight, which lies on the asking thread's stack.  A flight that was
 * forgotten in the air lands without leaving a verdict.  For a key that the
 * provider is not known to accept it takes off at the provider's pace alone.
 */
#include "tta/keys.h"

#include <assert.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "tta/fail.h"
#include "tta/key_memory.h"
#include "tta/key_pace.h"
#include "tta/key_probe.h"
#include "tta/secret.h"

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_SEC)
#define LONGEST_TIMEOUT_NS (60 * NS_PER_MIN)
#define MOST_PROBES 1e6

enum { MAX_CACHE_ENTRIES = 1 << 20, HASH_KEY_BYTES = crypto_shorthash_siphashx24_KEYBYTES };

struct flight {
    struct tta_key_digest digest;
    bool is_forgotten;
    struct flight *next;
};

/* The keys of the hash: of secrets at the provider's own URL, and of base URLs. */
struct hash_keys {
    unsigned char own[TTA_PROVIDER_COUNT][HASH_KEY_BYTES];
    unsigned char url[TTA_PROVIDER_COUNT][HASH_KEY_BYTES];
};

struct tta_key_validator {
    struct hash_keys hash_keys;
    struct tta_key_prober *prober;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t landed;
    struct tta_key_memory *memory;
    struct tta_key_pace pace;
    struct flight *flights;
};

static const char *const verdicts[] = {
    [TTA_KEY_VALID] = "valid",         [TTA_KEY_INVALID] = "invalid",
    [TTA_KEY_EXPIRED] = "expired",     [TTA_KEY_FORBIDDEN] = "forbidden",
    [TTA_KEY_NO_CREDIT] = "no_credit", [TTA_KEY_RATE_LIMITED] = "rate_limited",
    [TTA_KEY_UNVERIFIABLE] = "unverifiable", [TTA_KEY_UNKNOWN] = "unknown",
};

const char *tta_key_verdict_name(enum tta_key_verdict verdict)
{
    return (size_t)verdict < sizeof verdicts / sizeof verdicts[0] ? verdicts[verdict] : "unknown";
}

bool tta_key_verdict_blocks(enum tta_key_verdict verdict)
{
    return verdict == TTA_KEY_INVALID || verdict == TTA_KEY_EXPIRED;
}

struct tta_key_validator_options tta_key_validator_defaults(void)
{
    return (struct tta_key_validator_options){
        .timeout_ns = 10 * NS_PER_SEC,
        .connect_timeout_ns = 5 * NS_PER_SEC,
        .cache_entries = 4096,
        .probes_per_sec = 1,
        .probe_burst = 16,
    };
}

static void hash(struct str text, const unsigned char key[HASH_KEY_BYTES], unsigned char out[HASH_KEY_BYTES])
{
    (void)crypto_shorthash_siphashx24(out, (const unsigned char *)text.ptr, text.len, key); /* always 0 */
}

/* What is asked, and of whom. */
struct question {
    struct tta_key_digest digest;
    uint64_t place;
};

/* The hash of a base URL is the key for the hash of the secret, so the two
 * need not be copied together, and no two pairs run into one another. */
static struct question question_of(const struct tta_key_validator *validator, enum tta_provider provider,
                                   const char *base_url, const struct tta_secret *secret)
{
    _Static_assert(sizeof(struct tta_key_digest) == HASH_KEY_BYTES, "the digest is a hash");
    unsigned char place[HASH_KEY_BYTES], bytes[HASH_KEY_BYTES];
    const unsigned char *key = validator->hash_keys.own[provider];
    if (base_url) {
        hash(base_str(base_url), validator->hash_keys.url[provider], place);
        key = place;
    }
    hash(tta_secret_bytes(secret), key, bytes);
    struct question question;
    memcpy(&question.digest, bytes, sizeof question.digest);
    memcpy(&question.place, key, sizeof question.place); /* as good as random, and one of its own for each place */
    return question;
}

static bool is_provider(enum tta_provider provider)
{
    return (unsigned)provider < TTA_PROVIDER_COUNT;
}

/* With the lock held: the flight that others may wait for, or NULL. */
static struct flight *find_flight(const struct tta_key_validator *validator, const struct tta_key_digest *digest)
{
    struct flight *flight = validator->flights;
    while (flight && (flight->is_forgotten || memcmp(&flight->digest, digest, sizeof *digest) != 0)) {
        flight = flight->next;
    }
    return flight;
}

static struct tta_key_result put_off(int64_t wait_ns)
{
    return (struct tta_key_result){
        .verdict = TTA_KEY_UNKNOWN,
        .retry_ns = wait_ns,
        .sentence = "Nobody was asked: there were too many questions about keys that the provider may not know.",
    };
}

/* With the lock held: whether a key may be asked about now; else `*out_result` says when. */
static bool may_take_off(struct tta_key_validator *validator, const struct question *question, bool has_expected_form,
                         int64_t now_ns, struct tta_key_result *out_result)
{
    if (tta_key_memory_is_accepted(validator->memory, &question->digest)) {
        return true;
    }
    int64_t wait_ns = tta_key_pace_take(&validator->pace, question->place, has_expected_form, now_ns);
    if (wait_ns > 0) {
        *out_result = put_off(wait_ns);
    }
    return wait_ns == 0;
}

/* True: the answer was there, another thread fetches it, or nobody may be asked.  False: the
 * flight has begun, and the caller must land it. */
static bool wait_or_take_off(struct tta_key_validator *validator, const struct question *question,
                             bool has_expected_form, struct flight *flight, int64_t now_ns,
                             struct tta_key_result *out_result)
{
    pthread_mutex_lock(&validator->lock);
    bool is_found = tta_key_memory_tell(validator->memory, &flight->digest, now_ns, out_result);
    while (!is_found && find_flight(validator, &flight->digest)) {
        is_found = tta_key_memory_tell_stale(validator->memory, &flight->digest, now_ns, out_result);
        if (!is_found) {
            pthread_cond_wait(&validator->landed, &validator->lock);
            is_found = tta_key_memory_tell(validator->memory, &flight->digest, now_ns, out_result);
        }
    }
    is_found = is_found || !may_take_off(validator, question, has_expected_form, now_ns, out_result);
    if (!is_found) {
        flight->next = validator->flights;
        validator->flights = flight;
    }
    pthread_mutex_unlock(&validator->lock);
    return is_found;
}

/* `finding` is NULL if there is none to remember; else `*out_result` is what it comes to. */
static void land(struct tta_key_validator *validator, struct flight *flight, const struct tta_key_finding *finding,
                 int64_t now_ns, struct tta_key_result *out_result)
{
    pthread_mutex_lock(&validator->lock);
    struct flight **link = &validator->flights;
    while (*link != flight) {
        link = &(*link)->next;
    }
    *link = flight->next;
    if (finding && !flight->is_forgotten) {
        tta_key_memory_learn(validator->memory, &flight->digest, finding, now_ns, out_result);
    } else if (finding) {
        *out_result = (struct tta_key_result){.verdict = finding->verdict,
                                              .http_status = finding->http_status,
                                              .retry_ns = finding->retry_ns,
                                              .sentence = finding->sentence};
    }
    pthread_cond_broadcast(&validator->landed);
    pthread_mutex_unlock(&validator->lock);
}

/* A key nobody has, to see whether a server looks at keys at all. */
static void make_random_key(char out_key[48])
{
    unsigned char bytes[20];
    randombytes_buf(bytes, sizeof bytes);
    memcpy(out_key, "sk-", 3);
    sodium_bin2hex(out_key + 3, 45, bytes, sizeof bytes);
}

static enum tta_status ask(struct tta_key_validator *validator, const struct tta_key_request *request,
                           const struct tta_secret *secret, struct tta_key_finding *out_finding)
{
    struct tta_key_finding finding, of_random_key;
    enum tta_status status = tta_key_probe(validator->prober, request, tta_secret_bytes(secret), &finding);
    if (status == TTA_OK && finding.verdict == TTA_KEY_VALID && request->may_be_public) {
        char random_key[48];
        make_random_key(random_key);
        status = tta_key_probe(validator->prober, request, base_str(random_key), &of_random_key);
        if (status == TTA_OK) {
            finding = tta_key_answer_compare(&finding, &of_random_key);
        }
    }
    if (status == TTA_OK) {
        *out_finding = finding;
    }
    return status;
}

static enum tta_status ask_once(struct tta_key_validator *validator, const struct tta_key_request *request,
                                const struct tta_secret *secret, const struct question *question,
                                bool has_expected_form, int64_t now_ns, struct tta_key_result *out_result)
{
    struct flight flight = {.digest = question->digest};
    if (wait_or_take_off(validator, question, has_expected_form, &flight, now_ns, out_result)) {
        return TTA_OK;
    }
    struct tta_key_finding finding;
    int64_t start_ns = base_clock_monotonic_ns();
    enum tta_status status = ask(validator, request, secret, &finding);
    int64_t answered_ns = now_ns + (base_clock_monotonic_ns() - start_ns);
    land(validator, &flight, status == TTA_OK ? &finding : NULL, answered_ns, out_result);
    return status;
}

enum tta_status tta_key_validate(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                                 const struct tta_secret *secret, int64_t now_ns, struct tta_key_result *out_result)
{
    if (!is_provider(provider)) {
        return TTA_BAD_ARGUMENT;
    }
    const struct question question = question_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    bool is_found = tta_key_memory_tell(validator->memory, &question.digest, now_ns, out_result);
    pthread_mutex_unlock(&validator->lock);
    if (is_found) {
        return TTA_OK;
    }
    struct tta_key_request request;
    enum tta_status status = tta_key_request_plan(provider, base_url, secret, &request);
    if (status != TTA_OK) {
        return status;
    }
    if (request.not_sent) {
        *out_result = (struct tta_key_result){.verdict = TTA_KEY_UNVERIFIABLE, .sentence = request.not_sent};
        return TTA_OK;
    }
    bool has_expected_form = tta_key_advise(provider, secret).form == TTA_FORM_EXPECTED;
    return ask_once(validator, &request, secret, &question, has_expected_form, now_ns, out_result);
}

static bool looks_at_keys(enum tta_provider provider)
{
    return provider == TTA_PROVIDER_OPENROUTER || provider == TTA_PROVIDER_OPENAI ||
           provider == TTA_PROVIDER_ANTHROPIC;
}

/* False if the answer says nothing of the key. */
static bool finding_of_traffic(enum tta_provider provider, const struct tta_finding *traffic,
                               struct tta_key_finding *out_finding)
{
    *out_finding = (struct tta_key_finding){
        .http_status = traffic->http_status, .retry_ns = traffic->retry_after_ns, .lasts_ns = INT64_MAX};
    switch ((int)traffic->failure) {
    case TTA_FAILURE_NONE:
        out_finding->verdict = TTA_KEY_VALID;
        out_finding->retry_ns = 0;
        out_finding->sentence = "The provider answered a request with the key.";
        return looks_at_keys(provider);
    case TTA_FAILURE_AUTH:
        out_finding->verdict = traffic->http_status == 401 ? TTA_KEY_INVALID : TTA_KEY_FORBIDDEN;
        out_finding->sentence = "The provider refused a request for its key.";
        return true;
    case TTA_FAILURE_QUOTA:
        out_finding->verdict = TTA_KEY_NO_CREDIT;
        out_finding->sentence = "The provider refused a request for want of credit.";
        return true;
    case TTA_FAILURE_RATE_LIMIT:
        out_finding->verdict = TTA_KEY_RATE_LIMITED;
        out_finding->sentence = "The provider refused a request: there were too many with the key.";
        return !traffic->is_upstream;
    default:
        return false;
    }
}

bool tta_key_learn(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                   const struct tta_secret *secret, const struct tta_finding *finding, int64_t now_ns)
{
    struct tta_key_finding learnt;
    if (!is_provider(provider) || !finding_of_traffic(provider, finding, &learnt)) {
        return false;
    }
    struct tta_key_result result; /* which nobody asked for */
    const struct question question = question_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    tta_key_memory_learn(validator->memory, &question.digest, &learnt, now_ns, &result);
    pthread_mutex_unlock(&validator->lock);
    return true;
}

void tta_key_forget(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                    const struct tta_secret *secret)
{
    if (!is_provider(provider)) {
        return;
    }
    const struct question question = question_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    tta_key_memory_forget(validator->memory, &question.digest);
    struct flight *flight = find_flight(validator, &question.digest);
    if (flight) {
        flight->is_forgotten = true;
        pthread_cond_broadcast(&validator->landed); /* who waits for it must ask anew */
    }
    pthread_mutex_unlock(&validator->lock);
}

static bool is_timeout(int64_t ns)
{
    return ns > 0 && ns <= LONGEST_TIMEOUT_NS;
}

static enum tta_status check_options(const struct tta_key_validator_options *options, struct tta_error *err)
{
    if (!is_timeout(options->timeout_ns)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "timeout_ns must be above 0 and at most an hour.");
    }
    if (!is_timeout(options->connect_timeout_ns)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "connect_timeout_ns must be above 0 and at most an hour.");
    }
    if (options->cache_entries == 0 || options->cache_entries > MAX_CACHE_ENTRIES) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "cache_entries must be from 1 to 1048576.");
    }
    if (!(options->probes_per_sec > 0 && options->probes_per_sec <= MOST_PROBES)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "probes_per_sec must be above 0 and at most a million.");
    }
    if (!(options->probe_burst >= 1 && options->probe_burst <= MOST_PROBES)) {
        return tta_fail(err, TTA_BAD_ARGUMENT, 0, "probe_burst must be from 1 to a million.");
    }
    return TTA_OK;
}

static bool init_lock(struct tta_key_validator *validator)
{
    if (pthread_mutex_init(&validator->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&validator->landed, NULL) != 0) {
        pthread_mutex_destroy(&validator->lock);
        return false;
    }
    return true;
}

/* What can fail after the lock is there; on failure the caller destroys all. */
static enum tta_status fill(struct tta_key_validator *validator, const struct tta_key_validator_options *options,
                            struct tta_error *err)
{
    enum tta_status status =
        tta_key_prober_create(options->timeout_ns, options->connect_timeout_ns, options->ca_file, &validator->prober);
    if (status == TTA_NO_SERVICE) {
        return tta_fail(err, status, 0, "libcurl could not start.");
    }
    if (status == TTA_OK) {
        validator->memory = tta_key_memory_create(options->cache_entries);
    }
    if (!validator->memory) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "There is no memory for a key validator.");
    }
    randombytes_buf(&validator->hash_keys, sizeof validator->hash_keys);
    validator->pace = (struct tta_key_pace){.per_sec = options->probes_per_sec, .burst = options->probe_burst};
    return TTA_OK;
}

enum tta_status tta_key_validator_create(const struct tta_key_validator_options *options,
                                         struct tta_key_validator **out_validator, struct tta_error *err)
{
    enum tta_status status = check_options(options, err);
    if (status != TTA_OK) {
        return status;
    }
    if (sodium_init() < 0) {
        return tta_fail(err, TTA_NO_SERVICE, 0, "libsodium could not start.");
    }
    struct tta_key_validator *validator = calloc(1, sizeof *validator);
    if (!validator || !init_lock(validator)) {
        free(validator);
        return tta_fail(err, TTA_NO_MEMORY, 0, "There is no memory for a key validator.");
    }
    status = fill(validator, options, err);
    if (status != TTA_OK) {
        tta_key_validator_destroy(validator);
        return status;
    }
    *out_validator = validator;
    return TTA_OK;
}

void tta_key_validator_destroy(struct tta_key_validator *validator)
{
    if (!validator) {
        return;
    }
    assert(!validator->flights); /* a thread is still in it */
    tta_key_memory_destroy(validator->memory);
    tta_key_prober_destroy(validator->prober);
    pthread_cond_destroy(&validator->landed);
    pthread_mutex_destroy(&validator->lock);
    sodium_memzero(&validator->hash_keys, sizeof validator->hash_keys);
    free(validator);
}
