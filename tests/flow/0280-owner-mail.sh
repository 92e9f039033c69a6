#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 200
# Mail to -owner@ is a conversation: it waits in the queue, owners get it with an
# address of their own, one answers in the name of the group, the others see that, the
# answer to the answer comes back into the same conversation. No circle, no answer to
# programs, no notice of spam.
set -u
export SITE_SPAM=spamassassin
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/modmail.sh
. "$TOP/tests/lib/modmail.sh"

ANA=ana.perez@example.org

# ask ID SUBJECT [PARENT] [HEADER]: to the owners
ask() {
	{
		[ -z "${4:-}" ] || printf '%s\n' "$4"
		AUTHSERV=$PROVEN mail_make 'Óscar Ruiz' $OUTSIDER "agenda-owner@$SITE_DOMAIN" "$2" "$1" \
			'Mon, 16 Nov 2026 09:00:00 -0600' "${3:-}"
	} | net_lmtp "$SITE_LMTP" "${ENV-$OUTSIDER}" "agenda-owner@$SITE_DOMAIN"
}

told() {
	flow_sql "SELECT count(*) FROM hold_notice WHERE hold_id = $(hold_of "$1")"
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'Ana owns it too' site_cabildo member set agenda $ANA role=owner
tap_run 'no time to undo' site_cabildo hold window 0

tap_run 'somebody asks the owners' ask q1@afuera.example 'Una consulta' <<<'¿Cómo se ingresa al grupo?'
tap_is 'it is held for them' "$(flow_sql "SELECT kind, rule FROM hold WHERE msgid = 'q1@afuera.example'")" 'owner-mail	to-owner'
tap_run 'one owner has it' wait_for 20 got $OWNER '^Subject: \[agenda-owner\] Una consulta'
tap_run 'the other too' wait_for 20 got $ANA '^Subject: \[agenda-owner\] Una consulta'
tap_is 'who only moderates has not' "$(count $MODERATOR 'Una consulta')" 0
tap_is 'the asker has no automatic answer' "$(count $OUTSIDER .)" 0
n=$(got $ANA '^Subject: \[agenda-owner\] Una consulta')
for line in '^Reply-To: .*agenda\+m[a-z2-7]{32}@foro\.example' '^X-Loop: agenda-owner@foro.example' \
	'^> ¿Cómo se ingresa al grupo\?' '^Content-Type: message/rfc822' '^descartar - no hace falta contestar'; do
	tap_run "it has: $line" grep -qE -- "$line" <(text "$n")
done
tap_run 'no word there approves anything' fails grep -qE '^aprobar' <(text "$n")

tap_run 'Ana answers' answer $ANA "$(reply_to "$n")" q2@example.org 'RE: [agenda-owner] Una consulta' \
	<<<$'Hola, Óscar:\n\nEscriba a agenda-join@foro.example.\n\nEl lun, 16 nov 2026, Agenda escribió:\n> Esto llegó'
tap_run 'the asker has the answer' wait_for 20 got $OUTSIDER 'Escriba a agenda-join@foro.example'
o=$(got $OUTSIDER 'Escriba a agenda-join@foro.example')
for line in '^From: .*Ana Pérez, por la coordinación de Agenda digital regional.* <agenda-owner@foro.example>' \
	'^In-Reply-To: <q1@afuera.example>' '^Subject: Re: Una consulta$' '^Return-Path: <agenda-bounces@foro.example>' \
	'^> ¿Cómo se ingresa al grupo\?'; do
	tap_run "it has: $line" grep -qE -- "$line" <(text "$o")
done
tap_run 'it is not called automatic' fails grep -qi '^Auto-Submitted' "$o"
tap_run 'nor does it tell of the notice' fails grep -qE '\+m[a-z2-7]{32}|Esto llegó' <(text "$o")
tap_run 'the other owner sees who answered' wait_for 20 got $OWNER 'Ana Pérez contestó:'
tap_run 'and what, in the same thread' grep -qE '^> Escriba a agenda-join' <(text "$(got $OWNER 'Ana Pérez contestó:')")
tap_is 'it is on the record' "$(flow_sql "SELECT string_agg(a.act || ':' || a.door, ' ' ORDER BY a.id) FROM audit a WHERE a.act LIKE 'hold.%'")" hold.return:email
tap_run 'the other owner answers too' answer $OWNER "$(reply_to "$(got $OWNER '^Subject: \[agenda-owner\] Una consulta')")" q3@example.org <<<'Otra respuesta.'
tap_run 'is told that Ana did' wait_for 20 got $OWNER 'Ya estaba decidido'
tap_is 'the asker has one answer' "$(count $OUTSIDER '^Subject: Re: Una consulta')" 1

# -- it goes on
answer_id=$(msgid "$o")
tap_run 'the asker writes again, twice' ask q4@afuera.example 'Re: Una consulta' "$answer_id" <<<'Gracias. ¿Y después?'
tap_run 'the second time' ask q5@afuera.example 'Re: Una consulta' q1@afuera.example <<<'¿Alguien?'
tap_is 'both are of the same conversation' "$(flow_sql "SELECT count(*) FROM hold WHERE conversation_id = $(hold_of q1@afuera.example)")" 2
tap_run 'in the mail thread of each owner' wait_for 20 got $OWNER "^In-Reply-To: <held\\.$(hold_of q1@afuera.example)\\."
other=$(got $ANA '^> ¿Alguien')
tap_run 'the second is there' wait_for 20 got $ANA '^> ¿Alguien'
other=$(got $ANA '^> ¿Alguien')
tap_run 'one answer' answer $ANA "$(reply_to "$other")" q6@example.org <<<'Después recibe un correo.'
tap_run 'reaches the asker' wait_for 20 got $OUTSIDER 'Después recibe un correo'
tap_run 'naming all before' grep -qE "^References: .*<$answer_id>.*<q4@afuera.example>.*<q5@afuera.example>" <(text "$(got $OUTSIDER 'Después recibe')")
tap_is 'and nothing of it waits' "$(flow_sql "SELECT count(*) FROM hold WHERE decided_at IS NULL")" 0
AUTHSERV=$PROVEN mail_make 'Eva Otra' eva@lejos.example agenda-owner@foro.example 'Re: Una consulta' q7@lejos.example \
	'Mon, 16 Nov 2026 09:00:00 -0600' "$answer_id" <<<'Yo también.' | net_lmtp "$SITE_LMTP" eva@lejos.example agenda-owner@foro.example >/dev/null
tap_is 'and begins one of their own' "$(flow_sql "SELECT conversation_id IS NULL FROM hold WHERE msgid = 'q7@lejos.example'")" t
tap_run 'no answer is needed' wait_for 20 got $OWNER '^> Yo también'
tap_run 'says the owner' answer $OWNER "$(reply_to "$(got $OWNER '^> Yo también')")" q8@example.org <<<'descartar'
tap_is 'so it is' "$(state_of q7@lejos.example)" 'discard email Marisol Quesada'
tap_is 'nothing goes there' "$(count eva@lejos.example .)" 0

# -- on the web
tap_run 'another question' ask q9@afuera.example 'Otra consulta' <<<'¿Hay reunión en enero?'
tap_run 'the owner signs in' sign_in $OWNER
tap_run 'it is a card' grep -qF '¿Hay reunión en enero?' <(net_get "$SITE_HTTP" '/moderation?kind=owner-mail' "Cookie: $SESSION")
tap_run 'a card tells what was said before, and by whom' grep -qF 'Ana Pérez: Hola, Óscar' \
	<(net_get "$SITE_HTTP" "/moderation/$(hold_of q5@afuera.example)" "Cookie: $SESSION")
tap_run 'and is answered there' press "/moderation/$(hold_of q9@afuera.example)" 'act=return&why=S%C3%AD,+el+d%C3%ADa+15.'
tap_run 'the asker has it' wait_for 20 got $OUTSIDER 'Sí, el día 15'
tap_run 'from the owner' grep -qE '^From: .*Marisol Quesada, por la coordinación' <(text "$(got $OUTSIDER 'Sí, el día 15')")
tap_run 'the other owner hears of it' wait_for 20 got $ANA 'Marisol Quesada contestó:'

# -- circles, programs, spam
tap_run 'what comes back' ask x1@afuera.example Vuelta '' 'X-Loop: agenda-owner@foro.example' <<<'Vuelta.'
tap_run 'a vacation reply' ask x2@afuera.example Fuera "$answer_id" 'Auto-Submitted: auto-replied' <<<'Estoy fuera.'
tap_is 'are dropped' "$(fate_of x1@afuera.example) $(fate_of x2@afuera.example)" 'dropped:loop dropped:automatic'
tap_run 'a program writes' ask x3@afuera.example Boletín '' 'Auto-Submitted: auto-generated' <<<'Novedades.'
tap_run 'and what the filter calls spam' ask x4@afuera.example Oferta '' 'X-Spam-Flag: YES' <<<'Compre.'
tap_is 'wait for the owners' "$(flow_sql "SELECT string_agg(kind, ' ') FROM hold WHERE msgid LIKE 'x%' AND decided_at IS NULL")" 'owner-mail owner-mail'
tap_is 'and disturb nobody' "$(told x3@afuera.example) $(told x4@afuera.example)" '0 0'
flow_end
