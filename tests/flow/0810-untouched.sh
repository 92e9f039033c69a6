#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What an author signed arrives as it was signed. Messages of many kinds, signed
# with DKIM by a key of the test's own, go through a list that changes nothing:
# a verifier that shares no code with us says pass at the other end, and From
# stays although the author's domain says p=reject. Where the list or the
# signature makes that impossible, From is the list's. Dressed lists wrap what is
# signed or encrypted, and its inner bytes verify.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

perl -MMail::DKIM::Verifier -MNet::DNS -e 1 2>/dev/null || tap_skip_all 'libmail-dkim-perl is not installed'

DNSD='' SINK='' DKIM=$TOP/tests/lib/dkim.pl M=$TEST_TMP/m
FLOW_ALSO=end_own

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	[ -z "$DNSD" ] || kill "$DNSD" 2>/dev/null
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
}

start_own() {
	mkdir -p "$TEST_TMP/sink" "$M"
	{
		printf '_dmarc.estricta.example TXT v=DMARC1; p=reject\n'
		printf 's._domainkey.estricta.example TXT %s\n' "$("$DKIM" key "$TEST_TMP/key")"
	} >"$TEST_TMP/zone"
	"$TOP/tests/lib/dnsd.pl" "$TEST_TMP/dns.port" "$TEST_TMP/zone" "$TEST_TMP/dns.log" 2>"$TEST_TMP/dns.err" &
	DNSD=$!
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/sink.port" --dir "$TEST_TMP/sink" --keep 2>"$TEST_TMP/sink.err" &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/dns.port" && wait_for 10 test -s "$TEST_TMP/sink.port" || return 1
	SITE_DNS=127.0.0.1:$(cat "$TEST_TMP/dns.port")
	SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
}

groups() {
	local g
	for g in agenda autor vestida rotulo; do
		site_cabildo list add $g --title "Grupo $g" && site_cabildo member add $g ana@estricta.example --name 'Ana Pérez' &&
			site_cabildo member set $g ana@estricta.example own_copy=no &&
			site_cabildo member add $g eva@nada.example --name Eva || return 1
	done
	site_cabildo list set autor reply_policy=author && site_cabildo list set vestida footer=true &&
		site_cabildo list set rotulo subject_tag=Rotulo
}

# The kinds of mail: FILE in $M, without the fields that every one has.
kinds() {
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nReunión:  dos  espacios \n\n\tmañana\n.\n..\nFrom aquí\n\n\n' >"$M/plain8"
	printf '\nSin cabeceras MIME.\n' >"$M/bare"
	printf 'Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\nMIME-Version: 1.0\n\nma\361ana \240\n' >"$M/latin1"
	printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nma=C3=B1ana=\n sigue=20\n' >"$M/qp"
	printf 'MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b1\n\n--b1\nContent-Type: text/plain\n\nhola\n--b1\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n--b1--\nepílogo\n' >"$M/ics"
	printf 'MIME-Version: 1.0\nContent-Type: multipart/related;\n boundary="r 1"; type="text/html"\n\npreámbulo\n--r 1\nContent-Type: text/html\n\n<img src="cid:a@b">\n--r 1\nContent-Type: image/png\nContent-ID: <a@b>\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--r 1--\n' >"$M/related"
	printf 'MIME-Version: 1.0\nContent-Type: multipart/encrypted; protocol="application/pgp-encrypted";\n\tboundary=e1\n\n--e1\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n\n--e1\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n--e1--\n' >"$M/pgp"
	printf '\n-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -- guiones\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n-----END PGP SIGNATURE-----\n' >"$M/pgpin"
}

# smime: a message signed by openssl, with a certificate of the test's own
smime() {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout "$TEST_TMP/s.key" -out "$TEST_TMP/s.crt" -days 2 \
		-subj /CN=ana@estricta.example -addext extendedKeyUsage=emailProtection >/dev/null 2>&1 &&
		printf 'Content-Type: text/plain; charset=utf-8\r\n\r\nActa: año 2026\r\n' |
		openssl smime -sign -signer "$TEST_TMP/s.crt" -inkey "$TEST_TMP/s.key" -binary |
			tr -d '\r' >"$M/smime"
}

# send LIST KIND METHOD [OVER]: signed, and with what our mail server found
send() {
	local list=$1 kind=$2 method=$3
	{
		printf 'Authentication-Results: mx.foro.example;\n\tdkim=pass (1024-bit key) header.d=estricta.example header.s=s\n'
		{
			printf 'Received: from pc by estricta.example; Mon, 16 Nov 2026 09:00:00 -0600\n'
			printf 'From: =?utf-8?Q?Ana_P=C3=A9rez?= <ana@estricta.example>\nTo: <%s@%s>\n' "$list" "$SITE_DOMAIN"
			printf 'Subject: Re: Acta  de la\n\treunión %s\nDate: Mon, 16 Nov 2026 09:00:00 -0600\n' "$kind"
			printf 'Message-ID: <%s>\nDisposition-Notification-To: <ana@estricta.example>\nX-Propio:  a  b\n' "$(id_of "$@")"
			cat "$M/$kind"
		} | "$DKIM" sign "$TEST_TMP/key" estricta.example "$method" ${4:+"$4"}
	} | net_lmtp "$SITE_LMTP" ana@estricta.example "$list@$SITE_DOMAIN"
}

