#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 180
# A thousand clients of LMTP and a thousand of the web that say a byte a second hang on a
# site of four workers each: who else comes is served about as soon as without
# them, and nobody is turned away.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

: "${SLOW:=1000}"
PIDS=()
ulimit -n 4096 2>/dev/null || tap_skip_all 'needs 4096 open files'

all_end() {
	touch "$TEST_TMP/stop"
	[ ${#PIDS[@]} -eq 0 ] || kill "${PIDS[@]}" 2>/dev/null
}
# shellcheck disable=SC2034 # flow.sh and site.sh read them
FLOW_ALSO=all_end SITE_WORKERS=4

# measure NAME: 200 answers each of pages and messages, how long each took in NAME.http and NAME.lmtp
measure() {
	local a b n=0
	perl "$TOP/tests/lib/hammer.pl" http "$SITE_HTTP" "$TEST_TMP/enough.$1" / /g/golpes >"$TEST_TMP/$1.http" &
	a=$!
	perl "$TOP/tests/lib/hammer.pl" lmtp "$SITE_LMTP" "$TEST_TMP/enough.$1" "golpes@$SITE_DOMAIN" "$1" "$TEST_TMP/250s" >"$TEST_TMP/$1.lmtp" &
	b=$!
	wait_for 40 served "$1" 200 || n=1
	touch "$TEST_TMP/enough.$1"
	wait $a $b
	return $n
}

served() {
	[ "$(wc -l <"$TEST_TMP/$1.http")" -ge "$2" ] && [ "$(wc -l <"$TEST_TMP/$1.lmtp")" -ge "$2" ]
}

p99() { # FILE: in whole milliseconds
	awk '{ print $2 }' "$TEST_TMP/$1" | sort -g | awk '{ v[NR] = $1 } END { printf "%d", v[int(NR * 0.99)] }'
}

slow() { # KIND PORT
	perl "$TOP/tests/lib/slow.pl" "$1" "$2" "$SLOW" "$TEST_TMP/stop" >"$TEST_TMP/slow.$1" 2>/dev/null &
	PIDS+=("$!")
}

they_hang() {
	[ -s "$TEST_TMP/slow.lmtp" ] && [ -s "$TEST_TMP/slow.http" ]
}

others() { # FILE ANSWER: what else came
	awk -v ok="$2" '$1 != ok { print $1 }' "$TEST_TMP/$1" | sort | uniq -c
}

flow_site 'receive web http'
site_cabildo list add golpes --title Golpes --visibility public >/dev/null &&
	site_cabildo list set golpes posting=anyone nonmember=accept flood_per_hour=0 unaddressed=accept >/dev/null
measure first # connections to the database, prepared statements
tap_run 'who comes is served' measure before
slow lmtp "$SITE_LMTP"
slow http "$SITE_HTTP"
tap_run 'the slow ones hang on' wait_for 40 they_hang
tap_is 'all of them' "$(cat "$TEST_TMP/slow.lmtp" "$TEST_TMP/slow.http" | tr '\n' ' ')" "$SLOW $SLOW "
tap_run 'who comes is served beside them' measure during
for what in http lmtp; do
	b=$(p99 before.$what) d=$(p99 during.$what)
	echo "# $what: p99 $b ms before, $d ms beside the slow ones"
	tap_run "$what: about as soon ($d ms)" test "$d" -le $((b * 5 + 150))
done
tap_none 'each page came' "$(others during.http 200)"
tap_none 'each message was taken' "$(others during.lmtp 250)"
tap_is 'and is there' "$(flow_sql 'SELECT count(*) FROM post')" "$(sort -u "$TEST_TMP/250s" | wc -l)"
touch "$TEST_TMP/stop"
wait "${PIDS[@]}"
PIDS=()
flow_end
