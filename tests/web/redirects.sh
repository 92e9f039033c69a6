#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody is sent elsewhere from here, no answer has a header that somebody else
# wrote, no link in a mail or page is built on the Host that was claimed; and a name
# is what it looks like: it turns no words around it and passes for no other.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

# strays: reads an answer; a line for each way it leads elsewhere
strays() {
	tr -d '\r' | awk -v own="http://127.0.0.1:$SITE_HTTP" '
		/^$/ { exit }
		tolower($0) ~ /^location:/ {
			to = $0; sub(/^[^:]*: */, "", to)
			gsub(/[\t\\]/, "/", to)
			if (index(to, own "/") == 1) to = substr(to, length(own) + 1)
			if (to !~ /^\/([^\/]|$)/) print "goes to " to
		}
		tolower($0) ~ /^(set-cookie:.*evil|evil)/ { print "has a header of theirs: " $0 }
		NR > 1 && !/^[A-Za-z-]+: / { print "is no header: " $0 }'
}

# kept: what travels with a link that was mailed is not trusted when it is used
kept() {
	local token=$1
	flow_sql "UPDATE token SET data = 'julio.zelaya@example.org' || chr(10) || '//evil.example' WHERE purpose = 'signin'" >/dev/null
	http form POST "/signin/$token" "csrf=$FORM"
}

mailed() { # ADDRESS PATTERN: of the newest mail to it
	grep -rhoE "$2" "$SITE/outbox/$1/new" 2>/dev/null | tail -n 1
}

# as HOST: a whole request under a claimed name, with all that proxies are believed to say
as_host() { # HOST METHOD PATH [BODY]
	local fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	printf '%s %s HTTP/1.0\r\nHost: %s\r\nX-Forwarded-Host: %s\r\nForwarded: host=%s\r\nX-Host: %s\r\nX-Original-URL: //%s/\r\n%s' \
		"$2" "$3" "$1" "$1" "$1" "$1" "$1" "Cookie: $(cat "$TEST_TMP/cookie.form")"$'\r\n' >&"$fd"
	[ "$2" = GET ] || printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n' "${#4}" >&"$fd"
	printf '\r\n%s' "${4:-}" >&"$fd"
	timeout 20 cat <&"$fd"
	exec {fd}>&-
}

# cgi NAME=VALUE...: cabildo-web itself, with bytes that a web server would not let through
cgi() {
	env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET SERVER_PROTOCOL=HTTP/1.1 "$@" \
		cabildo-web --config "$SITE/cabildo.conf" </dev/null 2>/dev/null
}

raw() {
	local line=$'\r\nSet-Cookie: evil=1' name
	for name in HTTP_HOST HTTP_REFERER HTTP_USER_AGENT HTTP_ACCEPT_LANGUAGE HTTP_IF_NONE_MATCH HTTP_ORIGIN HTTP_RANGE \
		HTTP_COOKIE QUERY_STRING REMOTE_ADDR; do
		cgi REQUEST_URI=/g/agenda "$name=x$line" | strays | sed "s/^/$name /"
	done
	for name in "/signin?next=/x$line" "/g/agenda/$line/" "/$line" "/g/agenda$line" "//evil.example/" $'/\\evil.example/' $'/\tevil.example/' \
		"http://evil.example//evil.example/" "http:////evil.example/"; do
		cgi "REQUEST_URI=$name" | strays | sed "s|^|REQUEST_URI |"
	done
}

# The names of files are somebody else's words
evil_files() {
	{
		printf '%s\r\n' 'From: Ana Pérez <ana.perez@example.org>' "To: agenda@$SITE_DOMAIN" 'Subject: Archivos' \
			'Message-ID: <files@example.org>' 'Date: Mon, 16 Nov 2026 09:00:00 -0600' \
			"Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" 'MIME-Version: 1.0' \
			'Content-Type: multipart/mixed; boundary=x' '' '--x' 'Content-Type: text/plain' '' 'Van archivos.'
		while read -r name; do
			printf '%s\r\n' '--x' 'Content-Type: text/html' "Content-Disposition: attachment; filename*=UTF-8''$name" '' '<script>alert(1)</script>'
		done <<-'NAMES'
			a%0D%0ASet-Cookie:%20evil=1.html
			b%0Aevil:%201.txt
			c%22;%20filename=evil.html
			d%5C%22.html
			..%2F..%2Fetc%2Fpasswd
			e%00.html
			f%E2%80%AEtxt.gpj
		NAMES
		printf -- '--x--\r\n'
	} | net_lmtp "$SITE_LMTP" ana.perez@example.org "agenda@$SITE_DOMAIN"
}

