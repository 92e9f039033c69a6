#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Addresses with letters outside ASCII (RFC 6531). Who writes from one is read:
# the post leaves From the group, in a header that any server takes. Nobody with
# such an address becomes a member, by whichever door, since no copy could reach
# them, and each door says so before it promises anything.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

JOSE='josé@ñandú.example'

groups() {
	site_cabildo list add agenda --title 'Agenda' --lang es && site_cabildo member add agenda luz@suave.example --name Luz &&
		site_cabildo list set agenda posting=anyone nonmember=accept identity=open join_policy=open
}

# lmtp TO SUBJECT ID: from him, as an MTA hands it over (MAIL FROM with SMTPUTF8)
lmtp() {
	local fd reply line
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_LMTP" || return 1
	net_reply "$fd" >/dev/null
	for line in 'LHLO mx.foro.example' "MAIL FROM:<$JOSE> BODY=8BITMIME SMTPUTF8" "RCPT TO:<$1>" DATA; do
		printf '%s\r\n' "$line" >&"$fd"
		reply=$(net_reply "$fd") || { echo "$line: $reply"; return 1; }
	done
	{
		printf 'From: José <%s>\nTo: <%s>\nSubject: %s\nMessage-ID: <%s@m.example>\n' "$JOSE" "$1" "$2" "$3"
		printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nDesde mi dirección con acentos.\n.\n'
	} | sed 's/$/\r/' >&"$fd"
	net_reply "$fd"
	local rc=$?
	exec {fd}>&-
	return $rc
}

# policy RECIPIENT: what Postfix is told at RCPT
policy() {
	local fd line
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_POLICY" || return 1
	printf 'request=smtpd_access_policy\nprotocol_state=RCPT\nsender=%s\nrecipient=%s\nsize=0\n\n' "$JOSE" "$1" >&"$fd"
	IFS= read -r -t 10 -u "$fd" line
	exec {fd}>&-
	printf '%s' "$line"
}

copy() {
	find "$SITE/outbox/luz@suave.example/new" -type f 2>/dev/null | head -n 1
}

left() {
	[ -n "$(copy)" ]
}

refused_member() {
	local out
	out=$(site_cabildo member add agenda "$JOSE" --name José 2>&1) && return 1
	echo "$out"
	grep -q SMTPUTF8 <<<"$out"
}

flow_site 'receive deliver'
tap_run 'a group is made' groups
tap_run 'he writes to it' lmtp agenda@foro.example Hola u1
tap_is 'it is posted' "$(flow_sql "SELECT p.author_addr FROM intake i JOIN post p ON p.id = i.post_id WHERE i.msgid = 'u1@m.example'")" "$JOSE"
tap_run 'a copy leaves' wait_for 20 left
tap_is 'From the group, with answers to it' "$(grep -E '^(From|Reply-To):.*<?agenda@foro.example>?' "$(copy)" | wc -l)" 2
tap_none 'no letter outside ASCII in its header' "$(sed '/^\r*$/q' "$(copy)" | LC_ALL=C grep -n '[^ -~	]' | tr -d '\r' | LC_ALL=C grep '[^ -~	]')"
tap_run 'the command line says why he is no member' refused_member
tap_is 'Postfix is told at RCPT' "$(policy agenda-join@foro.example)" \
	'action=553 5.6.7 No answer can go to an address with letters outside ASCII.'
tap_is 'posts are no matter of that' "$(policy agenda@foro.example)" 'action=DUNNO'
tap_is 'nor is mail to the owners' "$(policy agenda-owner@foro.example)" 'action=DUNNO'
tap_run 'what comes all the same is taken' lmtp agenda-join@foro.example x u2
tap_is 'and makes no member' "$(flow_sql "SELECT count(*) FROM subscription s JOIN address d ON d.id = s.address_id WHERE d.addr = '$JOSE'")" 0
flow_end
