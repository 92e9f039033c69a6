/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What compose_post, compose_copy and compose_notice share: the plan of a
 * message with its open places, body parts, list headers. Inside compose only.
 */
#ifndef CABILDO_MAILER_COMPOSE_PARTS_H
#define CABILDO_MAILER_COMPOSE_PARTS_H

#include "mailer/compose/compose.h"

enum foot_enc { FOOT_7BIT, FOOT_8BIT, FOOT_QP, FOOT_BASE64 };

/* top (List-*), List-Unsubscribe, head, body, joint, footer, tail. */
struct plan {
	struct slice head;      /* through the empty line before body */
	struct slice body;
	bool footer, sep, flowed;       /* sep: an empty line before the footer's "-- " */
	bool bare;                      /* the footer has no "-- " before it */
	enum foot_enc enc;
	const char *charset;
	struct slice carry;     /* base64: decoded bytes that share a line with the footer */
	struct slice joint;     /* decoded for base64, raw for the rest */
	struct slice tail;
};

#define FOOTER_KEEP ((size_t)4096)

struct composed {
	struct slice top;
	struct plan plan, wrapped;
	bool has_wrapped, untouched, bad;
	struct arena *tmp;      /* one copy's scratch */
	/* the last footer and its encoded form: members of one language often share it */
	char *footer_src, *footer_enc;
	size_t footer_src_n, footer_enc_n;
	bool footer_kept;
};

struct text_part {
	struct slice head;      /* Content-Type, Content-Transfer-Encoding */
	struct slice body, carry;
	enum foot_enc enc;
	bool over;
};
/* open: a footer will follow, so the encoding must hold any text. */
struct text_part text_part_make(struct arena *a, struct slice text, bool open);
/* The same with its lines as they are: text laid out in columns. */
struct text_part text_part_fixed(struct arena *a, struct slice text);
void part_attach(struct str *o, const char *boundary, const struct compose_attachment *at);
/* Occurs nowhere in body; the same for the same input. */
char *boundary_for(struct arena *a, const char *seed, struct slice body);
void lang_head(struct str *o, const char *lang);
bool utf8_ascii(const char *s);

void list_head(struct str *o, const struct compose_list *l);
void unsub_head(struct str *o, const struct compose_copy *c);

#endif
