/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The words of mail programs in the languages people write in. All lists are
 * in the form of utf8_fold: lower case, without the accents of western
 * languages; what it does not know stands as programs write it.
 */
#include <ctype.h>

#include "mailer/parse/fold.h"
#include "server/base/base.h"

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || (unsigned char)c >= 0x80;
}

/* The place after `word` in low, where it stands as a word; NULL. */
static const char *word_find(const char *low, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = low; (p = strstr(p, word)); p++) {
		/* scripts without blanks between words have no edges to look at */
		if ((unsigned char)*word >= 0xe0)
			return p + n;
		if ((p == low || !is_word(p[-1])) && !is_word(p[n]))
			return p + n;
	}
	return NULL;
}

static const char *const verbs[] = {
	"escribio", "escribia", "ha escrito", "escribe", "escribis", "dijo", "comento",
	"wrote", "writes", "said", "va escriure", "ha escrit", "escrigue",
	"escreveu", "escrito", "escribiu", "a ecrit", "ecrit", "ha scritto", "scrisse",
	"scriveva", "schrieb", "schreibt", "geschrieben", "schreef", "geschreven", "skrev",
	"napisal", "napisala", "napisał", "napisała", "napisał(a)", "pisze", "napsal",
	"napsal(a)", "kirjoitti", "a scris", "irta", "yazdı", "пишет", "написал",
	"написала",
	"писал", "пише", "написав", "написала(а)", "έγραψε",
	"写道", "寫道", "のメール", "wrote----",
	"?crit", "escribi?", "escribi\xef\xbf\xbd",
};

bool fold_has_verb(const char *low)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (word_find(low, verbs[i]))
			return true;
	return false;
}

bool fold_ends_verb(const char *low)
{
	static bool last[256], made; /* the bytes that verbs end in */
	size_t n = strlen(low), end;

	for (size_t i = 0; !made && i < ARRAY_LEN(verbs); i++)
		last[(unsigned char)verbs[i][strlen(verbs[i]) - 1]] = true;
	made = true;

	/* it is among the last words */
	if (n > 48)
		low += n - 48;
	end = n > 48 ? 48 : n;
	while (end > 0 && strchr(" :-*_>\u00a0", low[end - 1]))
		end--;
	if (end == 0 || !last[(unsigned char)low[end - 1]])
		return false;
	/* each would be looked for in each line of each mail: so only where it may stand */
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		size_t v = strlen(verbs[i]);
		const char *p;

		if (v > end)
			continue;
		p = low + end - v;
		if (p[v - 1] != verbs[i][v - 1] || memcmp(p, verbs[i], v) != 0)
			continue;
		if ((unsigned char)*p >= 0xe0 || ((p == low || !is_word(p[-1])) && !is_word(p[v])))
			return true;
	}
	return false;
}

static bool starts_any(const char *low, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strncmp(low, v[i], strlen(v[i])) == 0)
			return true;
	return false;
}

static size_t pair(const char *p)
{
	return ((size_t)(unsigned char)p[0] << 5 ^ (unsigned char)p[1]) & 1023;
}

/* Each line of each mail is asked for dozens of phrases: only those of which its pairs of letters
 * leave a chance are looked for. Each of v has two bytes at least. */
static bool has_any(const char *low, const char *const *v, size_t n)
{
	uint64_t has[16] = { 0 };

	if (*low == '\0')
		return false;
	for (const char *p = low; p[1]; p++)
		has[pair(p) >> 6] |= UINT64_C(1) << (pair(p) & 63);
	for (size_t i = 0; i < n; i++) {
		size_t a = pair(v[i]), b = v[i][2] ? pair(v[i] + 1) : a;

		if ((has[a >> 6] >> (a & 63) & 1) && (has[b >> 6] >> (b & 63) & 1) &&
		    strstr(low, v[i]))
			return true;
	}
	return false;
}

/* The first three letters of days and months, and what stands before a date. */
static bool is_calendar(const char *p)
{
	static const char names[] =
		"lun mar mie jue vie sab dom mon tue wed thu fri sat sun seg ter qua qui sex "
		"jeu ven sam dim gio son die mit don fre sam ene feb abr may jun jul ago sep oct "
		"nov dic jan fev apr mai out dez aug aou dec gen mag giu lug set ott mon tor ons "
		"lor son die mit don man tir ma  di  wo  do  vr  za  zo  mo  mi  fr  sa  so  "
		"po  ut  st  ct  pa  pi  ti  ke  to  pe  la  su  okt mrt mei maj dia tis "
		"pon wto sro czw sob nie sty lut kwi cze lip sie wrz paz lis gru dl  dt  dc  dj  dv  "
		"ds  dg  lok hel maa huh tou kes hei elo syy jou tam ";
	char key[5];
	size_t n = 0;

	while (n < 3 && is_word(p[n]))
		n++;
	if (n < 2)
		return false;
	snprintf(key, sizeof(key), "%.*s%s", (int)n, p, n == 2 ? "  " : " ");
	return strstr(names, key) != NULL;
}

