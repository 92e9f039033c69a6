/* SPDX-License-Identifier: Apache-2.0 */
/* The files of web/static inside the program: it needs no folder of the web
 * server, and a page and its sheet are always of one version. */
#ifndef CABILDO_WEB_STATIC_H
#define CABILDO_WEB_STATIC_H

#include "server/base/str.h"

struct static_file {
	const char *name, *type;
	struct slice bytes;
};

extern const struct static_file static_files[];
extern const size_t static_files_n;

#endif
