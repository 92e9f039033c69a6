#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What is written on the web meets the rules of acceptance that apply to it: the
# group that is stopped, reviewed posts, the first ones of a new member, too
# many within the hour, the moderators' patterns, kinds of files. What is held
# waits in the same queue as mail, with its rule; what is refused stays before
# its writer.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

command -v curl >/dev/null || tap_skip_all 'curl is not here'

ask() {
	local as=$1
	shift
	curl -s -b "$TEST_TMP/jar.$as" -c "$TEST_TMP/jar.$as" -H 'Accept-Language: es' "$@"
}

# value NAME: of the first field of that name in the page on stdin
value() {
	grep -oE "name=\"$1\"[^>]* value=\"[^\"]*\"" | head -n 1 | sed 's/.* value="\(.*\)"/\1/'
}

sign_in() {
	local csrf
	csrf=$(ask "$1" "$URL/signin" | value csrf)
	ask "$1" -o /dev/null -w '%{http_code}' --data-urlencode "csrf=$csrf" -d next=/ \
		--data-urlencode "addr=$1@example.org" -d password=prueba-agenda "$URL/signin/password" | grep -qx 303
}

# write AS SUBJECT TEXT [FILE]: form, preview, post; the answer is in $TEST_TMP/answer
write() {
	local page csrf form file=()
	page=$(ask "$1" "$URL/g/agenda/new")
	csrf=$(value csrf <<<"$page") form=$(value form_id <<<"$page")
	page=$(ask "$1" -F "csrf=$csrf" -F "form_id=$form" -F "subject=$2" -F "text=$3" -F act=preview "$URL/g/agenda/new")
	[ -z "${4:-}" ] || file=(-F "files=@$4")
	ask "$1" -F "csrf=$csrf" -F "form_id=$form" -F "subject=$2" -F "text=$3" -F "seen=$(value seen <<<"$page")" \
		-F act=post "${file[@]}" -o "$TEST_TMP/answer" -w '%{http_code}' "$URL/g/agenda/new" >"$TEST_TMP/code"
}

fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake ORDER BY id DESC LIMIT 1"
}

# meets TEXT WANTED SUBJECT [AS]
meets() {
	write "${4:-ana.perez}" "$3" 'Un texto cualquiera.'
	tap_is "$1" "$(fate)" "$2"
}

says() {
	grep -qF -- "$1" "$TEST_TMP/answer"
}

set_list() {
	site_cabildo list set agenda "$@"
}

records() {
	flow_sql 'SELECT count(*) FROM intake'
}

# refused TEXT SENTENCE SUBJECT [FILE]: on the form, with its text, and nothing is stored
refused() {
	local before
	before=$(records)
	write ana.perez "$3" 'Lo que no se pierde.' "${4:-}"
	tap_run "$1: the form says why" says "$2"
	tap_run "$1: and keeps the text" says 'Lo que no se pierde.'
	tap_is "$1: nothing is stored" "$(records)" "$before"
}

pattern() {
	site_cabildo rule add agenda "$@" >"$TEST_TMP/rule"
}

flow_site 'receive web http'
URL=http://127.0.0.1:$SITE_HTTP
tap_run 'the group is made' demo_group
tap_run 'with passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'a member signs in' sign_in ana.perez
tap_run 'and a moderator' sign_in rodrigo.mejia

meets 'nothing speaks against it' posted:posted Uno
tap_run 'the group is stopped' set_list emergency=true
meets 'everything waits' held:emergency Dos
tap_is 'the page is no thread' "$(cat "$TEST_TMP/code")" 200
tap_run 'it says that it waits, and why' says 'El grupo est'
tap_is 'the queue knows the rule and the trace' "$(flow_sql "SELECT rule, trace LIKE 'web emergency=hold%posted=-'
	FROM hold ORDER BY id DESC LIMIT 1")" 'emergency	t'
meets 'a moderator waits too' held:emergency Tres rodrigo.mejia
tap_run 'it goes on; first posts are reviewed' set_list emergency=false hold_first=3
meets 'one of the first' held:first-posts Cuatro
meets 'not those of a moderator' posted:posted Cinco rodrigo.mejia
tap_run 'two an hour' set_list hold_first=0 flood_per_hour=2
meets 'the second within the hour' posted:posted Seis
meets 'the third' held:flood Siete
tap_run 'a rule takes what it names' pattern subject '^Ocho$' accept
meets 'it overrules what yields' posted:posted Ocho
tap_run 'as many as they like' set_list flood_per_hour=0
tap_run 'a rule holds' pattern body 'cualquiera' hold
meets 'what it names' held:pattern Nueve
site_cabildo rule remove agenda "$(grep -oE '[0-9]+' "$TEST_TMP/rule" | head -n 1)" >/dev/null
tap_run 'one that runs into a limit' pattern subject '(a+)+$' drop
meets 'holds, and is never "no match"' held:pattern aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab
site_cabildo rule remove agenda "$(grep -oE '[0-9]+' "$TEST_TMP/rule" | head -n 1)" >/dev/null
tap_run 'one refuses, in its own words' pattern subject '(?i)oferta' refuse --sentence 'No se vende en este grupo.'
refused 'what it names' 'No se vende en este grupo.' 'Una OFERTA'
printf 'MZ' >"$TEST_TMP/informe.EXE"
refused 'a program for Windows' 'un tipo de archivo' 'Con un archivo' "$TEST_TMP/informe.EXE"
tap_run 'the group is reviewed' set_list posting=moderated
meets 'a post of hers' held:moderated Diez
tap_run 'she is trusted' site_cabildo member set agenda ana.perez@example.org moderation=accept
meets 'it appears' posted:posted Once
tap_run 'she is held' site_cabildo member set agenda ana.perez@example.org moderation=hold
meets 'it waits' held:moderated Doce
flow_end
