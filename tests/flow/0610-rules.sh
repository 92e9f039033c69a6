#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# The rules of acceptance through the whole site: what a setting or a moderator's
# pattern decides, who is told what and by which proof, a member asked "did you
# write this?" who answers by a button and by a reply; cabildo explain and the
# page of rules say the same; a storm of automatic replies and two groups that
# are members of each other cause no post and no mail.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
MAIL=$TEST_TMP/mail
ANA=ana.perez@example.org
STRANGER=oscar@afuera.example
N=0 ID=''

# write FROM SUBJECT [HEADER...]: text from stdin; PROVEN=1 as our mail server hands it over
write() {
	local from=$1 subject=$2 auth=''
	shift 2
	N=$((N + 1)) ID=r$N@example.org
	[ "${PROVEN:-1}" = 1 ] && auth=$AUTHSERV
	{
		AUTHSERV=$auth mail_make "${from%@*}" "$from" "${TO:-agenda@foro.example}" "$subject" "$ID" \
			'Mon, 16 Nov 2026 09:00:00 -0600' </dev/null | sed '/^$/d'
		[ $# -eq 0 ] || printf '%s\n' "$@"
		echo
		cat
	} | sed '$a\' | LC_ALL=C sed 's/$/\r/' >"$MAIL/$N"
}

# hand ENVELOPE [RECIPIENT]: the last one written, by LMTP
hand() {
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from "$1" --rcpt "${2:-agenda@foro.example}" "$MAIL/$N"
}

fate() {
	flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = '$ID'"
}

# meets TEXT WANTED FROM SUBJECT [HEADER...]
meets() {
	local text=$1 wanted=$2 from=$3
	shift 2
	write "$@" <<<"${BODY:-Un texto cualquiera.}"
	tap_run "$text: taken" hand "$from" "${TO:-}"
	tap_is "$text" "$(fate)" "$wanted"
}

set_list() {
	site_cabildo list set agenda "$@"
}

# notices KIND ADDRESS: so many were made, sent or waiting
notices() {
	flow_sql "SELECT (SELECT count(*) FROM notice WHERE kind = '$1' AND addr = '$2') +
		(SELECT count(*) FROM delivery WHERE notice_kind = '$1' AND addr = '$2')"
}

# letter ADDRESS SUBJECT: the file of a mail to there
letter() {
	grep -rlE "^Subject: .*$2" "$TEST_TMP/outbox/$1/new" 2>/dev/null | tail -n 1
}
has_letter() {
	[ -n "$(letter "$1" "$2")" ]
}

worded() {
	grep -qF 'En Agenda digital regional basta un enlace.' "$(letter $ANA '.*Nueve')"
}

settings() {
	meets 'a member' 'posted:posted' $ANA 'Uno'
	tap_run 'the group is stopped' set_list emergency=true
	meets 'while it is stopped' 'held:emergency' $ANA 'Dos'
	tap_run 'and goes on' set_list emergency=false hold_first=3
	meets 'one of the first posts' 'held:first-posts' $ANA 'Tres'
	tap_run 'first posts are free again' set_list hold_first=0
	TO=otra@foro.example
	write $ANA 'Cuatro' <<<'No nombra al grupo.'
	TO=
	tap_run 'blind copy: taken' hand $ANA
	tap_is 'blind copy' "$(fate)" 'held:unaddressed'
	tap_run 'at most three addresses' set_list max_recipients=3
	meets 'very many addresses' 'held:too-many-recipients' $ANA 'Cinco' 'Cc: a@x.example, b@x.example, c@x.example'
	tap_run 'two an hour' set_list max_recipients=50 flood_per_hour=2
	meets 'the second within the hour' 'posted:posted' $ANA 'Seis'
	meets 'the third' 'held:flood' $ANA 'Siete'
	tap_run 'as many as they like' set_list flood_per_hour=0
	meets 'a program' 'held:automatic' $ANA 'Ocho' 'Auto-Submitted: auto-generated'
	meets 'an invitation accepted' 'dropped:automatic' $ANA 'Aceptada: reunión' 'Auto-Submitted: auto-replied'
	tap_run 'the group words its refusals' site_cabildo template set agenda refuse es <<<'En {group} basta un enlace.'
	meets 'a program for Windows' 'refused:file-types' $ANA 'Nueve' \
		'Content-Disposition: attachment; filename=informe.EXE'
	tap_run 'which its mail says' wait_for 20 worded
	tap_run 'a member is held' site_cabildo member set agenda $ANA moderation=hold
	meets 'her post' 'held:moderated' $ANA 'Diez'
	tap_run 'no longer' site_cabildo member set agenda $ANA moderation=default
	tap_run 'her other address is banned' flow_sql "INSERT INTO address (account_id, addr, verified_at)
		SELECT account_id, 'ana@otra.example', now() FROM address WHERE addr = '$ANA';
		INSERT INTO ban (addr) VALUES ('ana@otra.example')"
	meets 'a person is banned under each of their addresses' 'dropped:banned' $ANA 'Once'
	tap_run 'the ban is lifted' flow_sql "DELETE FROM ban"
	meets 'and under each of them is a member' 'posted:posted' ana@otra.example 'Doce'
}

refusals() {
	local file
	tap_run 'strangers get it back' set_list nonmember=refuse
	PROVEN=0 meets 'a stranger whom nothing proves' 'held:nonmember' $STRANGER 'Sin prueba'
	tap_is 'is told nothing' "$(notices post-waits $STRANGER)$(notices post-returned $STRANGER)" 00
	BODY='El texto entero vuelve.' meets 'a proven one' 'refused:nonmember' $STRANGER 'Con prueba' \
		'Cc: a@x.example'
	tap_run 'gets it back' wait_for 20 has_letter $STRANGER 'Devuelto'
	file=$(letter $STRANGER 'Devuelto')
	tap_run 'whole' grep -q 'El texto entero vuelve.' "$file"
	tap_run 'by nobody who could be answered by a program' grep -q '^Auto-Submitted: auto-' "$file"
	tap_run 'as the answer to it' grep -q "^In-Reply-To: <$ID>" "$file"
	meets 'another the same day' 'refused:nonmember' $STRANGER 'Con prueba otra vez'
	tap_is 'one notice a day and cause' "$(notices post-returned $STRANGER)" 1
	tap_run 'strangers wait again' set_list nonmember=hold
}

# The button: a form with its token, as a browser sends it.
press() {
	local jar=$TEST_TMP/jar page csrf
	page=$(curl -s -c "$jar" "http://127.0.0.1:$SITE_HTTP$1") || return 1
	csrf=$(grep -o 'name="csrf" value="[^"]*"' <<<"$page" | head -n 1 | cut -d'"' -f4)
	curl -s -b "$jar" -o "$TEST_TMP/pressed" -w '%{http_code}' --data-urlencode "csrf=$csrf" \
		"http://127.0.0.1:$SITE_HTTP$1" | grep -qx 200
}

identity() {
	local file link first
	PROVEN=0 meets 'her name, unproven' 'held:identity' $ANA 'De mi mano'
	first=$ID
	tap_run 'she is asked' wait_for 20 has_letter $ANA 'De mi mano'
	file=$(letter $ANA 'De mi mano')
	link=$(tr -d '\r' <"$file" | sed -e ':a' -e '/=$/{N;s/=\n//;ba' -e '}' | grep -o '/c/[a-z2-7]*' | head -n 1)
	tap_run 'with a link' test -n "$link"
	PROVEN=0 meets 'another' 'held:identity' $ANA 'Otro sin prueba'
	tap_is 'she is asked once a day' "$(notices confirm-post $ANA)" 1
	net_get "$SITE_HTTP" "$link" >/dev/null
	tap_is 'looking at the page does nothing' "$(flow_sql "SELECT decision IS NULL FROM hold WHERE msgid = '$first'")" t
	write julio.zelaya@example.org 'Re: x' <<<'Sí.'
	tap_run 'a reply of somebody else: taken' hand julio.zelaya@example.org "agenda+c${link#/c/}@foro.example"
	tap_is 'does nothing' "$(flow_sql "SELECT decision IS NULL FROM hold WHERE msgid = '$first'")" t
	tap_run 'she presses the button' press "$link"
	tap_is 'it is hers' "$(flow_sql "SELECT decision, confirmed_at IS NOT NULL FROM hold WHERE msgid = '$first'")" 'approve	t'
	tap_run 'and it appears' wait_for 20 posted "$first"
	tap_run 'once' test "$(press "$link" && echo again)" != again
	tap_run 'another day' flow_sql "DELETE FROM notice_sent"
	PROVEN=0 meets 'a third' 'held:identity' $ANA 'El tercero'
	first=$ID
	tap_run 'she is asked about it' wait_for 20 has_letter $ANA 'El tercero'
	link=$(grep -rho '^Reply-To: .*' "$(letter $ANA 'El tercero')" | grep -o 'agenda+c[a-z2-7]*@foro.example')
	PROVEN=0 write $ANA 'Re: El tercero' <<<'Sí.'
	tap_run 'she replies' hand $ANA "$link"
	tap_run 'and it appears too' wait_for 20 posted "$first"
	tap_run 'the group believes any From' set_list identity=open
	PROVEN=0 meets 'there nothing is asked' 'posted:posted' $ANA 'Abierto'
	tap_run 'status says so' said_open
	tap_run 'strict: of everybody' set_list identity=strict nonmember=accept
	PROVEN=0 meets 'a stranger too must be proven' 'held:identity' $STRANGER 'Estricto'
	tap_run 'as before' set_list identity=normal nonmember=hold
}

posted() {
	[ "$(flow_sql "SELECT count(*) FROM post WHERE msgid = '$1'")" -eq 1 ]
}

said_open() {
	site_cabildo status 2>&1 >/dev/null | grep -q 'identity = open'
}

patterns() {
	local out id
	out=$(site_cabildo rule add agenda subject '(?i)oferta(' hold 2>&1)
	tap_is 'a bad pattern is refused, with its place' "$(grep -c 'byte 12' <<<"$out")" 1
	tap_run 'a rule holds' site_cabildo rule add agenda subject '(?i)\boferta\b' hold
	meets 'what it names' 'held:pattern' $ANA 'Una OFERTA'
	meets 'what it does not' 'posted:posted' $ANA 'Ofertas no'
	tap_run 'one of the whole site drops' site_cabildo rule add - header:X-Prueba '^si$' drop
	meets 'in this group too' 'dropped:pattern' $ANA 'Sitio' 'X-Prueba: si'
	tap_run 'one lets a partner in' site_cabildo rule add agenda from 'oscar@afuera\.example' accept
	meets 'who is no member' 'posted:posted' $STRANGER 'De fuera'
	PROVEN=0 meets 'but does not make a name proven' 'held:identity' $ANA 'De quién' 'X-Nada: oscar@afuera.example'
	id=$(site_cabildo rule list agenda | awk -F'\t' '$5 == "accept" { print $1 }')
	tap_run 'it is taken away' site_cabildo rule remove agenda "$id"
	meets 'and counts no longer' 'held:nonmember' $STRANGER 'De fuera otra vez'
	tap_run 'one that runs into a limit' site_cabildo rule add agenda body '(a+)+$' drop
	BODY=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab meets 'holds, and says which' 'held:pattern' $ANA 'Trampa'
	tap_run 'in the trace' grep -q 'pattern=hold([0-9]*:error:-[0-9]*)' \
		<<<"$(flow_sql "SELECT trace FROM intake WHERE msgid = '$ID'")"
	# shellcheck disable=SC2016
	tap_run 'rule test says yes' site_cabildo rule test 'a.c' <<<'abc'
	tap_run 'the audit knows' test "$(flow_sql "SELECT count(*) FROM audit WHERE act LIKE 'rule.%'")" -eq 5
	site_cabildo rule list agenda | cut -f1,2 | while read -r id where; do
		[ "$where" = site ] && site_cabildo rule remove - "$id" || site_cabildo rule remove agenda "$id"
	done
}

explained() {
	local before out page
	before=$(flow_sql 'SELECT count(*) FROM intake')
	PROVEN=0 write $STRANGER 'Explicación' 'X-Loop: otro@foro.example' <<<'¿Por qué?'
	out=$(site_cabildo explain "$MAIL/$N" --list agenda)
	tap_run 'explain names each rule' test "$(grep -c '^rule ' <<<"$out")" -ge 25
	tap_run 'and what decides' grep -qx 'fate held by nonmember' <<<"$out"
	tap_is 'and takes nothing' "$(flow_sql 'SELECT count(*) FROM intake')" "$before"
	page=$(net_get "$SITE_HTTP" /g/agenda/rules)
	tap_run 'the page of rules names who may write' grep -q 'si quien escribe es miembro' <<<"$page"
	tap_run 'and not what the group does not ask' test "$(grep -c 'modera el grupo</b>' <<<"$page")" -eq 0
	tap_run 'nor one message, to a stranger' test "$(grep -c 'name="message"' <<<"$page")" -eq 0
}

# A thousand at once, of the forms that are met: each on the record, none answered.
storm() {
	local i mails
	mails=$(flow_sql 'SELECT (SELECT count(*) FROM outbound) + (SELECT count(*) FROM delivery)')
	for ((i = 0; i < 1000; i++)); do
		case $((i % 4)) in
		0) printf 'Auto-Submitted: auto-replied\r\nSubject: Fuera de la oficina\r\n' ;;
		1) printf 'X-Auto-Response-Suppress: All\r\nSubject: Respuesta autom=?utf-8?q?=C3=A1?=tica: Agenda\r\n' ;;
		2) printf 'X-Autoreply: yes\r\nSubject: Re: Agenda\r\n' ;;
		3) printf 'Precedence: auto_reply\r\nSubject: Ausente\r\n' ;;
		esac >"$MAIL/s$i"
		printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\r\nFrom: %s\r\nTo: agenda@foro.example\r\nMessage-ID: <s%d@example.org>\r\n\r\nVuelvo el lunes.\r\n' \
			"$AUTHSERV" "$ANA" $i >>"$MAIL/s$i"
	done
	tap_run 'a thousand automatic replies: taken' "$LMTPSEND" --quiet --to "127.0.0.1:$SITE_LMTP" \
		--from $ANA --rcpt agenda@foro.example "$MAIL"/s*
	tap_is 'none posted, none held' "$(flow_sql "SELECT fate, count(*) FROM intake WHERE msgid LIKE 's%@example.org' GROUP BY 1")" \
		'dropped	1000'
	tap_is 'none answered' \
		"$(flow_sql 'SELECT (SELECT count(*) FROM outbound) + (SELECT count(*) FROM delivery)')" "$mails"
}

