/* SPDX-License-Identifier: Apache-2.0 */
/* See invited.h. */
#include "mailer/accept/command.h"
#include "mailer/accept/decide.h"
#include "mailer/accept/invited.h"

#include "server/base/base.h"

#define LINE_BYTES 120
#define TEXT_BYTES ((size_t)64 << 10)

/* As command_normal writes them; the longest that fits counts. */
static const char *const yes_words[] = {
	"si", "claro", "acepto", "aceptar", "acepto la invitacion", "de acuerdo", "con gusto",
	"claro que si", "suscribir", "suscribirme", "unirme",
	"yes", "yep", "accept", "i accept", "accepted", "agree", "i agree", "join", "subscribe", "sure",
	"sim", "aceito", "aceitar", "com prazer",
	"oui", "j'accepte", "accepter", "d'accord", "avec plaisir",
	"accetto", "accettare", "d'accordo", "va bene", "volentieri", "ok",
};
static const char *const no_words[] = {
	"no", "rechazo", "rechazar", "declino", "declinar", "no acepto", "no quiero",
	"no me interesa", "decline", "i decline", "refuse", "no thanks", "not interested",
	"nao", "recuso", "recusar", "nao aceito", "non", "je refuse", "refuser", "rifiuto",
	"rifiutare", "non accetto",
};
static const char courtesy[] =
	" por favor please gracias muchas thanks thank you obrigado obrigada merci grazie mille saludos "
	"regards la el invitacion invitation invito convite muy amable si yes sim oui no non nao "
	"s'il vous plait ";

static bool all_courtesy(struct slice rest)
{
	char padded[40];
	struct slice w;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (w.n == 0)
			continue;
		if (w.n > sizeof(padded) - 3)
			return false;
		snprintf(padded, sizeof(padded), " %.*s ", (int)w.n, w.p);
		if (strstr(courtesy, padded) == NULL)
			return false;
	}
	return true;
}

static size_t longest(const char *const *words, size_t n, struct slice line)
{
	size_t best = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (len > best && line.n >= len && memcmp(line.p, words[i], len) == 0 &&
		    (line.n == len || line.p[len] == ' '))
			best = len;
	}
	return best;
}

static bool has_word(struct slice rest, const char *words)
{
	char padded[16];
	struct slice w;

	while (rest.n > 0) {
		slice_cut(&rest, ' ', &w);
		if (w.n == 0 || w.n > sizeof(padded) - 3)
			continue;
		snprintf(padded, sizeof(padded), " %.*s ", (int)w.n, w.p);
		if (strstr(words, padded) != NULL)
			return true;
	}
	return false;
}

enum invited_word invited_line(struct arena *a, struct slice line)
{
	struct slice n, rest;
	size_t yes, no;

	line = slice_trim(line);
	if (line.n == 0 || line.n > LINE_BYTES)
		return INVITED_NONE;
	n = slice_of(command_normal(a, line));
	yes = longest(yes_words, ARRAY_LEN(yes_words), n);
	no = longest(no_words, ARRAY_LEN(no_words), n);
	if (yes == 0 && no == 0)
		return INVITED_NONE;
	rest = slice_make(n.p + (yes > no ? yes : no), n.n - (yes > no ? yes : no));
	/* "yes no" and "no, sí" say both */
	if (!all_courtesy(rest) ||
	    has_word(rest, yes > no ? " no non nao " : " si yes sim oui "))
		return INVITED_NONE;
	return yes > no ? INVITED_YES : INVITED_NO;
}

enum invited_word invited_parse(struct arena *a, const struct mail *m)
{
	return invited_line(a, decide_first(a, m, TEXT_BYTES));
}

bool invited_answer(struct unit *u, const char *token, const struct mail *m, bool proven,
		    const char *msgid, const char **rule_r, enum rc *rc_r)
{
	struct invite_pending p;
	enum invited_word w;

	*rc_r = invite_peek(u, token, &p);
	if (*rc_r == RC_NOTFOUND)
		return false;
	if (*rc_r != RC_OK)
		return true;
	w = invited_parse(u->arena, m);
	*rule_r = w == INVITED_YES ? "invite-accept" : w == INVITED_NO ? "invite-decline"
								       : "invite-unclear";
	if (w == INVITED_YES)
		*rc_r = invite_accept(u, token, m->from.addr, m->from.name, &p);
	else if (w == INVITED_NO)
		*rc_r = invite_decline(u, token, m->from.addr, false, &p);
	if (*rc_r == RC_CONFLICT) {
		*rule_r = "invite-shut"; /* the group is, since */
		*rc_r = RC_OK;
	} else if (*rc_r == RC_DENIED || w == INVITED_NONE) {
		*rule_r = *rc_r == RC_DENIED ? "invite-denied" : "invite-unclear";
		*rc_r = invite_explain(u, token, m->from.addr, proven, msgid);
	}
	return true;
}