bool fold_is_opening(const char *low)
{
	static const char *const words[] = {
		"el ", "on ", "em ", "le ", "il ", "am ", "den ", "op ", "en ", "in ", "at ", "a ",
		"il giorno ", "al ", "dia ", "el dia ", "no dia ", "em dia ", "dana ", "dnia ", "w dniu ",
		"con fecha ", "a las ", "as ", "kl. ", "---- on ", "--- on ", "--- el ", "--- em ", "--- le ",
		"--- ", "- on ", "- le ", "- el ", "- ", "pada ", "tarihinde ", "a(z) ",
	}, *const days[] = {
		"пн", "вт", "ср", "чт", "пт", "сб", "вс", "нд",
		"Пн", "Вт", "Ср", "Чт", "Пт", "Сб", "Вс", "Нд",
		"понедельник", "четверг", "суббота", "воскресенье", "在", "于",
	};

	if (isdigit((unsigned char)*low) || is_calendar(low) ||
	    starts_any(low, days, ARRAY_LEN(days)))
		return fold_dates(low) != 0;
	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		size_t n = strlen(words[i]);
		const char *p = low + n;

		if (strncmp(low, words[i], n) != 0)
			continue;
		if (isdigit((unsigned char)*p) || is_calendar(p))
			return true;
	}
	return false;
}

static size_t digits(const char *p)
{
	size_t n = 0;

	while (isdigit((unsigned char)p[n]))
		n++;
	return n;
}

/* 12/05/15, 12.05.2015, 2015-05-12 at p, whose first number has n digits. */
static bool is_numeric_date(const char *p, size_t n)
{
	char sep = p[n];
	size_t m, k;

	if (sep == '\0' || !strchr("/.-", sep) || (n != 4 && n > 2))
		return false;
	m = digits(p + n + 1);
	if (m < 1 || m > 2 || p[n + 1 + m] != sep)
		return false;
	k = digits(p + n + 2 + m);
	return k == 2 || k == 4 || (n == 4 && k == 1);
}

unsigned fold_dates(const char *low)
{
	unsigned f = 0;

	for (const char *p = low; *p; ) {
		size_t n = digits(p);

		if (n == 0) {
			p++;
			continue;
		}
		if (p > low && (is_word(p[-1]) || p[-1] == '@')) {
			p += n;
			continue;
		}
		if (n == 4 && strncmp(p + n, "年", 3) == 0)
			f |= DATE_YEAR | DATE_DAY;
		if (n <= 2 && (p[n] == ':' || p[n] == 'h') && digits(p + n + 1) == 2)
			f |= DATE_TIME;
		/* 10.15 and 10h: with the word that announces an hour */
		if (n <= 2 && p[n] == '.' && digits(p + n + 1) == 2 && p - low > 4 &&
		    (strncmp(p - 4, "kl. ", 4) == 0 || strncmp(p - 4, "klo ", 4) == 0 ||
		     strncmp(p - 5 >= low ? p - 5 : p - 4, "alle ", 5) == 0))
			f |= DATE_TIME;
		if (n == 4 && p[0] >= '1' && p[0] <= '2' && (p[1] == '9' || p[1] == '0') &&
		    !is_word(p[4]))
			f |= DATE_YEAR;
		if (is_numeric_date(p, n))
			f |= DATE_DAY;
		if (n <= 2) {
			const char *q = p + n;

			q += strspn(q, ". ");
			if (strncmp(q, "de ", 3) == 0 || strncmp(q, "th ", 3) == 0)
				q += 3;
			if (q > p + n && is_calendar(q))
				f |= DATE_DAY;
		}
		p += n;
	}
	return f;
}

