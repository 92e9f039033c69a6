#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A reply whose program lost the quote marks is held against the post that it
# answers: what is the parent's is folded, what is the author's is not, and
# nothing is taken away.
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
flow_end
