#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# No room: for the tables (PostgreSQL refuses the statement), for its log (it
# ends itself), for the Maildir that copies go to, and at the relay. Mail is told
# to come again (451), a form says 503 with Retry-After, nothing is lost and
# nobody gets anything twice; when there is room all goes on by itself. Each is
# a small file system in a name space of this test's own, which needs root.
set -u
if [ -z "${FULL_INSIDE:-}" ]; then
	if [ "$(id -u)" -ne 0 ] || ! unshare --mount sh -c 'mount -t tmpfs -o size=1m tmpfs /mnt' 2>/dev/null; then
		echo '1..0 # SKIP needs root and the right to mount'
		exit 0
	fi
	FULL_INSIDE=1 exec unshare --mount --propagation private "$0"
fi
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/fault.sh
. "$TOP/tests/lib/fault.sh"

command -v curl >/dev/null || tap_skip_all 'needs curl'
b=$FAULT_BOOKS
FLOW_ALSO=fault_end

small() { # NAME MEGABYTES: a small file system
	mkdir -p "$TEST_TMP/$1" && mount -t tmpfs -o "size=$2m,mode=0777" tmpfs "$TEST_TMP/$1"
}

fill() { # NAME [KILOBYTES TO LEAVE]
	cat /dev/zero >"$TEST_TMP/$1/ballast" 2>/dev/null
	[ -z "${2:-}" ] || truncate -s "-${2}K" "$TEST_TMP/$1/ballast"
	[ "$(df --output=avail -k "$TEST_TMP/$1" | tail -n 1)" -le $((${2:-0} + 4)) ]
}

empty() {
	rm -f "$TEST_TMP/$1/ballast"
}

tables_there() {
	small tables 64 && chown "$PG_USER" "$TEST_TMP/tables" && fault_pg &&
		pg_sql "$TEST_PG" postgres "CREATE TABLESPACE small LOCATION '$TEST_TMP/tables'" &&
		pg_sql "$TEST_PG" postgres 'ALTER DATABASE fault SET TABLESPACE small'
}

# one ID: a message of 30 kB, once, no second try
one() {
	seq 1 6000 | mail_make 'Ana Pérez' ana.perez@example.org "$FAULT_GROUP@$SITE_DOMAIN" "Lleno $1" "$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "$FAULT_GROUP@$SITE_DOMAIN"
}

# until LMTP says 451: what room there is inside the files is used first
later() {
	local i out
	for ((i = 1; i <= 60; i++)); do
		out=$(one "$1-$i") || break
		echo "<$1-$i@example.org>" >>"$b/250s"
	done
	grep -E '^451 4\.3\.[0-9] ' <<<"$out" || { echo "$out"; return 1; }
}

stream() { # NAME COUNT: messages of 20 kB, tried until they are taken
	setsid "$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from ana.perez@example.org --rcpt "$FAULT_GROUP@$SITE_DOMAIN" \
		--count "$2" --size 20000 --tag "$1" --connections 4 --retry --retry-ms 200 --log "$b/250s" --quiet >"$TEST_TMP/$1.out" 2>&1 &
	FAULT_SENDER=$!
}

stream_done() {
	wait "$FAULT_SENDER" || return 1
	FAULT_SENDER=''
}

# The form of one person: filled in while there is room, sent when there is none.
form_fill() {
	jar=$b/jar.1
	again "$jar" 200 /signin && again "$jar" 303 /signin/password "csrf=$(field "$jar" csrf)" addr=m1@example.net \
		password=clave-de-prueba next=/ && form_new "$1"
}

form_new() {
	again "$jar" 200 /g/$FAULT_GROUP/new || return 1
	form=("csrf=$(field "$jar" csrf)" "form_id=$(field "$jar" form_id)" "subject=$1" "text=$(seq 1 6000)")
	again "$jar" 200 /g/$FAULT_GROUP/new "${form[@]}" act=preview || return 1
	form+=("seen=$(field "$jar" seen)" act=post)
}

form_later() {
	local f args=() out
	for f in "${form[@]}"; do args+=(--data-urlencode "$f"); done
	out=$(curl -s -m 20 -b "$jar" -D - -o "$jar.body" "${args[@]}" "http://127.0.0.1:$SITE_HTTP/g/$FAULT_GROUP/new")
	grep -qE '^HTTP/1\.[01] 503' <<<"$out" && grep -qiE '^Retry-After: *[0-9]+' <<<"$out" || { head -n 20 <<<"$out"; return 1; }
}

form_taken() { # the same form again, as often as it takes
	again "$jar" 303 /g/$FAULT_GROUP/new "${form[@]}" && echo "${form[2]#subject=}" >>"$b/web.answered"
}

queue_empty() {
	flow_sql "UPDATE outbound SET not_before = now() WHERE lease IS NULL AND not_before > now()"
	shorter 0
}

# balance TEXT: the three books agree, and no copy went twice
balance() {
	tap_run "$1: the queue runs empty" wait_for 120 queue_empty
	fault_compare
	tap_none "$1: each 250 is a post" "$(LC_ALL=C comm -23 "$b/answered" "$b/posts")"
	tap_none "$1: no post is there twice" "$(uniq -d "$b/posts"; uniq -d "$b/web.posts")"
	tap_is "$1: nothing is lost" "$FAULT_LOST" 0
	tap_none "$1: no copy went twice" "$(head -n 5 "$b/doubled")"
}