# elsewhere FROM SUBJECT [HEADER...]: one that names the other list alone, by way of it
elsewhere() {
	TO=otra@lista.example write "$@" <<<'Escrito allá.'
	tap_run "$2: taken" hand otra-bounces@lista.example
}

# Mail that another list passed on: a member's to this group too, and what the group reads.
through_lists() {
	local id='List-Id: Otra <otra.lista.example>'
	meets 'a post to two lists, by way of the other' 'posted:posted' $ANA 'A dos listas' "$id" \
		'Precedence: list' 'Cc: otra@lista.example'
	elsewhere $ANA 'A la otra' "$id"
	tap_is 'one to the other list alone' "$(fate)" 'held:automatic'
	meets 'a newsletter' 'held:automatic' boletin@afuera.example 'Boletín' "$id" 'Precedence: bulk'
	tap_is 'nobody is told that it waits' "$(notices post-waits boletin@afuera.example)" 0
	tap_run 'the group reads the other list' set_list from_lists=accept
	elsewhere $ANA 'De la otra' "$id" 'Precedence: list'
	tap_is 'its mail' "$(fate)" 'posted:posted'
	meets 'somebody of there who is no member here' 'held:nonmember' vera@afuera.example 'De allá' "$id"
	tap_is 'is not answered either' "$(notices post-waits vera@afuera.example)" 0
	BODY=baja meets 'a command that was said there' 'posted:posted' $ANA 'baja' "$id"
	meets 'an absence there' 'dropped:automatic' $ANA 'Fuera de la oficina' "$id" 'Auto-Submitted: auto-replied'
	tap_run 'it reads it no longer' set_list from_lists=hold
}

