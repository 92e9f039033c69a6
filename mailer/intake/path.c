/* SPDX-License-Identifier: Apache-2.0 */
/* See path.h. */
#include "mailer/intake/lmtp.h"
#include "mailer/intake/path.h"
#include "server/base/base.h"

/* Offset of the first stop outside a quoted string, or s.n; bad on a broken quote. */
static size_t scan(struct slice s, char stop, bool *bad_r)
{
	bool quoted = false;

	*bad_r = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (quoted && c == '\\')
			i++;
		else if (c == '"')
			quoted = !quoted;
		else if (!quoted && c == stop)
			return i;
	}
	*bad_r = quoted;
	return s.n;
}

bool path_addr_ok(struct slice addr)
{
	struct slice local, domain;
	bool bad;
	size_t at;

	if (addr.n == 0 || addr.n > LMTP_ADDR_MAX || !utf8_valid(addr))
		return false;
	at = scan(addr, '@', &bad);
	if (bad || at == 0)
		return false;
	local = slice_make(addr.p, at);
	domain = slice_make(addr.p + at, addr.n - at);
	for (size_t i = 0; i < addr.n; i++) {
		unsigned char c = (unsigned char)addr.p[i];

		if (c < 0x20 || c == 0x7F)
			return false;
		if (c == ' ' || c == '<' || c == '>' || c == ',' || c == '(' || c == ')')
			if (i >= local.n || local.p[0] != '"')
				return false;
	}
	/* a quote is the whole local part or none of it */
	if (local.p[0] == '"' && (local.n < 3 || local.p[local.n - 1] != '"'))
		return false;
	if (local.p[0] != '"' && memchr(local.p, '"', local.n))
		return false;
	if (domain.n == 0)
		return true;
	return domain.n > 1 && !memchr(domain.p + 1, '@', domain.n - 1) &&
	       !memchr(domain.p, '"', domain.n);
}

enum rc path_parse(struct slice in, struct slice *addr_r, struct slice *rest_r)
{
	struct slice path;
	size_t end;
	bool bad;

	if (in.n < 2 || in.p[0] != '<')
		return RC_INVALID;
	end = scan(in, '>', &bad);
	if (bad || end == in.n)
		return RC_INVALID;
	*rest_r = slice_make(in.p + end + 1, in.n - end - 1);
	if (rest_r->n && rest_r->p[0] != ' ')
		return RC_INVALID;
	path = slice_make(in.p + 1, end - 1);
	if (path.n && path.p[0] == '@') { /* a source route: to be taken and ignored */
		size_t colon = scan(path, ':', &bad);

		if (bad || colon == path.n)
			return RC_INVALID;
		path = slice_make(path.p + colon + 1, path.n - colon - 1);
		if (path.n == 0)
			return RC_INVALID;
	}
	*addr_r = path;
	return path.n == 0 || path_addr_ok(path) ? RC_OK : RC_INVALID;
}
