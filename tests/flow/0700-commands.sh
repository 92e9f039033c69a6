#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Commands by mail, in Spanish and English: asked back first where nothing proves
# who wrote, done once, answered once, in the member's language. Joining by
# reply and by page, leaving by the address of one copy and by one click, a
# forged leave, a pause, a muted thread, and a post that only begins with such a
# word.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
MAIL=$TEST_TMP/mail
ANA=ana.perez@example.org
JULIO=julio.zelaya@example.org
N=0

# say FROM RECIPIENT SUBJECT [PARENT [auto]]: text from stdin; the id is in $ID.
# Without PROVEN=1 nothing shows who wrote it.
say() {
	local auth=
	N=$((N + 1)) ID=c$N@example.org
	[ "${PROVEN:-0}" = 1 ] && auth=$AUTHSERV
	AUTHSERV=$auth mail_make "${NAME:-${1%@*}}" "$1" "$2" "$3" "$ID" \
		"Mon, 16 Nov 2026 09:00:0$((N % 10)) -0600" "${4:-}" |
		sed "${5:+1i Auto-Submitted: auto-replied}" | LC_ALL=C sed 's/$/\r/' >"$MAIL/$N"
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from "${ENVELOPE-$1}" --rcpt "$2" "$MAIL/$N"
}

again() {
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from "$1" --rcpt "$2" "$MAIL/$N"
}

fate() {
	flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = '$ID'"
}

# queued KIND ADDRESS: how many such notices were made so far, sent or waiting
notices() {
	flow_sql "SELECT (SELECT count(*) FROM notice WHERE kind = '$1' AND addr = '$2') +
		(SELECT count(*) FROM delivery WHERE notice_kind = '$1' AND addr = '$2')"
}

# answer ADDRESS ID: the file of the answer to that message
answer() {
	grep -rlE "^In-Reply-To: <${2//./\\.}>" "$TEST_TMP/outbox/$1/new" 2>/dev/null | head -n 1
}

# shellcheck disable=SC2317 # wait_for calls it
answered() {
	[ -n "$(answer "$1" "$2")" ]
}

# letter ADDRESS ID: its head as it stands, its text decoded, flowed lines joined
letter() {
	local file
	wait_for 20 answered "$1" "$2" || return 1
	file=$(answer "$1" "$2")
	tr -d '\r' <"$file" | sed '/^$/q'
	if grep -q '^Content-Transfer-Encoding: base64' "$file"; then
		tr -d '\r' <"$file" | sed '1,/^$/d' | base64 -d | tr -d '\r'
	else
		printf '%b' "$(tr -d '\r' <"$file" | sed '1,/^$/d' | sed -e ':a' -e '/=$/{' -e 'N' -e 's/=\n//' -e 'ba' -e '}' \
			-e 's/\\/\\\\/g' -e 's/=\([0-9A-F][0-9A-F]\)/\\x\1/g')"
	fi | sed -e ':a' -e '/ $/{' -e 'N' -e 's/\n//' -e 'ba' -e '}'
}

# has TEXT PATTERN...: each is in it
has() {
	local text=$1 p
	shift
	for p; do
		grep -qE -- "$p" <<<"$text" || {
			printf 'wanted: %s\nin: %s\n' "$p" "$text" >&2
			return 1
		}
	done
}

member() { # member ADDRESS: delivery, or nothing
	flow_sql "SELECT s.delivery FROM subscription s JOIN address a ON a.account_id = s.account_id
		JOIN list l ON l.id = s.list_id WHERE l.name = 'agenda' AND a.addr = '$1'"
}

paused() {
	flow_sql "SELECT s.pause_until > now() + interval '13 days' FROM subscription s JOIN address a
		ON a.account_id = s.account_id JOIN list l ON l.id = s.list_id
		WHERE l.name = 'agenda' AND a.addr = '$1'"
}

reply_to() {
	sed -n 's/^Reply-To: *//p' <<<"$1"
}

