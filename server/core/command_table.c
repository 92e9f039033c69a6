/* SPDX-License-Identifier: Apache-2.0 */
/* The table of commands; see command.h. */
#include "server/core/command.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const char *const command_langs[LANGS] = { "es", "en", "pt", "fr", "it" };

const struct command_row command_rows[COMMANDS] = {
	[COMMAND_HELP] = { COMMAND_HELP, "help", false,
		{ "ayuda|comandos|instrucciones", "help|commands|info", "ajuda|comandos|instrucoes",
		  "aide|commandes|instructions", "aiuto|comandi|istruzioni" },
		N_("this list of commands") },
	[COMMAND_JOIN] = { COMMAND_JOIN, "join", true,
		{ "suscribir|suscribirme|suscripcion|inscribir|inscribirme|alta|darme de alta|unirme",
		  "subscribe|join|sign up|signup",
		  "inscrever|inscrever-me|inscricao|assinar|aderir",
		  "abonner|m'abonner|s'abonner|abonnement|inscription|rejoindre",
		  "iscrivi|iscriviti|iscrivimi|iscrizione|iscrivermi" },
		N_("join the group") },
	[COMMAND_LEAVE] = { COMMAND_LEAVE, "leave", true,
		{ "*baja|*darme de baja|*dar de baja|*dame de baja|*denme de baja|*desuscribir|"
		  "*desuscribirme|*cancelar suscripcion|*cancelar mi suscripcion|*salir del grupo|salir",
		  "*unsubscribe|*unsubscribe me|*remove me|*leave the group|*leave group|leave|signoff|sign off",
		  "*desinscrever|*desinscrever-me|*cancelar inscricao|*cancelar minha inscricao|"
		  "*cancelar assinatura|*descadastrar|*sair do grupo|sair",
		  "*desabonner|*me desabonner|*desabonnement|*se desabonner|*desinscrire|*me desinscrire|"
		  "*desinscription|*quitter le groupe|quitter",
		  "*cancellami|*disiscrivi|*disiscrivimi|*disiscrizione|*annulla iscrizione|"
		  "*cancella iscrizione|cancella|esci" },
		N_("leave the group"),
		.shown = { [LANG_FR] = "désabonner" } },
	[COMMAND_PAUSE] = { COMMAND_PAUSE, "pause", true,
		{ "pausa|pausar|suspender|vacaciones", "pause|suspend|vacation|holiday",
		  "pausa|pausar|suspender|ferias", "pause|suspendre|vacances",
		  "pausa|sospendi|ferie|vacanze" },
		N_("no mail for 30 days; or for \"15 days\", or until \"2027-01-31\"") },
	[COMMAND_RESUME] = { COMMAND_RESUME, "resume", true,
		{ "reanudar|reactivar|continuar", "resume|continue|unpause",
		  "retomar|reativar|continuar", "reprendre|reactiver|continuer",
		  "riprendi|riprendere|riattiva|continua" },
		N_("end the pause") },
	[COMMAND_EACH] = { COMMAND_EACH, "each", true,
		{ "cada mensaje|cada correo|todos los mensajes|todo",
		  "each message|each|every message|all messages|all",
		  "cada mensagem|todas as mensagens|tudo",
		  "chaque message|tous les messages|tout",
		  "ogni messaggio|tutti i messaggi|tutto" },
		N_("receive every message as it is posted") },
	[COMMAND_FOLLOWED] = { COMMAND_FOLLOWED, "followed", true,
		{ "solo seguidos|solo lo que sigo|solo los hilos que sigo|solo hilos que sigo",
		  "only followed|followed only|only threads i follow|only the threads i follow",
		  "so seguidos|so o que sigo|somente o que sigo|so os topicos que sigo",
		  "seulement suivis|fils suivis|seulement les fils suivis",
		  "solo seguiti|solo le discussioni che seguo|solo discussioni che seguo" },
		N_("receive only the threads that you follow"),
		.shown = { [LANG_PT] = "só seguidos" } },
	[COMMAND_NONE] = { COMMAND_NONE, "none", true,
		{ "solo web|sin correo|ningun correo|nada por correo",
		  "web only|no mail|nomail|no email|nothing by mail",
		  "so web|somente web|sem email|sem e-mail|nenhum email",
		  "web seulement|sans courriel|aucun courriel|pas de courriel",
		  "solo sito|senza posta|niente posta|nessuna email" },
		N_("receive nothing by mail and read on the web"),
		.shown = { [LANG_PT] = "só web" } },
	[COMMAND_MUTE] = { COMMAND_MUTE, "mute", true,
		{ "*silenciar hilo|*silenciar|*silenciar tema|*silenciar este hilo|*silenciar conversacion",
		  "*mute thread|*mute|*mute this thread|*ignore thread|*ignore this thread",
		  "*silenciar topico|*silenciar|*silenciar conversa|*silenciar este topico",
		  "*ignorer le fil|*ignorer ce fil|*mettre en sourdine|*sourdine",
		  "*silenzia discussione|*silenzia|*silenzia questa discussione|*ignora discussione" },
		N_("as an answer to a message: no more of its thread"),
		.shown = { [LANG_PT] = "silenciar tópico" } },
	[COMMAND_FOLLOW] = { COMMAND_FOLLOW, "follow", true,
		{ "*seguir hilo|*seguir tema|*seguir este hilo|*seguir conversacion|seguir",
		  "*follow thread|*follow this thread|*watch thread|*unmute thread|*unmute|follow",
		  "*seguir topico|*seguir conversa|*seguir este topico|seguir",
		  "*suivre le fil|*suivre ce fil|suivre",
		  "*segui discussione|*segui questa discussione|segui" },
		N_("as an answer to a message: all of its thread"),
		.shown = { [LANG_PT] = "seguir tópico" } },
	[COMMAND_STATUS] = { COMMAND_STATUS, "status", false,
		{ "estado|mi estado|mi suscripcion", "status|my status|my subscription",
		  "situacao|estado|minha inscricao", "etat|statut|mon abonnement",
		  "stato|la mia iscrizione" },
		N_("what you receive from this group"),
		.shown = { [LANG_PT] = "situação", [LANG_FR] = "état" } },
	[COMMAND_MYDATA] = { COMMAND_MYDATA, "mydata", false,
		{ "mis datos|mis grupos", "my data|my groups|which", "meus dados|meus grupos",
		  "mes donnees|mes groupes", "i miei dati|miei dati|i miei gruppi" },
		N_("what is kept about you: addresses and groups"),
		.shown = { [LANG_FR] = "mes données" } },
	[COMMAND_DIGEST] = { COMMAND_DIGEST, "digest", true,
		{ "resumen|resumen semanal|resumen diario", "digest|weekly digest|daily digest",
		  "resumo|resumo semanal|resumo diario",
		  "resume hebdomadaire|resume quotidien|recapitulatif",
		  "riepilogo|riepilogo settimanale|riassunto|riassunto settimanale" },
		N_("receive one mail with what is new, weekly or as you choose"),
		.shown = { [LANG_FR] = "résumé hebdomadaire" } },
	[COMMAND_CONFIRM] = { COMMAND_CONFIRM, "confirm", false,
		{ "confirmar|confirmo", "confirm", "confirmar|confirmo", "confirmer|je confirme",
		  "conferma|confermo" },
		NULL },
};

const char *command_word(struct arena *a, enum command what, const char *locale)
{
	struct slice rest, first;
	size_t lang = LANG_EN;

	for (size_t i = 0; i < LANGS; i++)
		if (strcmp(command_langs[i], locale) == 0)
			lang = i;
	if (command_rows[what].shown[lang] != NULL)
		return command_rows[what].shown[lang];
	rest = slice_of(command_rows[what].words[lang]);
	slice_cut(&rest, '|', &first);
	if (first.n > 0 && first.p[0] == '*') {
		first.p++;
		first.n--;
	}
	return slice_dup(a, first);
}
