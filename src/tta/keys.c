// SPDX-License-Identifier: MIT
/*
 * A question is known by a keyed hash of provider, base URL and secret, with
 * keys that are random for each validator: whoever reads the cache learns
 * nothing about the secrets and cannot make two questions collide.  A hit
 * costs that hash and a look-up under the lock.
 *
 * A miss becomes a flight: one thread asks the provider, with the lock free,
 * while others with the same question wait for it to land and then look into
 * the cache again.  They hold no pointer to the flight, which lies on the
 * asking thread's stack.  A flight that was forgotten in the air lands without
 * leaving a verdict.
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
#include "tta/key_cache.h"
#include "tta/key_probe.h"
#include "tta/secret.h"

#define NS_PER_SEC INT64_C(1000000000)
#define NS_PER_MIN (60 * NS_PER_SEC)
#define LONGEST_TIMEOUT_NS (60 * NS_PER_MIN)

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
    struct tta_key_cache *cache;
    struct flight *flights;
};

static const struct {
    const char *name;
    int64_t ttl_ns;
} verdicts[] = {
    [TTA_KEY_VALID] = {"valid", 10 * NS_PER_MIN},
    [TTA_KEY_INVALID] = {"invalid", NS_PER_MIN},
    [TTA_KEY_EXPIRED] = {"expired", NS_PER_MIN},
    [TTA_KEY_FORBIDDEN] = {"forbidden", NS_PER_MIN},
    [TTA_KEY_NO_CREDIT] = {"no_credit", NS_PER_MIN},
    [TTA_KEY_RATE_LIMITED] = {"rate_limited", NS_PER_MIN},
    [TTA_KEY_UNVERIFIABLE] = {"unverifiable", 10 * NS_PER_MIN},
    [TTA_KEY_UNKNOWN] = {"unknown", 5 * NS_PER_SEC},
};

const char *tta_key_verdict_name(enum tta_key_verdict verdict)
{
    return (size_t)verdict < sizeof verdicts / sizeof verdicts[0] ? verdicts[verdict].name : "unknown";
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
    };
}

static void hash(struct str text, const unsigned char key[HASH_KEY_BYTES], unsigned char out[HASH_KEY_BYTES])
{
    (void)crypto_shorthash_siphashx24(out, (const unsigned char *)text.ptr, text.len, key); /* always 0 */
}

/* The hash of a base URL is the key for the hash of the secret, so the two
 * need not be copied together, and no two pairs run into one another. */
static struct tta_key_digest digest_of(const struct tta_key_validator *validator, enum tta_provider provider,
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
    struct tta_key_digest digest;
    memcpy(&digest, bytes, sizeof digest);
    return digest;
}

static bool is_provider(enum tta_provider provider)
{
    return (unsigned)provider < TTA_PROVIDER_COUNT;
}

/* How long a verdict serves.  That of a good key varies by a tenth from key to
 * key, so that keys first seen together are not all asked about together. */
static int64_t ttl_ns(const struct tta_key_finding *finding, const struct tta_key_digest *digest)
{
    int64_t ttl = verdicts[finding->verdict].ttl_ns;
    if (finding->verdict == TTA_KEY_RATE_LIMITED && finding->retry_ns > 0) {
        return finding->retry_ns;
    }
    if (finding->verdict == TTA_KEY_VALID) {
        ttl += (int64_t)(digest->words[1] % (uint64_t)(ttl / 5)) - ttl / 10;
    }
    return ttl < finding->lasts_ns ? ttl : finding->lasts_ns;
}

static void remember(struct tta_key_validator *validator, const struct tta_key_digest *digest,
                     const struct tta_key_finding *finding, int64_t now_ns)
{
    const struct tta_key_record record = {
        .verdict = finding->verdict,
        .http_status = finding->http_status,
        .sentence = finding->sentence,
        .expires_ns = now_ns + ttl_ns(finding, digest),
        .retry_until_ns = finding->retry_ns > 0 ? now_ns + finding->retry_ns : 0,
    };
    tta_key_cache_store(validator->cache, digest, &record);
}

