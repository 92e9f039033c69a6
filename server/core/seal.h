/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The chain over the audit log: the hash of each entry is over the hash before
 * it and the entry, in the order in which they were sealed. An entry that waits
 * for it stands in audit_open, put there by the act's own transaction, so that
 * none is passed over, whatever commits first. Nothing that posts touches the chain.
 */
#ifndef CABILDO_CORE_SEAL_H
#define CABILDO_CORE_SEAL_H

#include "server/core/unit.h"
#include "server/store/record.h"

/* hash_r: in, the one before; out, the one after. */
void seal_hash(struct arena *a, const struct seal_row *e, unsigned char hash_r[static HASH_BYTES]);
/* The salted digest of the personal part, as it stands in the entry. */
void audit_digest(struct arena *a, struct slice salt, const char *before, const char *after,
		  const char *why, unsigned char digest_r[static HASH_BYTES]);

struct seal_report {
	int64_t entries, sealed, waiting, erased; /* erased: personal parts */
	int64_t changed, removed, inserted, personal; /* findings; personal: a part that is not its digest */
	int64_t first;                            /* id of the first finding, or 0 */
	int64_t head;                             /* number of the last seal */
	const char *hash;                         /* its hash, in hex; "" where there is none */
	bool head_gone;                           /* the one asked for is not in the chain */
};
/*
 * Walks it all, in steps. head 0, or the number of a seal whose hash was written down
 * elsewhere (in hex): whether it still is what it was shows that no end was cut off.
 * found(ctx, id, what): each finding, what being changed, removed, inserted or personal.
 */
enum rc seal_verify(struct unit *u, int64_t head, const char *hash,
		    void (*found)(void *ctx, int64_t id, const char *what), void *ctx,
		    struct seal_report *r) MUST_USE;

/* In a transaction: the personal part of every entry about this account, gone for good. */
enum rc audit_erase(struct unit *u, int64_t account, int64_t *rows_r) MUST_USE;

#endif
