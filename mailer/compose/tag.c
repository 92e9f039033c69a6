/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list's tag in the subject: once, behind one mark of reply or forward,
 * however many a thread of different mail programs has piled up:
 * "AW: [Agenda] RE: [Agenda] Hola" leaves as "Re: [Agenda] Hola".
 */
#include "mailer/compose/head.h"
#include "mailer/compose/job.h"
#include "mailer/parse/mail.h"

#include "server/base/base.h"

/* Encoded words, if any, are all UTF-8 or ASCII: their bytes can be read as text. */
static bool words_utf8(struct slice v)
{
	const char *p;

	while ((p = slice_find(v, SLICE("=?"))) != NULL) {
		v = slice_make(p + 2, (size_t)(v.p + v.n - p - 2));
		if (!slice_istarts(v, "utf-8?") && !slice_istarts(v, "us-ascii?") &&
		    slice_find(v, SLICE("?=")) != NULL)
			return false;
		p = slice_find(v, SLICE("?="));
		if (p == NULL)
			break;
		v = slice_make(p + 2, (size_t)(v.p + v.n - p - 2));
	}
	return true;
}

enum tag_how tag_plan(struct job *j, struct slice value, const char **text_r)
{
	struct slice s, tag, first = SLICE("");
	unsigned marks = 0, tags = 0;
	bool reply = false, r;
	const char *text;
	size_t n;

	*text_r = "";
	if (*j->list->tag == '\0')
		return TAG_LEAVE;
	*text_r = arena_fmt(j->a, "[%s]", slice_dup(j->a, head_clean(j->a, j->list->tag)));
	tag = slice_of(*text_r);
	text = head_decode(j->a, value);
	if (!words_utf8(value) || !utf8_valid(slice_of(text)))
		return slice_ifind(slice_of(text), tag) ? TAG_LEAVE : TAG_BEFORE;
	for (s = slice_trim(slice_of(text)); s.n > 0; s = slice_trim(s)) {
		if (slice_istarts(s, *text_r)) {
			n = tag.n;
			tags++;
		} else if ((n = subject_mark(j->a, s, &r)) > 0) {
			if (marks++ == 0) {
				first = slice_make(s.p, n);
				reply = r;
			}
		} else {
			break;
		}
		s = slice_make(s.p + n, s.n - n);
	}
	if (slice_ifind(s, tag) != NULL || (tags == 1 && marks <= 1))
		return TAG_LEAVE;
	if (tags == 0 && marks == 0)
		return TAG_BEFORE;
	if (reply)
		first = SLICE("Re:");
	*text_r = arena_fmt(j->a, "%.*s%s%.*s%s%.*s", (int)first.n, first.p, first.n ? " " : "",
			    (int)tag.n, tag.p, s.n ? " " : "", (int)s.n, s.p);
	return TAG_ANEW;
}
