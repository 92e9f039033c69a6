#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A reply whose program lost the quote marks is held against the post that it
# answers: what is the parent's is folded, what is the author's is not, and
# nothing is taken away. Its author shows it whole with one button.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# send WHO NAME SUBJECT ID [PARENT] <text
send() {
	mail_make "$2" "$1@example.org" "agenda@$SITE_DOMAIN" "$3" "$4@example.org" \
		"Mon, 16 Nov 2026 0$((9 + ${#4} % 2)):00:00 -0600" "${5:+$5@example.org}" |
		net_lmtp "$SITE_LMTP" "$1@example.org" "agenda@$SITE_DOMAIN"
}

question() {
	send ana.perez 'Ana Pérez' 'Fecha de la reunión' pregunta <<-'TEXT'
		Buenos días:

		Necesitamos fijar la fecha de la próxima reunión del grupo técnico antes
		del viernes, porque la sala se reserva con una semana.

		También falta la lista de participantes de Honduras y de Nicaragua.
	TEXT
}

answer() {
	send julio.zelaya 'Julio Zelaya' 'Re: Fecha de la reunión' respuesta pregunta <<-'TEXT'
		El martes me viene bien.

		Necesitamos fijar la fecha de la próxima
		reunión del grupo técnico antes del viernes, porque la sala se reserva con
		una semana.

		También falta la lista de participantes de Honduras y
		de Nicaragua.
	TEXT
}

again() {
	send ana.perez 'Ana Pérez' 'Re: Fecha de la reunión' eco pregunta <<-'TEXT'
		Lo repito por si alguien no lo vio.

		Necesitamos fijar la fecha de la próxima reunión del grupo técnico antes
		del viernes, porque la sala se reserva con una semana.

		También falta la lista de participantes de Honduras y de Nicaragua.
	TEXT
}

# shown ID: the text outside of the folds, in one line
shown() {
	flow_sql "SELECT replace(convert_from(
		CASE WHEN folds = '{}' THEN convert_to(body, 'UTF8')
		ELSE substr(convert_to(body, 'UTF8'), 1, folds[1]) || substr(convert_to(body, 'UTF8'), folds[2] + 1) END,
		'UTF8'), chr(10), '|') FROM post WHERE msgid = '$1@example.org'"
}

# sign_in WHO: a session in the file WHO.jar
sign_in() {
	local jar=$TEST_TMP/$1.jar
	printf 'clave-de-prueba' | site_cabildo account password "$1@example.org" --stdin >"$TEST_TMP/out" 2>&1 || return 1
	curl -s -m 20 -c "$jar" -o "$jar.body" "http://127.0.0.1:$SITE_HTTP/signin" &&
		[ "$(web "$1" /signin/password "addr=$1@example.org" password=clave-de-prueba next=/)" = 303 ]
}

# web WHO PATH FIELD=VALUE...: the form, with the token of the page before; prints the status
web() {
	local jar=$TEST_TMP/$1.jar path=$2 args=() f
	shift 2
	for f in "csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$jar.body" | head -n 1)" "$@"; do
		args+=(--data-urlencode "$f")
	done
	curl -s -m 20 -b "$jar" -c "$jar" -o /dev/null -w '%{http_code}' "${args[@]}" "http://127.0.0.1:$SITE_HTTP$path"
}

# look WHO PATH: the page as they see it
look() {
	curl -s -m 20 -b "$TEST_TMP/$1.jar" -c "$TEST_TMP/$1.jar" "http://127.0.0.1:$SITE_HTTP$2" | tee "$TEST_TMP/$1.jar.body"
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site
tap_run 'the group is made' demo_group
tap_run 'a post is taken' question
tap_run 'and a reply that quotes it without marks' answer
tap_is 'the answer is shown, the parent folded' "$(shown respuesta)" 'El martes me viene bien.||'
tap_is 'as a quote' "$(flow_sql "SELECT folds[3] FROM post WHERE msgid = 'respuesta@example.org'")" 0
tap_is 'with all its words' "$(flow_sql "SELECT body LIKE '%Honduras%' FROM post WHERE msgid = 'respuesta@example.org'")" t
page=$(demo_page 'El martes me viene bien.')
tap_run 'the page folds it' demo_thread_has "${page:-/none}" '<details class="fold">' 'Nicaragua'
tap_run 'the author repeats their own words' again
tap_is 'and nothing of them is folded' "$(flow_sql "SELECT folds FROM post WHERE msgid = 'eco@example.org'")" '{}'

tap_run 'an answer to a whole digest is taken' send julio.zelaya 'Julio Zelaya' 'Re: Agenda Digest, Vol 3, Issue 12' \
	digest <<<'Me interesa.'
tap_is 'makes no thread, but waits' "$(flow_sql "SELECT rule, (SELECT count(*) FROM thread) FROM hold WHERE msgid = 'digest@example.org'")" 'digest-reply	1'
tap_is 'by a rule of the table' "$(flow_sql "SELECT h.reason, i.trace LIKE '%digest-reply=hold%posted=-'
	FROM hold h JOIN intake i ON i.hold_id = h.id WHERE h.msgid = 'digest@example.org'")" \
	'It answers a whole digest, not one message of it.	t'
printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\nFrom: julio.zelaya@example.org\nTo: agenda@foro.example\nSubject: Re: Agenda Digest, Vol 3, Issue 13\nMessage-ID: <d2@example.org>\n\nSí.\n' \
	"$AUTHSERV" >"$TEST_TMP/digest2"
tap_run 'which explain tells' grep -qx 'fate held by digest-reply' \
	<<<"$(site_cabildo explain "$TEST_TMP/digest2" --list agenda)"
tap_run 'and the page of rules names' grep -q 'digest-reply\|resumen entero' <<<"$(net_get "$SITE_HTTP" /g/agenda/rules)"
tap_run 'the same in a thread that is here' send julio.zelaya 'Julio Zelaya' 'Re: Agenda Digest, Vol 3, Issue 12' \
	en-su-hilo pregunta <<<'Me interesa.'
tap_is 'is posted there' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'en-su-hilo@example.org'")" 1

tap_run 'the author signs in' sign_in julio.zelaya
tap_run 'somebody else, too' sign_in ana.perez
tap_is 'the author has the button' "$(look julio.zelaya "$page/2" | grep -c '/2/unfold"')" 1
tap_is 'somebody else has not' "$(look ana.perez "$page/2" | grep -c '/2/unfold"')" 0
look ana.perez "$page" >/dev/null
tap_is 'and may not' "$(web ana.perez "$page/2/unfold")" 404
look julio.zelaya "$page/2" >/dev/null
tap_is 'the author shows it whole' "$(web julio.zelaya "$page/2/unfold")" 303
tap_is 'nothing of it is folded' "$(flow_sql "SELECT folds FROM post WHERE msgid = 'respuesta@example.org'")" '{}'
tap_is 'on the page as well' "$(look julio.zelaya "$page/2" | grep -c '<details class="fold">')" 0
tap_is 'it is recorded with what was folded' \
	"$(flow_sql "SELECT a.act, d.before LIKE '{26,%' FROM audit a LEFT JOIN audit_detail d ON d.audit_id = a.id WHERE a.act = 'post.unfold'")" 'post.unfold	t'
flow_end
