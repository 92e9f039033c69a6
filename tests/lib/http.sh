# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The web site as a browser sees it, a session for each person. Sourced, after
# flow.sh; the passwords are those of demo_passwords.

# http AS METHOD PATH [BODY]: the whole answer, with the session of AS
http() {
	local as=$1 method=$2 path=$3 body=${4:-} fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	{
		printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept-Language: es\r\nAccept-Encoding: identity\r\n' \
			"$method" "$path" "$SITE_HTTP"
		[ ! -s "$TEST_TMP/cookie.$as" ] || printf 'Cookie: %s\r\n' "$(cat "$TEST_TMP/cookie.$as")"
		[ "$method" = GET ] || printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n' \
			"$(printf %s "$body" | wc -c)"
		printf '\r\n%s' "$body"
	} >&"$fd"
	timeout 20 cat <&"$fd"
	exec {fd}>&-
}

# http_wire AS PATH ENCODING [HEADER]: the answer with no word of the client about
# anything else, byte for byte; its head is in http.head, its body as sent in
# http.sent, as it is read on stdout.
http_wire() {
	local as=$1 path=$2 encoding=$3 fd
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	{
		printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept-Encoding: %s\r\n' "$path" "$SITE_HTTP" "$encoding"
		[ ! -s "$TEST_TMP/cookie.$as" ] || printf 'Cookie: %s\r\n' "$(cat "$TEST_TMP/cookie.$as")"
		[ -z "${4:-}" ] || printf '%s\r\n' "$4"
		printf '\r\n'
	} >&"$fd"
	timeout 20 cat <&"$fd" >"$TEST_TMP/http.wire"
	exec {fd}>&-
	sed '/^\r$/,$d' "$TEST_TMP/http.wire" >"$TEST_TMP/http.head"
	tail -c "+$(($(wc -c <"$TEST_TMP/http.head") + 3))" "$TEST_TMP/http.wire" >"$TEST_TMP/http.sent"
	if grep -qi '^Content-Encoding: gzip' "$TEST_TMP/http.head"; then
		gzip -dc <"$TEST_TMP/http.sent"
	else
		cat "$TEST_TMP/http.sent"
	fi
}

status() {
	http "$@" | sed -n '1s/^HTTP\/1\.[01] \([0-9]*\).*/\1/p'
}

# value NAME: of the first field of that name in the page on stdin
value() {
	grep -oE "name=\"$1\"[^>]* value=\"[^\"]*\"" | head -n 1 | sed 's/.* value="\(.*\)"/\1/'
}

http_cookies() {
	tr -d '\r' | sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/pI' | paste -sd';' | sed 's/;/; /g'
}

# sign_in WHO [AS]: WHO@example.org; the cookie is kept under AS
sign_in() {
	local as=${2:-$1} page csrf
	: >"$TEST_TMP/cookie.$as"
	page=$(http "$as" GET /signin)
	csrf=$(value csrf <<<"$page")
	http_cookies <<<"$page" >"$TEST_TMP/cookie.$as"
	http "$as" POST /signin/password "csrf=$csrf&next=/&addr=$1%40example.org&password=prueba-agenda" |
		http_cookies >"$TEST_TMP/cookie.new"
	mv "$TEST_TMP/cookie.new" "$TEST_TMP/cookie.$as"
	grep -q cabildo= "$TEST_TMP/cookie.$as"
}

# act AS PATH FIELDS: POSTs with a token of their own; the status
act() {
	status "$1" POST "$2" "csrf=$(http "$1" GET /me | value csrf)&$3"
}

# tap_verdicts PERL-FILE ARG...: runs it with Web.pm; its lines `ok|not ok TAB text
# TAB why` are checks
tap_verdicts() {
	local verdict text why rc=0
	TOP=$TOP TEST_TMP=$TEST_TMP SITE_HTTP=$SITE_HTTP SITE_LMTP=${SITE_LMTP:-} perl "$@" >"$TEST_TMP/verdicts" || rc=1
	while IFS=$'\t' read -r verdict text why; do
		tap_is "$text" "$verdict${why:+: $why}" ok
	done <"$TEST_TMP/verdicts"
	tap_ok $rc "${1##*/} came to its end"
}
