// SPDX-License-Identifier: MIT
/* tta/catalogue_file.h - catalogues from files. */
#ifndef CMD_TTA_CATALOGUE_FILE_H
#define CMD_TTA_CATALOGUE_FILE_H

#include "tta/catalogue.h"

/* Reads the file at `path`, "-" for standard input, which holds a listing of some
 * provider, see tta/provider.h.  NULL with one sentence on stderr. */
struct tta_catalogue *catalogue_file_read(const char *path);

#endif /* CMD_TTA_CATALOGUE_FILE_H */
