#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What keeps an account its owner's: devices, password, second step. The codes
# come from an RFC 6238 of the test's own, not from the library under test.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org

# http AS METHOD PATH [BODY]: the whole answer; cookies are kept by AS
http() {
	local fd page
	[ -e "$TEST_TMP/cookie.$1" ] || : >"$TEST_TMP/cookie.$1"
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	{
		printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nAccept-Language: es\r\nUser-Agent: Mozilla/5.0 (Windows NT 10.0) Firefox/128.0\r\nCookie: %s\r\n' \
			"$2" "$3" "$SITE_HTTP" "$(cat "$TEST_TMP/cookie.$1")"
		[ "$2" = GET ] || printf 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n' "${#4}"
		printf '\r\n%s' "${4:-}"
	} >&"$fd"
	page=$(timeout 20 cat <&"$fd" | tr -d '\r')
	exec {fd}>&-
	sed -n 's/^Set-Cookie: \([^;]*\);.*/\1/pI' <<<"$page" >"$TEST_TMP/cookie.new"
	if [ -s "$TEST_TMP/cookie.new" ]; then
		{
			tr ';' '\n' <"$TEST_TMP/cookie.$1" | sed 's/^ *//'
			echo
			cat "$TEST_TMP/cookie.new"
		} | awk -F= 'NF { v[$1] = $0 } END { for (k in v) printf "%s%s", n++ ? "; " : "", v[k] }' >"$TEST_TMP/cookie.all"
		mv "$TEST_TMP/cookie.all" "$TEST_TMP/cookie.$1"
	fi
	printf '%s\n' "$page"
}

value() {
	grep -oE "name=\"$1\"[^>]* value=\"[^\"]*\"" | head -n 1 | sed 's/.* value="\(.*\)"/\1/'
}

# post AS PAGE PATH BODY: with a token of PAGE
post() {
	http "$1" POST "$3" "csrf=$(http "$1" GET "$2" | value csrf)&$4"
}

password_in() {
	post "$1" /signin /signin/password "next=/g/agenda&addr=${ANA/@/%40}&password=$2"
}

here() {
	http "$1" GET /me | grep -q '^HTTP/1.. 200'
}

status() {
	sed -n '1s/^HTTP\/1\.. \([0-9]*\).*/\1/p'
}

# totp STEPS-FROM-NOW: the six digits of $KEY
totp() {
	perl -MDigest::SHA=hmac_sha1 -e '
		my ($key, $step) = @ARGV; my $bits = ""; my $i = 0;
		my %v = map { $_ => $i++ } ("A" .. "Z", 2 .. 7);
		$bits .= sprintf "%05b", $v{$_} for grep { exists $v{$_} } split //, $key;
		my $h = hmac_sha1(pack("NN", 0, int(time / 30) + $step), pack("B*", substr $bits, 0, 160));
		my $o = ord(substr $h, -1) & 15;
		printf "%06d", (unpack("N", substr $h, $o, 4) & 0x7fffffff) % 1000000' "$KEY" "$1"
}

