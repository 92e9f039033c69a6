/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What somebody wrote in answer to a digest, taken apart by the threads it is for.
 * Pure, and linear in the text.
 */
#ifndef CABILDO_MAILER_DIGEST_PARTS_H
#define CABILDO_MAILER_DIGEST_PARTS_H

#include "mailer/accept/digest_lines.h"

#define DIGEST_PARTS_MAX 20

struct digest_part {
	const struct digest_item *item;
	struct slice text; /* what the person wrote for it, without its number */
};

struct digest_parts {
	struct digest_part part[DIGEST_PARTS_MAX];
	size_t n;          /* 0: nothing says which threads it is for */
	int64_t unknown;   /* a number that it begins with and the digest does not have, or 0 */
};

/*
 * text with its folds, sorted and disjoint, as the answer's own looks gave them; html: it was
 * made of HTML. By what the person wrote:
 *
 *	lines that begin with a number ("#3", "n.º 3:", "hilo 3", or a command before it,
 *	"silenciar #3") begin a part; what stands before the first one is of it;
 *	without any, the one thread that is quoted, by its title or by what was said in it;
 *	where several are quoted, the thread under whose lines something is written,
 *	with a greeting above or below; what is written above or below all of them
 *	is for nobody can say which.
 *
 * What is quoted is in no part: it is ours, and may be of another group. A quotation
 * without marks, of a digest that has other words today, is not taken apart.
 */
void digest_take_apart(struct arena *a, struct slice text, const struct fold_range *folds, size_t n,
		       bool html, const struct digest *d, const struct digest_ours *ours,
		       struct digest_parts *r);

/* "#3", "n.º 3:", "Hilo 3 -", "mute #3" at the start of a line: its number, and what else the
 * line says; 0: none. For the tests and the fuzzer. */
int64_t digest_mark(struct arena *a, struct slice line, struct slice *rest_r);

#endif
