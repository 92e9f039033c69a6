#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Passwords cannot be guessed at leisure: after five wrong ones for an address
# none is looked at, known or unknown, while the mailed link goes on working; no
# more than two are computed at once on the whole site, and nobody is turned
# away for good by that.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

field() { # FILE NAME: of a hidden field
	sed -n "s/.*name=\"$2\" value=\"\([^\"]*\)\".*/\1/p" "$1" | head -n 1
}

# sign_in ADDRESS PASSWORD [JAR]: the status; the page is in JAR.body
sign_in() {
	local jar=${3:-$TEST_TMP/jar}
	rm -f "$jar"
	curl -s -c "$jar" -o "$jar.form" "http://127.0.0.1:$SITE_HTTP/signin" || return 1
	curl -s -b "$jar" -c "$jar" -o "$jar.body" -w '%{http_code}' --data-urlencode "addr=$1" \
		--data-urlencode "password=$2" --data-urlencode "csrf=$(field "$jar.form" csrf)" \
		--data-urlencode 'next=/' "http://127.0.0.1:$SITE_HTTP/signin/password"
}

wrong() { # ADDRESS TIMES: the statuses, in one line
	local i out=
	for ((i = 0; i < $2; i++)); do
		out="$out $(sign_in "$1" "equivocada-$i")"
	done
	echo "${out# }"
}

# Twelve at once, each as often as it is told to wait: all get in.
crowd() {
	local i pids=()
	for i in $(seq 12); do
		(
			for _ in $(seq 60); do
				code=$(sign_in carmen.loaisiga@example.org prueba-agenda "$TEST_TMP/jar.$i")
				echo "$code"
				[ "$code" = 503 ] || break
				sleep 0.2
			done
		) >"$TEST_TMP/crowd.$i" &
		pids+=($!)
	done
	wait "${pids[@]}"
	cat "$TEST_TMP"/crowd.*
}

# To have been told to wait is in the log on purpose.
site_complaints() {
	grep -hE '\] (warn|fail|panic|die) |AddressSanitizer|runtime error' "$SITE"/log/*.log |
		grep -v 'page=signin_password status=503'
}

# shellcheck disable=SC2034 # site.sh reads it
SITE_WORKERS=6
flow_site 'web deliver http'
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_is 'the right password signs in' "$(sign_in ana.perez@example.org prueba-agenda)" 303
tap_is 'a wrong one does not, five times' "$(wrong ana.perez@example.org 5)" '200 200 200 200 200'
tap_is 'then even the right one is not looked at' "$(sign_in ana.perez@example.org prueba-agenda)" 429
tap_run 'and the page says what to do' grep -q 'pida el enlace' "$TEST_TMP/jar.body"
tap_is 'however the address is written' "$(sign_in ' ANA.PEREZ@Example.ORG' prueba-agenda)" 429
tap_is 'an address that nobody has gets the same' "$(wrong nadie@example.org 6)" '200 200 200 200 200 429'
tap_is 'others sign in as always' "$(sign_in julio.zelaya@example.org prueba-agenda)" 303
curl -s -c "$TEST_TMP/jar" -o "$TEST_TMP/form" "http://127.0.0.1:$SITE_HTTP/signin"
tap_is 'the link can be asked for' "$(curl -s -b "$TEST_TMP/jar" -o /dev/null -w '%{http_code}' \
	--data-urlencode 'addr=ana.perez@example.org' --data-urlencode "csrf=$(field "$TEST_TMP/form" csrf)" \
	--data-urlencode 'next=/' "http://127.0.0.1:$SITE_HTTP/signin")" 303
tap_run 'and is sent' wait_for 10 grep -rqs '/signin/' "$SITE/outbox"
flow_sql "update signin_failure set since = since - interval '16 minutes'" >/dev/null
tap_is 'a quarter of an hour later the password works' "$(sign_in ana.perez@example.org prueba-agenda)" 303
tap_is 'which forgets the wrong ones' "$(wrong ana.perez@example.org 4)" '200 200 200 200'
tap_is 'so that the right one still works' "$(sign_in ana.perez@example.org prueba-agenda)" 303
flow_sql 'delete from signin_failure' >/dev/null
for i in $(seq 13); do wrong "persona$i@example.org" 4 >/dev/null; done
tap_is 'one client cannot try through all addresses' "$(sign_in persona99@example.org x)" 429
flow_sql 'delete from signin_failure' >/dev/null
crowd >"$TEST_TMP/crowd"
tap_is 'of twelve at once all get in' "$(grep -c 303 "$TEST_TMP/crowd")" 12
tap_none 'and nobody sees anything but "wait"' "$(grep -vxE '303|503' "$TEST_TMP/crowd")"
tap_run 'some had to wait' grep -q 503 "$TEST_TMP/crowd"
flow_end
