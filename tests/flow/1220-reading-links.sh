#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# The links of a digest of members open nothing to others unless an owner wants it;
# then each opens its thread, to be read, and no trick makes more of it.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
post() { # WHO SUBJECT ID [PARENT]
	demo_send "$1" "$2" "$3@example.org" 0 0:00 "${4:-}" <<<"Texto de $3; escriba a secreta.persona@example.net." >/dev/null
}
with_file() { # ID SUBJECT FILE
	mail_make 'Julio Zelaya' julio.zelaya@example.org "agenda@$SITE_DOMAIN" "$2" "$1@example.org" 'Mon, 16 Nov 2026 09:00:00 -0600' </dev/null |
		sed '/^\r*$/,$d; /^Content-/Id; /^MIME-Version/Id' >"$TEST_TMP/head"
	{
		tr -d '\r' <"$TEST_TMP/head"
		printf '%s\n' 'MIME-Version: 1.0' 'Content-Type: multipart/mixed; boundary=x' '' \
			'--x' 'Content-Type: text/plain; charset=utf-8' '' "Va $3." \
			'--x' "Content-Type: text/plain; name=$3" "Content-Disposition: attachment; filename=$3" '' "Dentro de $3" '--x--'
	} | net_lmtp "$SITE_LMTP" julio.zelaya@example.org "agenda@$SITE_DOMAIN" >/dev/null
}
# The text of the newest digest of WHO, and its HTML.
digest() {
	local f
	f=$(grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$1@example.org/new" 2>/dev/null | xargs -r ls -t | head -n 1)
	[ -n "$f" ] || return 1
	perl -MMIME::QuotedPrint -MMIME::Base64 -e 'local $/; my $m = <>; my ($b) = $m =~ /boundary="([^"]+)"/;
		for (split /\r?\n--\Q$b\E/, $m) { my ($h, $t) = split /\r?\n\r?\n/, $_, 2;
			print $h =~ /quoted-printable/i ? decode_qp($t) : decode_base64($t) if $h =~ /Content-Type: text/i; }' "$f" | tr -d '\r'
}
digests() {
	[ "$(grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$1@example.org/new" 2>/dev/null | wc -l)" = "$2" ]
}
status() {
	browse_status - "$1"
}
id() { # thread of that subject
	flow_sql "SELECT id FROM thread WHERE subject = '$1'"
}
set_links() {
	site_cabildo list set "$1" "read_links=$2" >/dev/null
}
lacks() {
	! "$@"
}

# days to come: what is made then opens for as long today
MONDAY=$(date -u -d 'next monday' +%F)
NEXT=$(date -u -d "$MONDAY 7 days" +%F)
flow_site
demo_group >/dev/null
tap_run 'passwords' demo_passwords "$TEST_TMP/passwords"
flow_sql "UPDATE list SET visibility = 'members'; UPDATE subscription SET delivery = 'none'; UPDATE account SET time_zone = 'America/Guatemala', locale = 'es'" >/dev/null
site_cabildo list add otro --title 'Otro grupo' --lang es >/dev/null
site_cabildo member add otro ana.perez@example.org </dev/null >/dev/null
site_cabildo member set otro ana.perez@example.org delivery=none >/dev/null
site_cabildo member set agenda ana.perez@example.org delivery=digest >/dev/null
at "$(date -u +%FT%TZ)"
post marisol.quesada 'Orden del día' a1
post julio.zelaya 'Re: Orden del día' a2 a1@example.org
tap_run 'a thread with a file' with_file f1 'Con archivo' acta.txt
tap_run 'another one' with_file g1 'Otro archivo' plan.txt
tap_is 'it is for nobody unless an owner wants it' "$(flow_sql 'SELECT bool_or(read_links) FROM list')" f
at "${MONDAY}T13:00:00Z"
tap_run 'a digest' wait_for 20 digests ana.perez 1
digest ana.perez >"$TEST_TMP/closed"
tap_run 'has the thread' grep -q '/g/agenda/[0-9]' "$TEST_TMP/closed"
tap_run 'and no link that opens it to others' lacks grep -q '/r/' "$TEST_TMP/closed"
tap_is 'to whom it is nothing' "$(status "$(grep -o '/g/agenda/[0-9/]*' "$TEST_TMP/closed" | head -n 1)")" 404

tap_run 'an owner allows it' set_links agenda true
post marisol.quesada 'Re: Orden del día' a3 a1@example.org
post julio.zelaya 'Re: Con archivo' f2 f1@example.org
post julio.zelaya 'Re: Otro archivo' g2 g1@example.org
at "${NEXT}T13:00:00Z"
tap_run 'the next digest' wait_for 20 digests ana.perez 2
digest ana.perez >"$TEST_TMP/open"
order=$(grep -oE "/r/[0-9]+-$(id 'Orden del día')-[0-9]+-[a-z2-7]{16}" "$TEST_TMP/open" | head -n 1)
file=$(grep -oE "/r/[0-9]+-$(id 'Con archivo')-[0-9]+-[a-z2-7]{16}" "$TEST_TMP/open" | head -n 1)
other=$(grep -oE "/r/[0-9]+-$(id 'Otro archivo')-[0-9]+-[a-z2-7]{16}" "$TEST_TMP/open" | head -n 1)
tap_run 'has one for each thread' test -n "$order" -a -n "$file" -a -n "$other"
tap_run 'and no other way into one' lacks grep -q '/g/agenda/[0-9]' "$TEST_TMP/open"
tap_run 'that page of it which is on the web has none' lacks grep -q '/r/' <(browse_in ana.perez && browse ana.perez "$(grep -o '/digest/[0-9]*' "$TEST_TMP/open" | head -n 1)")

# -- what it opens
curl -s -D "$TEST_TMP/head" -H 'Accept-Language: en' "http://127.0.0.1:$SITE_HTTP$order" >"$TEST_TMP/page"
tap_run 'it opens without signing in' grep -q '^HTTP/1.[01] 200' "$TEST_TMP/head"
for want in '<html lang="es"' 'Orden del día</h1>' 'Texto de a1' 'Texto de a2' 'Texto de a3' 'Está leyendo un hilo de Agenda digital regional' \
	'<meta name="robots" content="noindex">' 'href="/signin?next=%2Fg%2Fagenda%2F'; do
	tap_run "with $want" grep -qF -- "$want" "$TEST_TMP/page"
done
for want in 'Referrer-Policy: no-referrer' 'Cache-Control: private, no-store' 'X-Robots-Tag: noindex'; do
	tap_run "its head says $want" grep -qi "^$want" "$TEST_TMP/head"
done
for not in '<form' 'csrf' 'mailto:' 'secreta.persona@' 'name="mode"' '/reply' '/follow' '/atom' '/edit' '/raw' '/revisions' 'agenda@' 'Etag'; do
	tap_run "it has no $not" lacks grep -qi -- "$not" "$TEST_TMP/page" "$TEST_TMP/head"
done
tap_is 'its links lead into the thread, to what anybody sees, and to signing in' \
	"$(grep -oE '(href|src|action)="[^"]*"' "$TEST_TMP/page" | sed "s|$order|LINK|" | grep -vE '"(LINK(/[0-9]+|#p[0-9]+|\?from=[0-9]+(#p[0-9]+)?)?|/|/signin(\?next=%2Fg%2Fagenda%2F[0-9]+)?|/search|/help|/s/[^"]*|#main)"')" ''
tap_run 'no cookie is set' lacks grep -qi '^Set-Cookie' "$TEST_TMP/head"
tap_is 'one post of it, whole' "$(status "$order/2")" 200
tap_run 'with the way back' grep -qF "href=\"$order\"" <(browse - "$order/2")
tap_is 'none that is not there' "$(status "$order/9")" 404
tap_run 'a file of it' grep -q 'Dentro de acta.txt' <(browse - "$file/1/1/acta.txt")
curl -s -D "$TEST_TMP/head" -o /dev/null "http://127.0.0.1:$SITE_HTTP$file/1/1/acta.txt"
for want in 'Content-Disposition: attachment' 'Content-Security-Policy:.*sandbox' 'Referrer-Policy: no-referrer' 'Cache-Control: private, no-store'; do
	tap_run "as $want" grep -qi "^$want" "$TEST_TMP/head"
done
before=$(flow_sql "SELECT md5(string_agg(query_to_xml(format('SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t', schemaname, tablename), true, true, '')::text, '' ORDER BY tablename)) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'program'")
for path in "$order" "$order/1" "$file/1/1/acta.txt" "$order?from=2"; do
	status "$path" >/dev/null
done
tap_is 'opening it, as scanners do, changes nothing' "$(flow_sql "SELECT md5(string_agg(query_to_xml(format('SELECT count(*), sum(hashtextextended(t::text, 0)) FROM %I.%I t', schemaname, tablename), true, true, '')::text, '' ORDER BY tablename)) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'program'")" "$before"
tap_is 'who is signed in and a member has the thread itself' "$(curl -s -b "$TEST_TMP/jar.ana.perez" -o /dev/null -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$SITE_HTTP$order/2" | sed 's|http://[^/]*||')" \
	"303 /g/agenda/$(flow_sql "SELECT number FROM thread WHERE subject = 'Orden del día'")/2"

