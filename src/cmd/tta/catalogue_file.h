// SPDX-License-Identifier: MIT
/* tta/catalogue_file.h - catalogues from files. */
#ifndef CMD_TTA_CATALOGUE_FILE_H
#define CMD_TTA_CATALOGUE_FILE_H

#include "cmd/tta/options.h"

/* Reads the file at `path`, "-" for standard input, which holds a listing of some
 * provider, see tta/provider.h; "NAME=" before it says of which, where the form
 * alone does not, or from which of several servers.  NULL with one sentence on
 * stderr. */
struct tta_catalogue *catalogue_file_read(const char *path);

/* The catalogues of the options, or what their configuration stands for, as one,
 * the first being trusted most; of several, LiteLLM's file adds facts and no models.
 * NULL with one sentence on stderr. */
struct tta_catalogue *catalogue_files_read(const struct options *options);

/* Adds the origins of a list of names, as in "openrouter,ollama", which may be NULL.
 * False with one sentence on stderr if the catalogue has none of a name. */
bool catalogue_add_origins(const struct tta_catalogue *catalogue, const char *names, struct tta_origin_set *set);

#endif /* CMD_TTA_CATALOGUE_FILE_H */