/* The names of header lines, as mail programs show them above what they quote. */
static const struct { const char *name; enum head_name is; } heads[] = {
	{ "de", HEAD_FROM }, { "from", HEAD_FROM }, { "da", HEAD_FROM }, { "von", HEAD_FROM },
	{ "van", HEAD_FROM }, { "fra", HEAD_FROM }, { "fran", HEAD_FROM }, { "od", HEAD_FROM },
	{ "lahettaja", HEAD_FROM }, { "от", HEAD_FROM }, { "от кого", HEAD_FROM },
	{ "від", HEAD_FROM }, { "remitente", HEAD_FROM }, { "expediteur", HEAD_FROM },
	{ "mittente", HEAD_FROM }, { "afzender", HEAD_FROM }, { "kimden", HEAD_FROM },
	{ "发件人", HEAD_FROM }, { "寄件者", HEAD_FROM }, { "差出人", HEAD_FROM },
	{ "enviado el", HEAD_SENT }, { "enviado", HEAD_SENT }, { "enviados", HEAD_SENT },
	{ "enviado em", HEAD_SENT }, { "enviada em", HEAD_SENT }, { "enviada", HEAD_SENT },
	{ "enviat", HEAD_SENT }, { "enviat el", HEAD_SENT }, { "sent", HEAD_SENT },
	{ "envoye", HEAD_SENT }, { "envoye le", HEAD_SENT }, { "inviato", HEAD_SENT },
	{ "inviata", HEAD_SENT }, { "gesendet", HEAD_SENT }, { "verzonden", HEAD_SENT },
	{ "verstuurd", HEAD_SENT }, { "sendt", HEAD_SENT }, { "skickat", HEAD_SENT },
	{ "lahetetty", HEAD_SENT }, { "wyslano", HEAD_SENT }, { "wysłano", HEAD_SENT },
	{ "отправлено", HEAD_SENT }, { "надіслано", HEAD_SENT }, { "发送时间", HEAD_SENT },
	{ "送信日時", HEAD_SENT }, { "date sent", HEAD_SENT }, { "fecha de envio", HEAD_SENT },
	{ "date", HEAD_DATE }, { "fecha", HEAD_DATE }, { "data", HEAD_DATE },
	{ "datum", HEAD_DATE }, { "dato", HEAD_DATE }, { "дата", HEAD_DATE }, { "dia", HEAD_DATE },
	{ "日付", HEAD_DATE }, { "日期", HEAD_DATE }, { "paivays", HEAD_DATE },
	{ "to", HEAD_TO }, { "para", HEAD_TO }, { "a", HEAD_TO }, { "per a", HEAD_TO },
	{ "per", HEAD_TO }, { "an", HEAD_TO }, { "aan", HEAD_TO }, { "til", HEAD_TO },
	{ "till", HEAD_TO }, { "do", HEAD_TO }, { "кому", HEAD_TO }, { "pour", HEAD_TO },
	{ "destinatario", HEAD_TO }, { "destinataire", HEAD_TO }, { "vastaanottaja", HEAD_TO },
	{ "收件人", HEAD_TO }, { "宛先", HEAD_TO },
	{ "subject", HEAD_SUBJECT }, { "asunto", HEAD_SUBJECT }, { "assunto", HEAD_SUBJECT },
	{ "objet", HEAD_SUBJECT }, { "sujet", HEAD_SUBJECT }, { "oggetto", HEAD_SUBJECT }, { "betreff", HEAD_SUBJECT },
	{ "betr", HEAD_SUBJECT }, { "onderwerp", HEAD_SUBJECT }, { "emne", HEAD_SUBJECT },
	{ "amne", HEAD_SUBJECT }, { "temat", HEAD_SUBJECT }, { "tema", HEAD_SUBJECT },
	{ "тема", HEAD_SUBJECT }, { "assumpte", HEAD_SUBJECT }, { "aihe", HEAD_SUBJECT },
	{ "主题", HEAD_SUBJECT }, { "主旨", HEAD_SUBJECT }, { "件名", HEAD_SUBJECT },
	{ "cc", HEAD_OTHER }, { "cco", HEAD_OTHER }, { "cci", HEAD_OTHER }, { "bcc", HEAD_OTHER },
	{ "c.c", HEAD_OTHER }, { "con copia a", HEAD_OTHER }, { "copia", HEAD_OTHER },
	{ "kopie", HEAD_OTHER }, { "kopi", HEAD_OTHER }, { "kopia", HEAD_OTHER },
	{ "copie", HEAD_OTHER }, { "copie a", HEAD_OTHER }, { "копия", HEAD_OTHER },
	{ "reply-to", HEAD_OTHER }, { "responder a", HEAD_OTHER }, { "importance", HEAD_OTHER },
	{ "importancia", HEAD_OTHER }, { "prioridad", HEAD_OTHER }, { "organization", HEAD_OTHER },
	{ "message-id", HEAD_OTHER }, { "attachments", HEAD_OTHER }, { "adjuntos", HEAD_OTHER },
	{ "datos adjuntos", HEAD_OTHER }, { "pieces jointes", HEAD_OTHER }, { "anlagen", HEAD_OTHER },
	{ "content-type", HEAD_OTHER }, { "mailing-list", HEAD_OTHER }, { "newsgroups", HEAD_OTHER },
};

