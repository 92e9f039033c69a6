#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# limit: 120
# A digest is answered: by the address of one thread, by its number, several numbers in
# one mail, the quotation of one thread, a word to mute it; in the ways that Gmail,
# Outlook, Thunderbird and Apple Mail quote. What does not say its thread goes back
# whole. Nobody else's digest is answered so, and no thread is called after a digest.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org
at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
post() {
	demo_send "$1" "$2" "$3@example.org" 0 0:00 "${4:-}" <<<"Texto de $3 sobre el reglamento de firma electrónica." >/dev/null
}
digests() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$ANA/new" 2>/dev/null
}
# part_text FILE: the text part, lines ended by LF
part_text() {
	tr -d '\r' <"$1" | perl -MMIME::QuotedPrint -0777 -ne '
		m{Content-Type: text/plain.*?\n\n(.*?)\n--=_}s and print decode_qp($1)'
}
# answer ID [WHO [TO]]: to the digest, text on stdin
answer() {
	mail_make "$(demo_name "${2:-ana.perez}")" "${2:-ana.perez}@example.org" "${3:-$REPLY}" "Re: $SUBJECT" \
		"$1@example.org" 'Mon, 23 Nov 2026 09:00:00 -0600' "$DIGEST" |
		net_lmtp "$SITE_LMTP" "${2:-ana.perez}@example.org" "${3:-$REPLY}" >"$TEST_TMP/said" 2>&1
}
# posted ID: thread, and what is shown
posted() {
	flow_sql "SELECT t.subject || '|' || replace(p.body, E'\n', '/') FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = '$1@example.org'"
}
fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = '$1@example.org' ORDER BY id DESC LIMIT 1"
}
posts() {
	flow_sql 'SELECT count(*) FROM post'
}
# gmail, apple, outlook, thunderbird: the digest's text as they quote it
gmail() {
	printf '\nEl lun, 23 nov 2026 a la(s) 7:00 a.m., Agenda digital regional (<agenda@foro.example>) escribió:\n\n'
	sed -e 's/^/> /' "$TEST_TMP/text"
}
apple() {
	printf '\n> On 23 Nov 2026, at 07:00, Agenda digital regional <agenda@foro.example> wrote:\n> \n'
	sed -e 's/^/> /' "$TEST_TMP/text"
}
outlook() {
	printf '\n________________________________\nDe: Agenda digital regional <agenda@foro.example>\nEnviado: lunes, 23 de noviembre de 2026 07:00\nPara: Ana Pérez <%s>\nAsunto: %s\n\n' $ANA "$SUBJECT"
	cat "$TEST_TMP/text"
}
thunderbird() { # FROM TO: those lines of it
	printf 'El 23/11/26 a las 07:00, Agenda digital regional escribió:\n'
	sed -n "$1,$2p" "$TEST_TMP/text" | sed -e 's/^/> /'
	printf '\n'
}

flow_site 'receive'
demo_group >/dev/null
site_cabildo list add datos --title 'Datos abiertos' >/dev/null
site_cabildo member add datos $ANA --name 'Ana Pérez' >/dev/null
site_cabildo member add datos luz.mora@example.org --name 'Luz Mora' >/dev/null
flow_sql "UPDATE subscription SET delivery = 'none'; UPDATE account SET time_zone = 'America/Guatemala'" >/dev/null
site_cabildo member set agenda $ANA delivery=digest >/dev/null
site_cabildo member set datos $ANA delivery=digest >/dev/null
at 2026-11-18T15:00:00Z
post marisol.quesada 'Orden del día de la reunión' a1
post julio.zelaya 'Re: Orden del día de la reunión' a2 a1@example.org
post rodrigo.mejia 'Catálogo de trámites' b1
mail_make 'Luz Mora' luz.mora@example.org datos@foro.example 'Licencias de los datos' c1@example.org \
	'Sun, 22 Nov 2026 09:00:00 -0600' <<<'Propongo una sola licencia reservada.' |
	net_lmtp "$SITE_LMTP" luz.mora@example.org datos@foro.example >/dev/null
