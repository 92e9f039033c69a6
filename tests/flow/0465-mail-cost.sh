#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 480
# What mail costs, counted and not timed: the statements of a post that comes in and
# of a hundred copies that go out, as PostgreSQL logs them; and, where valgrind
# and a build without sanitizers are there, the instructions of our programs for one
# more of each, which may not grow by a fifth (a post) or by half (a copy) unnoticed.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/sink.sh
. "$TOP/tests/lib/sink.sh"
# shellcheck source=tests/load/members.sh
. "$TOP/tests/load/members.sh"
# shellcheck source=tests/lib/plain.sh
. "$TOP/tests/lib/plain.sh"

DB=${CABILDO_TEST_DATABASE##*dbname=}
PG_LOG=$(dirname "$TEST_PG")/pg.log
ANA=ana@foro.example
NAMED='execute s[0-9]+: (select|with|insert|delete|update [^h])'

# posts FROM COUNT: so many, one after the other, each a thread of its own.
posts() {
	local i
	for ((i = $1; i < $1 + $2; i++)); do
		mail_make Ana "$ANA" "todos@$SITE_DOMAIN" "Aviso $i" "a$i@foro.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <"$TEST_TMP/text" |
			net_lmtp "$SITE_LMTP" "$ANA" "todos@$SITE_DOMAIN"
	done | grep -c '^250 .*posted'
}

# logged ROLE PATTERN: statements that ROLE ran.
logged() {
	grep -E "cabildo-$1@$DB LOG:  (execute|statement)" "$PG_LOG" | grep -Ec "$2"
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# deliver PROGRAM...: what is queued, by one worker, until it is gone.
deliver() {
	"$@" --config "$SITE/cabildo.conf" --workers 1 --once >>"$SITE/log/deliver.log" 2>&1
}

# Rows of the queue that were read from one end to the other, since ever.
queue_swept() {
	flow_sql "SELECT seq_tup_read FROM pg_stat_user_tables WHERE relname = 'outbound'"
}

# counted NAME: the instructions of all its processes.
counted() {
	cat "$TEST_TMP/$1"/* | awk '/^totals:/ { t += $2 } END { printf "%d", t }'
}

# both_counted NAME FROM COUNT: what so many posts take coming in and going out, with the start of both programs.
both_counted() {
	local -a count=(valgrind -q --tool=callgrind)
	mkdir -p "$TEST_TMP/receive.$1" "$TEST_TMP/deliver.$1"
	rm -f "$SITE/run/receive.ports"
	site_run receive "${count[@]}" --callgrind-out-file="$TEST_TMP/receive.$1/%p" "$MEASURED/cabildo-receive" \
		--config "$SITE/cabildo.conf" --workers 1 --port-file "$SITE/run/receive.ports"
	wait_for 60 site_port lmtp >/dev/null && SITE_LMTP=$(site_port lmtp)
	[ "$(posts "$2" "$3")" = "$3" ] || return 1
	site_end receive
	deliver "${count[@]}" --callgrind-out-file="$TEST_TMP/deliver.$1/%p" "$MEASURED/cabildo-deliver" && queue_empty
}

for ((i = 0; i < 12; i++)); do
	echo "Párrafo $i: quedamos en eso para la próxima reunión, con el orden del día que ya conocen todas las personas."
done >"$TEST_TMP/text"
FLOW_ALSO=sink_end
sink_start --early
flow_site receive
tap_run 'a group' site_cabildo list add todos --title Todos
flow_sql "UPDATE list SET posting = 'anyone', nonmember = 'accept'; $(members_sql todos 100)" >/dev/null
for role in receive deliver; do
	flow_sql "ALTER ROLE \"cabildo-$role\" IN DATABASE \"$DB\" SET log_statement = 'all'" >/dev/null
done
site_end receive
SITE_WORKERS=1 site_start_receive
# as it is found on a quiet day: empty, and known to be
flow_sql 'VACUUM ANALYZE outbound' >/dev/null

# -- statements; not what a worker does now and then, and not begin and commit
tap_is 'the first post comes in' "$(posts 1 1)" 1
from=$(logged receive "$NAMED")
tap_is 'ten more' "$(posts 2 10)" 10
tap_is 'statements of a post' $((($(logged receive "$NAMED") - from) / 10)) 3
tap_is 'each is in the log with its thread, and in its group' \
	"$(grep -cE 'event=posted .* thread=[1-9]' "$SITE/log/receive.log") $(flow_sql "SELECT post_count, thread_count, next_thread,
		(SELECT count(DISTINCT number) FROM thread) FROM list WHERE name = 'todos'")" "11 11	11	12	11"
swept=$(queue_swept)
tap_run 'all of it goes out' deliver cabildo-deliver
swept=$(($(queue_swept) - swept))
tap_run "no batch reads the queue from end to end ($swept rows)" test "$swept" -le 2200
tap_run 'the queue is empty' queue_empty
tap_is 'copies' "$(wc -l <"$TEST_TMP/sink/copies")" 1100
tap_is 'envelopes that came with the text before them: all but the first of each hundred' "$(wc -l <"$TEST_TMP/sink/early")" 1089
tap_is 'a copy is one statement' "$(logged deliver 'execute s[0-9]+: with o as \(')" 1100
tap_is 'a hundred are another, and two find nothing' "$(logged deliver 'execute s[0-9]+: with r as materialized')" 13
tap_is 'a post is four' "$(logged deliver 'execute s[0-9]+: select (p\.id, l\.name|n::bigint, bytes|at\.n|body from)')" 44

# -- instructions
if ! command -v valgrind >/dev/null; then
	echo '# no valgrind: the instructions were not counted'
elif ! plain_build cabildo-receive cabildo-deliver; then
	echo '# a build with sanitizers is not counted, and no other can be made'
else
	site_end receive
	tap_run 'two are counted' both_counted few 100 2
	tap_run 'and twelve' both_counted many 200 12
	tap_is 'their copies came' "$(wc -l <"$TEST_TMP/sink/copies")" 2500
	post=$((($(counted receive.many) - $(counted receive.few)) / 10000))
	copy=$((($(counted deliver.many) - $(counted deliver.few)) / 1000000))
	tap_run "cabildo-receive: $post thousand instructions a post" test $post -gt 500 -a $post -lt 1900
	tap_run "cabildo-deliver: $copy thousand instructions a copy" test $copy -gt 5 -a $copy -lt 62
fi
flow_end
