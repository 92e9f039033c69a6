#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# No backscatter: behind Postfix, posts with forged senders are refused at RCPT
# or held on the record, and no mail leaves because of them, neither ours nor
# Postfix's, but one: who is said to want to join is asked, once. FORGED=1000 is
# the long form.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/sink.sh
. "$TOP/tests/lib/sink.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'

FORGED=${FORGED:-100}
[ -z "${TEST_LONG:-}" ] || FORGED=1000

# shellcheck disable=SC2317 # a trap calls it
end_own() {
	postfix_stop
	sink_end
}

postfix_to_sink() {
	postconf -c "$TEST_TMP/postfix" -e "relayhost = [127.0.0.1]:$SINK_PORT" &&
		postfix -c "$TEST_TMP/postfix" reload >>"$TEST_TMP/postfix.out" 2>&1
}

copies() {
	cat "$TEST_TMP/sink/copies" 2>/dev/null
}

# copied ID N: so many copies of it left
copied() {
	[ "$(copies | grep -c "	$1	")" -eq "$2" ]
}

# Who was told what: the questions whether they want to join, at most one a person (the
# one mail that P9 lets go to somebody whom nothing proves: without it nobody could join by
# mail); what the group's own people are told of the queue; and the rest, which must not be.
told() { # joins | own | rest
	copies | awk -F '\t' -v what="$1" '
		$4 ~ /^ok/ { next }
		$3 ~ /@example\.org$/ { if (what == "own") print; next }
		match($3, /^victima[0-9]+@/) && substr($3, 8) % 5 == 2 && !seen[$3]++ { if (what == "joins") print; next }
		what == "rest"'
}

quiet() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ]
}

# mail ENVELOPE-FROM FROM TO ID [HEADER]
mail() {
	{
		[ -z "${5:-}" ] || printf '%s\n' "$5"
		AUTHSERV='' mail_make 'Alguien' "$2" "$3" "Asunto $4" "$4" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto de $4."
	} | net_smtp "$POSTFIX_PORT" "$1" "$3"
}

refused() {
	local reply
	reply=$(mail "$@") && return 1
	grep -E '^5[0-9][0-9] 5\.[0-9]+\.[0-9]+ ' <<<"$reply"
}

# The senders are all forged: none has ever written to us. Of each kind one in five.
forged() {
	local i to header from
	for ((i = 0; i < FORGED; i++)); do
		to=agenda@$SITE_DOMAIN header='' from=victima$i@ajena$((i % 7)).example
		case $((i % 5)) in
		0) ;;
		1) to=agenda-owner@$SITE_DOMAIN ;;
		2) to=agenda-join@$SITE_DOMAIN ;;
		3) header='Disposition-Notification-To: <'$from'>' ;;
		4) header='Authentication-Results: mx.foro.example; dmarc=pass header.from=ajena.example' ;;
		esac
		mail "$from" "$from" "$to" "fj$i@ajena.example" "$header" >"$TEST_TMP/reply" ||
			{ echo "$i: $(tr '\n' ' ' <"$TEST_TMP/reply")"; return 1; }
	done
}

recorded() {
	[ "$(flow_sql "SELECT count(*) FROM intake WHERE msgid LIKE 'fj%'")" -eq "$1" ]
}

# Postfix itself can reach the sink: the way a bounce of its would take. From
# this machine's trusted address it relays anywhere.
sendmail_out() {
	postconf -c "$TEST_TMP/postfix" -e 'mynetworks = 127.0.0.0/8' &&
		postfix -c "$TEST_TMP/postfix" reload >>"$TEST_TMP/postfix.out" 2>&1 &&
		wait_for 10 mail ana.perez@example.org ana.perez@example.org fuera@lejos.example ok2@example.org
}

# at_rcpt: unknown groups, closed ones, and what is banned: said in the dialogue
at_rcpt() {
	tap_run 'an unknown group is refused at RCPT' refused v@ajena.example v@ajena.example "nadie@$SITE_DOMAIN" r1@ajena.example
	tap_run 'its owners too' refused v@ajena.example v@ajena.example "nadie-owner@$SITE_DOMAIN" r2@ajena.example
	tap_run 'a group is closed' site_cabildo list set cerrado archived=true
	tap_run 'and refused at RCPT' refused v@ajena.example v@ajena.example "cerrado@$SITE_DOMAIN" r3@ajena.example
	tap_run 'a sender is banned' flow_sql "INSERT INTO ban (addr) VALUES ('@mala.example')"
	tap_run 'and refused at RCPT' refused v@mala.example v@mala.example "agenda@$SITE_DOMAIN" r4@ajena.example
	tap_is 'none of them reached us' "$(flow_sql "SELECT count(*) FROM intake WHERE msgid LIKE 'r_@ajena.example'")" 0
}

FLOW_ALSO=end_own
tap_run 'a sink reads what leaves' sink_start
flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'another one' site_cabildo list add cerrado --title Cerrado
tap_run 'Postfix runs' postfix_start
tap_run 'and sends to the sink' postfix_to_sink
wait_for 10 net_listening "$POSTFIX_PORT"
at_rcpt

tap_run "$FORGED forged mails are taken by Postfix" forged
tap_run 'each is on the record' wait_for 60 recorded "$FORGED"
tap_is 'none became a post' "$(flow_sql "SELECT count(*) FROM intake WHERE msgid LIKE 'fj%' AND fate = 'posted'")" 0
tap_run "Postfix's queue is empty" wait_for 10 postfix_empty
tap_run 'nothing waits to leave' wait_for 20 quiet
tap_none 'nobody who was forged got anything' "$(told rest)"
tap_is 'but the question whether they want to join, once' "$(told joins | wc -l)" $((FORGED / 5))
tap_is 'each without a way back' "$(told joins | cut -f 2 | sort -u)" ''
tap_is 'Postfix made no bounce' "$(grep -cE 'sender non-delivery|status=bounced' "$TEST_TMP/postfix/log")" 0

# that nothing left says something only if mail could have left
tap_run 'a member posts' mail ana.perez@example.org ana.perez@example.org "agenda@$SITE_DOMAIN" ok1@example.org \
	'Authentication-Results: mx.foro.example; dmarc=pass header.from=example.org'
tap_run 'and the copies leave: six' wait_for 20 copied ok1@example.org 6
tap_run 'Postfix is told to send a mail of its own' sendmail_out
tap_run 'it leaves by the same sink' wait_for 20 copied ok2@example.org 1
tap_none 'still nobody who was forged got anything' "$(told rest)"
end_own
SINK=''
flow_end
