#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A held mail with other words before it is posted: its page and its copies have
# the moderator's words and its files, the copies go out in the group's name, its
# author is told what was changed, and the original stays.
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

with_file() {
	cat <<-MAIL | sed 's/$/\r/' | net_lmtp "$SITE_LMTP" $OUTSIDER "agenda@$SITE_DOMAIN"
		Authentication-Results: mx.foro.example; dmarc=pass header.from=otra.example
		From: =?utf-8?q?=C3=93scar_Ruiz?= <$OUTSIDER>
		To: agenda@$SITE_DOMAIN
		Subject: Propuesta
		Message-ID: <e1@otra.example>
		Date: Mon, 16 Nov 2026 09:00:00 -0600
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary=corte

		--corte
		Content-Type: text/plain; charset=utf-8

		Buenos días.
		Mi teléfono es 5555-0000.
		Adjunto el formato.
		--corte
		Content-Type: text/csv; name=campos.csv
		Content-Disposition: attachment; filename=campos.csv
		Content-Transfer-Encoding: base64

		bm9tYnJlLHRpcG8K
		--corte--
	MAIL
}

is_post() {
	[ "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'e1@otra.example'")" = 1 ]
}

copy() {
	grep -rlF 'Message-ID: <e1@otra.example>' "$SITE/outbox/ana.perez@example.org/new" | head -n 1
}

has_copy() {
	[ -n "$(copy)" ]
}

# From may be folded
from_group() {
	grep -A 1 '^From:' "$1" | grep -q "<agenda@$SITE_DOMAIN>"
}

told() {
	grep -rlaE '^Subject: .*Publicado con cambios' "$SITE/outbox/$OUTSIDER/new" | head -n 1
}

is_told() {
	[ -n "$(told)" ]
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'without a wait' site_cabildo hold window 0
tap_run 'a mail with a file waits' with_file
h=$(flow_sql "SELECT id FROM hold WHERE msgid = 'e1@otra.example'")
raw=$(flow_sql "SELECT raw_id FROM hold WHERE id = $h")
for who in ana.perez rodrigo.mejia marisol.quesada; do
	tap_run "$who signs in" sign_in $who
done
new='text=Buenos+d%C3%ADas.%0AAdjunto+el+formato.%0A&subject=Propuesta+de+formato'
tap_is 'a member cannot change it' "$(decide ana.perez "$h" "act=edit&version=$h.1&$new")" 404
tap_is 'a moderator can' "$(decide rodrigo.mejia "$h" "act=edit&version=$h.1&$new")" 303
tap_run 'the page shows what went' shows marisol.quesada "/moderation/$h" '<del>Mi teléfono es 5555-0000.</del>'
tap_is 'who looked before is too late' "$(decide marisol.quesada "$h" "act=edit&version=$h.1&$new")" 200
tap_is 'also to decide' "$(decide marisol.quesada "$h" "act=approve&version=$h.1")" 200
tap_is 'it still waits' "$(flow_sql "SELECT decision IS NULL, version FROM hold WHERE id = $h")" 't	2'
tap_is 'nothing is no text' "$(decide rodrigo.mejia "$h" "act=edit&version=$h.2&text=+&subject=x")" 200
tap_is 'the original can come back' "$(decide rodrigo.mejia "$h" "act=unedit&version=$h.2")" 303
tap_is 'and is as it came' "$(flow_sql "SELECT edit_body IS NULL, edited_at IS NULL, version FROM hold WHERE id = $h")" 't	t	3'
tap_is 'and go again' "$(decide rodrigo.mejia "$h" "act=edit&version=$h.3&$new")" 303
tap_is 'it is approved' "$(decide rodrigo.mejia "$h" "act=approve&version=$h.4")" 303
tap_run 'it becomes a post' wait_for 20 is_post
tap_is 'with the words of the moderator' "$(flow_sql "SELECT body NOT LIKE '%5555%', subject, moderated FROM post WHERE msgid = 'e1@otra.example'")" \
	't	Propuesta de formato	t'
tap_is 'found by them alone' "$(flow_sql "SELECT search @@ to_tsquery('simple', '5555') FROM post WHERE msgid = 'e1@otra.example'")" f
tap_is 'with its file' "$(http ana.perez GET /g/agenda/1/1/1/campos.csv | tail -n 1)" 'nombre,tipo'
tap_run 'the original stays' shows rodrigo.mejia "/moderation/$h/raw" 'Mi teléfono es 5555-0000.'
tap_is 'for good' "$(flow_sql "SELECT keep FROM raw_message WHERE id = $raw")" t
tap_run 'copies go out' wait_for 20 has_copy
mail=$(copy)
tap_run 'in the name of the group' from_group "$mail"
tap_run 'with its words' grep -q 'Adjunto el formato' "$mail"
tap_run 'and its file' grep -q 'campos.csv' "$mail"
tap_run 'not what went' fails grep -q 5555 "$mail"
tap_run 'its author is told' wait_for 20 is_told
tap_run 'what was changed' grep -qE '^- Mi tel' "$(told)"
tap_run 'the post says so' shows ana.perez /g/agenda/1 'editado por la moderación'
tap_is 'what went is not for all' "$(status ana.perez GET /g/agenda/1/1/edited)" 404
tap_run 'but for who moderates' shows marisol.quesada /g/agenda/1/1/edited '<del>Mi teléfono es 5555-0000.</del>'
tap_is 'each act on the record' "$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE act LIKE 'hold.%'")" \
	'hold.edit hold.unedit hold.edit hold.approve hold.posted'