told() {
	[ "$(flow_sql "SELECT addr FROM delivery WHERE notice_kind = 'security' AND outcome = 'sent'")" = $ANA ]
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'with passwords' demo_passwords "$TEST_TMP/passwords"
tap_is 'she signs in' "$(password_in one prueba-agenda | status)" 303
tap_run 'there she is' here one
tap_run 'and on another device' test "$(password_in two prueba-agenda | status)" = 303
page=$(http one GET /account/security)
tap_is 'the page names both' "$(grep -c '<h3>Firefox, Windows' <<<"$page")" 2
other=$(value device <<<"$page")
tap_is 'a stranger cannot end one' "$(post two /me /account/security/end "device=$(printf 'a%.0s' {1..64})" | status)" 303
tap_run 'both are there' here one
tap_is 'one is ended from the other' "$(post one /account/security /account/security/end "device=$other" | status)" 303
tap_run 'it is gone' test "$(http two GET /me | status)" = 303
tap_run 'the first is there' here one

# -- the password
tap_run 'a short one is refused' grep -q '10 a 200' <<<"$(post one /account/security /account/password after=corta)"
password_in two prueba-agenda >/dev/null
tap_is 'fresh from signing in the old one is not asked for' \
	"$(post one /account/security /account/password after=una+frase+de+paso | status)" 303
tap_run 'the other device is signed out' test "$(http two GET /me | status)" = 303
tap_run 'she is told by mail' wait_for 20 told
flow_sql "UPDATE session SET created_at = now() - interval '1 hour'" >/dev/null
tap_run 'later it is' grep -q 'name="before"' <<<"$(http one GET /account/security)"
tap_run 'and has to be right' grep -q 'role="alert"' <<<"$(post one /account/security /account/password 'before=falsa&after=otra+frase+larga')"
tap_is 'with it the new one is taken' "$(post one /account/security /account/password 'before=una+frase+de+paso&after=otra+frase+larga' | status)" 303

# -- the second step
page=$(post one /account/security /account/second-step '')
KEY=$(grep -oE '<pre class="raw" lang="">[A-Z2-7 ]+' <<<"$page" | sed 's/.*>//; s/ //g')
sealed=$(value sealed <<<"$page")
tap_is 'a key of 160 bits is shown' "${#KEY}" 32
tap_none 'but not kept' "$(flow_sql "SELECT 'kept' FROM account WHERE second_step IS NOT NULL")"
tap_is 'another device comes in with the password' "$(password_in early otra+frase+larga | status)" 303
page=$(post one /account/security /account/second-step/on "sealed=$sealed&code=000000")
tap_run 'a wrong code does not switch it on' grep -q 'role="alert"' <<<"$page"
page=$(post one /account/security /account/second-step/on "sealed=$sealed&code=$(totp 0)")
tap_is 'eight recovery codes are shown' "$(grep -oE '<code>[a-z2-7-]{19}</code>' <<<"$page" | wc -l)" 8
tap_is 'who came in without it is out' "$(http early GET /me | status)" 303
tap_run 'who switched it on is there' here one
recovery=$(grep -oE '<code>[a-z2-7-]{19}' <<<"$page" | head -n 1 | sed 's/<code>//')
tap_none 'the database does not hold the key' "$(flow_sql "SELECT 'open' FROM account WHERE second_step LIKE '%$KEY%'")"

page=$(password_in two otra+frase+larga)
token=$(value token <<<"$page")
tap_run 'the password alone is not enough' test -n "$token"
tap_run 'she is not in' test "$(http two GET /me | status)" = 303
code() {
	http two POST /signin/code "csrf=$(value csrf <<<"$page")&token=$token&code=$1"
}
tap_run 'a wrong code is refused' grep -q 'role="alert"' <<<"$(code 000000)"
tap_run 'a code that was used is over' grep -q 'role="alert"' <<<"$(code "$(totp 0)")"
tap_is 'the next one signs in, and leads where she wanted' \
	"$(code "$(totp 1)" | tr -d '\r' | sed -n 's/^Location: .*\(\/g\/agenda\)$/\1/pI')" /g/agenda
tap_run 'there she is' here two
tap_run 'once' test "$(post two /me /signin/code "token=$token&code=$(totp 1)" | grep -ci '^Location: .*/signin$')" = 1

page=$(password_in two otra+frase+larga)
token=$(value token <<<"$page")
flow_sql "UPDATE token SET data = '//evil.example/' WHERE purpose = 'second'" >/dev/null
code "$(tr a-z A-Z <<<"${recovery//-/+}")" >"$TEST_TMP/answer"
tap_is 'a recovery code signs in, as people type it' "$(status <"$TEST_TMP/answer")" 303
tap_is 'and what was kept as the way back leads nowhere else' "$(tr -d '\r' <"$TEST_TMP/answer" | sed -n 's/^Location: *\(http:..127[^/]*\)\{0,1\}//pI')" /
page=$(password_in two otra+frase+larga)
token=$(value token <<<"$page")
tap_run 'once only' grep -q 'role="alert"' <<<"$(code "$recovery")"
for _ in 1 2 3 4 5; do code 111111 >/dev/null; done
tap_is 'after five the door is shut' "$(code 111111 | status)" 429
tap_is 'also for the right one' "$(code "$(totp 1)" | status)" 429
tap_run 'an administrator can switch it off' site_cabildo account second-step $ANA --off
tap_is 'then the password is enough' "$(password_in three otra+frase+larga | status)" 303
tap_is 'all of it is on the record' \
	"$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM (SELECT id, act FROM audit WHERE act LIKE 'account.second%' OR act = 'account.password') x" | tr '\n' ' ')" \
	'account.password account.password account.password account.password account.password account.password account.password account.password account.second-step account.second-step '
flow_end