# Each group is a member of the other, and reads what lists pass on.
circle_open() {
	local copy list
	for list in agenda otro; do
		tap_run "$list takes mail of lists, of anybody" site_cabildo list set $list from_lists=accept \
			posting=anyone identity=open unaddressed=accept
	done
	meets 'another post' 'posted:posted' $ANA 'En círculo abierto'
	tap_run 'its copy to the other group leaves' wait_for 20 copied otro@foro.example
	copy=$(grep -rl "^Message-ID: <$ID>" "$TEST_TMP/outbox/otro@foro.example/new" | head -n 1)
	N=$((N + 1))
	sed -e 's/\r$//' -e 's/$/\r/' "$copy" >"$MAIL/$N"
	tap_run 'the other group takes it' hand agenda-bounces@foro.example otro@foro.example
	tap_is 'and posts it' "$(flow_sql "SELECT fate, rule FROM intake ORDER BY id DESC LIMIT 1")" 'posted	posted'
	tap_run 'its copies have left' wait_for 20 queue_empty
	tap_is 'the first group gets none back, or drops it' "$(back_again)" 1
	tap_is 'one post in each' "$(flow_sql "SELECT count(*), count(DISTINCT list_id) FROM post WHERE msgid = '$ID'")" '2	2'
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ]
}

