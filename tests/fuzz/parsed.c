/* SPDX-License-Identifier: Apache-2.0 */
/* What an archive's parser hands over: any message goes there and back the same, and a
 * row that somebody wrote into is read to its end or refused. */
#include <stdint.h>
#include <stdlib.h>

#include "mailer/import/parsed.h"
#include "mailer/parse/mail.h"
#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ROOM ((size_t)32 << 20)

static const char sample[] =
	"From: Ana <ana@example.org>\nDate: Mon, 2 Mar 2009 20:08:00 +0000\nMessage-ID: <a@x>\n"
	"References: <b@x> <c@x>\nTo: lista@example.org\nSubject: Re: Acta\nMIME-Version: 1.0\n"
	"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nDe acuerdo.\n\n"
	"> la propuesta\n--b\nContent-Type: application/pdf; name=acta.pdf\n"
	"Content-Transfer-Encoding: base64\n\nYWN0YQ==\n--b--\n";

static void must(bool what)
{
	if (!what)
		abort();
}

static size_t row_of(struct unit *u, struct slice raw, char *to)
{
	struct parsed p;
	size_t n;

	parsed_make(u, raw, "es", &p);
	n = parsed_put(&p, to, ROOM);
	must(n > 0);
	return n;
}

/* Reading it changes nothing of it. */
static void there_and_back(struct unit *u, struct slice raw)
{
	static char row[ROOM], again[ROOM];
	size_t n = row_of(u, raw, row);
	struct parsed p;

	must(parsed_get(slice_make(row, n), raw, u->arena, &p));
	must(parsed_put(&p, again, ROOM) == n && memcmp(row, again, n) == 0);
	must(parsed_put(&p, again, n - 1) == 0);
	must(!parsed_get(slice_make(row, n - 1), raw, u->arena, &p));
}

static void written_into(struct unit *u, const uint8_t *data, size_t size)
{
	static char row[ROOM];
	size_t n = row_of(u, SLICE(sample), row), at;
	struct parsed p;

	if (size < 2)
		return;
	at = (size_t)(data[0] | data[1] << 8) % n;
	size = size - 2 < n - at ? size - 2 : n - at;
	memcpy(row + at, data + 2, size);
	if (parsed_get(slice_make(row, n), SLICE(sample), u->arena, &p) && p.why == NULL) {
		must(strlen(p.s.msgid) < n && strlen(p.s.subject) < n);
		for (size_t i = 0; i < p.s.nfolds; i++)
			must((size_t)p.s.folds[i * 3 + 1] <= p.s.text.n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool ready;
	struct unit u = { .arena = arena_new((size_t)512 << 20) };

	if (!ready) {
		rnd_init();
		mail_parse_init();
		ready = true;
	}
	there_and_back(&u, slice_make((const char *)data, size));
	written_into(&u, data, size);
	arena_free(&u.arena);
	return 0;
}
