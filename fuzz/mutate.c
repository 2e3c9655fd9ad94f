// SPDX-License-Identifier: MIT
#include "mutate.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define MAX_STEPS 6 /* of one mutation */
#define MAX_JSON_STEPS 3 /* more would leave little that can be read */
#define MOST_DOUBLINGS 16 /* of how deep something is nested, and how long a number is */

/* What a number, a string or a structure of text is likely to break on. */
static const struct str tokens[] = {
    {"0", 1}, {"-1", 2}, {"1", 1}, {"0.5", 3}, {"2.5", 3}, {"1e309", 5}, {"1e-400", 6}, {"-0.0", 4},
    {"0.00000025", 10}, {"9223372036854775807", 19}, {"9223372036854775808", 19}, {"-9223372036854775809", 20},
    {"18446744073709551616", 20}, {"4294967296", 10}, {"0000000000000000000000000", 25}, {"NaN", 3}, {"null", 4},
    {"true", 4}, {"\"", 1}, {"\"\"", 2}, {"\\", 1}, {"\\u0000", 6}, {"\\ud800", 6}, {"{", 1}, {"}", 1}, {"{}", 2},
    {"[", 1}, {"]", 1}, {"[]", 2}, {":", 1}, {",", 1}, {" ", 1}, {"\n", 1}, {"\0", 1}, {"\xff", 1}, {"\xc3", 1},
    {"\xf0\x9f\x98\x80", 4}, {"*", 1}, {"?", 1}, {"[a-z]", 5}, {"%", 1}, {"<", 1}, {">=", 2}, {"ms", 2}, {"/", 1},
};

/* Values of all types, and numbers that are large, small or none. */
static const char *const values[] = {
    "null",     "true",    "false",   "\"text\"", "\"\"",   "\"\\u001b[31m\\n\"", "\"NaN\"", "[]",       "{}",
    "[[]]",     "[null]",  "[1,2,3]", "{\"a\":1}", "0",     "-0.0",               "-1",      "1",        "3",
    "1e-9",     "5e-324",  "1e-400",  "1e15",     "1e300",  "1.7976931348623157e308", "1e309", "-1e309", "NaN",
    "Infinity", "-Infinity", "9007199254740991", "9007199254740993", "18446744073709551616", "\"1;2\"", "\"1e9;\"",
};

/* Replaces `cut` bytes at `at` by `with`; leaves the input alone where it would grow too long, or without memory. */
static void replace(struct input *input, size_t at, size_t cut, struct str with)
{
    char *copy = malloc(with.len > 0 ? with.len : 1); /* `with` may lie in the input */
    if (copy && input->len - cut + with.len <= MAX_INPUT_BYTES) {
        memcpy(copy, with.ptr, with.len);
        memmove(input->ptr + at + with.len, input->ptr + at + cut, input->len - at - cut);
        memcpy(input->ptr + at, copy, with.len);
        input->len = input->len - cut + with.len;
    }
    free(copy);
}

size_t random_below(uint64_t *seed, size_t limit)
{
    return limit == 0 ? 0 : (size_t)base_random_below(seed, limit);
}

static struct str any_token(uint64_t *seed)
{
    return tokens[random_below(seed, COUNT_OF(tokens))];
}

static struct str any_value(uint64_t *seed)
{
    return base_str(values[random_below(seed, COUNT_OF(values))]);
}

/* How many bytes the string or the brackets that begin at `at` take, or a word or number; to the end where they do
 * not end. */
static size_t value_len(const struct input *input, size_t at)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = at; i < input->len; i++) {
        char c = input->ptr[i];
        if (in_string) {
            i += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            depth++;
            continue;
        } else if (depth == 0 && (c == ',' || c == ']' || c == '}')) {
            return i - at;
        } else if (c == ']' || c == '}') {
            depth--;
        }
        if (depth == 0 && !in_string && (c == '"' || c == ']' || c == '}')) {
            return i + 1 - at;
        }
    }
    return input->len - at;
}

/* The first value of a member or an item that begins behind a random place, and for a member, where its key begins;
 * false if there is none. */
struct place {
    size_t member, at, len;
};

static bool find_value(const struct input *input, uint64_t *seed, struct place *out)
{
    size_t quotes[2] = {0, 0}; /* the last two */
    for (size_t i = random_below(seed, input->len); i < input->len; i++) {
        char c = input->ptr[i];
        if (c == '"') {
            quotes[0] = quotes[1];
            quotes[1] = i;
        }
        bool is_member = c == ':' && quotes[0] > 0 && quotes[1] == i - 1;
        if (!is_member && c != '[' && c != ',') {
            continue;
        }
        size_t at = i + 1;
        while (at < input->len && (input->ptr[at] == ' ' || input->ptr[at] == '\n')) {
            at++;
        }
        bool is_key = !is_member && at < input->len && input->ptr[at] == '"' && c == ',';
        if (at < input->len && !is_key) {
            *out = (struct place){is_member ? quotes[0] : at, at, value_len(input, at)};
            return true;
        }
    }
    return false;
}