asks() {
	local text
	tap_run 'a question: taken' say $ANA agenda-request@foro.example 'Ayuda' <<<''
	tap_is 'is a command' "$(fate)" 'command:help'
	text=$(letter $ANA "$ID")
	tap_run 'answered in Spanish, with the commands' has "$text" '^Subject: Su solicitud a Agenda' \
		'Auto-Submitted: auto-replied' 'Content-Language: es' '^Buen día, Ana Pérez:' '^ *baja: salir' \
		'pausa: nada por correo' '^From: .*agenda-request@foro.example'
	tap_run 'the same mail again: taken' again $ANA agenda-request@foro.example
	tap_is 'is a duplicate' "$(fate)" 'command:help duplicate:duplicate'
	tap_is 'and answered once' "$(notices command-answer $ANA)" 1
	tap_run 'the same question unproven on the same day: taken' say $ANA agenda-request@foro.example 'Ayuda' <<<''
	tap_is 'is recorded' "$(fate)" 'command:help'
	tap_is 'and not answered again' "$(notices command-answer $ANA)" 1
	PROVEN=1 tap_run 'several at once: taken' say $ANA agenda-request@foro.example 'Consulta' <<<'estado
mis datos
resumen semanal'
	tap_is 'are one record' "$(fate)" 'command:status+mydata+digest'
	text=$(letter $ANA "$ID")
	tap_run 'and one answer' has "$text" 'Usted forma parte de Agenda digital regional desde' \
		"Su dirección: $ANA" 'recibe un resumen, y los hilos que sigue'
	tap_is 'the digest is chosen' "$(flow_sql "SELECT delivery FROM subscription s JOIN address USING (account_id) WHERE addr = '$ANA'")" digest
	flow_sql "UPDATE subscription SET delivery = 'each'" >/dev/null
	tap_run 'a mistyped one: taken' say $ANA agenda-request@foro.example 'suscribrme' <<<''
	text=$(letter $ANA "$ID")
	tap_run 'the nearest is offered' has "$text" 'Esto no se entendió: «suscribrme»' '¿Quiso decir «suscribirme»\?'
}

confirms() {
	local text
	tap_run 'the digest, asked for by nobody proven: taken' say $ANA agenda-request@foro.example 'resumen' <<<''
	tap_run 'is asked back too' has "$(letter $ANA "$ID")" '^Subject: Confirme su solicitud a Agenda' '- recibir un solo correo'
	tap_is 'and nothing changes' "$(flow_sql "SELECT delivery FROM subscription s JOIN address USING (account_id) WHERE addr = '$ANA'")" each
	tap_run 'a pause that nothing proves: taken' say $ANA agenda-request@foro.example 'pausa 15 días' <<<''
	text=$(letter $ANA "$ID")
	tap_run 'is asked back' has "$text" '^Subject: Confirme su solicitud a Agenda' 'nada por correo durante 15 días'
	tap_is 'and not done' "$(paused $ANA)" ''
	tap_run 'confirmed by somebody else: taken' say $JULIO "$(reply_to "$text")" "Re: Confirme" <<<'sí'
	tap_is 'is not done' "$(paused $ANA)" ''
	tap_run 'confirmed by a reply: taken' say $ANA "$(reply_to "$text")" "Re: Confirme" <<<'sí'
	tap_is 'is done' "$(fate):$(paused $ANA)" 'command:confirm:t'
	tap_run 'and answered' has "$(letter $ANA "$ID")" 'no le envía nada hasta el'
	tap_run 'the confirmation once more: taken' say $ANA "$(reply_to "$text")" "Re: Confirme" <<<'sí'
	tap_run 'says that there is nothing to confirm' has "$(letter $ANA "$ID")" 'No hay nada que confirmar'
	tap_run 'a post meanwhile' demo_send julio.zelaya 'Durante la pausa' p1@example.org 0 09:00 <<<'Hola'
	tap_run 'reaches others' wait_for 20 got marisol.quesada@example.org p1@example.org
	tap_run 'and not her' not got $ANA p1@example.org
	tap_run 'resumed: taken' say $ANA agenda-request@foro.example 'reanudar' <<<''
	text=$(letter $ANA "$ID")
	tap_run 'confirmed: taken' say $ANA "$(reply_to "$text")" "Re: Confirme" <<<''
	tap_is 'is over' "$(flow_sql "SELECT pause_until IS NULL FROM subscription s JOIN account a ON a.id = s.account_id
		WHERE a.name = 'Ana Pérez'")" t
}

not() {
	! "$@"
}

# shellcheck disable=SC2317 # wait_for calls it
got() {
	grep -rqE "^Message-ID: <${2//./\\.}>" "$TEST_TMP/outbox/$1/new" 2>/dev/null
}

