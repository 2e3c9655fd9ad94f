// SPDX-License-Identifier: MIT
/* gateway/overview.h - how the gateway stands, for people: a page, and the JSON that it shows. */
#ifndef CMD_TTA_GATEWAY_OVERVIEW_H
#define CMD_TTA_GATEWAY_OVERVIEW_H

#include "cmd/tta/gateway/pages.h"

/* The page; it asks for the overview every two seconds. */
page_fn page_dashboard;

/*
 * The overview: servers, what is left alone and until when, requests, and of each model that was asked in the window
 * its figures.  The query says the window, "?window=5m", in the words of tta_window_name(); usually five minutes.
 */
page_fn page_overview;

#endif /* CMD_TTA_GATEWAY_OVERVIEW_H */