# -- attacks
token() { # ACCOUNT THREAD DAY: as we would sign it
	printf '/r/%s-%s-%s-%s' "$1" "$2" "$3" "$(flow_mac "${4:-read}" "$1-$2-$3")"
}
account=$(cut -d/ -f3 <<<"$order" | cut -d- -f1)
thread=$(cut -d- -f2 <<<"$order")
day=$(cut -d- -f3 <<<"$order")
mac=$(cut -d- -f4 <<<"$order")
tap_is 'made by other means it is the same' "$(token "$account" "$thread" "$day")" "$order"
tap_is 'it ends 14 days after the digest was made, whenever it is sent' "$((day - $(date -u -d "$NEXT" +%s) / 86400))" 14
tap_is 'another thread with its MAC' "$(status "/r/$account-$(id 'Con archivo')-$day-$mac")" 404
tap_is 'another member with its MAC' "$(status "/r/$(flow_sql "SELECT account_id FROM address WHERE addr = 'julio.zelaya@example.org'")-$thread-$day-$mac")" 404
tap_is 'a later end with its MAC' "$(status "/r/$account-$thread-$((day + 1))-$mac")" 404
bad=0
for i in $(seq 0 15); do
	c=a
	[ "${mac:i:1}" != a ] || c=b
	[ "$(status "/r/$account-$thread-$day-${mac:0:i}$c${mac:i+1}")" = 404 ] || bad=$((bad + 1))