tables_full() {
	tap_run 'the form is filled in' form_fill 'Sin espacio'
	tap_run 'the tables have no more room' fill tables
	tap_run 'mail is told to come again' later t
	stream mesa 120
	tap_run 'a form says 503 and when to come back' form_later
	tap_run 'pages are shown' again "$jar" 200 "/g/$FAULT_GROUP"
	tap_run 'mail is still told so' later u
	empty tables
	tap_run 'there is room: the sender gets rid of all its mail' stream_done
	tap_run 'the same form is taken' form_taken
	balance 'tables'
}

# PostgreSQL's log on a small file system: without room for it PostgreSQL ends itself,
# and whoever starts services starts it again until it stays.
log_small() {
	pg_stop "$TEST_TMP/pg" && small wal 96 && chown "$PG_USER" "$TEST_TMP/wal" && chmod 700 "$TEST_TMP/wal" &&
		pg_as cp -a "$TEST_TMP/pg/pg_wal/." "$TEST_TMP/wal/" && mv "$TEST_TMP/pg/pg_wal" "$TEST_TMP/pg_wal.old" &&
		pg_as ln -s "$TEST_TMP/wal" "$TEST_TMP/pg/pg_wal" && pg_start "$TEST_TMP/pg" "$TEST_PG" "$TEST_TMP/pg.log"
}

# segments that were used before are used again: each switch takes one of them away
pg_ended() {
	flow_sql 'SELECT pg_switch_wal()' >/dev/null 2>&1
	grep -qE 'PANIC: .*No space left on device' "$TEST_TMP/pg.log"
}

pg_again() {
	waiting || pg_start "$TEST_TMP/pg" "$TEST_PG" "$TEST_TMP/pg.log"
}

log_full() {
	tap_run 'its log stands on a small file system' log_small
	tap_run 'a form is filled in' form_new 'Sin registro'
	tap_run 'there is no more room for it' fill wal
	stream registro 800
	tap_run 'PostgreSQL ends itself because of that' wait_for 60 pg_ended
	tap_run 'mail is told to come again' later v
	tap_run 'a form says 503 and when to come back' form_later
	empty wal
	tap_run 'there is room: PostgreSQL stays' wait_for 60 pg_again
	tap_run 'the sender gets rid of all its mail' stream_done
	tap_run 'the same form is taken' form_taken
	tap_run 'log: the queue runs empty' wait_for 120 queue_empty
	fault_compare
	tap_is 'log: nothing is lost' "$FAULT_LOST" 0
	tap_none 'log: no post is there twice' "$(uniq -d "$b/posts"; uniq -d "$b/web.posts")"
	# what it had forgotten each time it ended itself is the exception in promise P4
	tap_run "log: no more than its last moments went twice ($(lines "$b/doubled"))" test "$(lines "$b/doubled")" -le 10
}

# A relay that says no to everybody, at first; and then a Maildir without room.
relay_refuses() {
	site_end deliver
	kill "$FAULT_SINK"
	wait "$FAULT_SINK" 2>/dev/null
	printf 'connect %%1 x2 421 4.3.2 no room\nmail * x2 452 4.3.1 no room\nend * x2 452 4.3.1 no room\n' >"$TEST_TMP/script"
	rm -f "$TEST_TMP/sink.port"
	"$BUILD/tests/lib/sink" --state --script "$TEST_TMP/script" --port-file "$TEST_TMP/sink.port" --dir "$b/sink" 2>>"$TEST_TMP/sink.err" &
	FAULT_SINK=$!
	wait_for 10 test -s "$TEST_TMP/sink.port" || return 1
	SITE_RELAY=smtp://127.0.0.1:$(cat "$TEST_TMP/sink.port")
	site_conf
	site_start_deliver
}

box_full() {
	site_end deliver
	small box 2 && chmod 777 "$TEST_TMP/box" || return 1
	# shellcheck disable=SC2034 # site_conf reads it
	SITE_RELAY=maildir:$TEST_TMP/box
	site_conf
	# room for two of six copies and a piece of the third
	fill box 150 && site_start_deliver
}

deferred() { # COUNT
	[ "$(flow_sql 'SELECT count(*) FROM outbound WHERE lease IS NULL AND not_before > now()')" -eq "$1" ]
}

in_box() { # the copies that are whole, one a line
	find "$TEST_TMP/box" -path '*/new/*' -type f -printf '%s\n' | sort -n
}

mkdir -p "$b"
touch "$b/250s" "$b/kills" "$b/web.begun" "$b/web.answered" "$b/web.strange"
tap_run 'PostgreSQL with its tables on a small file system' tables_there
tap_run 'a sink reads the copies' fault_sink
tap_run 'everything runs' fault_site
tables_full
log_full
tap_run 'a relay that has no room' relay_refuses
tap_run 'a post is taken' wait_for 20 one relay
echo '<relay@example.org>' >>"$b/250s"
tap_run 'its copies wait' wait_for 20 deferred 6
tap_run 'then they go' wait_for 60 queue_empty
fault_compare
tap_is 'nothing is lost' "$FAULT_LOST" 0
tap_is 'each copy once' "$(grep -c 'relay@example.org' "$b/copies")" 6
tap_run 'a Maildir almost without room' box_full
tap_run 'another is taken' wait_for 20 one box
tap_run 'copies wait' wait_for 20 deferred 2
tap_is 'no piece of one is there' "$(in_box | uniq | wc -l)" 1
empty box
tap_run 'there is room: then they go' wait_for 60 queue_empty
tap_is 'each copy once, whole' "$(in_box | uniq -c | awk '{ print $1 }')" 6
tap_none 'nothing half written stays' "$(find "$TEST_TMP/box" -path "$TEST_TMP/box/*/tmp/*" -type f)"
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' "$(site_complaints |
	grep -vE 'event=(db_(error|away)|deferred|relay_away|lease_lost|release_failed)|status=503|rc=tempfail')"
tap_end
