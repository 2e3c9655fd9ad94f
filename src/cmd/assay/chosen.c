// SPDX-License-Identifier: MIT
#include "cmd/assay/chosen.h"

#include <string.h>

#include "base/text.h"
#include "cmd/complain.h"
#include "cmd/guess.h"

static struct str name_of(const char *fullname)
{
    const char *end = strstr(fullname, "::");
    return base_str(end && end[2] != '\0' ? end + 2 : fullname);
}

static bool is_pattern(const char *word)
{
    return strpbrk(word, "*?") != NULL;
}

/* Its name, with or without the parameters. */
static bool is_name(struct str word, const char *fullname)
{
    const struct str name = name_of(fullname);
    const char *bracket = name.len > 0 ? memchr(name.ptr, '[', name.len) : NULL;
    return base_str_equal(name, word) ||
           (bracket && base_str_equal((struct str){name.ptr, (size_t)(bracket - name.ptr)}, word));
}

bool chosen_matches(const char *word, const char *fullname)
{
    const struct str text = base_str(word);
    if (base_str_equal(base_str(fullname), text) || is_name(text, fullname)) {
        return true;
    }
    return is_pattern(word) &&
           (base_str_matches(base_str(fullname), text) || base_str_matches(name_of(fullname), text));
}

bool chosen_is(const char *const *words, size_t word_count, const char *fullname)
{
    for (size_t i = 0; i < word_count; i++) {
        if (chosen_matches(words[i], fullname)) {
            return true;
        }
    }
    return word_count == 0;
}

static struct str file_of(const char *fullname)
{
    const struct str name = name_of(fullname);
    return (struct str){fullname, (size_t)(name.ptr - fullname)};
}

static bool is_one_word_good(const char *word, const char *const *fullnames, size_t count, const char *where)
{
    struct guess guess = {.word = base_str(word)};
    const char *found = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!chosen_matches(word, fullnames[i])) {
            guess_offer(&guess, strstr(word, "::") ? fullnames[i] : name_of(fullnames[i]).ptr);
        } else if (found && !is_pattern(word) && !base_str_equal(file_of(found), file_of(fullnames[i]))) {
            complain("'%s' is %s as well as %s: name the file too", word, found, fullnames[i]);
            return false;
        } else {
            found = found ? found : fullnames[i];
        }
    }
    if (!found && guess.best) {
        complain("%s has no benchmark '%s'; is it '%s'?", where, word, guess.best);
    } else if (!found) {
        complain("%s has no benchmark '%s'", where, word);
    }
    return found != NULL;
}

bool chosen_check(const char *const *words, size_t word_count, const char *const *fullnames, size_t fullname_count,
                  const char *where)
{
    bool good = true;
    for (size_t i = 0; i < word_count; i++) {
        good = is_one_word_good(words[i], fullnames, fullname_count, where) && good;
    }
    return good;
}
