/* SPDX-License-Identifier: Apache-2.0 */
/* libsodium behind one file; see rnd.h. */
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/base/rnd.h"

#include "server/base/base.h"

#define MAC_BYTES 10 /* 80 bits: 16 characters of base32 */
#define KEYS_FILE_MAX 4096

static const char b32[] = "abcdefghijklmnopqrstuvwxyz234567";

void rnd_init(void)
{
	if (sodium_init() < 0)
		log_die("event=sodium_failed");
}

void rnd_bytes(void *p, size_t n)
{
	randombytes_buf(p, n);
}

char *base32_encode(struct arena *a, const void *p, size_t n)
{
	const unsigned char *in = p;
	char *out = arena_alloc(a, n * 8 / 5 + 2), *q = out;
	unsigned bits = 0;
	uint32_t acc = 0;

	for (size_t i = 0; i < n; i++) {
		acc = acc << 8 | in[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*q++ = b32[acc >> (bits - 5) & 31];
	}
	if (bits > 0)
		*q++ = b32[acc << (5 - bits) & 31];
	*q = '\0';
	return out;
}

char *hex_encode(struct arena *a, const void *p, size_t n)
{
	char *out = arena_alloc(a, n * 2 + 1);

	sodium_bin2hex(out, n * 2 + 1, p, n);
	return out;
}

char *rnd_token(struct arena *a, unsigned bits)
{
	unsigned char b[64];

	if (bits % 40 != 0 || bits / 8 > sizeof(b))
		log_panic("event=bad_token_size bits=%u", bits);
	rnd_bytes(b, bits / 8);
	return base32_encode(a, b, bits / 8);
}

void hash_bytes(const void *p, size_t n, unsigned char out_r[static HASH_BYTES])
{
	crypto_generichash(out_r, HASH_BYTES, p, n, NULL, 0);
}

_Static_assert(sizeof(((struct hash *)0)->state) >= sizeof(crypto_generichash_state), "its state fits");

void hash_begin(struct hash *h)
{
	crypto_generichash_init((crypto_generichash_state *)h->state, NULL, 0, HASH_BYTES);
}

void hash_add(struct hash *h, const void *p, size_t n)
{
	crypto_generichash_update((crypto_generichash_state *)h->state, p, n);
}

void hash_end(struct hash *h, unsigned char out_r[static HASH_BYTES])
{
	crypto_generichash_final((crypto_generichash_state *)h->state, out_r, HASH_BYTES);
}

enum rc keys_load(struct keys *k_r, struct arena *a, const char *path, const char **err_r)
{
	char buf[KEYS_FILE_MAX];
	struct slice rest, line, id;
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	unsigned lineno = 0;

	if (fd < 0) {
		*err_r = arena_fmt(a, "%s: %s; `cabildo secret init` makes it", path,
				   strerror(errno));
		return RC_NOTFOUND;
	}
	n = read(fd, buf, sizeof(buf));
	close(fd);
	*k_r = (struct keys){ 0 };
	rest = slice_make(buf, n > 0 ? (size_t)n : 0);
	while (slice_line(&rest, &line)) {
		size_t got;

		lineno++;
		line = slice_trim(line);
		if (line.n == 0 || line.p[0] == '#')
			continue;
		slice_cut(&line, ' ', &id);
		line = slice_trim(line);
		if (k_r->n == KEYS_MAX || id.n == 0 || id.n >= sizeof(k_r->key[0].id) ||
		    sodium_hex2bin(k_r->key[k_r->n].key, 32, line.p, line.n, NULL, &got, NULL) !=
			    0 ||
		    got != 32) {
			*err_r = arena_fmt(
				a, "%s:%u: expected `id hex` with 64 hex digits, at most %d keys",
				path, lineno, KEYS_MAX);
			sodium_memzero(buf, sizeof(buf));
			return RC_INVALID;
		}
		memcpy(k_r->key[k_r->n].id, id.p, id.n);
		k_r->n++;
	}
	sodium_memzero(buf, sizeof(buf));
	if (k_r->n == 0) {
		*err_r = arena_fmt(a, "%s: holds no key", path);
		return RC_INVALID;
	}
	return RC_OK;
}

/* The line of a new key, and its length. */
static size_t key_line(unsigned number, char line_r[static 96])
{
	unsigned char key[32];
	char hex[65];
	int n;

	rnd_bytes(key, sizeof(key));
	sodium_bin2hex(hex, sizeof(hex), key, sizeof(key));
	n = snprintf(line_r, 96, "k%u %s\n", number, hex);
	sodium_memzero(key, sizeof(key));
	sodium_memzero(hex, sizeof(hex));
	return (size_t)n;
}

/* On the disk and closed, or not there. */
static enum rc file_end(int fd, const char *path, bool written, const char **err_r)
{
	bool good = written && fsync(fd) == 0;

	if (!good)
		*err_r = strerror(errno);
	if (close(fd) != 0 && good) {
		*err_r = strerror(errno);
		good = false;
	}
	if (!good)
		unlink(path);
	return good ? RC_OK : RC_TEMPFAIL;
}

enum rc keys_create(const char *path, const char **err_r)
{
	char line[96];
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	size_t n;
	enum rc rc;

	if (fd < 0) {
		*err_r = strerror(errno);
		return errno == EEXIST ? RC_CONFLICT : RC_DENIED;
	}
	n = key_line(1, line);
	rc = file_end(fd, path, write(fd, line, n) == (ssize_t)n, err_r);
	sodium_memzero(line, sizeof(line));
	return rc;
}

/* The next number after the largest in use. */
static unsigned key_number(const struct keys *k)
{
	unsigned most = 0, n;

	for (size_t i = 0; i < k->n; i++)
		if (sscanf(k->key[i].id, "k%u", &n) == 1 && n > most && n < 1000000)
			most = n;
	return most + 1;
}

/* The new line and the old bytes into a file beside it, as readable as it was. */
static enum rc keys_beside(const char *path, const char *beside, unsigned number, const char **err_r)
{
	char buf[96 + KEYS_FILE_MAX];
	struct stat st;
	ssize_t old;
	size_t n;
	enum rc rc;
	int from = open(path, O_RDONLY | O_CLOEXEC), fd;

	if (from < 0 || fstat(from, &st) != 0) {
		*err_r = strerror(errno);
		if (from >= 0)
			close(from);
		return RC_DENIED;
	}
	n = key_line(number, buf);
	old = read(from, buf + n, KEYS_FILE_MAX);
	close(from);
	unlink(beside); /* of a run that was cut short */
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		*err_r = strerror(errno);
		rc = RC_DENIED;
	} else {
		n += old > 0 ? (size_t)old : 0;
		rc = file_end(fd, beside, old > 0 && fchown(fd, st.st_uid, st.st_gid) == 0 &&
			      fchmod(fd, st.st_mode & 0777) == 0 && write(fd, buf, n) == (ssize_t)n,
			      err_r);
	}
	sodium_memzero(buf, sizeof(buf));
	return rc;
}