id_of() {
	printf '%s.%s.%s%s@x.example' "$1" "$2" "${3//\//.}" "${4:+.over}"
}

arrived() {
	grep -qF "<$1>" "$TEST_TMP/sink/copies" 2>/dev/null || grep -qF "$1" "$TEST_TMP/sink/copies" 2>/dev/null
}

# copy ARG...: the file of the copy of what send sent with the same words
copy() {
	wait_for 20 arrived "$(id_of "$@")" && grep -lF "Message-ID: <$(id_of "$@")>" "$TEST_TMP"/sink/*.eml | head -n 1
}

# verified ARG...: what a verifier says of the copy
verified() {
	"$DKIM" verify "$(cat "$TEST_TMP/dns.port")" <"$(copy "$@")" | cut -d' ' -f1,2
}

# from ARG...: author or list
from() {
	sed '/^\r$/q' "$(copy "$@")" | grep -i '^From:' | grep -qF '<ana@estricta.example>' && echo author || echo list
}

untouched() {
	local kind method
	for kind in plain8 bare latin1 qp ics related pgp pgpin smime; do
		for method in relaxed/relaxed simple/simple; do
			tap_run "$kind, signed $method, is taken" send agenda "$kind" "$method"
			tap_is 'the signature verifies at the member' "$(verified agenda "$kind" "$method")" 'pass estricta.example'
			tap_is 'and From stays' "$(from agenda "$kind" "$method")" author
		done
	done
	tap_is 'nobody is asked for a receipt' "$(cat "$TEST_TMP"/sink/*.eml | grep -ci '^Disposition-Notification-To')" 0
}

broken() {
	local what
	tap_run 'Reply-To is signed as absent' send agenda bare relaxed/relaxed Reply-To
	tap_is 'so From is the list' "$(from agenda bare relaxed/relaxed Reply-To)" list
	tap_run 'a list whose answers go to the author adds none' send autor bare relaxed/relaxed Reply-To
	tap_is 'From stays' "$(from autor bare relaxed/relaxed Reply-To)" author
	tap_is 'and the signature verifies' "$(verified autor bare relaxed/relaxed Reply-To)" 'pass estricta.example'
	for what in vestida rotulo; do
		tap_run "the group $what changes what is signed" send $what plain8 relaxed/relaxed
		tap_is 'so From is the list' "$(from $what plain8 relaxed/relaxed)" list
	done
	tap_is 'the tag stands once, behind one Re' "$(tr -d '\r' <"$(copy rotulo plain8 relaxed/relaxed)" | grep -c '^Subject: Re: \[Rotulo\] Acta')" 1
}

# inner KIND: the wrapped entity of that copy: its fields and body
inner() {
	local b
	b=$(sed -n 's/^Content-Type: multipart\/mixed; boundary="\(.*\)"\r$/\1/p' "$(copy vestida "$1" relaxed/relaxed)" | head -n 1)
	awk -v b="--$b" '{ l = $0; sub(/\r$/, "", l) } l == b { n++; next } n == 1 { print }' \
		"$(copy vestida "$1" relaxed/relaxed)" | head -c -2
}

dressed() {
	local kind
	for kind in smime pgp; do
		tap_run "a list with a footer takes $kind" send vestida $kind relaxed/relaxed
		inner $kind >"$TEST_TMP/inner"
		tap_run 'wraps it: the inner bytes are those that were sent' cmp "$TEST_TMP/inner" \
			<(grep -v '^MIME-Version' "$M/$kind" | sed 's/$/\r/')
	done
	inner smime >"$TEST_TMP/inner"
	tap_run 'and its signature verifies' openssl smime -verify -noverify -in "$TEST_TMP/inner" -certfile "$TEST_TMP/s.crt" -out /dev/null
	sed 's/2026/2027/' "$TEST_TMP/inner" >"$TEST_TMP/forged"
	tap_run 'as it would not with one figure changed' bash -c '! openssl smime -verify -noverify -in "$1" -out /dev/null' - "$TEST_TMP/forged"
}

tap_run 'a name server and a sink run' start_own
flow_site 'receive deliver'
tap_run 'four groups are made' groups
tap_run 'and messages of many kinds' kinds
tap_run 'one with an S/MIME signature' smime
untouched
broken
dressed
flow_end
