#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mail that comes back, through LMTP: a report to a VERP address counts once, a
# forged one for nothing; policy and delays for nothing; the score reaches its
# threshold and the address gets no more copies, not even those that were queued;
# its person hears of it elsewhere and comes back by a button, by a sign-in
# link, or by a probe that nobody returned. A complaint sets one subscription
# to no mail. A refusal at RCPT counts like a report.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org
LIST=agenda
FLOW_ALSO=sink_end
SINK=''

# shellcheck disable=SC2317 # flow_stop calls it
sink_end() {
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
}

sink_start() {
	printf '%s\n' "${1:-}" >"$TEST_TMP/script"
	mkdir -p "$TEST_TMP/sink"
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/port" --dir "$TEST_TMP/sink" --keep \
		--script "$TEST_TMP/script" 2>"$TEST_TMP/sink.err" </dev/null &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/port"
	SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/port")
}

# tap_like TEXT GOT PATTERN
tap_like() {
	tap_ok "$(grep -qE -- "$3" <<<"$2"; echo $?)" "$1" "got:  $2"$'\n'"like: $3"
}

# state ADDRESS: score, suspended or not
state() {
	flow_sql "SELECT round(bounce_score::numeric, 1) || ' ' ||
		CASE WHEN suspended_at IS NULL THEN 'delivered' ELSE 'suspended' END
		FROM address WHERE addr = '$1'"
}

# verp ADDRESS: the envelope sender of the last copy to it
verp() {
	awk -F'\t' -v a="$1" '$3 == a { v = $2 } END { gsub(/[<>]/, "", v); print v }' "$TEST_TMP/sink/copies"
}

copies() {
	awk -F'\t' -v a="$1" '$3 == a { n++ } END { print n + 0 }' "$TEST_TMP/sink/copies"
}

post() {
	mail_make Ana "$ANA" "$LIST@$SITE_DOMAIN" "Aviso $1" "$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Para cada persona, una copia.' |
		net_lmtp "$SITE_LMTP" "$ANA" "$LIST@$SITE_DOMAIN"
}

# report TO FINAL ACTION STATUS WORDS [ABOUT [ENVID]]
report() {
	net_lmtp "$SITE_LMTP" '' "$1" <<END
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: <$1>
Subject: Undelivered Mail Returned to Sender
Date: $(date -R)
Message-ID: <$RANDOM$RANDOM.report@mx.example.net>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain

It could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
${7:+Original-Envelope-Id: $7}

Final-Recipient: rfc822; $2
Action: $3
Status: $4
Remote-MTA: dns; mx.remoto.example
Diagnostic-Code: smtp; $5

--B
Content-Type: text/rfc822-headers

Message-ID: <${6:-nobody@example.net}>
Subject: Aviso

--B--
END
}

events() {
	flow_sql "SELECT count(*) FROM bounce_event e JOIN address ad ON ad.id = e.address_id WHERE ad.addr = '$1'"
}

fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake ORDER BY id DESC LIMIT 1"
}

scored() {
	[ "$(flow_sql 'SELECT count(*) FROM bounce_event WHERE scored_at IS NULL')" = 0 ]
}

# sched: cabildod does what is due, and the events are scored
sched() {
	"$BUILD/cabildod" --config "$SITE/cabildo.conf" --once && scored
}

idle() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# days N: everything about bounces is N days older
days() {
	flow_sql "UPDATE bounce_event SET at = at - interval '$1 days';
		UPDATE address SET bounce_at = bounce_at - interval '$1 days',
			suspended_at = suspended_at - interval '$1 days', probe_at = probe_at - interval '$1 days';
		DELETE FROM notice_sent" >/dev/null
}

