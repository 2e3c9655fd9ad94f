// SPDX-License-Identifier: MIT
/*
 * assay/sources.h - folders of benchmark sources, and source files, as what to run:
 * they stand for the benchmarks of known programs that are defined there.
 *
 * A program says for each benchmark which file defines it, as the compiler was given
 * it.  A relative path is looked for from here, then from the program's folder and from
 * each above it, where a build may have stood; one that is found nowhere is told by its
 * name alone.
 */
#ifndef CMD_ASSAY_SOURCES_H
#define CMD_ASSAY_SOURCES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether an argument means sources and no program: a folder, or what is called like one
 * ("tests/") or like a source of C or C++ ("bench_parse.c"). */
bool sources_is_one(const char *argument);

struct source_place {
    const char *argument; /* borrowed */
    char *path;           /* without links, absolute */
    bool is_folder;
    bool was_met; /* a benchmark is defined there */
};

struct sources {
    struct source_place *places;
    size_t count;
};

/* Finds the places that the arguments name.  False, with a sentence on stderr, if one is
 * not there or without memory; there is nothing to release then. */
bool sources_open(const char *const *arguments, size_t count, struct sources *out_sources);
void sources_close(struct sources *sources);

/* Whether a benchmark of `program` that the file `file` defines (NULL or "" if the program
 * does not say) is of one of the places, each of which then was met. */
bool sources_have(struct sources *sources, const char *program, const char *file);

/* The first place that was never met, or NULL. */
const struct source_place *sources_missed(const struct sources *sources);

#endif /* CMD_ASSAY_SOURCES_H */