at 2026-11-23T13:00:00Z
site_start_deliver
sent() {
	[ -n "$(digests)" ]
}
tap_run 'a digest of two groups is sent' wait_for 20 sent
MAIL=$(digests | head -n 1)
REPLY=$(tr -d '\r' <"$MAIL" | sed -n 's/^Reply-To: //p')
DIGEST=$(tr -d '\r' <"$MAIL" | sed -n 's/^Message-ID: <\(.*\)>/\1/p')
SUBJECT='Resumen semanal 18–22 nov: 3 hilos, 4 mensajes'
part_text "$MAIL" >"$TEST_TMP/text"
number() {
	sed -n "s/^#\([0-9]*\)  *$1.*/\1/p" "$TEST_TMP/text"
}
A=$(number 'Orden') B=$(number 'Cat') C=$(number 'Licencias')
tap_is 'its three threads are numbered' "$(printf '%s\n' "$A" "$B" "$C" | sort | paste -sd' ')" '1 2 3'
item() { # TITLE: the address of its thread
	awk -v t="$1" '/^#[0-9]/ { on = index($0, t) > 0 } on && /\+t[0-9]+\./ { print $NF; exit }' "$TEST_TMP/text"
}

tap_run 'to the address of a thread: taken' answer r0 ana.perez "$(item Cat)" < <(echo 'Por su dirección.')
tap_is 'it is there' "$(posted r0)" 'Catálogo de trámites|Por su dirección./'

tap_run 'by number, above the whole digest as Gmail quotes it: taken' answer r1 < <(printf '#%s Falta el registro civil.\n' "$B"; gmail)
tap_is 'it is in that thread, nothing else with it' "$(posted r1)" 'Catálogo de trámites|Falta el registro civil./'
tap_is 'the message itself has its record' "$(flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = 'r1@example.org' ORDER BY id DESC LIMIT 1")" command:digest-answer
before=$(posts)
tap_run 'the same once more: taken' answer r1 < <(printf '#%s Falta el registro civil.\n' "$B"; gmail)
tap_is 'and no second post' "$(posts)" "$before"

tap_run 'two threads of two groups in one mail, as Outlook does: taken' answer r2 < <(
	printf 'Buenos días:\n\n#%s: De acuerdo con el orden.\n\nHilo %s - Prefiero dos licencias.\n\nSaludos\n' "$A" "$C"; outlook)
tap_is 'the first' "$(posted r2)" 'Orden del día de la reunión|Buenos días://De acuerdo con el orden./'
tap_is 'the second, in its own group' "$(flow_sql "SELECT l.name || '|' || replace(p.body, E'\n', '/') FROM post p JOIN list l ON l.id = p.list_id WHERE p.msgid = '1.r2@example.org'")" \
	'datos|Prefiero dos licencias.//Saludos/'
tap_is 'no text of one group is stored in the other' "$(flow_sql "SELECT count(*) FROM post p JOIN list l ON l.id = p.list_id JOIN raw_chunk c ON c.raw_id = p.raw_id
	WHERE l.name = 'agenda' AND (p.body LIKE '%reservada%' OR convert_from(c.bytes, 'UTF8') LIKE '%reservada%')")" 0

# what Thunderbird leaves when one thread is marked before answering; the answer below
from=$(grep -n "^#$A " "$TEST_TMP/text" | cut -d: -f1)
tap_run 'one thread quoted, the answer below: taken' answer r3 < <(thunderbird "$from" $((from + 5)); echo 'Agrego un punto.')
tap_is 'it is in the thread that is quoted' "$(posted r3)" 'Orden del día de la reunión|Agrego un punto./'
tap_run 'in English, by a word, as Apple Mail: taken' answer r4 < <(printf 'Thread %s: I agree.\n' "$A"; apple)
tap_is 'too' "$(posted r4)" 'Orden del día de la reunión|I agree./'
tap_run 'a word to mute: taken' answer r5 < <(printf 'silenciar #%s\n' "$B"; gmail)
tap_is 'that thread is muted' "$(flow_sql "SELECT t.subject || ':' || f.mode FROM thread_follow f JOIN thread t ON t.id = f.thread_id JOIN address a ON a.account_id = f.account_id AND a.addr = '$ANA'")" \
	'Catálogo de trámites:mute'