static struct str value_of(const struct input *input, const struct place *place)
{
    return (struct str){input->ptr + place->at, place->len};
}

/* The value within so many brackets, which may not all be closed. */
static void nest(struct input *input, const struct place *place, uint64_t *seed)
{
    static const struct str opens[] = {{"[", 1}, {"{\"a\":", 5}};
    size_t kind = random_below(seed, 2);
    size_t depth = (size_t)1 << random_below(seed, MOST_DOUBLINGS + 1);
    size_t closed = random_below(seed, 4) > 0 ? depth : random_below(seed, depth);
    size_t len = depth * opens[kind].len;
    char *text = malloc(len + closed);
    if (!text) {
        return;
    }
    for (size_t i = 0; i < depth; i++) {
        memcpy(text + i * opens[kind].len, opens[kind].ptr, opens[kind].len);
    }
    memset(text + len, kind == 0 ? ']' : '}', closed);
    replace(input, place->at + place->len, 0, (struct str){text + len, closed});
    replace(input, place->at, 0, (struct str){text, len});
    free(text);
}

/* A number of so many digits. */
static void lengthen(struct input *input, const struct place *place, uint64_t *seed)
{
    static const char digits[] = "0123456789";
    size_t count = (size_t)1 << random_below(seed, MOST_DOUBLINGS + 1);
    char *text = malloc(count);
    if (!text) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        text[i] = digits[random_below(seed, 10)];
    }
    if (count > 2 && random_below(seed, 2) == 1) {
        text[1 + random_below(seed, count - 2)] = '.';
    }
    replace(input, place->at, place->len, (struct str){text, count});
    free(text);
}

/* The member once more, before itself, so that which counts makes a difference, or behind. */
static void repeat(struct input *input, const struct place *place, struct str value, uint64_t *seed)
{
    struct input copy = {malloc(MAX_INPUT_BYTES + 1), 0};
    if (!copy.ptr) {
        return;
    }
    replace(&copy, 0, 0, (struct str){input->ptr + place->member, place->at - place->member});
    replace(&copy, copy.len, 0, value);
    if (random_below(seed, 2) == 0) {
        replace(&copy, copy.len, 0, (struct str){",", 1});
        replace(input, place->member, 0, (struct str){copy.ptr, copy.len});
    } else {
        replace(&copy, 0, 0, (struct str){",", 1});
        replace(input, place->at + place->len, 0, (struct str){copy.ptr, copy.len});
    }
    free(copy.ptr);
}

/* The member or item is gone, with the comma behind it. */
static void leave_out(struct input *input, const struct place *place)
{
    size_t end = place->at + place->len;
    end += end < input->len && input->ptr[end] == ',';
    replace(input, place->member, end - place->member, (struct str){"", 0});
}

static void mutate_json(struct input *input, const struct input *other, uint64_t *seed)
{
    struct place place, there;
    if (!find_value(input, seed, &place)) {
        return;
    }
    struct str value = find_value(other, seed, &there) ? value_of(other, &there) : any_value(seed);
    switch (base_random_next(seed) % 8) {
    case 0:
    case 1:
        replace(input, place.at, place.len, any_value(seed));
        break;
    case 2:
        replace(input, place.at, place.len, value);
        break;
    case 3:
        repeat(input, &place, any_value(seed), seed);
        break;
    case 4:
        repeat(input, &place, value, seed);
        break;
    case 5:
        leave_out(input, &place);
        break;
    case 6:
        lengthen(input, &place, seed);
        break;
    default:
        nest(input, &place, seed);
        break;
    }
}

static void mutate_bytes(struct input *input, const struct input *other, uint64_t *seed)
{
    size_t at = random_below(seed, input->len);
    size_t span = 1 + random_below(seed, input->len - at < 40 ? input->len - at : 40);
    span = span > input->len - at ? input->len - at : span;
    struct str part = {input->ptr + at, span};
    switch (base_random_next(seed) % 7) {
    case 0:
        if (input->len > 0) {
            input->ptr[at] = (char)(input->ptr[at] ^ (1 << random_below(seed, 8)));
        }
        break;
    case 1:
        replace(input, at, span, (struct str){"", 0});
        break;
    case 2:
        input->len = at;
        break;
    case 3:
        replace(input, random_below(seed, input->len + 1), 0, part);
        break;
    case 4: {
        size_t from = random_below(seed, other->len);
        replace(input, at, span, (struct str){other->ptr + from, other->len - from});
        break;
    }
    case 5:
        replace(input, at, span, any_token(seed));
        break;
    default:
        replace(input, at, 0, any_token(seed));
        break;
    }
}

void mutate(struct input *input, const struct input *other, uint64_t *seed)
{
    bool is_json = input->len > 0 && (input->ptr[0] == '{' || input->ptr[0] == '[');
    bool keeps_json = is_json && random_below(seed, 2) == 1;
    for (size_t steps = 1 + random_below(seed, keeps_json ? MAX_JSON_STEPS : MAX_STEPS); steps > 0; steps--) {
        if (keeps_json) {
            mutate_json(input, other, seed);
        } else {
            mutate_bytes(input, other, seed);
        }
    }
}
