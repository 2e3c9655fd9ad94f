// SPDX-License-Identifier: MIT
/*
 * assay/verdict_files.h - what a run comes to, for programs and for pages of a
 * build server.  Each is written into `out`; without memory the buf has failed.
 */
#ifndef CMD_ASSAY_VERDICT_FILES_H
#define CMD_ASSAY_VERDICT_FILES_H

#include "base/buf.h"
#include "cmd/assay/findings.h"
#include "cmd/assay/gate_control.h"

/* What all of them tell, borrowed. */
struct verdict {
    const struct evidence *evidence;
    const struct findings *findings;
    const struct assay_result *baseline; /* NULL: compared with nothing */
    const char *baseline_name;           /* NULL likewise */
    const struct gate_control *control;  /* of a gate; NULL: it was none */
    int status;                          /* that the program ends with */
};

/*
 * JUnit's XML, as Jenkins, GitLab and GitHub's actions read it: a suite a source file,
 * a case a benchmark, named by file and name, with what it took in all.  Failures
 * and errors as such; a benchmark of which nothing can be told is skipped, with the
 * interval in the message.
 */
void verdict_junit(const struct verdict *verdict, struct buf *out);

/* A page in GitHub's Markdown: what it comes to, a table of the benchmarks there is
 * something to say of, the others folded. */
void verdict_markdown(const struct verdict *verdict, struct buf *out);

/* GitHub's commands that mark a line of a source file: ::error for what fails,
 * ::warning for what cannot be told and matters, at the definition of the benchmark. */
void verdict_annotations(const struct verdict *verdict, struct buf *out);

/* JSON with all numbers behind each verdict; docs/verdict-file.md has the format. */
void verdict_json(const struct verdict *verdict, struct buf *out);

/* Writes those that the options name, each whole or not at all, and prints the
 * annotations.  EXIT_FINE, EXIT_BAD_USAGE or, without memory, EXIT_UNMEASURED. */
int verdict_write(const struct verdict *verdict);

#endif /* CMD_ASSAY_VERDICT_FILES_H */
