// SPDX-License-Identifier: MIT
/* assay/chosen.h - which benchmarks the words of a command name. */
#ifndef CMD_ASSAY_CHOSEN_H
#define CMD_ASSAY_CHOSEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Whether a word names a benchmark: its fullname, "bench_parse.c::parse[size=64]";
 * its name, "parse[size=64]"; the name of all its parameters, "parse"; or, with a
 * * or ? in it, a pattern of the fullname or the name.
 */
bool chosen_matches(const char *word, const char *fullname);

/*
 * For each word, that it names one of the benchmarks.  Else a sentence on stderr, which
 * names the most alike and says that `where` has none of it; false then, and if a
 * name without its file is that of benchmarks in several.
 */
bool chosen_check(const char *const *words, size_t word_count, const char *const *fullnames, size_t fullname_count,
                  const char *where);

/* Whether any of the words names it; all are named by no words. */
bool chosen_is(const char *const *words, size_t word_count, const char *fullname);

#endif /* CMD_ASSAY_CHOSEN_H */
