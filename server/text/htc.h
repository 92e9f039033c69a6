/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of the template compiler share: htc.c reads directives
 * and writes C, htc_markup.c follows the HTML between them. The state is one
 * object, because the tool compiles one file and ends.
 */
#ifndef CABILDO_TEXT_HTC_H
#define CABILDO_TEXT_HTC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum state {
	S_TEXT,
	S_LT,     /* after '<' */
	S_NAME,   /* in a tag's name */
	S_IN,     /* in a tag, an attribute may begin */
	S_AFTER,  /* in a tag, after a name or a value: a space, '/' or '>' must follow */
	S_SLASH,  /* after the '/' of "/>" */
	S_ANAME,  /* in an attribute's name */
	S_EQ,     /* after its '=' */
	S_VAL,    /* in a quoted value */
	S_UNQ,    /* in an unquoted value */
	S_DECL,   /* in <!doctype ...> */
	S_RAW,    /* in script or style: no value is ever safe */
	S_RCDATA, /* in textarea or title: text, but no markup */
};

enum kind { K_PLAIN, K_URL, K_BAD };

struct ctx {                      /* where in the markup; each branch of an {if} must agree */
	enum state at;
	enum kind kind;           /* of the attribute at hand */
	char quote;
	bool begun;               /* its value has something in it already */
	bool ws;                  /* white space was written last */
	size_t nattrs, nids;
};

struct block {
	char what;                /* 'i' if, 'l' else of an if, 'e' each */
	int line;
	size_t ntags;
	struct ctx start, merged;
	bool has_merged;
	char var[32];
};

#define WORD 48
#define ROOM(n, array) \
	do { \
		if ((n) + 1 >= sizeof(array) / sizeof((array)[0])) \
			fail("too many of " #array); \
	} while (0)

extern struct htc {
	const char *file, *p, *q; /* p: in the file; q: inside a directive */
	int line;
	bool named, in_lit, is_dynamic; /* is_dynamic: the value at hand holds an expression */
	struct ctx c;
	struct { char name[WORD]; int line; } tag[128];
	struct block block[32];
	size_t ntags, nblocks;
	char attr[64][WORD], id[256][WORD], name[WORD], val[WORD];
	FILE *head, *body, *pot;  /* memory until all is known to be right */
} h;

/* FILE:LINE: error: ..., and the end of the program. */
void fail_at(int line, const char *fmt, ...) __attribute__((format(printf, 2, 3), noreturn));
#define fail(...) fail_at(h.line, __VA_ARGS__)
#define body(...) fprintf(h.body, __VA_ARGS__)

/* The literal character at h.p goes through the machine and to the output. */
void literal(char c);
/* A directive stands here: names before it are complete, or it is an error. */
void settle(void);

#endif