/* With the lock held: the verdict in the cache, if it is fresh. */
static bool look_up(const struct tta_key_validator *validator, const struct tta_key_digest *digest, int64_t now_ns,
                    struct tta_key_result *out_result)
{
    const struct tta_key_record *record = tta_key_cache_find(validator->cache, digest, now_ns);
    if (!record) {
        return false;
    }
    *out_result = (struct tta_key_result){
        .verdict = record->verdict,
        .from_cache = true,
        .http_status = record->http_status,
        .retry_ns = record->retry_until_ns > now_ns ? record->retry_until_ns - now_ns : 0,
        .sentence = record->sentence,
    };
    return true;
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

/* True: the answer was there, or another thread fetched it.  False: the flight
 * has begun, and the caller must land it. */
static bool wait_or_take_off(struct tta_key_validator *validator, struct flight *flight, int64_t now_ns,
                             struct tta_key_result *out_result)
{
    pthread_mutex_lock(&validator->lock);
    bool is_found = look_up(validator, &flight->digest, now_ns, out_result);
    while (!is_found && find_flight(validator, &flight->digest)) {
        pthread_cond_wait(&validator->landed, &validator->lock);
        is_found = look_up(validator, &flight->digest, now_ns, out_result);
    }
    if (!is_found) {
        flight->next = validator->flights;
        validator->flights = flight;
    }
    pthread_mutex_unlock(&validator->lock);
    return is_found;
}

/* `finding` is NULL if there is none to remember. */
static void land(struct tta_key_validator *validator, struct flight *flight, const struct tta_key_finding *finding,
                 int64_t now_ns)
{
    pthread_mutex_lock(&validator->lock);
    struct flight **link = &validator->flights;
    while (*link != flight) {
        link = &(*link)->next;
    }
    *link = flight->next;
    if (finding && !flight->is_forgotten) {
        remember(validator, &flight->digest, finding, now_ns);
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
                                const struct tta_secret *secret, const struct tta_key_digest *digest, int64_t now_ns,
                                struct tta_key_result *out_result)
{
    struct flight flight = {.digest = *digest};
    if (wait_or_take_off(validator, &flight, now_ns, out_result)) {
        return TTA_OK;
    }
    struct tta_key_finding finding;
    int64_t start_ns = base_clock_monotonic_ns();
    enum tta_status status = ask(validator, request, secret, &finding);
    int64_t answered_ns = now_ns + (base_clock_monotonic_ns() - start_ns);
    land(validator, &flight, status == TTA_OK ? &finding : NULL, answered_ns);
    if (status == TTA_OK) {
        *out_result = (struct tta_key_result){
            .verdict = finding.verdict,
            .http_status = finding.http_status,
            .retry_ns = finding.retry_ns,
            .sentence = finding.sentence,
        };
    }
    return status;
}

enum tta_status tta_key_validate(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                                 const struct tta_secret *secret, int64_t now_ns, struct tta_key_result *out_result)
{
    if (!is_provider(provider)) {
        return TTA_BAD_ARGUMENT;
    }
    const struct tta_key_digest digest = digest_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    bool is_found = look_up(validator, &digest, now_ns, out_result);
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
    return ask_once(validator, &request, secret, &digest, now_ns, out_result);
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
    const struct tta_key_digest digest = digest_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    remember(validator, &digest, &learnt, now_ns);
    pthread_mutex_unlock(&validator->lock);
    return true;
}

void tta_key_forget(struct tta_key_validator *validator, enum tta_provider provider, const char *base_url,
                    const struct tta_secret *secret)
{
    if (!is_provider(provider)) {
        return;
    }
    const struct tta_key_digest digest = digest_of(validator, provider, base_url, secret);
    pthread_mutex_lock(&validator->lock);
    tta_key_cache_forget(validator->cache, &digest);
    struct flight *flight = find_flight(validator, &digest);
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
        tta_key_prober_create(options->timeout_ns, options->connect_timeout_ns, &validator->prober);
    if (status == TTA_NO_SERVICE) {
        return tta_fail(err, status, 0, "libcurl could not start.");
    }
    if (status == TTA_OK) {
        validator->cache = tta_key_cache_create(options->cache_entries);
    }
    if (!validator->cache) {
        return tta_fail(err, TTA_NO_MEMORY, 0, "There is no memory for a key validator.");
    }
    randombytes_buf(&validator->hash_keys, sizeof validator->hash_keys);
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
    tta_key_cache_destroy(validator->cache);
    tta_key_prober_destroy(validator->prober);
    pthread_cond_destroy(&validator->landed);
    pthread_mutex_destroy(&validator->lock);
    sodium_memzero(&validator->hash_keys, sizeof validator->hash_keys);
    free(validator);
}
