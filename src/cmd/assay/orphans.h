// SPDX-License-Identifier: MIT
/*
 * assay/orphans.h - processes that a benchmark left behind and that have left its
 * process group, as daemons do.
 */
#ifndef CMD_ASSAY_ORPHANS_H
#define CMD_ASSAY_ORPHANS_H

/* Makes this process the parent of all processes below it whose own parent ends
 * (Linux; elsewhere nothing happens).  Children that it has now are left alone. */
void orphans_adopt(void);

/* Kills and waits for whatever was adopted, its children too.  For when no worker
 * runs. */
void orphans_end(void);

#endif /* CMD_ASSAY_ORPHANS_H */