# What the other group sent to the first, handed in: posts of this id in the first group.
back_again() {
	local copy
	copy=$(grep -rl "^Message-ID: <$ID>" "$TEST_TMP/outbox/agenda@foro.example/new" 2>/dev/null | head -n 1)
	if [ -n "$copy" ]; then
		N=$((N + 1))
		sed -e 's/\r$//' -e 's/$/\r/' "$copy" >"$MAIL/$N"
		hand otro-bounces@foro.example agenda@foro.example >/dev/null
	fi
	flow_sql "SELECT count(*) FROM post p JOIN list l ON l.id = p.list_id WHERE p.msgid = '$ID' AND l.name = 'agenda'"
}

# Each group is a member of the other.
circle() {
	local copy
	tap_run 'another group' site_cabildo list add otro --title Otro
	tap_run 'is a member of the first' site_cabildo member add agenda otro@foro.example --name Otro
	tap_run 'which is one of it' site_cabildo member add otro agenda@foro.example --name Agenda
	meets 'a post' 'posted:posted' $ANA 'En círculo'
	tap_run 'its copy to the other group leaves' wait_for 20 copied otro@foro.example
	copy=$(grep -rl "^Message-ID: <$ID>" "$TEST_TMP/outbox/otro@foro.example/new" | head -n 1)
	N=$((N + 1))
	sed -e 's/\r$//' -e 's/$/\r/' "$copy" >"$MAIL/$N"
	tap_run 'the other group takes it' hand agenda-bounces@foro.example otro@foro.example
	tap_is 'and a person looks' "$(flow_sql "SELECT fate, rule FROM intake ORDER BY id DESC LIMIT 1")" 'held	automatic'
	tap_run 'it comes back to the first' hand otro-bounces@foro.example agenda@foro.example
	tap_is 'and ends there' "$(flow_sql "SELECT fate, rule FROM intake ORDER BY id DESC LIMIT 1")" 'dropped	loop'
}

copied() {
	grep -rqs "^Message-ID: <$ID>" "$TEST_TMP/outbox/$1/new"
}

mkdir -p "$MAIL"
flow_site
tap_run 'the group is made' demo_group
settings
refusals
identity
patterns
explained
through_lists
storm
circle
circle_open
flow_end