joins() {
	local text who=nueva@otra.example
	tap_run 'the group is open to who confirms' site_cabildo list set agenda join_policy=confirm
	tap_run 'a stranger asks for help: taken' say $who agenda-help@foro.example 'help' <<<''
	tap_is 'unproven: not answered' "$(fate):$(notices command-answer $who)" 'command:not-answered:0'
	NAME='Nueva Persona' tap_run 'she asks to join: taken' say $who agenda-join@foro.example 'quiero entrar' <<<''
	text=$(letter $who "$ID")
	tap_run 'is asked back' has "$text" '^Subject: Confirme su solicitud a Agenda' '- entrar al grupo' '/c/[a-z2-7]{32}'
	tap_is 'and no member yet' "$(member $who)" ''
	tap_run 'she asks again: taken' say $who agenda-request@foro.example 'subscribe' <<<''
	tap_is 'one question a day' "$(notices command-confirm $who)" 1
	tap_run 'an automatic reply to the question: taken' say_auto $who "$(reply_to "$text")"
	tap_is 'confirms nothing' "$(fate):$(member $who)" 'dropped:automatic:'
	tap_run 'her reply: taken' say $who "$(reply_to "$text")" 'Re: Confirme' <<<''
	tap_is 'she is a member' "$(member $who)" each
	tap_run 'and welcome' has "$(letter $who "$ID")" 'Le damos la bienvenida a Agenda' 'Para salir, escriba «baja»'
	tap_is 'on the record' "$(flow_sql "SELECT act || ':' || door FROM audit WHERE subject_id =
		(SELECT account_id FROM address WHERE addr = '$who') ORDER BY id" | tr '\n' ' ')" \
		'account.create:email member.join:email '
	tap_is 'under her name' "$(flow_sql "SELECT name FROM account a JOIN address d ON d.account_id = a.id
		WHERE d.addr = '$who'")" 'Nueva Persona'
	tap_run 'asked in English: taken' say other@otra.example agenda-request@foro.example 'subscribe' <<<''
	text=$(letter other@otra.example "$ID")
	tap_run 'is answered in English' has "$text" 'Please confirm your request' 'Content-Language: en' 'join the group'
	tap_run 'its page changes nothing by GET' page_get "$(grep -oE '/c/[a-z2-7]{32}' <<<"$text")" 'join the group'
	tap_is 'no member' "$(member other@otra.example)" ''
	tap_run 'its button does' page_post "$(grep -oE '/c/[a-z2-7]{32}' <<<"$text")"
	tap_is 'a member' "$(member other@otra.example)" each
	tap_run 'once' not page_post "$(grep -oE '/c/[a-z2-7]{32}' <<<"$text")"
}

say_auto() {
	say "$1" "$2" 'Fuera de la oficina' '' auto <<<'Vuelvo el lunes.'
}

# page_get PATH TEXT
page_get() {
	net_get "$SITE_HTTP" "$1" 'Accept-Language: en' | grep -qF -- "$2"
}

# post PATH TYPE BODY [HEADER...]: true for a status below 400
post() {
	local path=$1 type=$2 body=$3 fd out h
	shift 3
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	{
		printf 'POST %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n' \
			"$path" "$SITE_HTTP" "$type" "$(printf %s "$body" | wc -c)"
		for h; do printf '%s\r\n' "$h"; done
		printf '\r\n%s' "$body"
	} >&"$fd"
	out=$(timeout 20 cat <&"$fd")
	exec {fd}>&-
	[ -z "${HEAD:-}" ] || printf '%s\n' "$out"
	case $out in
	HTTP/1.[01]\ [23]*) ;;
	*)
		printf '%s\n' "${out%%$'\n'*}" >&2
		return 1
		;;
	esac
}

post_form() {
	local path=$1 body=$2
	shift 2
	post "$path" application/x-www-form-urlencoded "$body" "$@"
}

# page_post PATH: presses the button of the page
page_post() {
	local page csrf cookie
	page=$(net_get "$SITE_HTTP" "$1")
	csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' <<<"$page" | tail -n 1)
	cookie=$(tr -d '\r' <<<"$page" | sed -n 's/^[Ss]et-[Cc]ookie: *\([^;]*\).*/\1/p' | paste -sd ';')
	post_form "$1" "csrf=$csrf" "Cookie: $cookie"
}