enum rc keys_add(const char *path, struct arena *a, const char **id_r, const char **err_r)
{
	const char *beside = arena_fmt(a, "%s.new", path);
	struct keys k;
	enum rc rc = keys_load(&k, a, path, err_r);

	if (rc == RC_OK && k.n == KEYS_MAX) {
		*err_r = arena_fmt(a, "holds %d keys already: take an old line out first; what it "
				   "signed or sealed goes with it", KEYS_MAX);
		rc = RC_CONFLICT;
	}
	if (rc == RC_OK) {
		*id_r = arena_fmt(a, "k%u", key_number(&k));
		rc = keys_beside(path, beside, key_number(&k), err_r);
	}
	sodium_memzero(&k, sizeof(k));
	if (rc == RC_OK && rename(beside, path) != 0) {
		*err_r = strerror(errno);
		unlink(beside);
		rc = RC_DENIED;
	}
	return rc;
}

static void mac_raw(const unsigned char key[32], const char *purpose, struct slice text,
		    unsigned char out_r[static MAC_BYTES])
{
	crypto_generichash_state st;
	unsigned char full[crypto_generichash_BYTES_MIN];

	crypto_generichash_init(&st, key, 32, sizeof(full));
	/* the NUL ends the purpose: no text can move the border */
	crypto_generichash_update(&st, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_update(&st, (const unsigned char *)text.p, text.n);
	crypto_generichash_final(&st, full, sizeof(full));
	memcpy(out_r, full, MAC_BYTES);
}

char *mac_sign(const struct keys *k, struct arena *a, const char *purpose, struct slice text)
{
	unsigned char mac[MAC_BYTES];

	if (k->n == 0)
		log_panic("event=no_keys");
	mac_raw(k->key[0].key, purpose, text, mac);
	return base32_encode(a, mac, sizeof(mac));
}

bool mac_check(const struct keys *k, const char *purpose, struct slice text, struct slice mac)
{
	char want[17];
	unsigned char raw[MAC_BYTES];
	bool good = false;

	if (mac.n != 16)
		return false;
	for (size_t i = 0; i < k->n; i++) {
		unsigned bits = 0;
		uint32_t acc = 0;
		char *q = want;

		mac_raw(k->key[i].key, purpose, text, raw);
		for (size_t j = 0; j < MAC_BYTES; j++) {
			acc = acc << 8 | raw[j];
			for (bits += 8; bits >= 5; bits -= 5)
				*q++ = b32[acc >> (bits - 5) & 31];
		}
		good |= sodium_memcmp(want, mac.p, 16) == 0;
	}
	return good;
}

/* A key for sealing alone: what signs must not be what opens. */
static void seal_key(const unsigned char key[32], const char *purpose,
		     unsigned char out_r[static crypto_secretbox_KEYBYTES])
{
	crypto_generichash_state st;

	crypto_generichash_init(&st, key, 32, crypto_secretbox_KEYBYTES);
	crypto_generichash_update(&st, (const unsigned char *)"seal", 5);
	crypto_generichash_update(&st, (const unsigned char *)purpose, strlen(purpose) + 1);
	crypto_generichash_final(&st, out_r, crypto_secretbox_KEYBYTES);
}

char *secret_seal(const struct keys *k, struct arena *a, const char *purpose, struct slice text)
{
	size_t n = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.n;
	unsigned char *box = arena_alloc(a, n), key[crypto_secretbox_KEYBYTES];

	if (k->n == 0)
		log_panic("event=no_keys");
	seal_key(k->key[0].key, purpose, key);
	rnd_bytes(box, crypto_secretbox_NONCEBYTES);
	crypto_secretbox_easy(box + crypto_secretbox_NONCEBYTES, (const unsigned char *)text.p,
			      text.n, box, key);
	sodium_memzero(key, sizeof(key));
	return arena_fmt(a, "%s:%s", k->key[0].id, hex_encode(a, box, n));
}

enum rc secret_open(const struct keys *k, struct arena *a, const char *purpose, const char *sealed,
		    char **text_r)
{
	const size_t over = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
	struct slice hex = slice_of(sealed), id;
	unsigned char key[crypto_secretbox_KEYBYTES], *box;
	size_t n = 0;
	enum rc rc = RC_INVALID;

	if (!slice_cut(&hex, ':', &id))
		return RC_INVALID;
	box = arena_alloc(a, hex.n / 2 + 1);
	if (sodium_hex2bin(box, hex.n / 2, hex.p, hex.n, NULL, &n, NULL) != 0 || n < over ||
	    hex.n != 2 * n)
		return RC_INVALID;
	*text_r = arena_alloc(a, n - over + 1);
	for (size_t i = 0; i < k->n && rc != RC_OK; i++) {
		if (!slice_eqz(id, k->key[i].id))
			continue;
		seal_key(k->key[i].key, purpose, key);
		if (crypto_secretbox_open_easy((unsigned char *)*text_r,
					       box + crypto_secretbox_NONCEBYTES,
					       n - crypto_secretbox_NONCEBYTES, box, key) == 0)
			rc = RC_OK;
		sodium_memzero(key, sizeof(key));
	}
	(*text_r)[n - over] = '\0';
	return rc;
}

char *password_hash(struct arena *a, const char *password)
{
	char *out = arena_alloc(a, crypto_pwhash_STRBYTES);

	if (crypto_pwhash_str(out, password, strlen(password), 2, (size_t)19 << 20) != 0) {
		log_fail("event=password_hash_no_memory");
		exit(75);
	}
	return out;
}

bool password_check(const char *hash, const char *password)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}