# notice ADDRESS WORDS: a mail to the address holds the words
notice() {
	local f
	for f in "$TEST_TMP"/sink/*.eml; do
		grep -q "^To:.*$1" "$f" && perl -MMIME::QuotedPrint -0ne '
			print /quoted-printable/i ? decode_qp($_) : $_' "$f" | tr '\r\n' '  ' | grep -q "$2" && return 0
	done
	return 1
}

members() {
	local who
	site_cabildo list add $LIST --title 'Agenda digital' --lang es
	for who in "$ANA" luis@example.org eva@example.org; do
		site_cabildo member add $LIST "$who" --name "${who%@*}" --locale es
	done
	site_cabildo member add $LIST jefa@example.org --name Jefa --role owner --locale es
	flow_sql "INSERT INTO address (account_id, addr, verified_at)
		SELECT account_id, 'luis.casa@example.net', now() FROM address WHERE addr = 'luis@example.org'" >/dev/null
}

counts() {
	post b1 || return
	wait_for 20 idle
	LUIS=$(verp luis@example.org)
	tap_like 'copies have a return address of their own' "$LUIS" '^agenda-bounces\+s[0-9]+\.[a-z2-7]{16}@'
	local forged
	forged=$(tr 'a-y' 'b-z' <<<"${LUIS#*.}")
	tap_run 'a forged report is taken' report "${LUIS%%.*}.${forged%@*}@$SITE_DOMAIN" luis@example.org failed 5.1.1 '550 5.1.1 no such user'
	tap_is 'and is on the record as such' "$(fate)" 'bounce:bounce-unproven'
	tap_is 'and counts for nothing' "$(events luis@example.org)" 0
	tap_run 'a real one is taken' report "$LUIS" luis@example.org failed 5.1.1 '550 5.1.1 no such user' b1@example.org
	tap_is 'on the record' "$(fate)" 'bounce:bounce'
	tap_run 'it is scored' sched
	tap_is 'as one' "$(state luis@example.org)" '1.0 delivered'
	tap_is 'about the post' "$(flow_sql "SELECT p.msgid FROM bounce_event e JOIN post p ON p.id = e.post_id")" b1@example.org
	tap_run 'another report of the same copy' report "$LUIS" otra@example.net failed 5.2.1 '550 disabled' '' \
		"p$(flow_sql "SELECT id FROM post WHERE msgid = 'b1@example.org'").99"
	tap_is 'is the same event' "$(events luis@example.org)" 1
	tap_run 'a delay' report "$LUIS" luis@example.org delayed 4.4.1 '451 connection timed out' d1@example.org
	tap_run 'a refusal for policy' report "$LUIS" luis@example.org failed 5.7.1 '550 5.7.1 listed at zen.spamhaus.org' d2@example.org
	tap_run 'both are recorded' sched
	tap_is 'and count for nothing' "$(events luis@example.org) $(state luis@example.org)" '3 1.0 delivered'
	tap_run 'a second one on one day' report "$LUIS" luis@example.org failed 5.1.1 '550 5.1.1 no such user' d3@example.org
	sched
	tap_is 'counts no more' "$(state luis@example.org)" '1.0 delivered'
	tap_run 'an automatic reply to a VERP address' net_lmtp "$SITE_LMTP" luis@example.org "$LUIS" \
		<<<$'From: Luis <luis@example.org>\nSubject: Respuesta autom\xc3\xa1tica: Aviso\nAuto-Submitted: auto-replied\n\nDe vacaciones.'
	tap_is 'is dropped' "$(fate)" 'dropped:automatic'
}

suspended() {
	local i
	for i in 1 2 3; do
		days 1
		report "$LUIS" luis@example.org failed 5.1.1 '550 5.1.1 no such user' "day$i@example.org"
		sched
	done
	tap_is 'at the threshold it is suspended' "$(state luis@example.org | cut -d' ' -f2)" suspended
	wait_for 20 idle
	tap_run 'the other address of the person hears of it' notice luis.casa@example.net 'no such user'
	tap_run 'and the owner' notice jefa@example.org "/g/$LIST/bounces"
	tap_run 'not the address itself' test "$(notice luis@example.org 'no such user'; echo $?)" = 1
	tap_like 'cabildo bounce list' "$(site_cabildo bounce list $LIST)" \
		'^luis@example.org.*suspended .*hard.*unknown.*5.1.1.*mx.remoto.example.*no such user'
	tap_like 'cabildo bounce show' "$(site_cabildo bounce show luis@example.org | tail -1)" 'no such user.agenda$'
	tap_like 'an act of the record' "$(flow_sql "SELECT act FROM audit ORDER BY id DESC LIMIT 1")" 'address.suspend'
}

queued() {
	site_end deliver
	site_cabildo bounce reset luis@example.org
	post q1
	tap_is 'a copy to it waits' "$(flow_sql "SELECT count(*) FROM outbound o JOIN subscription s ON s.id = o.subscription_id
		JOIN address ad ON ad.id = s.address_id WHERE ad.addr = 'luis@example.org'")" 1
	flow_sql "UPDATE address SET suspended_at = now() - interval '8 days' WHERE addr = 'luis@example.org'" >/dev/null
	local before
	before=$(copies luis@example.org)
	site_start_deliver
	wait_for 20 idle
	tap_is 'suspension stops what was queued' "$(copies luis@example.org)" "$before"
	tap_is 'and says so in the ledger' "$(flow_sql "SELECT outcome FROM delivery WHERE addr = 'luis@example.org'
		AND post_id IS NOT NULL ORDER BY settled_at DESC LIMIT 1")" skipped
}

probes() {
	local p
	sched
	wait_for 20 idle
	p=$(verp luis@example.org)
	tap_like 'after a week a probe asks, with a return address of its own' "$p" '^agenda-bounces\+p[0-9]+\.'
	tap_run 'the probe comes back' report "$p" luis@example.org failed 5.1.1 '550 5.1.1 no such user'
	sched
	days 4
	sched
	tap_is 'so it stays suspended' "$(state luis@example.org | cut -d' ' -f2)" suspended
	days 4
	sched
	wait_for 20 idle
	days 4
	sched
	tap_is 'the next one does not: it is back' "$(state luis@example.org)" '0.0 delivered'
	wait_for 20 idle
	tap_run 'with a note' notice luis@example.org 'llega de nuevo'
	flow_sql "UPDATE address SET suspended_at = now() - interval '29 days', probes = 3 WHERE addr = 'luis@example.org'" >/dev/null
	sched
	wait_for 20 idle
	tap_is 'after four weeks it is taken out of delivery' "$(flow_sql "SELECT s.delivery FROM subscription s
		JOIN address ad ON ad.id = s.address_id WHERE ad.addr = 'luis@example.org'")" none
	tap_run 'and the owner is told' notice jefa@example.org 'luis@example.org'
}

# web METHOD PATH [DATA]: as the person whose cookies are in $JAR
web() {
	curl -s -b "$JAR" -c "$JAR" -X "$1" ${3:+--data "$3"} "http://127.0.0.1:$SITE_HTTP$2"
}

# signed_in ADDRESS: by a link that is mailed there
signed_in() {
	local csrf link
	JAR=$TEST_TMP/jar.$1
	csrf=$(web GET /signin | grep -o 'name="csrf" value="[^"]*"' | head -1 | cut -d'"' -f4)
	flow_sql "DELETE FROM token" >/dev/null
	web POST /signin "csrf=$csrf&addr=$1" >/dev/null
	wait_for 20 idle
	# shellcheck disable=SC2012 # names are numbers
	link=$(grep -l "^To:.*$1" "$TEST_TMP"/sink/*.eml | sort -V | tail -1 | xargs grep -oh '/signin/[a-z2-7]*' | tail -1)
	csrf=$(web GET "$link" | grep -o 'name="csrf" value="[^"]*"' | head -1 | cut -d'"' -f4)
	web POST "$link" "csrf=$csrf" >/dev/null
}

comes_back() {
	local csrf page
	flow_sql "UPDATE address SET suspended_at = now() WHERE addr IN ('luis@example.org', 'eva@example.org')" >/dev/null
	signed_in luis.casa@example.net
	page=$(web GET /me)
	tap_like 'my subscriptions tell' "$page" 'luis@example.org'
	csrf=$(grep -o 'name="csrf" value="[^"]*"' <<<"$page" | head -1 | cut -d'"' -f4)
	web POST /me/address/return 'csrf=wrong&addr=luis@example.org' >/dev/null
	tap_is 'without the token nothing happens' "$(state luis@example.org | cut -d' ' -f2)" suspended
	web POST /me/address/return "csrf=$csrf&addr=eva@example.org" >/dev/null
	tap_is 'nor to the address of another' "$(state eva@example.org | cut -d' ' -f2)" suspended
	web POST /me/address/return "csrf=$csrf&addr=luis@example.org" >/dev/null
	tap_is 'the button brings it back' "$(state luis@example.org)" '0.0 delivered'
	tap_is 'a member sees no bounces of others' "$(curl -s -o /dev/null -w '%{http_code}' -b "$JAR" \
		"http://127.0.0.1:$SITE_HTTP/g/$LIST/bounces" | cut -c1)" 4
	signed_in eva@example.org
	tap_is 'a sign-in by a link to the address too' "$(state eva@example.org)" '0.0 delivered'
	signed_in jefa@example.org
	page=$(web GET /g/$LIST/bounces)
	tap_like 'the owner reads who' "$page" 'luis@example.org'
	tap_like 'and the remote words' "$page" '550 5.1.1 no such user'
}

complaint() {
	local eva
	eva=$(verp eva@example.org)
	case $eva in *+p* | '') eva=$(awk -F'\t' '$3 == "eva@example.org" && /bounces\+s/ { print $2 }' "$TEST_TMP/sink/copies" | tr -d '<>' | tail -1) ;; esac
	# complain ENVELOPE [TO [HEADER-OF-WHAT-IT-RETURNS [TYPE]]]
	complain() {
		net_lmtp "$SITE_LMTP" fbl@proveedor.example "${2:-$LIST@$SITE_DOMAIN}" <<END
From: fbl@proveedor.example
To: ${2:-$LIST@$SITE_DOMAIN}
Subject: FW: Aviso
Message-ID: <$RANDOM.fbl@proveedor.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B

This is an email abuse report.
--B
Content-Type: message/feedback-report

Feedback-Type: ${4:-abuse}
User-Agent: fbl/1
Version: 1
${1:+Original-Mail-From: <$1>
}Original-Rcpt-To: <eva@example.org>

--B
Content-Type: message/rfc822

Message-ID: <b1@example.org>
Subject: Aviso
${3:+$3
}
--B--
END
	}
	tap_run 'a forged complaint is taken' complain "agenda-bounces+s1.aaaaaaaaaaaaaaaa@$SITE_DOMAIN"
	tap_is 'and counts for nothing' "$(fate)" complaint:complaint-unproven
	tap_run 'a real one' complain "$eva"
	sched
	tap_is 'is a complaint' "$(fate)" complaint:complaint
	tap_is 'its subscription gets no mail' "$(flow_sql "SELECT s.delivery FROM subscription s
		JOIN address ad ON ad.id = s.address_id WHERE ad.addr = 'eva@example.org'")" none
	tap_is 'and it is no bounce' "$(state eva@example.org)" '0.0 delivered'
	# most providers write to abuse@; some take the envelope out of what they return
	abused 'to abuse@' "$eva" ''
	abused 'without an envelope' '' "Return-Path: <$eva>"
	abused 'with the address to leave alone' '' \
		"List-Unsubscribe: <https://foro.example/u/1>, <mailto:${eva/bounces/leave}?subject=x>" forged
	abused 'with the real one' '' "$(unsubscribe "$eva")"
	reset
	tap_run 'a report of DMARC is taken' complain "$eva" "abuse@$SITE_DOMAIN" '' auth-failure
	sched
	tap_is 'and is no complaint of hers' "$(delivery)" each
}

delivery() {
	flow_sql "SELECT s.delivery FROM subscription s JOIN address ad ON ad.id = s.address_id
		WHERE ad.addr = 'eva@example.org'"
}

# She gets mail again, and nothing of before is known.
reset() {
	flow_sql "UPDATE subscription SET delivery = 'each' WHERE address_id = (SELECT id FROM address
		WHERE addr = 'eva@example.org'); DELETE FROM bounce_event WHERE kind = 'complaint'"
}

# unsubscribe VERP: the header of the same subscription's copies
unsubscribe() {
	local n=${1#*+}
	printf 'List-Unsubscribe: <%s>' "$(sed -s 's/\r$//' "$TEST_TMP"/sink/*.eml |
		grep -o "mailto:$LIST-leave+${n%%.*}\.[^>]*" | tail -n 1)"
}

# abused TEXT ENVELOPE HEADER [forged]: a complaint to abuse@
abused() {
	local now=none
	[ "${4:-}" != forged ] || now=each
	reset
	tap_run "$1: taken" complain "$2" "abuse@$SITE_DOMAIN" "$3"
	sched
	tap_is "$1: the administrators get it" "$(fate)" forwarded:to-site
	tap_is "$1: mail to her" "$(delivery)" $now
}

refused() {
	site_end deliver
	kill "$SINK"
	wait "$SINK" 2>/dev/null
	rm -f "$TEST_TMP/port"
	sink_start 'rcpt jefa@* 550 5.1.1 User unknown
rcpt ana.perez@* 554 5.7.1 blocked using zen.spamhaus.org'
	site_conf
	site_start_deliver
	flow_sql "UPDATE subscription SET own_copy = true" >/dev/null
	post r1
	wait_for 20 idle
	sched
	tap_is 'a refusal at RCPT counts' "$(state jefa@example.org)" '1.0 delivered'
	tap_is 'one for policy does not' "$(events $ANA) $(state $ANA)" '1 0.0 delivered'
}

command -v curl >/dev/null || tap_skip_all 'curl is not here'
flow_conf
sink_start
site_conf
for what in receive deliver web http; do "site_start_$what" || exit 1; done
members >/dev/null || exit 1
counts
suspended
queued
probes
comes_back
complaint
refused
flow_end
