#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 900
# Workers of receive and deliver are killed at random while a numbered stream
# goes through. Then the books are compared, the outer two of which the
# programs under test do not write: each 250 is one post, each member has a
# copy of each post, none is missing, and at most one copy a kill of deliver is
# there twice. KILLS=200 is the long form.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
KILLS=${KILLS:-20}
[ -z "${TEST_LONG:-}" ] || KILLS=200
MEMBERS=4
BOOKS=$TEST_TMP/250s
SENDER='' SINK='' BUSY=0 HIT_RECEIVE=0 HIT_DELIVER=0

# shellcheck disable=SC2317 # a trap calls it
end_own() {
	[ -z "$SENDER" ] || kill -- "-$SENDER" 2>/dev/null
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
}

sink_start() {
	mkdir -p "$TEST_TMP/sink"
	"$BUILD/tests/lib/sink" --port-file "$TEST_TMP/sink.port" --dir "$TEST_TMP/sink" 2>"$TEST_TMP/sink.err" &
	SINK=$!
	wait_for 10 test -s "$TEST_TMP/sink.port" && SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
}

# stream: more than the kills can outlast; it is stopped by its own count
stream() {
	setsid "$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from ana.perez@example.org \
		--rcpt "golpes@$SITE_DOMAIN" --count 100000 --connections 4 --retry --retry-ms 50 \
		--log "$BOOKS" --quiet >"$TEST_TMP/stream" 2>&1 &
	SENDER=$!
}

