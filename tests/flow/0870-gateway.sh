#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# The whole gateway with a real Postfix in front, a scripted SMTP sink behind and
# a name server of the test's own: each rule of the table is met by a message
# that came over SMTP, each command is asked in Spanish and in English and
# answered once in its member's language; From by DMARC, one click, a forged and
# a true report, a loop between two groups, a thousand automatic replies, and a
# sender behind a forwarded address.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'
command -v curl >/dev/null || tap_skip_all 'curl is not here'

ANA=ana@estricta.example
LUZ=luz@suave.example
STRANGER=oscar@afuera.example
DNSD='' SINK='' N=0 ID=''
# shellcheck disable=SC2034 # site.sh and flow.sh read them
SITE_SPAM=rspamd SITE_URL=https://foro.example FLOW_ALSO=end_own

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	postfix_stop
	[ -z "$DNSD" ] || kill "$DNSD" 2>/dev/null
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
}

start_own() {
	mkdir -p "$TEST_TMP/sink"
	printf '_dmarc.estricta.example TXT v=DMARC1; p=reject\n_dmarc.suave.example TXT v=DMARC1; p=none\n' >"$TEST_TMP/zone"
	"$TOP/tests/lib/dnsd.pl" "$TEST_TMP/dns.port" "$TEST_TMP/zone" "$TEST_TMP/dns.log" 2>"$TEST_TMP/dns.err" &
	DNSD=$!
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/sink.port" --dir "$TEST_TMP/sink" --keep 2>"$TEST_TMP/sink.err" &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/dns.port" && wait_for 10 test -s "$TEST_TMP/sink.port" || return 1
	# shellcheck disable=SC2034
	SITE_DNS=127.0.0.1:$(cat "$TEST_TMP/dns.port") SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
}

groups() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo list add otro --title Otro --lang en &&
		site_cabildo member add agenda marta@example.org --name Marta --role owner &&
		site_cabildo member add agenda $ANA --name 'Ana Pérez' --locale es &&
		site_cabildo member add agenda $LUZ --name Luz --locale en &&
		site_cabildo account admin marta@example.org
}

# mail FROM TO SUBJECT [HEADER...]: text from stdin, by SMTP. ENVELOPE, PARENT, and PROVEN=0
# for one of whom Postfix's filters (whose part the header plays here) know nothing.
mail() {
	local from=$1 to=$2 subject=$3 auth=$AUTHSERV
	shift 3
	N=$((N + 1)) ID=g$N@example.org
	[ "${PROVEN:-1}" = 1 ] || auth=
	{
		[ $# -eq 0 ] || printf '%s\n' "$@"
		AUTHSERV=$auth mail_make "${from%@*}" "$from" "$to" "$subject" "$ID" \
			'Mon, 16 Nov 2026 09:00:00 -0600' "${PARENT:-}"
	} | net_smtp "$POSTFIX_PORT" "${ENVELOPE-$from}" "$to" >"$TEST_TMP/reply"
}

recorded() {
	[ "$(flow_sql "SELECT count(*) FROM intake WHERE id > $LAST")" -ge 1 ]
}

fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE id > $LAST ORDER BY id LIMIT 1"
}

# meets WANTED MAIL-ARG...: text from stdin
meets() {
	local wanted=$1
	shift
	LAST=$(flow_sql 'SELECT coalesce(max(id), 0) FROM intake')
	mail "$@" || tap_ok 1 "$wanted: taken by Postfix" "$(cat "$TEST_TMP/reply")"
	wait_for 20 recorded
	tap_is "$wanted: $3" "$(fate)" "$wanted"
}

# with SETTING=VALUE BACK MEETS-ARG...: the group has it for this one message
with() {
	local setting=$1 back=$2
	shift 2
	site_cabildo list set agenda "$setting" || tap_ok 1 "$setting"
	meets "$@"
	site_cabildo list set agenda "$back"
}

G=agenda@foro.example

