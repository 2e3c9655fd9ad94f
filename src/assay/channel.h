// SPDX-License-Identifier: MIT
/*
 * assay/channel.h - the worker's end of the conversation with its controller.
 *
 * One thread reads commands; any thread sends lines, each whole.  Numbers are
 * written as in the C locale, whatever locale the body has chosen.  The body may
 * have closed the two descriptors and opened something else in their place, which
 * is looked for before each use: nothing of ours goes into a file of the user's.
 */
#ifndef ASSAY_CHANNEL_H
#define ASSAY_CHANNEL_H

#include <locale.h>
#include <pthread.h>
#include <sys/stat.h>

#include "assay/protocol.h"

struct channel {
    int command_fd, reply_fd; /* -1: nobody is there, and only failures are said, to: */
    void (*say_failed)(const char *sentence);
    bool has_failed; /* one was said */
    struct stat command_file, reply_file; /* what they were at first */
    bool is_gone; /* the controller does not read any more */
    bool is_lost; /* a descriptor is not what it was: the body closed it */
    locale_t c_locale;       /* 0 without memory for it */
    locale_t callers_locale; /* while a line is written */
    pthread_mutex_t lock; /* of the line */
    struct buf line;
    char command[256]; /* bytes read ahead */
    size_t command_len;
};

void assay_channel_init(struct channel *channel, int command_fd, int reply_fd);
void assay_channel_deinit(struct channel *channel);

/* In a child process, where no other thread is left that could hold the lock. */
void assay_channel_after_fork(struct channel *channel);

/* The line to be sent, empty; until assay_channel_end(), which sends it, no
 * other thread can send. */
struct buf *assay_channel_begin(struct channel *channel);
void assay_channel_end(struct channel *channel);

/* Sends WORD TEXT; of TEXT at most 500 bytes, control characters as blanks. */
#define ASSAY_MAX_SAID_BYTES 500
void assay_channel_say(struct channel *channel, const char *word, const char *text);

/* Waits for the next command; false if there is no controller any more, or it
 * says nothing that is a command. */
bool assay_channel_read(struct channel *channel, struct assay_command *out_command);

#endif /* ASSAY_CHANNEL_H */
