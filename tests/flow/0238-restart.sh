#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Under load the programs are restarted, as by `systemctl restart` where socket units
# hold the sockets: no page fails, no connection of an MTA is refused or
# ended without a word, none of Postfix's questions goes
# unanswered, and what was answered 250 is there. RESTARTS=N of each; 20 in the long form.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

command -v curl >/dev/null || tap_skip_all 'needs curl'
[ -z "${TEST_LONG:-}" ] || : "${RESTARTS:=20}"
: "${RESTARTS:=5}"
HAMMERS=()

hammers_end() {
	touch "$TEST_TMP/stop"
	[ ${#HAMMERS[@]} -eq 0 ] || kill "${HAMMERS[@]}" 2>/dev/null
}
# shellcheck disable=SC2034 # flow.sh reads it
FLOW_ALSO=hammers_end

# held NAME SOCKETS... -- PROGRAM...: who holds its sockets is its parent
held() {
	local name=$1
	shift
	site_run "$name" perl "$TOP/tests/lib/holder.pl" "$SITE/run/$name.ports" "$@"
	site_up "$name" test -s "$SITE/run/$name.ports"
}

hammer() { # OUT WHAT ARG...
	local out=$TEST_TMP/$1.$((${#HAMMERS[@]}))
	shift
	perl "$TOP/tests/lib/hammer.pl" "$@" >"$out" 2>"$out.err" &
	HAMMERS+=("$!")
}

started() { # NAME N: how often
	[ "$(grep -c 'holder: started' "$SITE/log/$1.log")" -ge "$2" ]
}

up() { # NAME: its newest run listens
	[ "$(grep -c 'holder: started' "$SITE/log/$1.log")" -le "$(grep -c 'event=listening .*workers=' "$SITE/log/$1.log")" ]
}

counted() { # NAME: how often each answer came
	cat "$TEST_TMP/$1".*[0-9] | awk '{ n[$1]++; if ($2 > m) m = $2 } END { for (k in n) printf "%s:%d ", k, n[k]; printf "longest %d ms\n", m }'
}

only() { # NAME ANSWER...: no other came
	local name=$1 words=${*:2}
	cat "$TEST_TMP/$name".*[0-9] | awk -v ok=" $words " 'index(ok, " " $1 " ") == 0' | sort | uniq -c | head -n 5
	cat "$TEST_TMP/$name".*.err | head -n 3
}

more_of() { # NAME N
	[ "$(cat "$TEST_TMP/$1".*[0-9] | wc -l)" -ge "$2" ]
}

flow_conf
tap_run 'receive has its sockets from another' held receive lmtp=127.0.0.1:0 policy=127.0.0.1:0 -- \
	cabildo-receive --config "$SITE/cabildo.conf" --workers 2
SITE_LMTP=$(site_port lmtp) SITE_POLICY=$(site_port policy)
tap_run 'web too' held web "web=$SITE_SOCK/web" -- cabildo-web --config "$SITE/cabildo.conf" --listen "$SITE_SOCK/elsewhere" --workers 2
tap_run 'lighttpd stands before it' site_start_http
tap_run 'they say so' wait_for 20 grep -q 'event=listening .*given=1' "$SITE/log/web.log"
tap_run 'and open none of their own' test ! -e "$SITE_SOCK/elsewhere"
site_cabildo list add golpes --title Golpes --visibility public >/dev/null &&
	site_cabildo list set golpes posting=anyone nonmember=accept flood_per_hour=0 unaddressed=accept >/dev/null
for _ in 1 2; do
	hammer http http "$SITE_HTTP" "$TEST_TMP/stop" / /g/golpes /signin
	hammer lmtp lmtp "$SITE_LMTP" "$TEST_TMP/stop" "golpes@$SITE_DOMAIN" "h$_" "$TEST_TMP/250s"
done
hammer policy policy "$SITE_POLICY" "$TEST_TMP/stop" "golpes@$SITE_DOMAIN"
tap_run 'all are served' eval 'wait_for 20 more_of http 20 && wait_for 20 more_of lmtp 20 && wait_for 20 more_of policy 20'
for ((i = 1; i <= RESTARTS; i++)); do
	for what in receive web; do
		site_kill $what HUP
		tap_run "$what is restarted, $i" wait_for 30 started $what $((i + 1))
		tap_run "and serves" wait_for 30 up $what
	done
	for what in http lmtp policy; do
		had=$(cat "$TEST_TMP/$what".*[0-9] | wc -l)
		wait_for 20 more_of $what $((had + 20))
	done
done
touch "$TEST_TMP/stop"
wait "${HAMMERS[@]}"
HAMMERS=()
for what in http lmtp policy; do
	echo "# $what: $(counted $what)"
done
grep -h 'ended' "$SITE"/log/{receive,web}.log | awk '{ if ($6 > m) m = $6; n++ } END { printf "# %d ends, the longest %.2f s\n", n, m }'
tap_none 'no page failed' "$(only http 200)"
tap_none 'an MTA was answered, or told 421' "$(only lmtp 250 421)"
tap_none 'each of the questions of Postfix was answered' "$(only policy DUNNO)"
LC_ALL=C sort "$TEST_TMP/250s" >"$TEST_TMP/answered"
flow_sql "SELECT '<' || msgid || '>' FROM post" | LC_ALL=C sort >"$TEST_TMP/posts"
tap_run 'there were some hundreds of messages' test "$(wc -l <"$TEST_TMP/answered")" -gt 100
tap_none 'each 250 is a post, once' "$(LC_ALL=C comm -3 "$TEST_TMP/answered" "$TEST_TMP/posts")"

flow_end
