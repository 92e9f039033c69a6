#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 180
# While PostgreSQL is away mail is told to come again (451) and pages say 503
# with Retry-After; when it is back everything goes on by itself. What was
# answered 250 is there, although PostgreSQL died each time without a goodbye.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
ANA=ana.perez@example.org
BOOKS=$TEST_TMP/250s
SENDER=''

# A PostgreSQL of its own, which keeps what it promised: the run's has no fsync.
own_pg() {
	pg_as mkdir -p "$TEST_TMP/sock" && pg_init "$TEST_TMP/pg" "$TEST_TMP/pg.log" &&
		pg_start "$TEST_TMP/pg" "$TEST_TMP/sock" "$TEST_TMP/pg.log" &&
		pg_owner "$TEST_TMP/sock" && pg_database "$TEST_TMP/sock" outage || return 1
	TEST_PG=$TEST_TMP/sock
	CABILDO_TEST_DATABASE="host=$TEST_PG dbname=outage"
}

# shellcheck disable=SC2317 # a trap calls it
end_own() {
	[ -z "$SENDER" ] || kill "$SENDER" 2>/dev/null
	site_stop
	pg_stop "$TEST_TMP/pg"
}

pg_dies() {
	pg_as "$PG_BIN/pg_ctl" --pgdata="$TEST_TMP/pg" --mode=immediate --wait --timeout=20 --silent stop
}

pg_returns() {
	pg_start "$TEST_TMP/pg" "$TEST_PG" "$TEST_TMP/pg.log"
}

# one ID: a message, once, no second try
one() {
	mail_make 'Ana Pérez' $ANA "agenda@$SITE_DOMAIN" "Corte $1" "$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto de $1." |
		net_lmtp "$SITE_LMTP" $ANA "agenda@$SITE_DOMAIN"
}

stream() { # 150 messages that are tried until they are taken
	"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from $ANA --rcpt "agenda@$SITE_DOMAIN" --count 150 \
		--connections 3 --rate 150 --retry --retry-ms 100 --log "$BOOKS" --quiet >"$TEST_TMP/stream" 2>&1 &
	SENDER=$!
}

books() {
	wc -l <"$BOOKS" 2>/dev/null || echo 0
}

more_than() {
	[ "$(books)" -gt "$1" ]
}

# The books: each 250 is a post, no post is there twice, and each member
# got one copy of each (a death of PostgreSQL may cost what was in its last 50 ms).
missing() {
	flow_sql "SELECT '<' || msgid || '>' FROM post" | LC_ALL=C sort >"$TEST_TMP/posts"
	LC_ALL=C sort -u "$BOOKS" | LC_ALL=C comm -23 - "$TEST_TMP/posts"
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ]
}

own_pg || { echo 'no PostgreSQL of its own' >&2; exit 1; }
FLOW_ALSO=end_own
flow_conf
tap_run 'the database is made' site_cabildo migrate
for what in receive deliver web http; do
	site_start_$what || exit 1
done
tap_run 'the group is made' demo_group
# hundreds of messages of one sender, to nobody by name and without proof, are the test's own
tap_run 'it takes what comes' site_cabildo list set $DEMO_LIST flood_per_hour=0 unaddressed=accept identity=open
tap_run 'a post is taken' one c1
tap_run 'its page is shown' flow_page

tap_run 'PostgreSQL dies' pg_dies
tap_run 'mail is told to come again' flow_later one c2
tap_run 'and again' flow_later one c2
tap_run 'a page says 503 and when to come back' flow_away
tap_run 'PostgreSQL returns' pg_returns
tap_run 'the same mail is taken' wait_for 15 one c2
tap_run 'pages are shown' wait_for 15 flow_page
tap_is 'both are posts' "$(flow_sql 'SELECT count(*) FROM post')" 2

: >"$BOOKS"
for round in 1 2 3; do
	before=$(books)
	stream
	tap_run "round $round: mail flows" wait_for 20 more_than $((before + 30))
	tap_run "round $round: PostgreSQL dies" pg_dies
	tap_run "round $round: in the middle of it" test "$(books)" -lt $((before + 150))
	tap_run "round $round: it returns" pg_returns
	tap_run "round $round: the sender gets rid of all its mail" wait "$SENDER"
	SENDER=''
done
tap_is 'a 250 was answered to each' "$(books)" 450
tap_none 'each 250 is a post' "$(missing)"
tap_none 'no post is there twice' "$(uniq -d "$TEST_TMP/posts")"
# what a session had leased when PostgreSQL took it along is settled or given back
flow_sql "UPDATE outbound SET not_before = least(not_before, now())"
tap_run 'the queue runs empty' wait_for 90 queue_empty
tap_none 'nobody was skipped' "$(flow_sql "SELECT p.msgid, count(d.addr) FROM post p LEFT JOIN delivery d
	ON d.post_id = p.id AND d.outcome = 'sent' GROUP BY p.id HAVING count(DISTINCT d.addr) <> 6")"
tap_run 'all programs stop in time' site_stop
tap_none 'no program fell over' "$(site_complaints | grep -vE 'event=(db_|deferred|database|relay|lease_lost|release_failed|worker_stop)|status=503')"
tap_end
