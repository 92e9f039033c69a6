/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a program wrote it (RFC 3834, and the headers and subjects of what
 * is met: Exchange, Notes, qmail, Apple, ticket systems). A header that only
 * programs write is enough. Subjects are not: people announce their own
 * absence in the same words, so a subject counts with a second sign that no
 * person makes; with a weaker one the mail is suspect, and somebody looks.
 */
#include "mailer/parse/part.h"
#include "server/base/base.h"

static const char *value_of(const struct mail *m, const char *name)
{
	const struct mail_header *h = mail_header(m, name);

	return h ? h->value : "";
}

/* Lower case, letters of Latin-1 without their accents, ' for the curly one:
 * what the words below are compared with. */
static struct slice words_fold(struct arena *a, struct slice s)
{
	static const char plain[] = "aaaaaaaceeeeiiiidnooooo/ouuuuyps"
				    "aaaaaaaceeeeiiiidnooooo/ouuuuypy";
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		unsigned char d = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		if (c == 0xC3 && d >= 0x80 && d <= 0xBF) {
			p[n++] = plain[d - 0x80];
			i++;
		} else if (c == 0xE2 && d == 0x80 && i + 2 < s.n &&
			   (unsigned char)s.p[i + 2] == 0x99) {
			p[n++] = '\'';
			i += 2;
		} else {
			p[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c == '\n' ? ' ' : c);
		}
	}
	return slice_make(p, n);
}

static bool any_begins(struct slice s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_starts(s, v[i]))
			return true;
	return false;
}

static bool any_in(struct slice s, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (slice_find(s, slice_of(v[i])) != NULL)
			return true;
	return false;
}

/* How programs begin the subject of an answer. */
static const char *const says_automatic[] = {
	"automatic reply",
	"automatic response",
	"automated reply",
	"automated response",
	"auto reply",
	"auto-reply",
	"autoreply",
	"auto response",
	"auto-response",
	"autoresponse",
	"auto:",
	"respuesta automatica",
	"contestacion automatica",
	"autorrespuesta",
	"resposta automatica",
	"reponse automatique",
	"risposta automatica",
	"risposta automatizzata",
	"automatische antwort",
	"automatisch antwoord",
	"automatiskt svar",
	"automatisk svar",
	"autosvar",
	"automaattinen",
};

/* How notes of absence begin, whoever writes them. */
static const char *const says_absent[] = {
	"out of office",
	"out of the office",
	"out-of-office",
	"ooo:",
	"away from",
	"away until",
	"i am away",
	"on vacation",
	"on leave",
	"vacation reply",
	"vacation message",
	"fuera de la oficina",
	"fuera de oficina",
	"ausente de la oficina",
	"ausencia de la oficina",
	"aviso de ausencia",
	"mensaje de ausencia",
	"de vacaciones",
	"en vacaciones",
	"estoy de vacaciones",
	"fora do escritorio",
	"ausente do escritorio",
	"ausencia do escritorio",
	"aviso de ferias",
	"de ferias",
	"absence du bureau",
	"absent du bureau",
	"message d'absence",
	"avis d'absence",
	"en conges",
	"fuori sede",
	"fuori ufficio",
	"assente dall'ufficio",
	"assenza dall'ufficio",
	"avviso di assenza",
	"abwesenheitsnotiz",
	"abwesenheitsmeldung",
	"abwesenheit",
	"abwesend",
	"nicht im buro",
	"afwezigheid",
};

/* What such a note says of itself. */
static const char *const text_automatic[] = {
	"this is an automat",    "automated response",       "automated reply",
	"automatic reply",       "automatic response",       "automatically generated",
	"auto-generated",        "only notification you",    "respuesta automatica",
	"mensaje automatico",    "generado automaticamente", "resposta automatica",
	"mensagem automatica",   "gerada automaticamente",   "reponse automatique",
	"message automatique",   "genere automatiquement",   "risposta automatica",
	"messaggio automatico",  "generato automaticamente", "automatische antwort",
	"automatisch generiert", "automatisch erstellt",
};

/* What a note of absence says, a person's as well as a program's. */
static const char *const text_absent[] = {
	"out of the office",
	"out of office",
	"i am away",
	"i will be away",
	"on vacation",
	"annual leave",
	"limited access to",
	"upon my return",
	"when i return",
	"my return",
	"fuera de la oficina",
	"fuera de oficina",
	"estare ausente",
	"me encuentro ausente",
	"me encuentro fuera",
	"estoy de vacaciones",
	"estare de vacaciones",
	"a mi regreso",
	"acceso limitado",
	"en mi ausencia",
	"fora do escritorio",
	"estarei ausente",
	"estou ausente",
	"de ferias",
	"meu retorno",
	"je suis absent",
	"je serai absent",
	"en conges",
	"mon retour",
	"sono assente",
	"saro assente",
	"fuori ufficio",
	"in ferie",
	"mio rientro",
	"ich bin nicht im",
	"nicht im buro",
	"im urlaub",
	"bis zum",
	"abwesend",
	"meiner abwesenheit",
};

