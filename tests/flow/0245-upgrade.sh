#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 180
# The schema is brought to the next version while mail and readers come in and
# the programs of this one still run. They are sent out before the first step and
# refuse from then on: 451, 503, exit 75; nothing is written by who does not
# know the schema, and the sender keeps its mail until the right programs are
# there. A step that fails changes nothing; an upgrade that is killed leaves a
# mark, under which nobody works, and is done again or given up.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

LMTPSEND=$BUILD/tests/lib/lmtpsend
ANA=ana.perez@example.org
BOOKS=$TEST_TMP/250s
NEXT=$TEST_TMP/next
SENDER='' MIGRATE=''

# shellcheck disable=SC2317 # a trap calls it
end_own() {
	[ -z "$SENDER$MIGRATE" ] || kill $SENDER $MIGRATE 2>/dev/null
}

version() {
	flow_sql 'SELECT max(version) FROM schema_version'
}

all_say_why() {
	[ "$(grep -lE "event=schema_version have=$((OURS + 1)) want=$OURS todo=\"restart" "$SITE"/log/*.log | wc -l)" -eq 4 ]
}

# step SQL: what leads to the next version
step() {
	mkdir -p "$NEXT/migrations"
	printf '%s\n' "$1" >"$NEXT/migrations/$(printf %04d $((OURS + 1))).sql"
}

upgrade() {
	"$BUILD/tests/lib/upgrade" "$CABILDO_TEST_DATABASE" "$NEXT" >"$TEST_TMP/upgrade" 2>&1
}

# Programs of the new version are started: this one stands for them.
new_programs() {
	flow_sql "UPDATE schema_version SET version = $OURS WHERE version = $OURS + 1"
}

one() { # ID
	mail_make 'Ana Pérez' $ANA "agenda@$SITE_DOMAIN" "Paso $1" "$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto de $1." |
		net_lmtp "$SITE_LMTP" $ANA "agenda@$SITE_DOMAIN"
}

command_mail() { # ID: as an MTA runs us for one message; its exit code
	mail_make 'Ana Pérez' $ANA "agenda@$SITE_DOMAIN" "Paso $1" "$1@example.org" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto." |
		SENDER=$ANA cabildo-receive --config "$SITE/cabildo.conf" --stdin "agenda@$SITE_DOMAIN" 2>>"$TEST_TMP/stdin.err"
	echo $?
}

at_step() {
	[ "$(flow_sql "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")" = 1 ]
}

# Each looks once a second what version there is, and leaves.
ours_at_work() {
	flow_sql "SELECT string_agg(application_name, ' ') FROM pg_stat_activity WHERE datname = current_database()
		AND usename LIKE 'cabildo-%' AND (backend_xid IS NOT NULL OR query !~ 'schema_version' AND query <> '')"
}

queue_empty() {
	[ "$(flow_sql "SELECT count(*) FROM outbound")" -eq 0 ]
}

more_than() {
	[ "$(wc -l <"$BOOKS" 2>/dev/null)" -gt "$1" ]
}

FLOW_ALSO=end_own
flow_site 'receive deliver web sched http'
demo_group
site_cabildo list set $DEMO_LIST flood_per_hour=0 unaddressed=accept identity=open >/dev/null
OURS=$(version)
: >"$BOOKS"
"$LMTPSEND" --to "127.0.0.1:$SITE_LMTP" --from $ANA --rcpt "agenda@$SITE_DOMAIN" --count 500 --rate 20 \
	--connections 3 --retry --retry-ms 100 --log "$BOOKS" --quiet >"$TEST_TMP/stream" 2>&1 &
SENDER=$!
tap_run 'mail flows' wait_for 30 more_than 40

step 'SELECT 1; ALTER TABLE post ADD COLUMN moved boolean NOT NULL; SELECT 1'
upgrade
tap_is 'a step that cannot be done is told, with its file' "$?:$(grep -c "migrations/0*$((OURS + 1)).sql: .*moved" "$TEST_TMP/upgrade")" 1:1
tap_is 'and changes nothing' "$(version):$(flow_sql "SELECT count(*) FROM information_schema.columns WHERE column_name = 'moved'")" "$OURS:0"
tap_run 'mail goes on' wait_for 30 one goes-on
tap_run 'pages too' wait_for 15 flow_page

step "ALTER TABLE post ADD COLUMN moved boolean NOT NULL DEFAULT false; SELECT pg_sleep(6)"
tap_run 'in the middle of it' kill -0 $SENDER
upgrade &
MIGRATE=$!
tap_run 'the next version is on its way' wait_for 15 at_step
tap_none 'nobody else is at work' "$(ours_at_work)"
tap_run 'mail is told to come again' flow_later one during
tap_is 'also by who runs us for one message' "$(command_mail during-stdin)" 75
tap_run 'a page says 503 and when to come back' flow_away
wait $MIGRATE
tap_is 'it arrives' "$?:$(version)" "0:$((OURS + 1))"
MIGRATE=''
tap_run 'the old programs refuse mail' flow_later one after
tap_is 'also for one message' "$(command_mail after-stdin)" 75
tap_run 'and pages' flow_away
n=$(flow_sql 'SELECT count(*) FROM post')
sleep 1.5
tap_is 'nothing is written by them' "$(flow_sql 'SELECT count(*) FROM post')" "$n"
tap_is 'they are there' "$(for p in receive deliver web sched; do site_alive $p && echo $p; done | tr '\n' ' ')" 'receive deliver web sched '
# each when it next wants something of the database
tap_run 'and say why' wait_for 30 all_say_why
cabildo-receive --config "$SITE/cabildo.conf" --workers 1 --port-file "$TEST_TMP/ports2" >"$TEST_TMP/old" 2>&1
tap_is 'one that is started now ends and says what to do' "$?:$(grep -c 'install the newer' "$TEST_TMP/old")" 78:1

new_programs
tap_run 'with the right programs the sender gets rid of its mail' wait_for 60 more_than 499
wait $SENDER
SENDER=''
tap_run 'and readers read' wait_for 15 flow_page

step "SELECT pg_sleep(60)"
upgrade &
MIGRATE=$!
tap_run 'another upgrade' wait_for 15 at_step
pkill -KILL -P $MIGRATE upgrade || kill -KILL $MIGRATE
wait $MIGRATE 2>/dev/null
MIGRATE=''
flow_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'" >/dev/null
tap_run 'dies: nobody works under its mark' flow_later one killed
tap_is 'and a command says so' "$(site_cabildo status 2>&1 | grep -c schema_moving)" 1
tap_run 'it is given up' site_cabildo migrate
tap_run 'and all goes on' wait_for 15 one killed

flow_sql "SELECT '<' || msgid || '>' FROM post" | LC_ALL=C sort >"$TEST_TMP/posts"
tap_none 'each 250 is a post' "$(LC_ALL=C sort -u "$BOOKS" | LC_ALL=C comm -23 - "$TEST_TMP/posts")"
tap_none 'no post is there twice' "$(uniq -d "$TEST_TMP/posts")"
tap_run 'the queue runs empty' wait_for 60 queue_empty
tap_run 'all programs stop in time' site_stop
tap_none 'no program fell over' "$(site_complaints | grep -vE 'event=(db_|deferred|database|relay|lease_lost|release_failed|worker_stop|schema_moving|schema_version)|status=503')"
tap_end
