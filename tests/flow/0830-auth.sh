#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# The set-up of docs/install.md with OpenDKIM and OpenDMARC, run as it stands:
# Postfix has each message verified by them, the milter and LMTP of Cabildo read
# what they write. Who signed is proven and posts, and their From stays although
# their domain says p=reject; who only claims that From does not post.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'
[ -x /usr/sbin/opendkim ] && [ -x /usr/sbin/opendmarc ] || tap_skip_all 'OpenDKIM and OpenDMARC are not installed'
perl -MMail::DKIM::Signer -e 1 2>/dev/null || tap_skip_all 'libmail-dkim-perl is not installed'
unshare -m true 2>/dev/null || tap_skip_all 'this machine allows no mount of its own'

DKIM=$TOP/tests/lib/dkim.pl PIDS=()
# OpenDMARC asks port 53 of /etc/resolv.conf: an address of our own on the loopback
NS=127.$((RANDOM % 200 + 20)).$((RANDOM % 250)).$((RANDOM % 250 + 1))
FLOW_ALSO=end_own

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	postfix_stop
	[ ${#PIDS[@]} -eq 0 ] || kill "${PIDS[@]}" 2>/dev/null
}

dns_start() {
	{
		printf '_dmarc.estricta.example TXT v=DMARC1; p=reject; adkim=r\n'
		printf 'estricta.example TXT v=spf1 -all\nestricta.example MX 10 mx.estricta.example\n'
		printf 's._domainkey.estricta.example TXT %s\n' "$("$DKIM" key "$TEST_TMP/key")"
	} >"$TEST_TMP/zone"
	"$TOP/tests/lib/dnsd.pl" "$TEST_TMP/dns.port" "$TEST_TMP/zone" "$TEST_TMP/dns.log" "$NS" 53 2>"$TEST_TMP/dns.err" &
	PIDS+=("$!")
	wait_for 10 test -s "$TEST_TMP/dns.port"
}

dkim_start() {
	DKIM_PORT=$(net_free_port) || return 1
	printf '192.0.2.1\n' >"$TEST_TMP/nobody" # this machine is a stranger too
	cat >"$TEST_TMP/opendkim.conf" <<-CONF
		Mode v
		Socket inet:$DKIM_PORT@127.0.0.1
		AuthservID mx.foro.example
		AlwaysAddARHeader yes
		Nameservers $NS
		InternalHosts $TEST_TMP/nobody
		Syslog no
	CONF
	/usr/sbin/opendkim -f -x "$TEST_TMP/opendkim.conf" >"$TEST_TMP/opendkim.out" 2>&1 &
	PIDS+=("$!")
	wait_for 10 net_listening "$DKIM_PORT"
}

dmarc_start() {
	DMARC_PORT=$(net_free_port) || return 1
	printf 'nameserver %s\n' "$NS" >"$TEST_TMP/resolv.conf"
	cat >"$TEST_TMP/opendmarc.conf" <<-CONF
		Socket inet:$DMARC_PORT@127.0.0.1
		AuthservID mx.foro.example
		TrustedAuthservIDs mx.foro.example
		RejectFailures false
		SPFIgnoreResults true
		SPFSelfValidate false
		IgnoreHosts $TEST_TMP/nobody
		PidFile $TEST_TMP/opendmarc.pid
		Syslog false
	CONF
	unshare -m sh -c 'mount --bind "$1" /etc/resolv.conf && exec /usr/sbin/opendmarc -f -c "$2"' - \
		"$TEST_TMP/resolv.conf" "$TEST_TMP/opendmarc.conf" >"$TEST_TMP/opendmarc.out" 2>&1 &
	PIDS+=("$!")
	wait_for 10 net_listening "$DMARC_PORT"
}

# header_checks come before the milters, and leave alone what these write
postfix_milters() {
	printf '/^Authentication-Results:[[:space:]]*mx\\.foro\\.example([[:space:];]|$)/ IGNORE\n' >"$TEST_TMP/postfix/strip"
	postconf -c "$TEST_TMP/postfix" -e \
		"smtpd_milters = inet:127.0.0.1:$DKIM_PORT, inet:127.0.0.1:$DMARC_PORT, inet:127.0.0.1:$SITE_MILTER" \
		'milter_default_action = accept' 'milter_protocol = 6' "header_checks = regexp:$TEST_TMP/postfix/strip" &&
		postfix -c "$TEST_TMP/postfix" reload >>"$TEST_TMP/postfix.out" 2>&1
}

group() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo list set agenda reply_policy=author &&
		site_cabildo member add agenda ana@estricta.example --name 'Ana Pérez' &&
		site_cabildo member add agenda luz@suave.example --name Luz
}

message() {
	printf 'From: Ana <ana@estricta.example>\nTo: <agenda@%s>\nSubject: Acta %s\n' "$SITE_DOMAIN" "$1"
	printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nMessage-ID: <%s@estricta.example>\n\nTexto de %s.\n' "$1" "$1"
}

to_postfix() {
	net_smtp "$POSTFIX_PORT" ana@estricta.example "agenda@$SITE_DOMAIN"
}

signed() {
	message "$1" | "$DKIM" sign "$TEST_TMP/key" estricta.example relaxed/relaxed | to_postfix
}

# forged ID: no signature, and a header that claims one
forged() {
	{
		printf 'Authentication-Results: mx.foro.example; dkim=pass header.d=estricta.example; dmarc=pass header.from=estricta.example\n'
		message "$1"
	} | to_postfix
}

fate() {
	flow_sql "SELECT fate FROM intake WHERE msgid = '$1@estricta.example'"
}

decided() {
	[ -n "$(fate "$1")" ]
}

# results ID: what our own mail server wrote on top of the stored bytes, one a line
results() {
	flow_sql "SELECT convert_from(string_agg(c.bytes, ''::bytea ORDER BY c.n), 'UTF8') FROM intake i JOIN raw_chunk c ON c.raw_id = i.raw_id
		WHERE i.msgid = '$1@estricta.example'" | tr -d '\r' | sed '/^$/q' |
		sed -e ':a' -e 'N' -e '$!ba' -e 's/\n[ \t]\+/ /g' | grep '^Authentication-Results: mx.foro.example'
}

copy_from() {
	grep -rhiE '^From:' "$SITE/outbox/luz@suave.example/new" 2>/dev/null | tr -d '\r'
}

SITE_MILTER=$(net_free_port)
tap_run 'a name server runs' dns_start
tap_run 'OpenDKIM runs' dkim_start
tap_run 'OpenDMARC runs' dmarc_start
flow_site 'receive milter deliver'
tap_run 'the group is made' group
tap_run 'Postfix runs' postfix_start
tap_run 'with the three of them as milters' postfix_milters
wait_for 10 net_listening "$POSTFIX_PORT"

tap_run 'a member posts, signed' signed s1
tap_run 'it is decided' wait_for 20 decided s1
tap_is 'and posted' "$(fate s1)" posted
tap_is 'OpenDKIM said pass' "$(results s1 | grep -c 'dkim=pass')" 1
tap_is 'OpenDMARC said pass, and the policy' "$(results s1 | grep -c 'dmarc=pass (p=reject')" 1
tap_run 'somebody else claims to be her' forged f1
tap_run 'it is decided' wait_for 20 decided f1
tap_is 'what they claimed under our name is gone' "$(results f1 | grep -cE 'dkim=pass|dmarc=pass')" 0
tap_is 'OpenDMARC said fail' "$(results f1 | grep -c 'dmarc=fail (p=reject')" 1
tap_is 'and it is no post' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'f1@estricta.example'")" 0
end_own
PIDS=()
flow_end