#define BEGINS(s, v) any_begins((s), (v), ARRAY_LEN(v))
#define HOLDS(s, v)  any_in((s), (v), ARRAY_LEN(v))

/* Headers that only answering programs write. */
static const char *header_replied(const struct mail *m)
{
	static const char *const names[] = {
		"X-Autoreply",           "X-Autorespond",
		"X-Autoresponder",       "X-Autoresponse",
		"X-Auto-Reply",          "X-Auto-Reply-From",
		"X-Autogenerated-Reply", "X-AutoReply-From",
		"X-Mail-Autoreply",      "X-Vacation",
		"X-Autoreply-Domain",    "X-Autoreply-Subject",
		"X-Away-Message",        "X-OutOfOffice",
		"X-Bluebottle-Request",  "X-TMDA-Confirm",
	};
	static const struct {
		const char *name, *begins;
	} values[] = {
		{ "Auto-Submitted", "auto-replied" },
		{ "Precedence", "auto_reply" },
		{ "Precedence", "auto-reply" },
		{ "X-Precedence", "auto" },
		{ "X-POST-MessageClass", "9; Autoresponder" },
		{ "X-Apple-Action", "VACATION" },
		{ "X-MS-Exchange-Generated-Message-Source", "Mailbox Rules Agent" },
		{ "X-MS-Exchange-Generated-Message-Source", "OOF" },
		{ "X-Mailer", "vacation" },
		{ "X-Mailer", "autorespond" },
		{ "Delivered-To", "Autoresponder" },
		{ "X-Notes-Item", "OutOfOffice" },
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct mail_header *h = mail_header(m, names[i]);

		if (h && !slice_ieqz(slice_of(h->value), "no"))
			return names[i];
	}
	for (size_t i = 0; i < ARRAY_LEN(values); i++)
		if (slice_istarts(slice_of(value_of(m, values[i].name)), values[i].begins))
			return values[i].name;
	return NULL;
}

/* Receipts, recalls and answers to invitations: for one person, never a post. */
static const char *answer_kind(const struct mail *m, struct slice subject, struct slice text)
{
	static const char *const recall_subject[] = { "recall:",      "recuperar:", "retirar:",
						      "recuperacao:", "rappel :",   "rappel:",
						      "richiamo:",    "ruckruf:" };
	static const char *const recall_text[] = { "would like to recall the message",
						   "desea recuperar el mensaje",
						   "desearia recuperar el mensaje",
						   "quiere recuperar el mensaje",
						   "gostaria de cancelar a mensagem",
						   "gostaria de recuperar a mensagem",
						   "souhaite rappeler le message",
						   "desidera richiamare il messaggio",
						   "mochte die nachricht" };
	/* what Outlook calls them within a winmail.dat, in both its forms */
	static const struct {
		const char *begins, *ends, *what;
	} classes[] = {
		{ "ipm.schedule.meeting.resp.", "", "meeting answer" },
		{ "ipm.microsoft schedule.mtgresp", "", "meeting answer" },
		{ "ipm.outlook.recall", "", "recall" },
		{ "ipm.recall.report", "", "recall" },
		{ "report.", ".ipnrn", "receipt" },
		{ "report.", ".ipnnrn", "receipt" },
		{ "report.", ".dr", "receipt" },
		{ "ipm.microsoft mail.read receipt", "", "receipt" },
		{ "ipm.note.rules.ooftemplate", "", "absence" },
	};
	struct slice type = slice_of(value_of(m, "Content-Type"));

	if (slice_ifind(type, SLICE("disposition-notification")) != NULL)
		return "receipt";
	if (m->calendar_method != NULL && (strcmp(m->calendar_method, "reply") == 0 ||
					   strcmp(m->calendar_method, "counter") == 0 ||
					   strcmp(m->calendar_method, "declinecounter") == 0))
		return "meeting answer";
	for (size_t i = 0; i < ARRAY_LEN(classes); i++)
		if (slice_starts(slice_of(m->outlook_class), classes[i].begins) &&
		    slice_ends(slice_of(m->outlook_class), classes[i].ends))
			return classes[i].what;
	if (BEGINS(subject, recall_subject) && HOLDS(text, recall_text))
		return "recall";
	return NULL;
}

/* A second sign that no person makes by hand. */
static const char *second_sign(const struct mail *m, struct slice text, bool automatic)
{
	if (slice_ieqz(slice_trim(slice_of(value_of(m, "Return-Path"))), "<>"))
		return "a null return path";
	if (mail_header(m, "X-Auto-Response-Suppress") ||
	    mail_header(m, "X-MS-Exchange-Inbox-Rules-Loop"))
		return "a header of Exchange";
	if (HOLDS(text, text_automatic))
		return "its text says so";
	/* a person's answer begins with Re:, or continues somebody's subject */
	if (automatic && (*m->in_reply_to || m->nrefs > 0))
		return "an answer without Re:";
	return NULL;
}

