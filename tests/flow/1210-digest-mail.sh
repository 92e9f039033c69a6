#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A digest as its reader has it: the mail in both parts, its page, the links that
# mute a thread and stop it, and what is left out once it may not be read.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
post() { # WHO SUBJECT ID [PARENT]
	demo_send "$1" "$2" "$3@example.org" 0 0:00 "${4:-}" <<<"Texto de $3 sobre el reglamento de firma electrónica." >/dev/null
}
digests() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/ana.perez@example.org/new" 2>/dev/null
}
has() {
	[ "$(digests | wc -l)" = "$1" ]
}
fails() {
	! "$@"
}
# part TYPE: the part of that type, decoded.
part() {
	perl -MMIME::QuotedPrint -MMIME::Base64 -e '
		my ($type) = shift; local $/; my $m = <>;
		my ($b) = $m =~ /boundary="([^"]+)"/ or exit 1;
		for (split /\r?\n--\Q$b\E/, $m) {
			my ($h, $t) = split /\r?\n\r?\n/, $_, 2;
			next unless defined $t && $h =~ m{Content-Type: \Q$type\E}i;
			print $h =~ /quoted-printable/i ? decode_qp($t) : $h =~ /base64/i ? decode_base64($t) : $t;
		}' "$1" "$mail"
}

# without cabildod: what is due by the real clock is none of its business
flow_site 'receive deliver web http'
demo_group >/dev/null
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
flow_sql "UPDATE subscription SET delivery = 'none'" >/dev/null
tap_run 'Ana signs in' browse_in ana.perez
flow_sql "UPDATE account SET time_zone = 'America/Guatemala', locale = 'es'" >/dev/null
site_cabildo member set agenda ana.perez@example.org delivery=digest >/dev/null
at 2026-11-18T15:00:00Z
post marisol.quesada 'Orden del día' a1
post julio.zelaya 'Re: Orden del día' a2 a1@example.org
post rodrigo.mejia 'Catálogo <b>de</b> trámites' b1
tap_is 'she sees it before' "$(browse_post ana.perez /me /account/digest/preview)" 200
for want in 'Así sería su resumen' '<h1>Resumen de' 'Orden del día' 'Texto de a1'; do
	tap_run "with $want" grep -q -- "$want" "$TEST_TMP/answer"
done
tap_is 'and nothing is made' "$(flow_sql 'SELECT count(*) FROM digest_issue')/$(flow_sql 'SELECT count(*) FROM outbound WHERE digest_id IS NOT NULL')" 0/0
at 2026-11-23T13:00:00Z
tap_run 'the digest is sent' wait_for 20 has 1
mail=$(digests | head -1)
[ -z "${CABILDO_DIGEST_OUT:-}" ] || cp "$mail" "$CABILDO_DIGEST_OUT/flow.eml"
head=$(sed '/^\r*$/q' "$mail")
for want in '^Subject: .*=?utf-8?' '^Auto-Submitted: auto-generated' '^MIME-Version: 1.0' 'multipart/alternative' \
	'^Content-Language: es'; do
	tap_run "its head has $want" grep -qi -- "$want" <<<"$head"
done
for not in '^Precedence:' '^List-Post:'; do
	tap_run "and no $not" fails grep -qi -- "$not" <<<"$head"
done
text=$(part text/plain | tr -d '\r')
html=$(part text/html | tr -d '\r')
for want in '^RESUMEN DEL ' '^2 hilos, 3 mensajes' '^CON MÁS ACTIVIDAD$' '^#1    Orden del día' '^      3 mensajes\|Hilo nuevo, 2 mensajes' \
	'Texto de a1 sobre el reglamento' '^      Responder:    agenda+t' 'Recibe este resumen los lunes a las 07:00 (hora de Guatemala)'; do
	tap_run "its text has $want" grep -q -- "$want" <<<"$text"
done
tap_is 'in 66 columns but for addresses' "$(grep -v '://\|+t' <<<"$text" | perl -CS -ne 'chomp; print if length > 66' | wc -l)" 0
for want in '<html lang="es">' '<h1' 'Orden del día' 'Texto de a1' 'href="mailto:agenda%2Bt' '&amp;In-Reply-To=%3C' '&lt;b&gt;de&lt;/b&gt;'; do
	tap_run "its HTML has $want" grep -qF -- "$want" <<<"$html"
done
tap_run 'it loads nothing' fails grep -qiE '<img|<link|<script|url\(' <<<"$html"
tap_run 'it is under 90 kB' test "${#html}" -lt 90000

# -- on the web
page=$(grep -oE '/digest/[0-9]+' <<<"$text" | head -1)
tap_run 'it names its page' test -n "$page"
tap_is 'which asks to sign in' "$(browse_status - "$page")" 303
browse ana.perez "$page" >"$TEST_TMP/page"
for want in '<h1>Resumen del' 'Orden del día' 'Texto de a1' '2 hilos, 3 mensajes'; do
	tap_run "and has $want" grep -q -- "$want" "$TEST_TMP/page"