rules() {
	local i headers=()
	meets posted:posted $ANA $G 'Uno' <<<'Un mensaje.'
	FIRST=$ID
	for ((i = 0; i < 6000; i++)); do headers+=("X-H$i: 1"); done
	meets quarantined:malformed $ANA $G 'Seis mil encabezados' "${headers[@]}" <<<'x'
	meets dropped:loop $ANA $G 'Vuelta' "X-Loop: $G" <<<'x'
	meets forwarded:to-site $STRANGER postmaster@foro.example 'Un aviso' <<<'x'
	meets dropped:automatic $ANA $G 'Fuera de la oficina' 'Auto-Submitted: auto-replied' <<<'Vuelvo el lunes.'
	meets held:automatic $ANA $G 'Informe' 'Auto-Submitted: auto-generated' <<<'Disco lleno.'
	flow_sql "INSERT INTO ban (addr) VALUES ('mala@example.org')" >/dev/null
	ENVELOPE=buena@example.org meets dropped:banned mala@example.org $G 'De quien no debe' <<<'x'
	meets held:to-owner $STRANGER agenda-owner@foro.example 'Una consulta' <<<'¿Cómo entro?'
	meets command:moderate-unknown $ANA agenda+maaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@foro.example 'Re: nada' <<<'sí'
	with emergency=true emergency=false held:emergency $ANA $G 'Todo espera' <<<'x'
	ENVELOPE=$ANA meets held:no-author "$ANA>, <$LUZ" $G 'De dos' <<<'x'
	PROVEN=0 meets held:identity $ANA $G 'Sin prueba' <<<'x'
	with posting=announce posting=members held:announce-only $ANA $G 'Solo anuncios' <<<'x'
	meets held:nonmember $STRANGER $G 'De fuera' <<<'x'
	with nonmember=refuse nonmember=hold refused:nonmember rosa@afuera.example $G 'De fuera, devuelto' <<<'El texto entero.'
	with nonmember=drop nonmember=hold dropped:nonmember rosa@afuera.example $G 'De fuera, al olvido' <<<'x'
	with posting=moderated posting=members held:moderated $ANA $G 'Revisado' <<<'x'
	with hold_first=100 hold_first=0 held:first-posts $ANA $G 'De los primeros' <<<'x'
	unaddressed
	with max_size=2000 max_size=26214400 held:too-large $ANA $G 'Largo' < <(yes 'Muy largo.' | head -n 400)
	with max_recipients=2 max_recipients=50 held:too-many-recipients $ANA $G 'A muchos' 'Cc: a@x.example, b@x.example' <<<'x'
	meets held:empty $ANA $G '' <<<''
	with flood_per_hour=1 flood_per_hour=0 held:flood $ANA $G 'Otro más' <<<'x'
	site_cabildo rule add agenda subject '(?i)\boferta\b' hold >/dev/null
	meets held:pattern $ANA $G 'Gran OFERTA' <<<'x'
	meets refused:file-types $ANA $G 'Un programa' 'Content-Disposition: attachment; filename=informe.exe' <<<'MZ'
	meets held:spam $ANA $G 'Basura' 'X-Spam: Yes' <<<'x'
	meets held:digest-reply $ANA $G 'Re: Agenda Digest, Vol 3, Issue 12' <<<'Me interesa.'
	locked
	repeated
	closed
	reports
}

unaddressed() {
	LAST=$(flow_sql 'SELECT max(id) FROM intake')
	AUTHSERV=$AUTHSERV mail_make Ana $ANA otra@example.org 'Copia oculta' oculta@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' \
		<<<'x' | net_smtp "$POSTFIX_PORT" $ANA $G >/dev/null
	wait_for 20 recorded
	tap_is 'held:unaddressed' "$(fate)" held:unaddressed
}

locked() {
	flow_sql "UPDATE thread SET state = 'locked' WHERE id = (SELECT thread_id FROM post WHERE msgid = '$FIRST')" >/dev/null
	PARENT=$FIRST meets held:thread-closed $ANA $G 'Re: Uno' <<<'Todavía algo.'
	AUTHSERV=$AUTHSERV mail_make Ana $ANA $G 'Re: Uno' locked@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' "$FIRST" \
		<<<'x' >"$TEST_TMP/locked"
	tap_run 'which explain tells before' grep -qx 'fate held by thread-closed' \
		<<<"$(site_cabildo explain "$TEST_TMP/locked" --list agenda)"
	AUTHSERV=$AUTHSERV mail_make Ana $ANA $G 'Uno' locked2@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'x' >"$TEST_TMP/locked"
	tap_run 'and where only the address names the thread' grep -qx 'fate held by thread-closed' \
		<<<"$(site_cabildo explain "$TEST_TMP/locked" --to "$(flow_thread_address "$(flow_sql "SELECT thread_id FROM post WHERE msgid = '$FIRST'")")")"
	flow_sql "UPDATE thread SET state = 'open'" >/dev/null
}