/* "[support #33575] AutoReply: ..." */
static struct slice behind_tag(struct slice s)
{
	const char *end;

	if (s.n == 0 || s.p[0] != '[' || (end = memchr(s.p, ']', s.n)) == NULL)
		return s;
	return slice_trim(slice_make(end + 1, s.n - (size_t)(end + 1 - s.p)));
}

static enum mail_auto by_words(const struct mail *m, struct slice subject, struct slice text,
			       const char **sign_r)
{
	struct slice s = behind_tag(subject);
	bool automatic = BEGINS(s, says_automatic), absent = BEGINS(s, says_absent);
	bool within = slice_find(s, SLICE("out of the office")) != NULL ||
		      slice_find(s, SLICE("(automatic response)")) != NULL ||
		      slice_find(s, SLICE("fuera de la oficina")) != NULL;

	if (!automatic && !absent && !within)
		return MAIL_HUMAN;
	*sign_r = second_sign(m, text, automatic);
	if (*sign_r == NULL && automatic && within)
		*sign_r = "its subject says so twice";
	if (*sign_r != NULL)
		return MAIL_AUTO_REPLIED;
	if (automatic || HOLDS(text, text_absent)) {
		*sign_r = "its subject";
		return MAIL_AUTO_SUSPECT;
	}
	return MAIL_HUMAN;
}

/* "Your message was received. Follow this link, and it is delivered." */
static bool challenge(struct slice text)
{
	static const char *const says[] = { "protected by",          "allowed list",
					    "approved sender",       "list of allowed",
					    "verify your address",   "verify that you",
					    "prove that you",        "click on the following",
					    "complete the delivery", "to ensure delivery",
					    "lista de remitentes",   "remitente autorizado",
					    "protegida por",         "haga clic en el siguiente" };
	unsigned n = 0;

	if (slice_find(text, SLICE("http")) == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(says); i++)
		n += slice_find(text, slice_of(says[i])) != NULL;
	return n >= 2;
}

/* What list servers leave (RFC 2919, RFC 2369, and what was before them). */
static const char *list_mark(const struct mail *m)
{
	static const char *const names[] = { "List-Id", "List-Post", "Mailing-List",
					     "X-Mailing-List", "X-BeenThere" };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (mail_header(m, names[i]) != NULL)
			return names[i];
	return NULL;
}

static enum mail_auto generated(const struct mail *m, const char **sign_r)
{
	struct slice sub = slice_of(value_of(m, "Auto-Submitted"));
	struct slice prec = slice_of(value_of(m, "Precedence"));
	static const char *const names[] = { "X-Autogenerated", "X-Failed-Recipients",
					     "X-Cron-Env" };

	*sign_r = "Auto-Submitted";
	if (sub.n > 0 && !slice_istarts(sub, "no"))
		return MAIL_AUTO_GENERATED;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (mail_header(m, *sign_r = names[i]) != NULL)
			return MAIL_AUTO_GENERATED;
	*sign_r = "Content-Type: multipart/report";
	if (m->is_report)
		return MAIL_AUTO_GENERATED;
	*sign_r = "From";
	if (slice_ifind(slice_of(m->from.addr), SLICE("mailer-daemon")) != NULL)
		return MAIL_AUTO_GENERATED;
	*sign_r = "Return-Path";
	if (slice_ieqz(slice_trim(slice_of(value_of(m, "Return-Path"))), "<>"))
		return MAIL_AUTO_GENERATED;
	*sign_r = "List-Id";
	if (mail_header(m, "List-Id") != NULL)
		return MAIL_LIST;
	*sign_r = "Precedence";
	if (slice_ieqz(prec, "list"))
		return MAIL_LIST;
	/* older list servers say it so; without a list's mark it is a program's */
	if (slice_ieqz(prec, "bulk") || slice_ieqz(prec, "junk"))
		return list_mark(m) != NULL ? MAIL_LIST : MAIL_BULK;
	return MAIL_HUMAN;
}

enum mail_auto mail_automatic(const struct mail *m, struct arena *a, const char **sign_r)
{
	/* what the author quotes is not what the author says: only the beginning counts */
	struct slice head = slice_make(m->text, m->text_len < 1500 ? m->text_len : 1500);
	struct slice subject = words_fold(a, slice_trim(slice_of(m->subject)));
	struct slice text = words_fold(a, head);
	enum mail_auto by;

	*sign_r = header_replied(m);
	if (*sign_r == NULL)
		*sign_r = answer_kind(m, subject, text);
	if (*sign_r != NULL)
		return MAIL_AUTO_REPLIED;
	if (!m->is_report) {
		by = by_words(m, subject, text, sign_r);
		if (by != MAIL_HUMAN)
			return by;
		*sign_r = "a challenge to the sender";
		if (m->nfolds == 0 && challenge(text))
			return MAIL_AUTO_SUSPECT;
	}
	by = generated(m, sign_r);
	if (by == MAIL_HUMAN)
		*sign_r = "";
	return by;
}
