#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who knocks at the sign-in learns nothing of who is known here, cannot plant or
# keep a session, cannot guess at leisure or fill a mailbox; and whoever an address
# belongs to gets in whatever others try. (Passwords: tests/flow/0130-signin.sh;
# second step: 0140-second-step.sh.)
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

forget() {
	flow_sql "DELETE FROM signin_failure; DELETE FROM token; DELETE FROM outbound" >/dev/null
}

# mails to one address, at their end
links() {
	flow_sql "SELECT count(*) FROM token t JOIN address a ON a.account_id = t.account_id WHERE a.addr = '$1' AND t.purpose = 'signin'"
}

ask() { # ADDRESS: as the browser in cookie.form
	status form POST /signin "csrf=$FORM&next=/&addr=$1"
}

minutes() { # N: go by
	flow_sql "UPDATE token SET created_at = created_at - interval '$1 minutes', expires_at = expires_at - interval '$1 minutes';
		UPDATE signin_failure SET since = since - interval '$1 minutes'" >/dev/null
}

# bomb N: a link every minute
bomb() {
	local i
	for ((i = 0; i < $1; i++)); do
		ask itzel.barria@example.org
		minutes 1
	done
}

# cgi ADDRESS CLIENT: a password that is wrong, from a client of IPv6
cgi() {
	local body="csrf=$FORM&next=/&addr=$1&password=x"
	printf %s "$body" | env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST SERVER_PROTOCOL=HTTP/1.1 \
		REQUEST_URI=/signin/password CONTENT_TYPE=application/x-www-form-urlencoded CONTENT_LENGTH=${#body} REMOTE_ADDR="$2" \
		HTTP_COOKIE="$(cat "$TEST_TMP/cookie.form")" cabildo-web --config "$SITE/cabildo.conf" 2>/dev/null | sed -n 's/^Status: \([0-9]*\).*/\1/p'
}

counted() {
	flow_sql 'SELECT string_agg(n::text, chr(32) ORDER BY n) FROM signin_failure'
}

# shellcheck disable=SC2034 # site.sh reads it
SITE_WORKERS=1
flow_site 'web http'
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
http form GET /signin >"$TEST_TMP/page"
FORM=$(value csrf <"$TEST_TMP/page")
http_cookies <"$TEST_TMP/page" >"$TEST_TMP/cookie.form"

tap_is 'a link is asked for' "$(ask itzel.barria@example.org)" 303
tap_is 'and again at once' "$(ask itzel.barria@example.org)" 303
tap_is 'one is sent a minute' "$(links itzel.barria@example.org)" 1
minutes 1
tap_is 'in forty minutes of asking nothing else is said' "$(bomb 40 | sort -u)" 303
tap_is 'and three are sent in thirty minutes, no more' "$(flow_sql "SELECT max(n) FROM (SELECT count(*) OVER
	(ORDER BY created_at RANGE BETWEEN interval '29 minutes 30 seconds' PRECEDING AND CURRENT ROW) n FROM token WHERE purpose = 'signin') t")" 3
tap_is 'so that one that works is always in the mailbox of who owns it' \
	"$(flow_sql "SELECT count(*) > 0 FROM token WHERE purpose = 'signin' AND expires_at > now()")" t
forget
for i in $(seq 30); do ask "nadie$i@example.org"; done | sort -u >"$TEST_TMP/asked"
tap_is 'thirty links for thirty addresses are answered' "$(cat "$TEST_TMP/asked")" 303
tap_is 'the next from the same client is not, known or unknown' "$(ask julio.zelaya@example.org) $(ask nadie@example.org)" '429 429'
tap_is 'and nothing is sent' "$(links julio.zelaya@example.org)" 0
minutes 16
tap_is 'a quarter of an hour later it is' "$(ask julio.zelaya@example.org) $(links julio.zelaya@example.org)" '303 1'
forget
for i in 1 2 3; do cgi "x$i@example.org" "2001:db8:1:2:$i::$i"; done | sort -u >"$TEST_TMP/asked"
tap_is 'three clients of one network of IPv6' "$(cat "$TEST_TMP/asked")" 200
tap_is 'count as one' "$(counted)" '1 1 1 3'
cgi x4@example.org 2001:db8:1:3::1 >/dev/null
tap_is 'one of another network counts for itself' "$(counted)" '1 1 1 1 1 3'
cgi x5@example.org 192.0.2.7 >/dev/null
cgi x6@example.org ::ffff:192.0.2.7 >/dev/null
tap_is 'an address of IPv4 is the same in both ways of writing it' "$(counted)" '1 1 1 1 1 1 1 2 3'
forget
SITE_FORM=$FORM tap_verdicts "$TOP/tests/web/signin.pl" "$FORM"
flow_end