# -- a claim shows, keeps the others from the form, and ends by itself
cat <<-MAIL | sed 's/$/\r/' | net_lmtp "$SITE_LMTP" $OUTSIDER "agenda@$SITE_DOMAIN" >/dev/null
	From: $OUTSIDER
	To: agenda@$SITE_DOMAIN
	Subject: Re: Propuesta
	In-Reply-To: <e1@otra.example>
	Message-ID: <e2@otra.example>
	Date: Mon, 16 Nov 2026 10:00:00 -0600

	Se me olvidó algo.
MAIL
c=$(flow_sql "SELECT id FROM hold WHERE msgid = 'e2@otra.example'")
# apply AS FIELDS: the form of many
apply() {
	local csrf
	csrf=$(http "$1" GET /me | value csrf)
	http "$1" POST /moderation "csrf=$csrf&$2"
}
tap_run 'another waits' test -n "$c"
tap_run 'with what it answers' shows rodrigo.mejia /moderation 'Responde a: n.º 1'
tap_run 'looking takes nothing' shows marisol.quesada /moderation "name=\"d$c\""
tap_run 'it is taken' apply rodrigo.mejia "claim=$c"
tap_run 'the other sees by whom' shows marisol.quesada /moderation 'Rodrigo Mejía lo tomó hace'
tap_run 'and no form' fails shows marisol.quesada /moderation "name=\"d$c\""
tap_run 'an old form does nothing' grep -q 'lo tomó hace' <<<"$(apply marisol.quesada "h=$c.1&d$c=spam")"
tap_is 'it waits' "$(flow_sql "SELECT decision IS NULL FROM hold WHERE id = $c")" t
tap_is 'a third look does not take it either' "$(status marisol.quesada GET "/moderation/$c"):$(flow_sql "SELECT a.name FROM hold h JOIN account a ON a.id = h.claimed_by WHERE h.id = $c")" \
	'200:Rodrigo Mejía'
flow_sql "UPDATE hold SET claimed_at = now() - interval '15 minutes 1 second' WHERE id = $c" >/dev/null
tap_run 'after a quarter of an hour it is free' shows marisol.quesada /moderation "name=\"d$c\""
tap_run 'and taken by the other' apply marisol.quesada "claim=$c"
tap_is 'who has it' "$(decide rodrigo.mejia "$c" act=claim)" 200
tap_is 'takes it all the same' "$(decide rodrigo.mejia "$c" act=take)" 303
tap_run 'a note' decide rodrigo.mejia "$c" 'act=note&note=Ya+habl%C3%A9+con+%C3%A9l.'
tap_run 'is read by the other' shows marisol.quesada "/moderation/$c" 'Ya hablé con él.'

# -- in a text browser
if command -v w3m >/dev/null; then
	printf 'Cookie: %s' "$(cat "$TEST_TMP/cookie.rodrigo.mejia")" >"$TEST_TMP/header"
	page=$(w3m -dump -o accept_language=es -header "$(cat "$TEST_TMP/header")" "http://127.0.0.1:$SITE_HTTP/moderation")
	tap_run 'w3m shows the choices' grep -qE '\(•\)|\(\*\) *Después' <<<"$page"
	tap_run 'and the button' grep -q 'Aplicar decisiones' <<<"$page"
	printf 'csrf=%s&h=%s&d%s=discard' "$(http rodrigo.mejia GET /me | value csrf)" "$c.1" "$c" >"$TEST_TMP/post"
	# it sends the form again where it is led on: only the first counts
	w3m -dump -o accept_language=es -header "$(cat "$TEST_TMP/header")" -post "$TEST_TMP/post" "http://127.0.0.1:$SITE_HTTP/moderation" >/dev/null 2>&1
	tap_is 'it decides that one' "$(flow_sql "SELECT decision, decided_door FROM hold WHERE id = $c")" 'discard	web'
else
	echo '# there is no w3m here'
fi

# -- away: notices of this group pass by
csrf=$(http rodrigo.mejia GET /me | value csrf)
tap_is 'no days' "$(status rodrigo.mejia POST /g/agenda/moderation/away "csrf=$csrf&from=2026-02-30&until=2026-03-01")" 200
tap_is 'days' "$(status rodrigo.mejia POST /g/agenda/moderation/away "csrf=$csrf&from=2020-01-01&until=2099-12-31")" 303
tap_run 'the page says so' shows marisol.quesada /g/agenda/moderation 'Ausencia de Rodrigo Mejía'
tap_is 'on the record' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'moderator.away'")" 1
flow_end
