#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# A group whose mailbox is at a provider, here a real Dovecot: IMAP with and
# without STARTTLS, IDLE, OAuth2, POP3; what is committed goes or moves, what is not
# stays; a wrong certificate or password is said and nothing is told to that
# server; a connection cut in the middle makes no second post and loses none.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/dovecot.sh
. "$TOP/tests/lib/dovecot.sh"

if ! command -v dovecot >/dev/null || ! command -v openssl >/dev/null || [ "$(id -u)" -ne 0 ]; then
	tap_skip_all 'Dovecot is not installed, or this is not root'
	exit 0
fi

CUTTER=
stop_all() {
	[ -z "$CUTTER" ] || kill "$CUTTER" 2>/dev/null
	dovecot_stop
}
# shellcheck disable=SC2034 # flow.sh calls it
FLOW_ALSO=stop_all

letter() { # ID SUBJECT [BYTES]
	mail_make 'Ana Pérez' ana.perez@example.org "agenda@$SITE_DOMAIN" "$2" "$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' < <(
		echo "Texto de $1."
		[ -z "${3:-}" ] || head -c "$3" /dev/zero | tr '\0' x | fold -w 76
	)
}

posted() { # ID
	[ "$(flow_sql "select count(*) from post where msgid = '$1@example.org'")" = 1 ]
}

empty() {
	[ "$(dovecot_count "$@")" -eq 0 ]
}

fetch_start() {
	site_run fetch cabildo-fetch --config "$SITE/cabildo.conf" --lmtp "127.0.0.1:$SITE_LMTP" \
		--retry 1 --every 1 --timeout 3
}

# mailbox URL [OPTION...]: its id; with the password "secreta", or $PASSWORD.
mailbox() {
	local out
	out=$(printf '%s' "${PASSWORD:-secreta}" | site_cabildo mailbox add "${GROUP:-agenda}" "$@") &&
		printf '%s' "${out#mailbox }"
}

fails() {
	! "$@"
}