named() {
	local path n
	path=$(demo_page 'Van archivos') || { echo 'there is no page'; return; }
	for n in 1 2 3 4 5 6 7; do
		http nobody GET "$path/1/$n/x.html" >"$TEST_TMP/answer"
		head -n 1 "$TEST_TMP/answer" | grep -q ' 200' || echo "file $n cannot be had"
		strays <"$TEST_TMP/answer"
		sed '/^.$/q' "$TEST_TMP/answer" | grep -iE '%E2%80%A[A-E]|%E2%81%A[67]'
		tr -d '\r' <"$TEST_TMP/answer" | sed '/^$/q' | grep -i '^content-disposition:' |
			grep -vE "^[^:]*: attachment; filename=\"[^\"\\\\/[:cntrl:]]*\"; filename\*=UTF-8''[A-Za-z0-9._~%-]*$"
		tr -d '\r' <"$TEST_TMP/answer" | sed '/^$/q' | grep -ciE '^(content-disposition: attachment|content-type: application/octet-stream|x-content-type-options: nosniff|content-security-policy: .*sandbox)' |
			grep -vx 4 | sed "s/^/file $n would be shown, of four walls there are /"
	done
}

OVERRIDE=$'\xe2\x80\xae' ISOLATE=$'\xe2\x81\xa6'

# says ADDRESS ID NAME SUBJECT TEXT [HEADER LINE...]
says() {
	local address=$1 id=$2 name=$3 subject=$4 text=$5
	shift 5
	printf '%s\r\n' "From: =?utf-8?B?$(printf %s "$name" | base64 -w 0)?= <$address>" "To: agenda@$SITE_DOMAIN" \
		"Subject: =?utf-8?B?$(printf %s "$subject" | base64 -w 0)?=" "Message-ID: <$id@example.org>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' \
		"Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" 'Content-Type: text/plain; charset=utf-8' "$@" '' "$text" |
		net_lmtp "$SITE_LMTP" "$address" "agenda@$SITE_DOMAIN"
}

named_so() {
	says ana.perez@example.org n1 'Ana Pérez' "Acta $OVERRIDE${ISOLATE}fdp.3002" 'Primera palabra.' &&
		says julio.zelaya@example.org n2 $'\xd0\x90na P\xc3\xa9rez' 'Re: Acta fdp.3002' 'Segunda.' 'In-Reply-To: <n1@example.org>' &&
		says rodrigo.mejia@example.org n3 "Ana  Perez$OVERRIDE" 'Re: Acta fdp.3002' 'Tercera.' 'In-Reply-To: <n1@example.org>' &&
		says itzel.barria@example.org n4 'שרה לוי' 'Re: Acta fdp.3002' 'Cuarta.' 'In-Reply-To: <n1@example.org>' &&
		says ana.perez@example.org n5 'Ana Pérez' 'Re: Acta fdp.3002' 'Quinta.' 'In-Reply-To: <n1@example.org>'
}

# turning PAGE...: lines with what turns direction and is not closed around one name
turning() {
	LC_ALL=C grep -anE $'\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6\xa7]|\xef\xbb\xbf' "$@" | cut -c 1-200
}

# by NUMBER: who the page says wrote it
by() {
	sed -n "/id=\"p$1\"/,/<ul>/p" "$TEST_TMP/page" | grep '<h2>' | sed 's/^.*<\/a> //; s/<\/h2>.*//; s/<[^>]*>//g'
}

