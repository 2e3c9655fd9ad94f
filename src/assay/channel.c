// SPDX-License-Identifier: MIT
#include "assay/channel.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

void assay_channel_init(struct channel *channel, int command_fd, int reply_fd)
{
    *channel = (struct channel){.command_fd = command_fd, .reply_fd = reply_fd};
    channel->is_lost = fstat(command_fd, &channel->command_file) != 0 || fstat(reply_fd, &channel->reply_file) != 0;
    channel->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    (void)pthread_mutex_init(&channel->lock, NULL); /* a plain one cannot fail */
    base_buf_init(&channel->line, ASSAY_MAX_LINE_BYTES);
}

void assay_channel_deinit(struct channel *channel)
{
    base_buf_deinit(&channel->line);
    (void)pthread_mutex_destroy(&channel->lock);
    if (channel->c_locale) {
        freelocale(channel->c_locale);
    }
}

void assay_channel_after_fork(struct channel *channel)
{
    (void)pthread_mutex_init(&channel->lock, NULL);
    base_buf_reset(&channel->line);
}

/* Whether the descriptor is still what it was. */
static bool is_still(struct channel *channel, int fd, const struct stat *first)
{
    struct stat now;
    if (fstat(fd, &now) != 0 || now.st_dev != first->st_dev || now.st_ino != first->st_ino) {
        channel->is_lost = true;
    }
    return !channel->is_lost;
}

struct buf *assay_channel_begin(struct channel *channel)
{
    (void)pthread_mutex_lock(&channel->lock);
    channel->callers_locale = uselocale(channel->c_locale);
    return &channel->line;
}

void assay_channel_end(struct channel *channel)
{
    base_buf_add_char(&channel->line, '\n');
    (void)uselocale(channel->callers_locale);
    if (channel->reply_fd < 0) {
        /* What a controller would be told, but for failures, is of no use here. */
    } else if (!base_buf_ok(&channel->line) || !is_still(channel, channel->reply_fd, &channel->reply_file) ||
               !base_file_write_all(channel->reply_fd, base_buf_str(&channel->line))) {
        channel->is_gone = true;
    }
    base_buf_reset(&channel->line);
    (void)pthread_mutex_unlock(&channel->lock);
}

void assay_channel_say(struct channel *channel, const char *word, const char *text)
{
    struct buf *line = assay_channel_begin(channel);
    if (strcmp(word, "failed") == 0) {
        channel->has_failed = true;
        if (channel->reply_fd < 0) {
            channel->say_failed(text);
        }
    }
    base_buf_addf(line, "%s ", word);
    size_t len = strnlen(text, ASSAY_MAX_SAID_BYTES);
    for (size_t i = 0; i < len; i++) {
        base_buf_add_char(line, (unsigned char)text[i] < ' ' ? ' ' : text[i]);
    }
    assay_channel_end(channel);
}

/* The next line into `out_line`; false at the end of the conversation. */
static bool read_line(struct channel *channel, char out_line[sizeof(channel->command)])
{
    for (;;) {
        char *newline = memchr(channel->command, '\n', channel->command_len);
        if (newline) {
            size_t len = (size_t)(newline - channel->command);
            memcpy(out_line, channel->command, len);
            out_line[len] = '\0';
            channel->command_len -= len + 1;
            memmove(channel->command, newline + 1, channel->command_len);
            return true;
        }
        size_t room = sizeof(channel->command) - channel->command_len;
        ssize_t got = room > 0 ? read(channel->command_fd, channel->command + channel->command_len, room) : 0;
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        channel->command_len += (size_t)got;
    }
}

bool assay_channel_read(struct channel *channel, struct assay_command *out_command)
{
    char line[sizeof(channel->command)];
    return !channel->is_gone && is_still(channel, channel->command_fd, &channel->command_file) &&
           read_line(channel, line) && assay_command_parse(base_str(line), out_command) == ASSAY_OK;
}