/* "*De:* Ana", "_De_: Ana", "De : Ana", "• De: Ana". */
enum head_name fold_head_name(struct slice low)
{
	struct slice name;

	while (low.n > 0 && strchr("*_-|> \t", low.p[0]))
		low = slice_make(low.p + 1, low.n - 1);
	if (low.n > 60)
		low.n = 60;
	if (!slice_cut(&low, ':', &name))
		return HEAD_NONE;
	while (name.n > 0 && (strchr("*_ ", name.p[name.n - 1]) ||
			      (name.n > 1 && memcmp(name.p + name.n - 2, "\u00a0", 2) == 0)))
		name.n -= strchr("*_ ", name.p[name.n - 1]) ? 1 : 2;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++)
		if (slice_eqz(name, heads[i].name))
			return heads[i].is;
	return HEAD_NONE;
}

enum marker fold_marker(struct slice line, const char *low)
{
	static const char *const original[] = {
		"mensaje original", "original message", "mensagem original", "message d'origine",
		"message d\u2019origine", "message original", "messaggio originale",
		"originele bericht", "oorspronkelijk bericht", "ursprungliche nachricht",
		"originalnachricht", "original-nachricht", "original nachricht",
		"opprinnelig melding", "oprindelig meddelelse", "originalmeddelande",
		"ursprungligt meddelande", "alkuperainen viesti", "wiadomosc oryginalna",
		"oryginalna wiadomość", "wiadomość oryginalna", "missatge original",
		"исходное сообщение", "original appointment", "cita original", "reply message",
		"orijinal mesaj", "puvodni zprava", "原始邮件", "原始郵件", "original email",
		"correo original", "mensaje citado", "weitergeleitete original",
	}, *const forward[] = {
		"mensaje reenviado", "forwarded message", "mensagem encaminhada", "message transfere",
		"message transmis", "messaggio inoltrato", "weitergeleitete nachricht",
		"doorgestuurd bericht", "videresendt melding", "videresendt meddelelse",
		"vidarebefordrat meddelande", "valitetty viesti", "przekazana wiadomość",
		"пересылаемое сообщение",
		"переадресованное сообщение", "missatge reenviat",
		"mensaje reenviat",
		"inicio del mensaje reenviado", "begin forwarded message", "debut du message",
		"debut du message transfere", "inizio messaggio inoltrato",
		"anfang der weitergeleiteten nachricht", "inicio da mensagem encaminhada",
		"inicio de mensagem encaminhada", "begin doorgestuurd bericht", "转发的邮件",
		"forwarded by", "reenviado por", "mensaje reenviado por",
	};
	const char *p = low + strspn(low, "-_*=> <\u2014\t");
	size_t lead = (size_t)(p - low), n, tail = 0;

	(void)line;
	if (strncmp(p, "original message processed by", 29) == 0)
		return MARKER_ORIGINAL;
	n = strlen(p);
	while (n > 0 && strchr("-_*=<>: \t", p[n - 1])) {
		n--;
		tail++;
	}
	/* none of the forms below: most lines */
	if (lead == 1 || (lead == 0 && p[n] != ':'))
		return MARKER_NONE;
	for (size_t i = 0; i < ARRAY_LEN(original) + ARRAY_LEN(forward); i++) {
		bool fwd = i >= ARRAY_LEN(original);
		const char *z = fwd ? forward[i - ARRAY_LEN(original)] : original[i];
		size_t k = strlen(z);

		if (strncmp(p, z, k) != 0)
			continue;
		/* "--- Mensaje original ---" and nothing else, or the colon that ends
		 * the forms without dashes, or "--- forwarded by Ana on ... ---" */
		if ((n == k && lead >= 2 && tail >= 2) ||
		    (n == k && fwd && lead == 0 && p[n] == ':') ||
		    (fwd && lead >= 3 && n < 100))
			return fwd ? MARKER_FORWARD : MARKER_ORIGINAL;
	}
	return MARKER_NONE;
}

