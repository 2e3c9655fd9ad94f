// SPDX-License-Identifier: MIT
/*
 * assay/option_tables.h - the options of how tables and pictures look, as option_values.h.
 *
 * What says how runs are shown, and not what is said of them, is noted in asks_for_runs.
 */
#ifndef CMD_ASSAY_OPTION_TABLES_H
#define CMD_ASSAY_OPTION_TABLES_H

#include "cmd/arguments.h"

/* struct options: several fields at once. */
argument_set_fn option_set_table, option_set_columns, option_set_sort, option_set_names;
/* struct options: a path, or none. */
argument_set_fn option_set_histogram, option_set_csv;
/* const char *: labels, as group.h. */
argument_set_fn option_set_group_by;
/* struct metric_list */
argument_set_fn option_set_between;
/* enum time_unit, and enum color. */
argument_set_fn option_set_time_unit, option_set_color;

#endif /* CMD_ASSAY_OPTION_TABLES_H */
