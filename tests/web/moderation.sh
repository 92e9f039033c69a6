#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The queue on the web, as each role: a moderator of one group sees nothing of
# another; a decision is a POST with a token, can be undone in time, and only
# one moderator's counts. What became of a message: numbers for its author,
# addresses for who moderates, nothing for others.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

OUTSIDER=oscar.ruiz@otra.example

# decide AS HOLD FIELDS
decide() {
	act "$1" "/moderation/$2" "$3"
}

shows() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

fails() {
	! "$@"
}

outsider() {
	mail_make 'Óscar Ruiz' $OUTSIDER "$1@$SITE_DOMAIN" "$2" "$3" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto de $2." |
		net_lmtp "$SITE_LMTP" $OUTSIDER "$1@$SITE_DOMAIN"
}

hold_of() {
	flow_sql "SELECT id FROM hold WHERE msgid = '$1' ORDER BY id DESC LIMIT 1"
}

state_of() {
	flow_sql "SELECT coalesce(decision, 'waiting') FROM hold WHERE id = $1"
}

is_done() {
	[ "$(flow_sql "SELECT done_at IS NOT NULL FROM hold WHERE id = $1")" = t ]
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'a second one' site_cabildo list add otro --title 'Otro grupo'
tap_run 'all of its posts are reviewed' site_cabildo list set otro posting=moderated
tap_run 'with a moderator' site_cabildo member add otro julio.zelaya@example.org --name 'Julio Zelaya' --role moderator
tap_run 'and a member' site_cabildo member add otro ana.perez@example.org --name 'Ana Pérez'
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'one waits in the first' outsider agenda Primera p1@otra.example
tap_run 'one in the second' outsider otro Segunda p2@otra.example
a=$(hold_of p1@otra.example)
: >"$TEST_TMP/cookie.nobody"
for who in ana.perez julio.zelaya rodrigo.mejia marisol.quesada carmen.loaisiga; do
	tap_run "$who signs in" sign_in $who
done

# -- who sees what
for path in /moderation /g/agenda/moderation "/moderation/$a" "/moderation/$a/raw"; do
	tap_is "$path: nobody signed in is asked to" "$(status nobody GET "$path")" 303
	tap_is "$path: a member is told that it is not here" "$(status ana.perez GET "$path")" 404
	tap_is "$path: a moderator of the group" "$(status rodrigo.mejia GET "$path")" 200
	[ "$path" = /moderation ] || tap_is "$path: one of another" "$(status julio.zelaya GET "$path")" 404
done
tap_run 'his own queue' shows julio.zelaya /moderation Segunda
tap_run 'has nothing of the other' fails shows julio.zelaya /moderation Primera
tap_run 'the head of each page counts them' shows rodrigo.mejia / '<span class="chip n">1'
tap_run 'and the first page says so' shows rodrigo.mejia / '1 asunto espera su decisión.'
tap_run 'not for a member' fails shows ana.perez / /moderation
tap_run 'for whom nothing waits' shows ana.perez / 'Nada espera por usted.'
tap_run 'the reason is in words, in Spanish' shows rodrigo.mejia /moderation 'En este grupo solo escriben sus miembros'
for who in ana.perez julio.zelaya; do
	tap_is "$who cannot decide it" "$(decide $who "$a" act=approve)" 404
done
tap_is 'without a token nobody can' "$(status rodrigo.mejia POST "/moderation/$a" act=approve)" 403
tap_is 'it still waits' "$(state_of "$a")" waiting

# -- deciding, undoing, and who was first
tap_is 'it is approved' "$(decide rodrigo.mejia "$a" act=approve)" 303
tap_is 'that is on the record' "$(state_of "$a")" approve
tap_run 'nothing is posted yet' fails is_done "$a"
tap_run 'the page offers to undo' shows rodrigo.mejia /moderation 'value="undo"'
tap_is 'it is undone' "$(decide rodrigo.mejia "$a" act=undo)" 303
tap_is 'it waits again' "$(state_of "$a")" waiting
tap_is 'a return without a question' "$(decide rodrigo.mejia "$a" act=return)" 200
tap_is 'is none' "$(state_of "$a")" waiting
tap_is 'it is approved again' "$(decide rodrigo.mejia "$a" act=approve)" 303
tap_is 'another moderator rejects it' "$(decide marisol.quesada "$a" act=reject)" 303
tap_is 'the first decision stands' "$(state_of "$a")" approve
tap_run 'the second is told' shows marisol.quesada "/moderation/$a?late=1" 'Ya se había decidido'
flow_sql "UPDATE hold SET effective_at = now() WHERE id = $a" >/dev/null
tap_run 'its time comes' wait_for 20 is_done "$a"
tap_is 'it is too late to undo' "$(decide rodrigo.mejia "$a" act=undo) $(state_of "$a")" '303 approve'
tap_run 'the page says who decided' shows marisol.quesada "/moderation/$a" 'Lo decidió Rodrigo Mejía'
tap_run 'and leads to the thread' shows marisol.quesada "/moderation/$a" '/g/agenda/1/1'

# -- a post from the web that is held
page=$(http ana.perez GET /g/otro/new)
body="csrf=$(value csrf <<<"$page")&form_id=$(value form_id <<<"$page")&subject=Desde+la+web&text=Con+**fuerza**."
page=$(http ana.perez POST /g/otro/new "$body&act=preview")
tap_is 'it is taken' "$(status ana.perez POST /g/otro/new "$body&seen=$(value seen <<<"$page")&act=post")" 200
w=$(flow_sql "SELECT id FROM hold WHERE source = 'web'")
tap_run 'it waits' shows julio.zelaya "/moderation/$w" '<strong>fuerza</strong>'
tap_is 'it is approved' "$(decide julio.zelaya "$w" act=approve)" 303
flow_sql "UPDATE hold SET effective_at = now() WHERE id = $w" >/dev/null
tap_run 'its time comes' wait_for 20 is_done "$w"
tap_is 'it is a post of hers' "$(flow_sql "SELECT p.source, p.author_addr, p.html LIKE '%<strong>fuerza%' FROM post p JOIN hold h ON h.post_id = p.id WHERE h.id = $w")" \
	'web	ana.perez@example.org	t'

# -- what became of it
tap_run 'she posts by mail' demo_send ana.perez 'Un tema' t1@example.org 0 08:00 <<<'El tema.'
tap_run 'all have it' wait_for 20 demo_copied t1@example.org ana.perez
flow_sql "INSERT INTO delivery (outbound_id, list_id, post_id, addr, outcome, code, answer, tries)
	SELECT 1, list_id, id, 'nadie@lejos.example', 'failed', 550, '5.1.1 no such user', 1 FROM post WHERE msgid = 't1@example.org'" >/dev/null
tap_is 'nobody signed in is asked to' "$(status nobody GET '/delivery?id=t1@example.org')" 303
tap_run 'its author sees numbers' shows ana.perez '/delivery?id=t1@example.org' 'Enviado a 6 miembros, 1 no se pudo entregar'
tap_run 'but no address' fails shows ana.perez '/delivery?id=t1@example.org' nadie@lejos.example
tap_run 'a moderator sees both' shows rodrigo.mejia '/delivery?id=t1@example.org' nadie@lejos.example
tap_run 'another member nothing' shows carmen.loaisiga '/delivery?id=t1@example.org' 'No ha llegado nada suyo'
tap_run 'hers are listed' shows ana.perez /delivery 'Un tema'
flow_end