/* What somebody sent it from: a device, or what nobody else would name in so few
 * words; "my desk, it is easier" is a sentence. mine: behind "my", "mi". */
static bool is_thing(const char *low, bool mine, const char *const *devices, size_t n)
{
	size_t len = strcspn(low, ".,;!?"), words = 1;
	char head[64];

	if (!mine)
		return true;
	for (size_t i = 0; i < len; i++)
		words += low[i] == ' ';
	snprintf(head, sizeof(head), "%.*s", (int)(len < 60 ? len : 60), low);
	return has_any(head, devices, n) || (words <= 4 && low[len] == '\0') || strstr(low, "<http");
}

bool fold_is_mobile(const char *low)
{
	static const char *const own[] = {
		"enviado desde mi ", "sent from my ", "sent from mobile", "sent from mail for ",
		"sent via mobile", "sent from a phone", "sent from yahoo", "sent from outlook",
		"sent from windows mail", "sent from mailbox", "sent with airmail", "sent by galaxy",
		"get outlook for", "get [outlook for", "obtener outlook", "obtener [outlook", "obter o outlook",
		"obtenir outlook", "telecharger outlook", "telechargez outlook", "scarica outlook",
		"ottieni outlook", "outlook fur ", "holen sie sich outlook", "hent outlook", "hamta outlook",
		"descargar outlook", "descarga outlook", "obtenga outlook", "download outlook",
		"envoye de mon ", "envoye depuis mon ", "von meinem ", "gesendet von meinem ",
		"verzonden vanaf mijn ", "verstuurd vanaf mijn ", "sendt fra min ", "skickat fran min ",
		"inviato da iphone", "inviato dal mio ", "enviado do meu ", "enviado pelo meu ",
		"enviado de mi ", "enviado a partir do meu ", "enviat des del meu ", "from my iphone",
		"from my ipad", "lahetetty iphonesta", "lahetetty androidista", "wyslane z iphone",
		"wysłane z ", "отправлено с ", "отправлено из ",
		"надіслано з ", "从我的", "發自我的", "发自我的",
		"iphoneから送信", "diese nachricht wurde von meinem ", "enviado desde yahoo",
		"enviado desde correo", "enviado desde outlook", "enviado con ", "sent from the ",
	}, *const begin[] = {
		"sent from ", "sent via ", "sent with ", "sent using ", "enviado desde ", "enviado de ",
		"enviado do ", "enviado mediante ", "enviado por ", "enviado pelo ", "enviado con ",
		"enviado com ", "enviado via ", "enviada desde ", "envoye de", "envoye a partir ",
		"envoye avec ", "inviato da", "inviato con ", "gesendet von ", "gesendet mit ",
		"gesendet uber ", "verzonden met ", "verzonden vanaf ", "verstuurd vanaf ",
		"verstuurd met ", "sendt fra ", "skickat fran ", "enviat des ", "lahetetty ",
		"este mensaje fue enviado desde ", "this message was sent from ", "mensaje enviado desde ",
		"diese nachricht wurde ",
	}, *const device[] = {
		"iphone", "ipad", "ipod", "android", "blackberry", "samsung", "galaxy", "outlook",
		"yahoo", "gmail", "movil", "celular", "telefono", "smartphone", "mobile", "mobil",
		"phone", "huawei", "xiaomi", "motorola", "nokia", "windows", "htc", "cell", "tablet",
		"handy", "telefon", "k-9", "mail", "bq aquaris", "xperia", "lg", "zte", "oneplus",
		"portable", "correo", "protonmail", "thunderbird", "telemovel", "wiko", "dispositivo",
	}, *const end[] = { "from mobile", "desde el movil", "desde mi movil", "desde mi celular",
			    "我的 iphone 傳送", "我的 ipad 傳送", "iphone 傳送" };
	size_t n;

	low += strspn(low, "<([*_- ");
	n = strlen(low);
	if (n > 160)
		return false;
	/* all that is left of a picture that tells when mail is read */
	if (strcmp(low, "\u1427") == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strncmp(low, own[i], strlen(own[i])) == 0)
			return is_thing(low + strlen(own[i]), slice_ends(slice_of(own[i]), "i ") ||
						slice_ends(slice_of(own[i]), "y "),
					device, ARRAY_LEN(device));
	if (n < 100 && starts_any(low, begin, ARRAY_LEN(begin)) &&
	    (has_any(low, device, ARRAY_LEN(device)) || strstr(low, "<http") || strstr(low, "](http")))
		return true;
	if (n < 50)
		for (size_t i = 0; i < ARRAY_LEN(end); i++)
			if (slice_ends(slice_make(low, n), end[i]) || strstr(low, "我的 iphone"))
				return true;
	return false;
}

