// SPDX-License-Identifier: MIT
#include "cmd/tta/closed.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

void close_process(void)
{
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core); /* lowering it is always allowed */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* which cannot fail with 0 */
}

/* Where the value lies, for that is what /proc shows; through a volatile pointer, or the compiler would see that nobody
 * reads it. */
void wipe_variable(const char *name)
{
    char *value = getenv(name);
    for (volatile char *at = value; at && *at != '\0'; at++) {
        *at = '\0';
    }
}
