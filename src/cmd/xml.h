// SPDX-License-Identifier: MIT
/* cmd/xml.h - text of others within XML. */
#ifndef CMD_XML_H
#define CMD_XML_H

#include "base/buf.h"

/* Adds text so that it stands for itself, between tags and in an attribute with double
 * quotes.  What XML 1.0 cannot hold at all, control characters and bytes that are not
 * UTF-8, becomes "?". */
void xml_add_text(struct buf *out, struct str text);

/* Adds ` name="value"`. */
void xml_add_attribute(struct buf *out, const char *name, const char *value);

#endif /* CMD_XML_H */