done
tap_run 'styled by the sheet alone' fails grep -q 'style=' "$TEST_TMP/page"
tap_run 'Julio signs in' browse_in julio.zelaya
tap_is 'it is not his' "$(browse_status julio.zelaya "$page")" 404
tap_is 'what is none is not there' "$(browse_status ana.perez /digest/99999)" 404
tap_run 'her page of preferences names it' grep -q "href=\"$page\"" <(browse ana.perez /me)

# -- every message whole
form() { # NAME: the next digest in that form; its file in $mail
	local n=$1 week=$2 count=$3
	browse_post ana.perez /me /account/digest every=weekly weekday=1 monthday=1 hour=7 "form=$n" >/dev/null
	post julio.zelaya 'Re: Orden del día' "$n" a1@example.org
	at "$week"
	wait_for 20 has "$count" || return 1
	mail=$(digests | xargs grep -l -- "$n@example.org" | head -1)
	[ -n "$mail" ]
}
tap_run 'she wants a MIME digest' form mime 2026-11-30T13:00:00Z 2
for want in 'multipart/mixed' 'multipart/digest' '^Message-ID: <mime@example.org>' '^From: Julio Zelaya <julio.zelaya@example.org>'; do
	tap_run "it has $want" grep -q -- "$want" "$mail"
done
tap_run 'its table comes first' grep -q '^#1    Orden del día' <(part text/plain)
tap_run 'no trip of a message is told' fails grep -qi '^Received:' "$mail"
tap_run 'she wants one text' form plain 2026-12-07T13:00:00Z 3
browse_mail ana.perez@example.org '^Message-ID: <plain@example.org>' >"$TEST_TMP/plain"
for want in '^----------------------------------------------------------------------$' '^From: Julio Zelaya <julio.zelaya@example.org>$' \
	'^Subject: Re: Orden del día$' '^Texto de plain sobre el reglamento' '^------------------------------$' '^End of .*Resumen semanal'; do
	tap_run "it has $want" grep -q -- "$want" "$TEST_TMP/plain"
done
tap_run 'of one part' fails grep -q 'multipart' "$TEST_TMP/plain"

# -- its links
mute=$(grep -oE '/f/[0-9]+/[0-9]+/[a-z2-7]{16}' <<<"$html" | head -1)
tap_run 'a link mutes a thread' test -n "$mute"
mode() {
	flow_sql "SELECT coalesce((SELECT mode FROM thread_follow), '-')"
}
tap_is 'it opens without signing in' "$(browse_status - "$mute")" 200
tap_is 'and changes nothing' "$(mode)" -
tap_is 'its form does' "$(browse_post - "$mute" "$mute" mode=mute)" 303
tap_is 'for that thread' "$(mode)" mute
tap_run 'and says so' grep -q 'value="mute" checked' <(browse - "$mute")
tap_is 'it can follow too' "$(browse_post - "$mute" "$mute" mode=follow)" 303
tap_is 'it follows' "$(mode)" follow
tap_is 'and be as the group again' "$(browse_post - "$mute" "$mute" mode=group)" 303
tap_is 'nothing of its own is left' "$(mode)" -
other=$(sed -E 's|/f/([0-9]+)/([0-9]+)/|/f/\1/9\2/|' <<<"$mute")
tap_is 'for no other thread' "$(browse_status - "$other")" 404
stop=$(grep -oE '/s/[0-9]+/[0-9]+/[a-z2-7]{16}' <<<"$text" | head -1)
tap_run 'a link stops it' test -n "$stop"
tap_is 'it opens too' "$(browse_status - "$stop")" 200
delivery() {
	flow_sql "SELECT delivery FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.name = 'Ana Pérez'"
}
tap_is 'and stops nothing' "$(delivery)" digest
tap_is 'not without its word' "$(browse_post - "$stop" "$stop" List-Unsubscribe=no)" 400
tap_is 'the one click of RFC 8058 does' "$(browse_post - "$stop" "$stop" List-Unsubscribe=One-Click)" 200
tap_is 'she stays a member who gets what she follows' "$(delivery)" mentions
tap_is 'the same again is no error' "$(browse_post - "$stop" "$stop" List-Unsubscribe=One-Click)" 200

# -- what she may not read any more
flow_sql "UPDATE thread SET state = 'hidden' WHERE subject LIKE 'Catálogo%'" >/dev/null
browse ana.perez "$page" >"$TEST_TMP/page"
tap_run 'a hidden thread is left out of the page' fails grep -q 'Catálogo' "$TEST_TMP/page"
tap_run 'and the page says so' grep -q 'Falta 1 hilo: usted ya no puede leerlo.' "$TEST_TMP/page"
flow_sql "UPDATE list SET visibility = 'members'; DELETE FROM subscription WHERE account_id = (SELECT id FROM account WHERE name = 'Ana Pérez')" >/dev/null
browse ana.perez "$page" >"$TEST_TMP/page"
tap_run 'nothing is left once she is no member' fails grep -q 'Orden del día' "$TEST_TMP/page"
tap_run 'but its frame' grep -q 'Faltan 2 hilos' "$TEST_TMP/page"
tap_is 'nor does its link act' "$(browse_status - "$mute")" 404
flow_end