leaves() {
	local text address url copy who=nueva@otra.example
	tap_run 'a forged leave: taken' say $JULIO agenda-leave@foro.example 'adiós' <<<''
	tap_is 'changes nothing' "$(fate):$(member $JULIO)" 'command:leave:each'
	tap_run 'he is asked, at his address' has "$(letter $JULIO "$ID")" '^Subject: Confirme' '- salir del grupo'
	for i in 1 2 3; do
		say $JULIO agenda-leave@foro.example "adiós $i" <<<'' >/dev/null
	done
	tap_is 'once a day, however often it is forged' "$(notices command-confirm $JULIO)" 1
	demo_send julio.zelaya 'Un mensaje más' p2@example.org 0 10:00 <<<'Hola'
	tap_run 'a copy arrives' wait_for 20 got $who p2@example.org
	copy=$(grep -rlE '^Message-ID: <p2@example.org>' "$TEST_TMP/outbox/$who/new")
	address=$(tr -d '\r' <"$copy" | sed -n '/^List-Unsubscribe:/,/^[^ L]/p' | grep -oE 'agenda-leave\+s[0-9]+\.[a-z2-7]+@foro.example')
	tap_run 'it names an address of its own to leave' test -n "$address"
	tap_run 'with another MAC: taken' say $who "${address/+s/+s9}" '' <<<''
	tap_is 'it is the plain one' "$(member $who)" each
	# a mail program sends it, whatever address it takes
	ENVELOPE=otra@otra.example tap_run 'used: taken' say otra@otra.example "$address" 'unsubscribe' <<<''
	tap_is 'she has left' "$(fate):$(member $who)" 'command:leave-address:'
	tap_run 'again: taken' say otra@otra.example "$address" 'unsubscribe' <<<''
	tap_is 'changes nothing' "$(fate)" 'command:leave-address-used'
	tap_run 'goodbye is said to her' wait_for 20 grep -rqE '^Subject: Su solicitud a Agenda' "$TEST_TMP/outbox/$who/new"
	tap_is 'once' "$(notices goodbye $who)" 1
	text=$(grep -rlE '^Reply-To: agenda\+c' "$TEST_TMP/outbox/$who/new" | xargs ls -t | head -n 1)
	text=$(tr -d '\r' <"$text" | sed -n 's/^Reply-To: //p')
	tap_run 'she answers it: taken' say $who "$text" 'Re: Su solicitud' <<<'fue un error'
	tap_is 'and is back' "$(member $who)" each
	url=$(flow_sql "SELECT id FROM subscription WHERE account_id = (SELECT account_id FROM address WHERE addr = '$who')")
	one_click "$url" "$who"
}

# The link is in the copies only where the site has https: made here as the header has it.
one_click() {
	local mac path
	if ! command -v openssl >/dev/null; then
		tap_ok 0 'one click # SKIP there is no openssl'
		return
	fi
	printf 'leave\0agenda@foro.example/%s' "$1" >"$TEST_TMP/signed"
	mac=$(openssl mac -binary -macopt "hexkey:$(awk '!/^#/ && NF == 2 { print $2; exit }' "$TEST_TMP/secret")" \
		-macopt size:16 -in "$TEST_TMP/signed" BLAKE2BMAC | head -c 10 | base32 | tr 'A-Z' 'a-z')
	path=/u/$1/$mac
	tap_run 'the link shows a page' page_get "$path" 'Agenda digital regional'
	tap_is 'and a GET changes nothing' "$(member "$2")" each
	tap_run 'nor a POST with another MAC' not post_form "/u/$1/aaaaaaaaaaaaaaaa" List-Unsubscribe=One-Click
	tap_run 'nor one that is not RFC 8058' not post_form "$path" x=y
	tap_is 'she is there' "$(member "$2")" each
	tap_run 'the one-click POST, without cookie or token' post_form "$path" \
		List-Unsubscribe=One-Click
	tap_is 'leaves at once' "$(member "$2")" ''
	tap_run 'the same as multipart/form-data is answered too' post "$path" \
		'multipart/form-data; boundary=xx' \
		$'--xx\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--xx--\r\n'
	tap_is 'goodbye was said' "$(notices goodbye "$2")" 2
}

