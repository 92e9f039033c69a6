#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Forms are sent while the pages' program is restarted, at any moment: as by `systemctl restart`
# each is answered as ever, the first time. Where a worker is killed in the middle of one, the
# person is told that it failed, sends the same form again, and it is posted once. Nothing is lost.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

PIDS=()
# shellcheck disable=SC2034 # flow.sh reads it
FLOW_ALSO=forms_end

forms_end() {
	touch "$TEST_TMP/stop"
	[ ${#PIDS[@]} -eq 0 ] || kill "${PIDS[@]}" 2>/dev/null
}

started() { # N: how often
	[ "$(grep -c 'holder: started' "$SITE/log/web.log")" -ge "$1" ]
}

# form WHO PATH SUBJECT: the fields of a form that was looked through, to be sent
form() {
	local who=$1 path=$2 page body
	page=$(http "$who" GET "$path")
	body="csrf=$(value csrf <<<"$page")&form_id=$(value form_id <<<"$page")&subject=$3&text=Texto+de+$3."
	page=$(http "$who" POST "$path" "$body&act=preview")
	echo "$body&act=post&seen=$(value seen <<<"$page")"
}

# writer WHO: an answer to thread 1 after the other, until told to stop; the status of each that was sent
writer() {
	local who=$1 i=0 body code
	until [ -e "$TEST_TMP/stop" ]; do
		i=$((i + 1))
		body=$(form "$who" /g/agenda/1/reply "r-$who-$i")
		code=$(status "$who" POST /g/agenda/1/reply "$body")
		echo "${code:-none} r-$who-$i" >>"$TEST_TMP/sent.$who"
		[ "$code" = 303 ] || { sleep 0.1; echo "again $(status "$who" POST /g/agenda/1/reply "$body") r-$who-$i" >>"$TEST_TMP/again.$who"; }
	done
}

sent() { # N: by each
	local who
	for who in "${WRITERS[@]}"; do
		[ "$(cat "$TEST_TMP/sent.$who" 2>/dev/null | wc -l)" -ge "$1" ] || return 1
	done
}

posts_of() { # TEXT: how many
	flow_sql "SELECT count(*) FROM post WHERE body LIKE 'Texto de $1.%'"
}

# A post is slow, so that it can be met in the middle
slow() { # SECONDS
	flow_sql "CREATE OR REPLACE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep($1); RETURN NULL; END'" >/dev/null
}

in_the_middle() {
	flow_sql "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'" | grep -qx 1
}

flow_conf
site_run web perl "$TOP/tests/lib/holder.pl" "$SITE/run/web.ports" "web=$SITE_SOCK/web" -- \
	cabildo-web --config "$SITE/cabildo.conf" --listen "$SITE_SOCK/elsewhere" --workers 2
tap_run 'the socket is held by another' site_up web test -s "$SITE/run/web.ports"
tap_run 'lighttpd stands before it' site_start_http
demo_group >/dev/null && demo_passwords "$TEST_TMP/passwords" || exit 1
site_cabildo list set agenda flood_per_hour=0 >/dev/null
WRITERS=(ana.perez marisol.quesada rodrigo.mejia)
for who in "${WRITERS[@]}"; do
	tap_run "$who signs in" sign_in "$who"
done
body=$(form ana.perez /g/agenda/new primera)
tap_is 'a thread begins' "$(status ana.perez POST /g/agenda/new "$body")" 303

# -- restarts, at whatever moment of a form it is
for who in "${WRITERS[@]}"; do
	writer "$who" &
	PIDS+=("$!")
done
tap_run 'three people answer it' wait_for 30 sent 2
for ((i = 1; i <= ${RESTARTS:-8}; i++)); do
	site_kill web HUP
	wait_for 30 started $((i + 1)) || break
	had=$(cat "$TEST_TMP"/sent.* | wc -l)
	wait_for 30 sent $((had / 3))
done
touch "$TEST_TMP/stop"
wait "${PIDS[@]}"
PIDS=()
tap_run 'it was restarted' started "$((${RESTARTS:-8} + 1))"
echo "# $(cat "$TEST_TMP"/sent.* | wc -l) forms in $((i - 1)) restarts: $(cat "$TEST_TMP"/sent.* | awk '{ n[$1]++ } END { for (k in n) printf "%s %d ", k, n[k] }')"
tap_none 'each was answered as ever, the first time' "$(cat "$TEST_TMP"/sent.* | grep -v '^303 ' | head -n 5)"
cat "$TEST_TMP"/sent.* | awk '{ print "Texto de " $2 "." }' | LC_ALL=C sort >"$TEST_TMP/written"
flow_sql "SELECT btrim(body, E'\n') FROM post WHERE body LIKE 'Texto de r-%'" | LC_ALL=C sort >"$TEST_TMP/posted"
tap_none 'each is a post, once' "$(LC_ALL=C comm -3 "$TEST_TMP/written" "$TEST_TMP/posted" | head -n 5)"

# -- in the middle of the transaction
flow_sql "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
	CREATE TRIGGER slow AFTER INSERT ON post FOR EACH ROW EXECUTE FUNCTION slow()" >/dev/null
slow 2
body=$(form ana.perez /g/agenda/1/reply medio)
status ana.perez POST /g/agenda/1/reply "$body" >"$TEST_TMP/medio" &
PIDS=("$!")
tap_run 'a form is in the middle of its transaction' wait_for 10 in_the_middle
had=$(grep -c 'holder: started' "$SITE/log/web.log")
site_kill web HUP
wait "${PIDS[@]}"
tap_is 'the restart waits for it' "$(cat "$TEST_TMP/medio")" 303
tap_run 'and comes' wait_for 20 started $((had + 1))
tap_is 'it is posted once' "$(posts_of medio)" 1

slow 5
body=$(form ana.perez /g/agenda/1/reply golpe)
status ana.perez POST /g/agenda/1/reply "$body" >"$TEST_TMP/golpe" &
PIDS=("$!")
tap_run 'another one is' wait_for 10 in_the_middle
# below the holder is the parent, below that are the workers
pgrep -P "$(pgrep -P "$(site_pid web)")" | xargs -r kill -9
wait "${PIDS[@]}"
PIDS=()
tap_run "the person is told that it failed ($(cat "$TEST_TMP/golpe"))" grep -qE '^50[0234]$' "$TEST_TMP/golpe"
slow 0
tap_is 'the same form is sent again' "$(status ana.perez POST /g/agenda/1/reply "$body")" 303
tap_is 'and is posted once' "$(posts_of golpe)" 1
first=$(http ana.perez POST /g/agenda/1/reply "$body" | grep -i '^Location:')
tap_run 'whoever sends it again, having seen no answer, comes to the same post' grep -q '/g/agenda/1' <<<"$first"
tap_is 'which is there once' "$(posts_of golpe)" 1
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' "$(site_complaints | grep -v -e 'event=worker-died .* signal=9')"
tap_end