bool fold_is_environment(const char *low)
{
	static const char *const v[] = {
		"antes de imprimir", "before printing", "consider the environment",
		"avant d'imprimer", "antes de imprimi", "prima di stampare", "bevor sie diese",
		"medio ambiente",
	}, *const mail[] = { "imprim", "print", "stamp", "druck" };

	return strlen(low) < 300 && has_any(low, v, ARRAY_LEN(v)) &&
	       has_any(low, mail, ARRAY_LEN(mail));
}

bool fold_is_legal(const char *low, bool *heading_r)
{
	static const char *const groups[][16] = {
		{ "confiden", "vertraulich", "riservat", "privileg", "sigilo", "reservad" },
		{ "destinatari", "recipient", "addressee", "destinatair", "empfanger", "intended",
		  "a quien va dirigid", "a la que va dirigid", "dirigido exclusivamente" },
		{ "por error", "in error", "par erreur", "per errore", "irrtumlich", "by mistake",
		  "por engano", "por equivocacion", "por erro ", "por erro,", "not the intended", "no es el destinatario",
		  "no es usted el destinatario", "no fuera el destinatario" },
		{ "prohibi", "proibid", "interdit", "vietat", "untersagt", "unauthori", "sin autorizacion",
		  "no autorizad", "nao autorizad", "difusi", "disclos", "divulga", "non autoris", "unbefugt",
		  "strictly" },
		{ "elimin", "delete", "borr", "destruir", "destroy", "supprim", "apag", "cancell",
		  "loschen", "notifi", "avis", "inform", "comuni", "devolver" },
	}, *const about[] = {
		"mensaje", "correo", "e-mail", "email", "message", "mensagem", "messaggio", "courriel",
		"nachricht", "communication", "mensaxe", "missatge", "comunicacion", "transmission", "mail", "documento",
	}, *const heads_of[] = {
		"aviso legal", "aviso de confidencialidad", "nota de confidencialidad", "disclaimer",
		"confidentiality", "clausula de confidencialidad", "confidencialidad",
		"advertencia legal", "legal notice", "legal disclaimer", "avis de confidentialite",
		"nota legal", "aviso importante", "important notice", "aviso legal/disclaimer",
	};
	size_t hits = 0, n = strlen(low);
	const char *head = low + strspn(low, "*_-=<[( ");

	*heading_r = starts_any(head, heads_of, ARRAY_LEN(heads_of));
	for (size_t i = 0; i < ARRAY_LEN(groups); i++)
		for (size_t k = 0; k < ARRAY_LEN(groups[i]) && groups[i][k]; k++)
			if (strstr(low, groups[i][k])) {
				hits++;
				break;
			}
	return n >= 80 && has_any(low, about, ARRAY_LEN(about)) &&
	       hits >= (*heading_r ? 2U : 3U);
}

bool fold_is_list_word(const char *low)
{
	static const char *const v[] = {
		"mailman/listinfo", "mailing list", "lista de correo", "lista de distribucion",
		"/listinfo/", "unsubscribe", "desuscribir", "cancelar la suscripcion", "darse de baja",
		"darte de baja", "groups.io", "groups.google.com", "list-unsubscribe", "mailinglist",
		"liste de diffusion", "lista di discussione", "mailman3", "to leave", "se desinscrever",
		"yahoo! groups", "yahoogroups", "desabonn", "abmelden", "listserv",
	};

	return has_any(low, v, ARRAY_LEN(v));
}

bool fold_is_digest(const char *low)
{
	static const char *const v[] = {
		"mailing list submissions to", "re: contents of ",
		"you can reach the person managing the list at",
		"para enviar mensajes a la lista", "envie los mensajes para la lista",
		"envie sus mensajes a la lista", "puede contactar con el responsable de la lista",
		"el asunto (subject) sera mas especifico", "pour envoyer un message a la liste",
	}, *const whole[] = { "today's topics:", "asuntos del dia:", "temas de hoy:",
			      "topics du jour", "topicos de hoje:", "argomenti del giorno:" };

	return has_any(low, v, ARRAY_LEN(v)) || starts_any(low, whole, ARRAY_LEN(whole));
}