done
tap_is 'any flipped letter of it' "$bad" 0
tap_is 'a MAC of another purpose' "$(status "$(token "$account" "$thread" "$day" follow)")" 404
tap_is 'none' "$(status "/r/$account-$thread-$day-")" 404
tap_is 'rubbish' "$(status '/r/%2e%2e-%00-1-aaaaaaaaaaaaaaaa')$(status "/r/99999999999999999999-1-1-aaaaaaaaaaaaaaaa")" 400404
tap_is 'on its last day it opens' "$(status "$(token "$account" "$thread" "$(($(date +%s) / 86400))")")" 200
over=$(token "$account" "$thread" "$(($(date +%s) / 86400 - 1))")
tap_is 'the day after not' "$(status "$over")" 404
browse - "$over" >"$TEST_TMP/page"
for want in 'Este enlace no abre nada' 'name="addr"' 'name="next" value="/g/agenda/'; do
	tap_run "the page says $want" grep -qF -- "$want" "$TEST_TMP/page"
done
tap_run 'and nothing of the thread' lacks grep -q 'Texto de\|Orden del' "$TEST_TMP/page"
tap_run 'a forged one tells no group' grep -q 'name="next" value="/"' <(browse - "/r/$account-$thread-$day-aaaaaaaaaaaaaaaa")
tap_is 'a file of another thread' "$(status "$order/1/1/acta.txt")" 404
tap_is 'nor by the number of that thread' "$(status "$order/../$(id 'Con archivo')/1/1/acta.txt")" 404
for path in '' /reply /follow /read /1 /1/edit /1/report /1/unfold /1/1/acta.txt; do
	code=$(curl -s -o /dev/null -w '%{http_code}' -d 'mode=follow&text=x&act=post&form_id=aaaaaaaaaaaaaaaaaaaa' "http://127.0.0.1:$SITE_HTTP$order$path")
	tap_run "a POST to it${path:+ with $path} does nothing ($code)" test "$code" = 405 -o "$code" = 404
