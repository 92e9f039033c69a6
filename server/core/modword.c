/* SPDX-License-Identifier: Apache-2.0 */
/* The table of moderators' words; see modword.h. */
#include "server/core/modword.h"

#include "server/base/base.h"

const struct modword_row modword_rows[MODWORDS] = {
	[MODWORD_APPROVE] = { "approve", false,
		{ "aprobar|aprobado|aprobada|apruebo|aprueba|aprobemos|publicar|publiquese|aceptar|acepto|aceptado|aceptada",
		  "approve|approved|accept|accepted|publish",
		  "aprovar|aprovado|aprovada|aprovo|publicar|aceitar|aceito",
		  "approuver|approuve|j'approuve|publier|accepter|j'accepte",
		  "approvare|approva|approvo|approvato|pubblica|pubblicare|accetta|accetto" } },
	[MODWORD_RETURN] = { "return", true,
		{ "devolver|devuelvo|devuelvase|preguntar|pregunta", "return|ask|question",
		  "devolver|devolvo|perguntar|pergunta", "renvoyer|retourner|demander|question",
		  "restituire|restituisci|rinviare|rinvia|chiedere|domanda" } },
	[MODWORD_REJECT] = { "reject", true,
		{ "rechazar|rechazo|rechazado|rechazada|rechacese", "reject|rejected|decline|refuse",
		  "rejeitar|rejeito|rejeitado|recusar|recuso", "rejeter|rejete|refuser|refuse|je refuse",
		  "rifiutare|rifiuta|rifiuto|respingere|respingi" } },
	[MODWORD_DISCARD] = { "discard", false,
		{ "descartar|descartado|descarto|descartese", "discard|discarded|drop",
		  "descartar|descarto|descartado", "ecarter|ecarte|ignorer|ignore", "scartare|scarta|scarto" },
		.shown = { [LANG_FR] = "écarter" } },
	[MODWORD_SPAM] = { "spam", false,
		{ "spam|es spam|basura|correo basura|correo no deseado", "spam|junk|this is spam|it is spam",
		  "spam|e spam|lixo", "spam|indesirable|pourriel", "spam|e spam|posta indesiderata" } },
	[MODWORD_UNDO] = { "undo", false,
		{ "deshacer|deshago|deshaz|deshagase", "undo|take back", "desfazer|desfaco",
		  "annuler|annule|j'annule", "annullare|annulla|annullo" } },
};

static size_t lang_of(const char *locale)
{
	for (size_t i = 0; i < LANGS; i++)
		if (strcmp(command_langs[i], locale) == 0)
			return i;
	return LANG_EN;
}

const char *modword_plain(struct arena *a, enum modword w, const char *locale)
{
	struct slice rest = slice_of(modword_rows[w].words[lang_of(locale)]), first;

	slice_cut(&rest, '|', &first);
	return slice_dup(a, first);
}

const char *modword_shown(struct arena *a, enum modword w, const char *locale)
{
	const char *shown = modword_rows[w].shown[lang_of(locale)];

	return shown != NULL ? shown : modword_plain(a, w, locale);
}