# What the other side did wrong is said on purpose here.
site_complaints() {
	grep -hE '\] (warn|fail|panic|die) |AddressSanitizer|runtime error' "$SITE"/log/*.log |
		grep -v 'event=fetch_\(failed\|left\) '
}

says() { # ID WORDS
	site_cabildo mailbox list | awk -F'\t' -v id="$1" '$1 == id' | grep -qF -- "$2"
}

drop() {
	site_cabildo mailbox remove "$1"
}

flow_site 'receive web http'
tap_run 'the group is made' demo_group
tap_run 'a provider is there' dovecot_start uno dos tres cuatro cinco seis
tap_run 'cabildo-fetch starts' fetch_start

letter i1 'Por IMAP' | dovecot_put uno 1
letter i2 'Otro por IMAP' | dovecot_put uno 2
one=$(mailbox "imap://uno@localhost:$DOVECOT_IMAP" --ca "$DOVECOT_CA")
tap_run 'IMAP with STARTTLS: the first is posted' wait_for 20 posted i1
tap_run 'the second too' wait_for 10 posted i2
tap_run 'both are gone there' wait_for 10 empty uno
begun=$SECONDS
letter i3 'Mientras espera' | dovecot_put uno 3
tap_run 'one that comes while it waits is posted' wait_for 15 posted i3
tap_run 'by IDLE, in seconds' test $((SECONDS - begun)) -lt 12
tap_run 'the list of mailboxes tells three' wait_for 10 says "$one" 'fetched 3'
tap_is 'the password is nowhere to be read' \
	"$(flow_sql "select count(*) from mailbox where secret like '%secreta%'"; grep -c secreta "$SITE/log/fetch.log")" '0
0'

letter m1 'Se mueve' | dovecot_put dos 1
two=$(mailbox "imaps://dos@127.0.0.1:$DOVECOT_IMAPS" --ca "$DOVECOT_CA" --move-to Procesados)
tap_run 'IMAP over TLS: posted' wait_for 20 posted m1
tap_run 'and moved' wait_for 10 empty dos
tap_is 'into the folder named' "$(dovecot_count dos Procesados)" 1

letter o1 'Con ficha' | dovecot_put tres 1
dovecot_token tres 600 >"$TEST_TMP/token"
chown cabildo: "$TEST_TMP/token" 2>/dev/null
three=$(mailbox "imaps://tres@localhost:$DOVECOT_IMAPS" --ca "$DOVECOT_CA" --auth oauth2 \
	--secret-file "$TEST_TMP/token")
tap_run 'OAuth2, the token from a file: posted' wait_for 20 posted o1

letter p1 'Por POP3' | dovecot_put cuatro 1
four=$(mailbox "pop3s://cuatro@localhost:$DOVECOT_POP3S" --ca "$DOVECOT_CA")
tap_run 'POP3 over TLS: posted' wait_for 20 posted p1
tap_run 'and gone there' wait_for 10 empty cuatro
letter p2 'Por POP3 otra vez' | dovecot_put cuatro 2
tap_run 'the next round takes the next' wait_for 20 posted p2

# what must not work
tap_run 'a mailbox without TLS elsewhere is refused' fails mailbox imap://uno@mx.example --plain
tap_run 'so is POP3 with a folder' fails mailbox pop3s://uno@localhost/Otra
GROUP=nada
tap_run 'and a group that is not there' fails mailbox imaps://uno@localhost
GROUP=
letter w1 'Contraseña' | dovecot_put cinco 1
five=$(PASSWORD=otra mailbox "imaps://cinco@localhost:$DOVECOT_IMAPS" --ca "$DOVECOT_CA")
tap_run 'a wrong password is said' wait_for 20 says "$five" 'refused to sign in cinco'
drop "$five"
five=$(mailbox "imaps://cinco@localhost:$DOVECOT_IMAPS")
tap_run 'a certificate of nobody we know is said' wait_for 20 says "$five" certificate
drop "$five"
drop "$one" && drop "$two" && drop "$three" && drop "$four"
dovecot_again wrong
: >"$DOVECOT_DIR/log"
five=$(mailbox "imaps://cinco@localhost:$DOVECOT_IMAPS" --ca "$DOVECOT_CA")
tap_run 'a certificate of another host is said' wait_for 20 says "$five" 'name'
drop "$five"
five=$(mailbox "pop3://cinco@localhost:$DOVECOT_POP3" --ca "$DOVECOT_CA")
tap_run 'by POP3 too' wait_for 20 says "$five" 'name'
drop "$five"
tap_run 'and neither was told a password' fails grep -qE 'Login: user|password mismatch' "$DOVECOT_DIR/log"
tap_is 'the message is where it was' "$(dovecot_count cinco)" 1
dovecot_again right

# cut in the middle
CUT=$(net_free_port)
echo 'stall 200000' >"$TEST_TMP/cut"
perl "$TOP/tests/lib/cutter.pl" "$CUT" "$DOVECOT_IMAP" "$TEST_TMP/cut" &
CUTTER=$!
wait_for 5 net_listening "$CUT"
letter c1 'Cortado' 600000 | dovecot_put seis 1
six=$(mailbox "imap://seis@127.0.0.1:$CUT" --plain)
tap_run 'a server that goes silent within a message is said' wait_for 20 says "$six" 'lost'
echo 'after 200000' >"$TEST_TMP/cut"
flow_sql "update mailbox set failure = '' where id = $six" >/dev/null
tap_run 'so is a connection cut there' wait_for 20 says "$six" 'lost'
tap_is 'nothing came of it' "$(flow_sql "select count(*) from intake where msgid = 'c1@example.org'")" 0
tap_is 'and the message is still there' "$(dovecot_count seis)" 1
echo 'at STORE' >"$TEST_TMP/cut"
tap_run 'cut after the commit: it is posted' wait_for 20 posted c1
test_again() {
	[ "$(flow_sql "select count(*) from intake where msgid = 'c1@example.org' and fate = 'duplicate'")" -ge 1 ]
}
tap_run 'and found to be known' wait_for 20 test_again
echo never >"$TEST_TMP/cut"
tap_run 'until it may go' wait_for 30 empty seis
tap_is 'it is one post' "$(flow_sql "select count(*) from post where msgid = 'c1@example.org'")" 1

# the intake is away
site_end receive
letter d1 'Mientras tanto' | dovecot_put seis 2
tap_run 'without the intake it says so' wait_for 30 says "$six" 'cabildo-receive'
tap_is 'and the message waits there' "$(dovecot_count seis)" 1
site_end fetch
tap_run 'the intake is back' site_start_receive
tap_run 'and so is fetch' fetch_start
tap_run 'then it comes' wait_for 30 posted d1
tap_run 'and goes' wait_for 20 empty seis
tap_is 'three changes of a mailbox are in the audit log at least' \
	"$(flow_sql "select count(*) >= 3 from audit where act like 'mailbox.%'")" t
flow_end