done
tap_is 'nothing was written' "$(flow_sql "SELECT (SELECT count(*) FROM thread_follow), (SELECT count(*) FROM read_mark), (SELECT count(*) FROM post)" | tr '\t' ' ')" '0 0 7'
tap_run 'no log knows it' lacks grep -rqF "$mac" "$SITE/log"

# -- when it ends
ends() { # TEXT SQL UNDO
	flow_sql "$2" >/dev/null
	tap_is "$1: closed" "$(status "$order")/$(status "$order/1")/$(status "$file/1/1/acta.txt")" 404/404/404
	flow_sql "$3" >/dev/null
	tap_is "$1 no more: open" "$(status "$order")/$(status "$order/1")/$(status "$file/1/1/acta.txt")" 200/200/200
}
ends 'the owner allows it no longer' "UPDATE list SET read_links = false" "UPDATE list SET read_links = true WHERE name = 'agenda'"
ends 'the account is closed' "UPDATE account SET closed_at = now() WHERE id = $account" "UPDATE account SET closed_at = NULL WHERE id = $account"
ends 'the address is suspended' "UPDATE address SET suspended_at = now() WHERE account_id = $account" "UPDATE address SET suspended_at = NULL WHERE account_id = $account"
ends 'the person is banned from the group' "INSERT INTO ban (list_id, addr) SELECT id, 'ana.perez@example.org' FROM list WHERE name = 'agenda'" 'DELETE FROM ban'
ends 'their domain is banned from the site' "INSERT INTO ban (addr) VALUES ('@example.org')" 'DELETE FROM ban'
ends 'the thread is hidden' "UPDATE thread SET state = 'hidden'" "UPDATE thread SET state = 'open'"
flow_sql "UPDATE post SET state = 'hidden' WHERE msgid IN ('a2@example.org', 'f1@example.org')" >/dev/null
tap_run 'a hidden post is not in it' lacks grep -q 'Texto de a2' <(browse - "$order")
tap_is 'nor by its number' "$(status "$order/2")" 404
tap_is 'nor its file' "$(status "$file/1/1/acta.txt")" 404
flow_sql "UPDATE post SET state = 'shown'" >/dev/null
move() { # to the group
	flow_sql "UPDATE thread SET list_id = (SELECT id FROM list WHERE name = '$1') WHERE id IN ($thread, $(id 'Con archivo')); UPDATE post p SET list_id = t.list_id FROM thread t WHERE t.id = p.thread_id" >/dev/null
}
flow_sql "UPDATE list SET next_thread = 100 WHERE name = 'otro'; UPDATE thread SET number = number + 20 WHERE id IN ($thread, $(id 'Con archivo'))" >/dev/null
move otro
tap_is 'moved to a group that does not allow it: closed' "$(status "$order")" 404
set_links otro true
tap_is 'allowed there too: open' "$(status "$order")" 200
site_cabildo member remove otro ana.perez@example.org >/dev/null
tap_is 'where they do not belong: closed' "$(status "$order")" 404
move agenda
flow_sql "UPDATE list SET visibility = 'public' WHERE name = 'agenda'" >/dev/null
tap_is 'what is public is read at its own address' "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' "http://127.0.0.1:$SITE_HTTP$order" | sed 's|http://[^/]*||')" \
	"303 /g/agenda/$(flow_sql "SELECT number FROM thread WHERE id = $thread")"
flow_sql "UPDATE list SET visibility = 'members' WHERE name = 'agenda'" >/dev/null
tap_is 'and by the link again' "$(status "$order")" 200
site_cabildo member remove agenda ana.perez@example.org >/dev/null
tap_is 'who leaves takes nothing along' "$(status "$order")/$(status "$order/1")/$(status "$file/1/1/acta.txt")" 404/404/404
tap_run 'and is not told where it is' grep -q 'name="next" value="/"' <(browse - "$order")
flow_end