replies() {
	local thread
	demo_send julio.zelaya 'Un hilo largo' t1@example.org 0 11:00 <<<'Empieza.'
	thread=$(flow_sql "SELECT thread_id FROM post WHERE msgid = 't1@example.org'")
	PROVEN=1 tap_run 'a reply that is one word: taken' say $ANA agenda@foro.example 'Re: Un hilo largo' t1@example.org \
		<<<'Silenciar

> Empieza.'
	tap_is 'is no post' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = '$ID'")" 0
	mute_done "$thread"
	PROVEN=1 tap_run 'what begins with the word and goes on: taken' say $ANA agenda@foro.example 'Re: Un hilo largo' t1@example.org \
		<<<'Baja la tasa de trámites en papel, y lo celebro.'
	tap_is 'is a post' "$(fate)" 'posted:posted'
	demo_send julio.zelaya 'Re: Un hilo largo' t2@example.org 0 11:30 t1@example.org <<<'Sigue.'
	tap_run 'more of the thread reaches others' wait_for 20 got marisol.quesada@example.org t2@example.org
	tap_run 'and not her' not got $ANA t2@example.org
	tap_run 'in English, to follow it: taken' say $ANA agenda@foro.example 'Re: Un hilo largo' t2@example.org <<<'Follow thread'
	tap_is 'a command' "$(fate)" 'command:follow'
}

# Where it is proven it is done at once, else after a confirmation.
mute_done() {
	local text
	text=$(letter $ANA "$ID")
	if [ -n "$(reply_to "$text" | grep -F +c)" ]; then
		say $ANA "$(reply_to "$text")" 'Re: Confirme' <<<'' >/dev/null
	fi
	tap_is 'the thread is muted' "$(flow_sql "SELECT mode FROM thread_follow WHERE thread_id = $1")" mute
}

owners() {
	local id who=tercera@otra.example text
	site_cabildo list set agenda join_policy=approve
	NAME=Tercera tap_run 'to a group that approves: taken' say $who agenda-join@foro.example 'hola' <<<''
	text=$(letter $who "$ID")
	tap_run 'confirmed: taken' say $who "$(reply_to "$text")" 'Re: Confirme' <<<''
	tap_is 'no member yet' "$(member $who)" ''
	tap_run 'she is told who decides' has "$(letter $who "$ID")" 'en manos de quienes administran'
	tap_is 'the owner too' "$(notices join-request marisol.quesada@example.org)" 1
	id=$(site_cabildo member requests agenda | awk -F'\t' -v a=$who '$2 == a { print $1 }')
	tap_run 'it waits for them' test -n "$id"
	tap_run 'approved' site_cabildo member approve agenda "$id"
	tap_run 'a member' wait_for 20 is_member $who
	tap_is 'welcome' "$(notices welcome $who)" 1
	tap_run 'once' not site_cabildo member approve agenda "$id"
	web
	site_cabildo list set agenda join_policy=invite
	PROVEN=1 tap_run 'a proven leave: taken' say $JULIO agenda-request@foro.example 'baja' <<<''
	tap_is 'is done at once' "$(fate):$(member $JULIO)" 'command:leave:'
	text=$(letter $JULIO "$ID")
	tap_run 'with a goodbye' has "$text" 'Usted ha salido de Agenda' 'Si fue un error, responda'
	PROVEN=1 tap_run 'he joins again, by invitation alone: taken' say $JULIO agenda-join@foro.example x <<<''
	tap_run 'and is told so' has "$(letter $JULIO "$ID")" 'entra quien recibe una invitación'
	tap_run 'he answers the goodbye: taken' say $JULIO "$(reply_to "$text")" 'Re: Su solicitud' <<<''
	tap_is 'and is back' "$(member $JULIO)" each
	tap_run 'the last owner asks to leave: taken' say marisol.quesada@example.org agenda-leave@foro.example x <<<''
	text=$(letter marisol.quesada@example.org "$ID")
	say marisol.quesada@example.org "$(reply_to "$text")" 'Re: Confirme' <<<'' >/dev/null
	tap_run 'and is told why not' has "$(letter marisol.quesada@example.org "$ID")" 'Usted es la única persona que administra'
	tap_is 'she is there' "$(member marisol.quesada@example.org)" each
}

# press PATH BODY: a form of the signed-in page, with its token
press() {
	local csrf
	csrf=$(net_get "$SITE_HTTP" /me "Cookie: $SESSION" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | tail -n 1)
	post_form "$1" "csrf=$csrf&$2" "Cookie: $SESSION"
}

