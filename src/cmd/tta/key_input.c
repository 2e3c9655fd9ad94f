// SPDX-License-Identifier: MIT
#include "cmd/tta/key_input.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/complain.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define ENDING_SIGNALS (sizeof(ending_signals) / sizeof(ending_signals[0]))

static struct termios usual; /* the terminal as it was: a signal handler has no other way to it */

static void show_and_end(int signal_number)
{
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    (void)signal(signal_number, SIG_DFL);
    (void)raise(signal_number);
}

static void set_handlers(void (*handler)(int))
{
    for (size_t i = 0; i < ENDING_SIGNALS; i++) {
        struct sigaction action = {.sa_handler = handler, .sa_flags = SA_NODEFER};
        sigemptyset(&action.sa_mask);
        (void)sigaction(ending_signals[i], &action, NULL);
    }
}

/* Ctrl-Z is off meanwhile: the shell would turn the echo on again. */
static bool hide_typing(void)
{
    if (tcgetattr(STDIN_FILENO, &usual) != 0) {
        return false;
    }
    struct termios hidden = usual;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    hidden.c_lflag |= ECHONL;
    hidden.c_cc[VSUSP] = _POSIX_VDISABLE;
    set_handlers(show_and_end);
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0;
}

static void show_typing(void)
{
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual);
    set_handlers(SIG_DFL);
}

/* Up to the end of the input, of a line with `one_line`, or of the room. */
static bool read_bytes(char *out_bytes, size_t capacity, bool one_line, size_t *out_len)
{
    size_t len = 0;
    while (len < capacity && !(one_line && len > 0 && out_bytes[len - 1] == '\n')) {
        ssize_t got = read(STDIN_FILENO, out_bytes + len, capacity - len); /* not stdio, which keeps a copy */
        if (got < 0 && errno != EINTR) {
            complain("cannot read the key from standard input: %s", strerror(errno));
            return false;
        }
        if (got == 0) {
            break;
        }
        len += got > 0 ? (size_t)got : 0;
    }
    *out_len = len;
    return true;
}

static size_t without_newline(const char *bytes, size_t len)
{
    len -= len > 0 && bytes[len - 1] == '\n';
    len -= len > 0 && bytes[len - 1] == '\r';
    return len;
}

static struct tta_secret *make_secret(const char *bytes, size_t len)
{
    struct tta_secret *secret = NULL;
    if (len == 0) {
        complain("there is no key on standard input");
        return NULL;
    }
    if (len > TTA_MAX_KEY_BYTES) {
        complain("the key on standard input is longer than %d bytes", TTA_MAX_KEY_BYTES);
        return NULL;
    }
    enum tta_status status = tta_secret_create(bytes, len, &secret);
    if (status == TTA_BAD_ARGUMENT) {
        complain("the key on standard input has a blank, a line break or another character that no key has");
    } else if (status != TTA_OK) {
        complain("cannot keep the key in locked memory: %s", tta_status_name(status));
    }
    return status == TTA_OK ? secret : NULL;
}

struct tta_secret *key_input_read(void)
{
    char bytes[TTA_MAX_KEY_BYTES + 3]; /* a line break, and one more to see that it is too long */
    size_t len = 0;
    bool is_terminal = isatty(STDIN_FILENO);
    if (is_terminal) {
        fputs("API key, not shown: ", stderr);
        if (!hide_typing()) {
            set_handlers(SIG_DFL);
            complain("cannot turn off the echo of the terminal: %s", strerror(errno));
            return NULL;
        }
    }
    bool is_read = read_bytes(bytes, sizeof(bytes), is_terminal, &len);
    if (is_terminal) {
        show_typing();
    }
    struct tta_secret *secret = is_read ? make_secret(bytes, without_newline(bytes, len)) : NULL;
    sodium_memzero(bytes, sizeof(bytes));
    return secret;
}
