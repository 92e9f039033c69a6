/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Randomness, tokens, MACs, hashes: libsodium behind one file.
 * Tokens in addresses and URLs are lower-case base32 (RFC 4648 alphabet
 * without padding): they survive case folding by any mail system.
 */
#ifndef CABILDO_BASE_RND_H
#define CABILDO_BASE_RND_H

#include "server/base/arena.h"
#include "server/base/rc.h"
#include "server/base/str.h"

#define HASH_BYTES 32
#define KEYS_MAX   8

struct keys { /* secret_file; the first signs, all verify */
	struct {
		char id[16];
		unsigned char key[32];
	} key[KEYS_MAX];
	size_t n;
};

void rnd_init(void); /* once per process; ends it where sodium cannot start */
void rnd_bytes(void *p, size_t n);
/* A token of bits/5 characters; bits is a multiple of 40. */
char *rnd_token(struct arena *a, unsigned bits);
/* BLAKE2b-256. */
void hash_bytes(const void *p, size_t n, unsigned char out_r[static HASH_BYTES]);
/* The same of what comes in pieces. */
struct hash {
	_Alignas(64) unsigned char state[384];
};
void hash_begin(struct hash *h);
void hash_add(struct hash *h, const void *p, size_t n);
void hash_end(struct hash *h, unsigned char out_r[static HASH_BYTES]);
char *base32_encode(struct arena *a, const void *p, size_t n);
char *hex_encode(struct arena *a, const void *p, size_t n);

/* Reads the file; RC_NOTFOUND, RC_INVALID with *err_r as one line. */
enum rc keys_load(struct keys *k_r, struct arena *a, const char *path, const char **err_r) MUST_USE;
/* Makes the file with one key, mode 0640, if it does not exist. */
enum rc keys_create(const char *path, const char **err_r) MUST_USE;
/* A new key in front: it signs from the programs' next start on, the others go
 * on verifying. Replaces the file at once, with its owner and mode. *id_r names
 * it. RC_CONFLICT: the file is full. */
enum rc keys_add(const char *path, struct arena *a, const char **id_r, const char **err_r) MUST_USE;
/* 16 base32 characters (80 bits) over purpose and text. purpose keeps uses apart. */
char *mac_sign(const struct keys *k, struct arena *a, const char *purpose, struct slice text);
MUST_USE bool mac_check(const struct keys *k, const char *purpose, struct slice text,
			struct slice mac);

/*
 * A secret of somebody else's, to be kept in the database: one line of text that
 * only the keys open (XSalsa20-Poly1305; purpose keeps uses apart). The first
 * key seals, all open. secret_open: RC_INVALID where no key of ours opens it.
 */
char *secret_seal(const struct keys *k, struct arena *a, const char *purpose, struct slice text);
enum rc secret_open(const struct keys *k, struct arena *a, const char *purpose, const char *sealed,
		    char **text_r) MUST_USE;

/* argon2id, 19 MiB, t=2; the parameters stand in the string. */
char *password_hash(struct arena *a, const char *password);
MUST_USE bool password_check(const char *hash, const char *password);

#endif