# sign_in ADDRESS: its session in $SESSION
sign_in() {
	local page csrf cookie
	printf 'prueba-agenda' | site_cabildo account password "$1" --stdin || return 1
	page=$(net_get "$SITE_HTTP" /signin)
	csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' <<<"$page" | tail -n 1)
	cookie=$(tr -d '\r' <<<"$page" | sed -n 's/^[Ss]et-[Cc]ookie: *\([^;]*\).*/\1/p' | paste -sd ';')
	HEAD=1 SESSION=$(post /signin/password application/x-www-form-urlencoded \
		"csrf=$csrf&addr=${1/@/%40}&password=prueba-agenda" "Cookie: $cookie" |
		tr -d '\r' | sed -n 's/^[Ss]et-[Cc]ookie: *\(cabildo=[^;]*\).*/\1/p')
	[ -n "$SESSION" ]
}

web() {
	local carmen=carmen.loaisiga@example.org goodbye
	tap_run 'she signs in' sign_in $carmen
	tap_run 'a pause of 14 days' press /me/agenda/pause days=14
	tap_is 'is there' "$(paused $carmen)" t
	tap_run 'and its end' press /me/agenda/pause days=0
	tap_is 'it is over' "$(paused $carmen)" ''
	tap_run 'a POST without the token of the form' not post_form /g/agenda/leave '' "Cookie: $SESSION"
	tap_is 'changes nothing' "$(member $carmen)" each
	tap_run 'she leaves' press /g/agenda/leave ''
	goodbye=$(notices goodbye $carmen)
	tap_is 'with a goodbye' "$(member $carmen):$goodbye" ':1'
	tap_run 'asks to join again' press /g/agenda/join ''
	tap_is 'and waits for the owners' "$(member $carmen):$(notices join-request marisol.quesada@example.org)" ':2'
	tap_run 'who moderates nothing sees no requests' not page_get_as '/g/agenda/moderation?kind=join' 'Carmen'
	tap_run 'the owner signs in' sign_in marisol.quesada@example.org
	tap_run 'sees it' page_get_as '/g/agenda/moderation?kind=join' 'Carmen Loáisiga'
	site_cabildo hold window 0
	tap_run 'and lets her in' press "/moderation/$(flow_sql "SELECT max(id) FROM hold WHERE kind = 'join'")" act=approve
	tap_run 'a member' wait_for 20 is_member $carmen
	tap_is 'welcome' "$(notices welcome $carmen)" 1
}

is_member() {
	[ "$(member "$1")" = each ]
}

page_get_as() {
	net_get "$SITE_HTTP" "$1" "Cookie: $SESSION" | grep -qF -- "$2"
}

strangers() {
	tap_run 'a stranger who wants to leave: taken' say extrana@otra.example agenda-leave@foro.example x <<<''
	tap_is 'is for the owners to read' "$(fate):$(notices to-owner marisol.quesada@example.org)" 'forwarded:command-stranger:1'
	tap_run 'one who writes something else: taken' say extrana@otra.example agenda-request@foro.example 'Consulta' <<<'¿Cuándo es la reunión?'
	tap_is 'is held' "$(fate)" 'held:command-stranger'
	tap_is 'and written nothing' "$(flow_sql "SELECT (SELECT count(*) FROM notice WHERE addr = 'extrana@otra.example') +
		(SELECT count(*) FROM delivery WHERE addr = 'extrana@otra.example')")" 0
}

outsiders() {
	local who=invitado@otra.example text
	site_cabildo list set agenda posting=anyone
	tap_run 'an outsider answers, unproven: taken' say $who agenda@foro.example 'Re: Un hilo largo' t1@example.org <<<'Desde fuera.'
	tap_is 'is posted and told nothing' "$(fate):$(notices outsider $who)" 'posted:posted:0'
	PROVEN=1 tap_run 'proven: taken' say $who agenda@foro.example 'Re: Un hilo largo' t1@example.org <<<'Esto lo escribo desde fuera del grupo, con gusto.'
	text=$(letter $who "$ID")
	tap_run 'is told how to take part' has "$text" 'agenda-join@foro.example' 'no le llega por sí solo' \
		'^Reply-To: agenda-join@foro.example'
	PROVEN=1 tap_run 'and again: taken' say $who agenda@foro.example 'Re: Un hilo largo' t1@example.org <<<'Otra vez.'
	tap_is 'once' "$(fate):$(notices outsider $who)" 'posted:posted:1'
	site_cabildo list set agenda posting=members
}

mkdir -p "$MAIL"
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
asks
confirms
joins
leaves
replies
outsiders
strangers
owners
flow_end