names() {
	local thread path
	thread=$(flow_sql "SELECT t.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 'n1@example.org'")
	path=/g/agenda/$thread
	http nobody GET "$path" >"$TEST_TMP/page"
	tap_is 'the five are one thread' "$(grep -c '<article' "$TEST_TMP/page")" 5
	tap_is 'who is there first has her name' "$(by 1)" 'Ana Pérez'
	tap_is 'one with a letter of another alphabet is marked' "$(by 2)" $'\xd0\x90na Pérez letras de dos alfabetos'
	tap_is 'another person of the same look too, whatever cannot be seen in it' "$(by 3)" 'Ana  Perez otra persona, el mismo nombre'
	tap_is 'a name from right to left stays, and keeps its place' "$(by 4)" $'\xe2\x81\xa8שרה לוי\xe2\x81\xa9'
	tap_is 'she herself is not doubted' "$(by 5)" 'Ana Pérez'
	http ana GET /g/agenda >"$TEST_TMP/group"
	http nobody GET "$path/atom" >"$TEST_TMP/feed"
	http nobody GET '/search?q=primera' >"$TEST_TMP/search"
	tap_none 'nothing turns the words of a page, feed or search' "$(turning "$TEST_TMP"/{page,group,feed,search})"
	tap_is 'the original is as it came' "$(http ana GET "$path/1/raw" | tr -d '\r' | sed -n 's/^Subject: =?utf-8?B?\(.*\)?=$/\1/p' | base64 -d)" "Acta $OVERRIDE${ISOLATE}fdp.3002"
	tap_is 'what is written here is held to the same' "$(http rodrigo POST "$path/tools" "csrf=$MODERATES&act=rename&subject=Nuevo$OVERRIDE+nombre" | sed -n 's/^HTTP[^ ]* \([0-9]*\).*/\1/p') $(flow_sql "SELECT subject FROM thread WHERE number = $thread")" '303 Nuevo nombre'
	tap_run 'copies have left' wait_for 20 test "$(flow_sql 'SELECT count(*) FROM outbound')" = 0
	tap_none 'no copy says From with anything that turns' "$(grep -rhi -A1 '^From:' "$SITE/outbox" | perl -MMIME::Base64 -ne 'while (/=\?utf-8\?[bB]\?([^?]*)\?=/g) { $d = decode_base64($1); print "$d\n" if $d =~ /\xe2\x80[\xaa-\xae]|\xe2\x81[\xa6-\xa9]/ }' | head -3)"
}

flow_site 'receive web deliver http'
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
for who in ana.perez rodrigo.mejia; do
	tap_run "$who signs in" sign_in $who ${who%.*}
done
http form GET /signin >"$TEST_TMP/page"
FORM=$(value csrf <"$TEST_TMP/page")
http_cookies <"$TEST_TMP/page" >"$TEST_TMP/cookie.form"
CSRF=$(http ana GET /me | value csrf)
MODERATES=$(http rodrigo GET /me | value csrf)
tap_verdicts "$TOP/tests/web/redirects.pl" "$FORM" "$CSRF" "$MODERATES"
flow_sql 'DELETE FROM signin_failure' >/dev/null
http form POST /signin "csrf=$FORM&addr=julio.zelaya%40example.org&next=/me" >/dev/null
tap_run 'a link is mailed' wait_for 20 mailed julio.zelaya@example.org '/signin/[a-z2-7]{16,}'
token=$(mailed julio.zelaya@example.org '/signin/[a-z2-7]{16,}')
kept "${token##*/}" >"$TEST_TMP/answer"
tap_run 'the link signs in' grep -q '^Set-Cookie: cabildo=' "$TEST_TMP/answer"
tap_none 'and what was kept with it leads nowhere else' "$(strays <"$TEST_TMP/answer")"

as_host evil.example POST /signin "csrf=$FORM&addr=carmen.loaisiga%40example.org&next=/" >"$TEST_TMP/answer"
tap_run 'a link asked for under a claimed name is mailed' wait_for 20 mailed carmen.loaisiga@example.org '/signin/[a-z2-7]{16,}'
tap_is 'it is built on our own name' "$(mailed carmen.loaisiga@example.org 'https?://[^ ]*/signin/' | grep -vc "^http://127.0.0.1:$SITE_HTTP/")" 0
tap_none 'no mail has the claimed name' "$(grep -rl 'evil\.example' "$SITE/outbox")"
tap_run 'the program answers alone' grep -q '^Status: 200' <(cgi REQUEST_URI=/g/agenda)
tap_none 'no header is added by raw bytes' "$(raw)"
tap_run 'the group takes any file' site_cabildo list set agenda file_types=.none
tap_run 'files with names made to harm are taken' evil_files
tap_none 'they are sent as files, under harmless names' "$(named)"
tap_run 'people write under names made to pass for others' named_so
names
flow_end
