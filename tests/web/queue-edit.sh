#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A held mail with other words before it is posted: its page and its copies have
# the moderator's words and its files, the copies go out in the group's name, its
# author is told what was changed, and the original stays.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

OUTSIDER=oscar.ruiz@otra.example

http() {
	local as=$1 method=$2 path=$3 body=${4:-} fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	{
		printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept-Language: es\r\nAccept-Encoding: identity\r\n' \
			"$method" "$path" "$SITE_HTTP"
		[ ! -s "$TEST_TMP/cookie.$as" ] || printf 'Cookie: %s\r\n' "$(cat "$TEST_TMP/cookie.$as")"
		[ "$method" = GET ] || printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n' \
			"$(printf %s "$body" | wc -c)"
		printf '\r\n%s' "$body"
	} >&"$fd"
	timeout 20 cat <&"$fd"
	exec {fd}>&-
}

status() {
	http "$@" | sed -n '1s/^HTTP\/1\.[01] \([0-9]*\).*/\1/p'
}

value() {
	grep -oE "name=\"$1\"[^>]* value=\"[^\"]*\"" | head -n 1 | sed 's/.* value="\(.*\)"/\1/'
}

cookies() {
	tr -d '\r' | sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/pI' | paste -sd';' | sed 's/;/; /g'
}

sign_in() {
	local page csrf
	: >"$TEST_TMP/cookie.$1"
	page=$(http "$1" GET /signin)
	csrf=$(value csrf <<<"$page")
	cookies <<<"$page" >"$TEST_TMP/cookie.$1"
	http "$1" POST /signin/password "csrf=$csrf&next=/&addr=$1%40example.org&password=prueba-agenda" |
		cookies >"$TEST_TMP/cookie.new"
	mv "$TEST_TMP/cookie.new" "$TEST_TMP/cookie.$1"
	grep -q cabildo= "$TEST_TMP/cookie.$1"
}

# act AS HOLD FIELDS
act() {
	local csrf
	csrf=$(http "$1" GET /me | value csrf)
	status "$1" POST "/moderation/$2" "csrf=$csrf&$3"
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
tap_is 'a member cannot change it' "$(act ana.perez "$h" "act=edit&version=$h.1&$new")" 404
tap_is 'a moderator can' "$(act rodrigo.mejia "$h" "act=edit&version=$h.1&$new")" 303
tap_run 'the page shows what went' shows marisol.quesada "/moderation/$h" '<del>Mi teléfono es 5555-0000.</del>'
tap_is 'who looked before is too late' "$(act marisol.quesada "$h" "act=edit&version=$h.1&$new")" 200
tap_is 'also to decide' "$(act marisol.quesada "$h" "act=approve&version=$h.1")" 200
tap_is 'it still waits' "$(flow_sql "SELECT decision IS NULL, version FROM hold WHERE id = $h")" 't	2'
tap_is 'nothing is no text' "$(act rodrigo.mejia "$h" "act=edit&version=$h.2&text=+&subject=x")" 200
tap_is 'the original can come back' "$(act rodrigo.mejia "$h" "act=unedit&version=$h.2")" 303
tap_is 'and is as it came' "$(flow_sql "SELECT edit_body IS NULL, edited_at IS NULL, version FROM hold WHERE id = $h")" 't	t	3'
tap_is 'and go again' "$(act rodrigo.mejia "$h" "act=edit&version=$h.3&$new")" 303
tap_is 'it is approved' "$(act rodrigo.mejia "$h" "act=approve&version=$h.4")" 303
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
flow_end
