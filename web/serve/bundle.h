/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive (zip, libarchive) made of many files, on disk while it grows: memory
 * stays that of one piece. The file has no name and goes with its descriptor.
 */
#ifndef CABILDO_WEB_BUNDLE_H
#define CABILDO_WEB_BUNDLE_H

#include "server/base/rc.h"
#include "server/base/str.h"

struct bundle;

/* RC_TEMPFAIL where no file can be made. */
enum rc bundle_open(struct bundle **b_r) MUST_USE;
/* The next file; at: microseconds. */
enum rc bundle_file(struct bundle *b, const char *name, int64_t at) MUST_USE;
enum rc bundle_bytes(struct bundle *b, struct slice s) MUST_USE;
/* Ends it; the descriptor, at its beginning, is the caller's. */
enum rc bundle_close(struct bundle **b, int *fd_r, int64_t *size_r) MUST_USE;
/* Throws it away; NULL is fine. */
void bundle_drop(struct bundle **b);

#endif
