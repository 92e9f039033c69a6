/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an original: whatever leaves has CRLF line ends, one From, no
 * Bcc, no line over the limit in the header. The first byte chooses the
 * list's settings; with its top bit set the rest is a web post instead.
 */
#include "mailer/compose/compose.h"

#include "server/base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct slice m)
{
	size_t from = 0;
	bool head = true;

	if (!slice_ends(m, "\r\n"))
		log_panic("event=no_end");
	for (size_t i = 0; i < m.n; i++) {
		if (m.p[i] == '\r' && (i + 1 == m.n || m.p[i + 1] != '\n'))
			log_panic("event=bare_cr");
		if (m.p[i] != '\n')
			continue;
		if (i == 0 || m.p[i - 1] != '\r')
			log_panic("event=bare_lf");
		if (head && i - 1 - from > 998)
			log_panic("event=long_header");
		if (head && slice_istarts(slice_make(m.p + from, m.n - from), "Bcc:"))
			log_panic("event=bcc");
		if (i - 1 == from)
			head = false;
		from = i + 1;
	}
	if (head)
		log_panic("event=no_body");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new((size_t)512 << 20);
	struct compose_list l = { .local = "agenda", .domain = "foro.example", .title = "Agénda",
		.list_id = "agenda.foro.example", .archive_url = "https://foro.example/a",
		.lang = "es", .tag = "" };
	struct compose_post p = { .msgid = "1@foro.example", .author_name = "Ana", .author_addr = "a@b",
		.via = "por", .url = "", .subject = "" };
	struct compose_copy c = { .unsub_mailto = "x@y", .unsub_url = "https://x/", .footer = "pie ñ" };
	unsigned how = size ? data[0] : 0;
	struct slice in = slice_make((const char *)data + (size > 0), size - (size > 0));
	struct composed *m;
	struct str o;

	rnd_init();
	l.footer = how & 1;
	l.tag = how & 2 ? "Educación" : how & 4 ? "Agenda" : "";
	p.from = how & 8 ? COMPOSE_FROM_LIST : COMPOSE_FROM_KEEP;
	p.reply = (enum compose_reply)((how >> 4 & 3) % 3);
	if (how & 0x80) {
		struct compose_attachment at = { slice_dup(a, in), "text/plain", in };

		p.subject = p.author_name = slice_dup(a, in);
		p.text = in;
		p.attachments = &at;
		p.nattachments = how >> 6 & 1;
		if (compose_post(&m, a, &l, &p) != RC_OK)
			log_panic("event=web_refused");
	} else {
		static const char *const dkim[] = { "b", "x.example" };

		p.raw = in;
		p.dkim = dkim;
		p.ndkim = 2;
		if (compose_signature_holds(a, &l, &p) && l.footer)
			log_panic("event=signature_holds");
		if (in.n == 0 || compose_post(&m, a, &l, &p) != RC_OK)
			goto out;
	}
	str_init(&o, a, COMPOSE_CAP);
	if (compose_copy(m, &c, &o) == RC_OK)
		check(str_slice(&o));
out:
	arena_free(&a);
	return 0;
}