tap_is 'and nothing is posted' "$(posted r5)" ''

# files go with it, a picture within the words too
letter() {
	printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\nFrom: Ana <%s>\nTo: <%s>\nSubject: Re: %s\n' "$AUTHSERV" $ANA "$REPLY" 'Resumen'
	printf 'Message-ID: <r6@example.org>\nIn-Reply-To: <%s>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=x\n\n' "$DIGEST"
	printf -- '--x\nContent-Type: text/plain; charset=UTF-8\n\n#%s Va el acta.\n' "$B"
	printf -- '--x\nContent-Type: application/pdf; name=acta.pdf\nContent-Disposition: attachment; filename=acta.pdf\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n'
	printf -- '--x\nContent-Type: image/png\nContent-Disposition: inline; filename=mapa.png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--x--\n'
}
send_letter() {
	letter | net_lmtp "$SITE_LMTP" $ANA "$REPLY" >/dev/null
}
tap_run 'with files and without a date: taken' send_letter
tap_run 'the same again: taken' send_letter
tap_is 'is one post, with both files' "$(flow_sql "SELECT count(DISTINCT p.id), string_agg(a.name, ' ' ORDER BY a.name) FROM post p JOIN attachment a ON a.post_id = p.id WHERE p.msgid = 'r6@example.org'")" \
	'1	acta.pdf mapa.png'

before=$(posts)
backs() {
	[ "$(flow_sql "SELECT count(*) FROM delivery WHERE notice_kind = 'digest-returned'")" = "$1" ]
}
tap_run 'no number, all of it quoted: taken' answer s1 < <(printf 'Me parece bien.\n'; gmail)
tap_run 'it goes back to who wrote it' wait_for 20 backs 1
mail=$(grep -rl 'In-Reply-To: <s1@example.org>' "$SITE/outbox/$ANA/new" | head -n 1)
tap_run 'whole' grep -q 'Me parece bien' "$mail"
tap_run 'with the address of each thread' grep -q 'agenda+t' "$mail"
tap_run 'a number that is not there: taken' answer s2 < <(printf '#99 Me parece bien.\n'; apple)
tap_run 'goes back too' wait_for 20 backs 2
tap_run 'a number within a sentence is no answer to it: taken' answer s3 < <(printf 'La opción #2 es mejor.\n'; outlook)
tap_run 'so it goes back' wait_for 20 backs 3
tap_is 'refused, on the record' "$(fate s3)" refused:digest-reply
tap_is 'nothing of these is posted' "$(posts)" "$before"

# somebody to whom Ana forwarded it
tap_run 'by somebody else: taken' answer t1 julio.zelaya < <(printf '#%s No es mi resumen.\n' "$B"; gmail)
tap_is 'waits' "$(fate t1)" held:digest-reply
AUTHSERV='' answer t2 < <(printf '#%s ¿Soy Ana?\n' "$B"; gmail)
tap_run 'by nobody proven: not posted' test -z "$(posted t2)"
# a gateway took the ids, the address is the group's
DIGEST='' answer t3 ana.perez agenda@foro.example < <(printf '#%s Sin rastro.\n' "$B"; gmail)
tap_is 'without a trace of which digest it is: waits' "$(fate t3)" held:digest-reply
tap_is 'no thread is called after a digest' "$(flow_sql "SELECT count(*) FROM thread WHERE subject ILIKE '%resumen%'")" 0
flow_end