# The first one again, and its id with another author.
repeated() {
	local keep=$N
	N=$((${FIRST//[!0-9]/} - 1))
	meets duplicate:duplicate $ANA $G 'Uno' <<<'Un mensaje.'
	N=$((${FIRST//[!0-9]/} - 1))
	meets held:id-reused $LUZ $G 'Uno' <<<'Otro texto.'
	N=$keep
}

closed() {
	site_cabildo list set agenda archived=true
	tap_run 'a closed group is refused at RCPT' refused '^550 5\.2\.1 '
	site_cabildo list set agenda archived=false
}

refused() {
	mail $ANA $G 'Al grupo cerrado' <<<'x' && return 1
	grep -E "$1" "$TEST_TMP/reply"
}

copy_of() {
	grep -liE "^Message-ID: *<${1//./\\.}>" "$TEST_TMP"/sink/*.eml 2>/dev/null
}

has_copies() {
	[ "$(copy_of "$1" | wc -l)" -ge "$2" ]
}

verp() {
	awk -F'\t' -v a="<$1>" -v b="$1" '($3 == a || $3 == b) && $2 ~ /bounces\+s/ { v = $2 } END { gsub(/[<>]/, "", v); print v }' \
		"$TEST_TMP/sink/copies"
}

dsn() {
	printf '%s\n' 'From: mailer-daemon@lejos.example' "To: $1" 'Subject: Undelivered' "Message-ID: <dsn$2@lejos.example>" \
		'MIME-Version: 1.0' 'Content-Type: multipart/report; report-type=delivery-status; boundary=b' '' '--b' '' 'No such user.' \
		'--b' 'Content-Type: message/delivery-status' '' 'Reporting-MTA: dns; mx.lejos.example' '' \
		"Final-Recipient: rfc822; $LUZ" 'Action: failed' 'Status: 5.1.1' 'Diagnostic-Code: smtp; 550 5.1.1 no such user' '' '--b--'
}

complaint() {
	printf '%s\n' 'From: fbl@proveedor.example' "To: $1" 'Subject: FW: Uno' 'Message-ID: <arf@proveedor.example>' \
		'MIME-Version: 1.0' 'Content-Type: multipart/report; report-type=feedback-report; boundary=b' '' '--b' '' 'Abuse.' \
		'--b' 'Content-Type: message/feedback-report' '' 'Feedback-Type: abuse' 'Version: 1' \
		"Original-Mail-From: <$2>" '' '--b--'
}

# raw WANTED TEXT ENVELOPE TO: the message from stdin
raw() {
	LAST=$(flow_sql 'SELECT max(id) FROM intake')
	net_smtp "$POSTFIX_PORT" "$3" "$4" >/dev/null
	wait_for 20 recorded
	tap_is "$2" "$(fate)" "$1"
}

events() {
	flow_sql "SELECT count(*) FROM bounce_event WHERE kind = '$1'"
}

reports() {
	local v
	tap_run 'the copies of the first are out' wait_for 30 has_copies "$FIRST" 2
	v=$(verp $LUZ)
	raw bounce:bounce-unproven 'a forged report' '' agenda-bounces+s1.aaaaaaaaaaaaaaaa@foro.example < <(dsn "$v" 1)
	tap_is 'counts for nothing' "$(events hard)" 0
	raw bounce:bounce 'a true one' '' "$v" < <(dsn "$v" 2)
	tap_is 'counts' "$(events hard)" 1
	raw complaint:complaint-unproven 'a forged complaint' fbl@proveedor.example $G \
		< <(complaint $G agenda-bounces+s1.aaaaaaaaaaaaaaaa@foro.example)
	tap_is 'counts for nothing' "$(events complaint)" 0
}

# Each rule of the table has been met: explain prints the table.
all_met() {
	local out rule
	printf 'From: %s\nTo: %s\nSubject: x\n\nx\n' $STRANGER $G >"$TEST_TMP/any"
	out=$(site_cabildo explain "$TEST_TMP/any" --list agenda | awk '$1 == "rule" { print $2 }')
	tap_run 'the table is long' test "$(wc -l <<<"$out")" -ge 29
	for rule in $out; do
		case $rule in
		closed | not-a-post) continue ;; # at RCPT; a net that no address falls into
		command) meets command:help $ANA agenda-request@foro.example 'ayuda' <<<'' && continue ;;
		complaint) raw complaint:complaint 'a true complaint' fbl@proveedor.example $G \
			< <(complaint $G "$(verp $LUZ)" | sed 's/<arf@/<arf2@/') ;;
		esac
		tap_run "$rule was met" test "$(flow_sql "SELECT count(*) FROM intake WHERE rule = '$rule'")" -ge 1
	done
}

# -- commands

notices() {
	flow_sql "SELECT (SELECT count(*) FROM notice WHERE in_reply_to = '$ID')
		+ (SELECT count(*) FROM delivery d WHERE d.notice_kind = 'command-answer' AND d.id > $DELIVERY AND d.addr = '$1')"
}

# answered ADDRESS: the sink has the answer to the last one
answered() {
	ANSWER=$(grep -lE "^In-Reply-To: <${ID//./\\.}>" "$TEST_TMP"/sink/*.eml 2>/dev/null)
	[ -n "$ANSWER" ]
}

# asked LANG ADDRESS RULE TEXT [PARENT]: a command and its one answer in that language
asked() {
	local lang=$1 who=$2 rule=$3 text=$4
	if [ -n "${5:-}" ]; then
		PARENT=$5 meets "command:$rule" "$who" $G 'Re: Uno' <<<"$text"
	else
		meets "command:$rule" "$who" agenda-request@foro.example "$text" <<<''
	fi
	tap_run "$text: answered" wait_for 20 answered
	tap_is "$text: once" "$(wc -w <<<"$ANSWER")" 1
	# shellcheck disable=SC2086
	tap_run "$text: in the language of $who" grep -q "^Content-Language: $lang" $ANSWER
}

setting() {
	flow_sql "SELECT s.delivery || ':' || (s.pause_until IS NOT NULL) FROM subscription s JOIN address a ON a.account_id = s.account_id
		JOIN list l ON l.id = s.list_id WHERE l.name = 'agenda' AND a.addr = '$1'"
}

mode() {
	flow_sql "SELECT f.mode FROM thread_follow f JOIN address a ON a.account_id = f.account_id WHERE a.addr = '$1'"
}

# commands LANG ADDRESS: the words, one of each row of the table, in its order
commands() {
	local lang=$1 who=$2
	shift 2
	asked "$lang" "$who" help "$1"
	asked "$lang" "$who" join "$2"
	asked "$lang" "$who" pause "$3"
	tap_is "$3: done" "$(setting "$who")" each:true
	asked "$lang" "$who" resume "$4"
	tap_is "$4: done" "$(setting "$who")" each:false
	asked "$lang" "$who" followed "$5"
	tap_is "$5: done" "$(setting "$who")" mentions:false
	asked "$lang" "$who" none "$6"
	tap_is "$6: done" "$(setting "$who")" none:false
	asked "$lang" "$who" each "$7"
	tap_is "$7: done" "$(setting "$who")" each:false
	asked "$lang" "$who" mute "$8" "$FIRST"
	tap_is "$8: done" "$(mode "$who")" mute
	asked "$lang" "$who" follow "$9" "$FIRST"
	tap_is "$9: done" "$(mode "$who")" follow
	asked "$lang" "$who" status "${10}"
	asked "$lang" "$who" mydata "${11}"
	asked "$lang" "$who" digest "${12}"
	asked "$lang" "$who" confirm "${13}"
	asked "$lang" "$who" leave "${14}" "$FIRST"
	tap_is "${14}: done, as an answer to a post" "$(setting "$who")" ''
	site_cabildo member add agenda "$who" --name "$who"
}

# -- mail out

head_of() {
	tr -d '\r' <"$(copy_of "$1" | head -n 1)" | awk -v want="$2" '
		$0 == "" { exit }
		/^[ \t]/ { if (on) { sub(/^[ \t]+/, " "); v = v $0 } next }
		{ on = tolower($0) ~ "^" tolower(want) ":"; if (on) { v = $0; sub(/^[^:]*: */, "", v) } }
		END { print v == "" ? "-" : v }'
}

froms() {
	meets posted:posted $ANA $G 'Con p=reject' <<<'Un texto.'
	tap_run 'its copies are out' wait_for 30 has_copies "$ID" 2
	tap_is 'From by DMARC: the list' "$(head_of "$ID" From)" "ana por Agenda <$G>"
	meets posted:posted $LUZ $G 'Con p=none' <<<'Un texto.'
	tap_run 'its copies are out' wait_for 30 has_copies "$ID" 2
	tap_is 'From by DMARC: the author' "$(head_of "$ID" From)" "luz <$LUZ>"
	tap_run 'the name server was asked' grep -q '^_dmarc.estricta.example TXT' "$TEST_TMP/dns.log"
}

# The link of one real copy, pressed by a program: no cookie, no form.
one_click() {
	local url copy
	copy=$(awk -F'\t' -v a="$LUZ" 'index($3, a) && $2 ~ /bounces\+s/ { print NR }' "$TEST_TMP/sink/copies" | tail -n 1)
	url=$(tr -d '\r' <"$TEST_TMP/sink/$copy.eml" | sed -n '/^List-Unsubscribe:/,/^[^ \tL]/p' | grep -oE 'https://foro.example/u/[0-9]+/[a-z2-7]+' | head -n 1)
	tap_run 'a copy has the link' test -n "$url"
	tap_run 'and says that one click will do' grep -qi '^List-Unsubscribe-Post: List-Unsubscribe=One-Click' "$TEST_TMP/sink/$copy.eml"
	url=${url/https:\/\/foro.example/http:\/\/127.0.0.1:$SITE_HTTP}
	curl -s -o /dev/null "$url"
	tap_is 'a GET changes nothing' "$(setting $LUZ)" each:false
	tap_is 'one click' "$(curl -s -o /dev/null -w '%{http_code}' -d List-Unsubscribe=One-Click "$url" | cut -c1)" 2
	tap_is 'and she has left' "$(setting $LUZ)" ''
	site_cabildo member add agenda $LUZ --name Luz
}

# -- a circle, a storm, a forwarded address

circle() {
	local copy
	site_cabildo list set otro from_lists=accept posting=anyone identity=open unaddressed=accept
	site_cabildo list set agenda from_lists=accept posting=anyone identity=open unaddressed=accept
	site_cabildo member add agenda otro@foro.example --name Otro
	site_cabildo member add otro $G --name Agenda
	meets posted:posted $ANA $G 'En círculo' <<<'Una vuelta.'
	tap_run 'its copy to the other group is out' wait_for 30 to_other
	copy=$(awk -F'\t' -v id="$ID" 'index($4, id) && index($3, "otro@foro.example") { print NR }' "$TEST_TMP/sink/copies" | head -n 1)
	raw posted:posted 'the other group posts it' agenda-bounces@foro.example otro@foro.example <"$TEST_TMP/sink/$copy.eml"
	tap_run 'all copies are out' wait_for 30 queue_empty
	copy=$(awk -F'\t' -v id="$ID" 'index($4, id) && $3 ~ /<?agenda@foro.example>?/ { print NR }' "$TEST_TMP/sink/copies" | tail -n 1)
	if [ -n "$copy" ]; then
		raw dropped:loop 'what comes back ends' otro-bounces@foro.example $G <"$TEST_TMP/sink/$copy.eml"
	fi
	tap_is 'one post in each group' "$(flow_sql "SELECT count(*) || ' ' || count(DISTINCT list_id) FROM post WHERE msgid = '$ID'")" '2 2'
	site_cabildo member remove agenda otro@foro.example
	site_cabildo list set agenda from_lists=hold posting=members identity=normal unaddressed=hold
}

to_other() {
	awk -F'\t' -v id="$ID" 'index($4, id) && index($3, "otro@foro.example")' "$TEST_TMP/sink/copies" | grep -q .
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ]
}

# From her new mailbox, by a forwarder: another envelope, an unproven From that is hers.
forwarded() {
	local before
	ENVELOPE=srs0=x=estricta.example=ana@reenvio.example meets posted:posted $ANA $G 'Por un reenvío, con DKIM' <<<'Mi texto.'
	before=$(copies_to reenvio.example)
	ASKED=$(flow_sql "SELECT count(*) FROM delivery WHERE notice_kind = 'confirm-post'")
	flow_sql 'DELETE FROM notice_sent' >/dev/null
	ENVELOPE=ana@reenvio.example PROVEN=0 meets held:identity $ANA $G 'Por un reenvío, sin prueba' <<<'Mi texto.'
	tap_run 'she is asked at the address that is known' wait_for 20 asked_at $ANA
	tap_is 'nothing goes to the forwarder' "$(copies_to reenvio.example)" "$before"
}

copies_to() {
	awk -F'\t' -v a="$1" 'index($3, a) { n++ } END { print n + 0 }' "$TEST_TMP/sink/copies"
}

asked_at() {
	[ "$(flow_sql "SELECT count(*) FROM delivery WHERE notice_kind = 'confirm-post' AND addr = '$1'")" -gt "$ASKED" ]
}

# One SMTP session: a thousand notes of absence of four forms.
storm() {
	local out
	tap_run 'the queue is empty' wait_for 30 queue_empty
	out=$(wc -l <"$TEST_TMP/sink/copies")
	tap_run 'a thousand automatic replies: taken by Postfix' perl -MNet::SMTP -e '
		my ($port, $from, $auth) = @ARGV;
		my @heads = ("Auto-Submitted: auto-replied\nSubject: Fuera de la oficina",
			"X-Auto-Response-Suppress: All\nSubject: Automatic reply: Agenda",
			"X-Autoreply: yes\nSubject: Re: Agenda", "Precedence: auto_reply\nSubject: Ausente");
		my $s = Net::SMTP->new("127.0.0.1", Port => $port, Hello => "localhost") or die;
		for my $i (1 .. 1000) {
			$s->mail($i % 3 ? $from : "") && $s->recipient("agenda\@foro.example") && $s->data() or die $s->message;
			$s->datasend("Authentication-Results: $auth; dmarc=pass header.from=estricta.example\n" . $heads[$i % 4]
				. "\nFrom: $from\nTo: agenda\@foro.example\nMessage-ID: <storm$i\@example.org>\n\nVuelvo el lunes.\n");
			$s->dataend() or die $s->message;
		}
		$s->quit' "$POSTFIX_PORT" $ANA "$AUTHSERV"
	tap_run 'all are on the record' wait_for 120 stormed
	tap_is 'none posted, none held' "$(flow_sql "SELECT fate, count(*) FROM intake WHERE msgid LIKE 'storm%' GROUP BY 1")" 'dropped	1000'
	tap_is 'none answered' "$(flow_sql "SELECT count(*) FROM outbound") $(($(wc -l <"$TEST_TMP/sink/copies") - out))" '0 0'
	tap_run 'Postfix has nothing left, and no bounce' wait_for 20 postfix_empty
}

stormed() {
	[ "$(flow_sql "SELECT count(*) FROM intake WHERE msgid LIKE 'storm%'")" -eq 1000 ]
}

tap_run 'the sink and the name server' start_own
flow_site 'receive deliver web http'
tap_run 'the groups are made' groups
tap_run 'Postfix starts' postfix_start
rules
all_met
commands es $ANA ayuda suscribir 'pausa 15 días' reanudar 'solo lo que sigo' 'solo web' 'cada mensaje' \
	'Silenciar hilo' 'Seguir hilo' estado 'mis datos' 'resumen semanal' confirmar 'baja'
commands en $LUZ help subscribe 'pause 15 days' resume 'only followed' 'web only' 'each message' \
	'Mute thread' 'Follow thread' status 'my data' 'weekly digest' confirm 'unsubscribe'
froms
one_click
circle
forwarded
storm
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' "$(site_complaints | grep -vE 'event=quarantined')"
tap_end