# worker PROGRAM: one of its processes, any
worker() {
	local kids pid
	pid=$(site_pid "$1") || return 1
	# the file ends without a line feed, which read calls a failure
	read -ra kids < <(cat "/proc/$pid/task/$pid/children" 2>/dev/null; echo)
	[ ${#kids[@]} -gt 0 ] || return 1
	echo "${kids[RANDOM % ${#kids[@]}]}"
}

waiting() {
	flow_sql 'SELECT count(*) FROM outbound'
}

# its leases are the next worker's at once, or the queue would not run empty in time
kill_deliver() {
	local pid n
	pid=$(worker deliver) || return 1
	n=$(flow_sql 'SELECT count(*) FROM outbound WHERE lease IS NOT NULL')
	kill -KILL "$pid" || return 1
	HIT_DELIVER=$((HIT_DELIVER + 1))
	[ "$n" -eq 0 ] || BUSY=$((BUSY + 1))
	echo "deliver $pid leased $n" >>"$TEST_TMP/kills"
}

kill_receive() {
	local pid before
	pid=$(worker receive) || return 1
	before=$(wc -l <"$BOOKS")
	# work in hand: answers were still coming when the blow fell
	wait_for 3 more_than "$before" && BUSY=$((BUSY + 1))
	kill -KILL "$pid" || return 1
	HIT_RECEIVE=$((HIT_RECEIVE + 1))
	echo "receive $pid answered $(wc -l <"$BOOKS")" >>"$TEST_TMP/kills"
}

more_than() {
	[ "$(wc -l <"$BOOKS")" -gt "$1" ]
}

blows() {
	local n=0 until=$((SECONDS + 10 + KILLS * 3))
	while [ $n -lt "$KILLS" ] && [ $SECONDS -lt $until ]; do
		if [ $((n % 2)) -eq 0 ]; then
			kill_receive && n=$((n + 1))
		else
			kill_deliver && n=$((n + 1))
		fi
		sleep "0.$((RANDOM % 5 + 1))"
		# the sender rests where the queue is long: it is to be busy, not endless
		if [ "$(waiting)" -gt 2000 ]; then
			kill -STOP -- "-$SENDER"
			wait_for 60 shorter 400
			kill -CONT -- "-$SENDER"
		fi
	done
}

shorter() {
	[ "$(waiting)" -le "$1" ]
}

# stop_sender: each connection ends between two answers or in one; what it did not read is not in its book
stop_sender() {
	kill -- "-$SENDER" 2>/dev/null
	wait "$SENDER" 2>/dev/null
	wait_for 10 no_group "$SENDER"
	SENDER=''
}

no_group() {
	! kill -0 -- "-$1" 2>/dev/null
}

# settled: nothing arrives any more, and the queue is empty
settled() {
	local n
	n=$(flow_sql 'SELECT count(*) FROM post')
	sleep 0.5
	[ "$(waiting)" -eq 0 ] && [ "$(flow_sql 'SELECT count(*) FROM post')" -eq "$n" ]
}

books() {
	LC_ALL=C sort "$BOOKS" >"$TEST_TMP/answered"
	flow_sql "SELECT '<' || msgid || '>' FROM post" | LC_ALL=C sort >"$TEST_TMP/posts"
	# time, from, recipient, id, bytes
	awk -F '\t' '{ id = $4; if (id !~ /^</) id = "<" id ">"; print $3, id }' "$TEST_TMP/sink/copies" |
		LC_ALL=C sort >"$TEST_TMP/copies"
	flow_sql "SELECT ad.addr || ' <' || p.msgid || '>' FROM post p, subscription s JOIN address ad ON ad.id = s.address_id" |
		LC_ALL=C sort >"$TEST_TMP/due"
}

group() {
	local i
	site_cabildo list add golpes --title Golpes && site_cabildo list set golpes posting=anyone || return 1
	for ((i = 1; i <= MEMBERS; i++)); do
		site_cabildo member add golpes "m$i@example.net" --name "Miembro $i" || return 1
	done
}

FLOW_ALSO=end_own
: >"$BOOKS"
tap_run 'a sink reads the copies' sink_start
flow_site 'receive deliver'
tap_run 'the group is made' group
stream
tap_run 'mail flows' wait_for 20 more_than 20
blows
stop_sender
tap_run 'everything comes to rest' wait_for 120 settled
books
doubled=$(LC_ALL=C uniq -d "$TEST_TMP/copies" | wc -l)
lost=$(LC_ALL=C comm -13 <(LC_ALL=C sort -u "$TEST_TMP/copies") "$TEST_TMP/due" | wc -l)
echo "# lost $lost doubled $doubled kills $((HIT_RECEIVE + HIT_DELIVER)) busy $BUSY messages $(wc -l <"$TEST_TMP/posts") copies $(wc -l <"$TEST_TMP/copies")"
tap_is "all $KILLS blows fell" $((HIT_RECEIVE + HIT_DELIVER)) "$KILLS"
tap_run 'at least half of them while there was work in hand' test $BUSY -ge $((KILLS / 2))
tap_run 'there were some hundreds of messages' test "$(wc -l <"$TEST_TMP/answered")" -gt 200
tap_none 'each 250 is a post' "$(LC_ALL=C comm -23 "$TEST_TMP/answered" "$TEST_TMP/posts")"
# what each of the four connections was sending when it was stopped may be there unanswered
tap_run 'no post but those' test "$(LC_ALL=C comm -13 "$TEST_TMP/answered" "$TEST_TMP/posts" | wc -l)" -le 4
tap_none 'no post is there twice' "$(uniq -d "$TEST_TMP/posts")"
tap_is 'no copy is lost' "$lost" 0
tap_none 'no copy is of anything else' "$(LC_ALL=C comm -23 <(LC_ALL=C sort -u "$TEST_TMP/copies") "$TEST_TMP/due")"
tap_run "at most one copy a blow is doubled ($doubled)" test "$doubled" -le "$HIT_DELIVER"
tap_none 'and none three times' "$(LC_ALL=C uniq -c "$TEST_TMP/copies" | awk '$1 > 2')"
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' \
	"$(site_complaints | grep -vE 'event=(worker_(died|killed|crashed)|relay_away)|signal=9')"
tap_end
