// SPDX-License-Identifier: MIT
/* faults_words.h - the parts that faults.c puts together, a file for each way to speak; only those include this. */
#ifndef TESTS_FAULTS_WORDS_H
#define TESTS_FAULTS_WORDS_H

#include "faults.h"

enum { OPENAI = 1 << TTA_DIALECT_OPENAI, ANTHROPIC = 1 << TTA_DIALECT_ANTHROPIC, OLLAMA = 1 << TTA_DIALECT_OLLAMA,
       ALL = OPENAI | ANTHROPIC | OLLAMA };

struct fault_list {
    const struct fault *rows;
    size_t count;
};

extern const struct fault_list faults_of_openai, faults_of_anthropic, faults_of_ollama;

#define JSON "Content-Type: application/json\r\n"
#define EVENTS "Content-Type: text/event-stream\r\n"
#define LINES "Content-Type: application/x-ndjson\r\n"
#define HTML "Content-Type: text/html\r\n"

/* What a failure is counted against that opens nothing yet. */
#define ROW_COUNTED "(row A)"
#define BROKEN_LATE {"stream_broken", "A", ROW_COUNTED, "error event, no [DONE]"}

#endif /* TESTS_FAULTS_WORDS_H */
