#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# The books of 0230-kill.sh find what they are there to find. Three guarantees
# are broken on purpose, in the database and in no program: an answer goes out
# before its commit is on the disk, one copy in fifty is never queued, one in
# fifty is queued again once it is settled. PostgreSQL dies some times; then each
# of the three stands in its own column.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/fault.sh
. "$TOP/tests/lib/fault.sh"

b=$FAULT_BOOKS
FLOW_ALSO=fault_end
mkdir -p "$b"
touch "$b/250s" "$b/kills" "$b/web.begun" "$b/web.answered"

# Nobody waits for the log: who does wait writes what the others left, too.
break_answers() {
	flow_sql 'ALTER SYSTEM SET synchronous_commit = off' && flow_sql 'SELECT pg_reload_conf()'
}

# And nobody writes it: the writer is nudged with every full page.
stop_writer() {
	kill -STOP "$(flow_sql "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'")"
}

break_queue() {
	flow_sql "CREATE FUNCTION forgets() RETURNS trigger LANGUAGE plpgsql AS \$\$
			BEGIN RETURN CASE WHEN new.id % 50 = 7 THEN NULL ELSE new END; END \$\$;
		CREATE TRIGGER forgets BEFORE INSERT ON outbound FOR EACH ROW EXECUTE FUNCTION forgets();
		CREATE FUNCTION repeats() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS \$\$
			BEGIN
				IF new.outbound_id % 50 = 11 THEN
					INSERT INTO outbound (list_id, post_id, subscription_id, not_before)
					VALUES (new.list_id, new.post_id, new.subscription_id, now() + interval '3 seconds');
				END IF;
				RETURN NULL;
			END \$\$;
		CREATE TRIGGER repeats AFTER INSERT ON delivery FOR EACH ROW EXECUTE FUNCTION repeats();"
}

# The answers are read first: what is answered while the posts are read is not among them.
lost_answers() {
	LC_ALL=C sort -u "$b/250s" >"$TEST_TMP/answered" &&
		flow_sql "SELECT '<' || msgid || '>' FROM post" | LC_ALL=C sort | LC_ALL=C comm -23 "$TEST_TMP/answered" - | wc -l
}

# PostgreSQL dies until an answer is lost; where its roles keep their word it never would be.
until_lost() {
	local i n
	for ((i = 1; i <= 12; i++)); do
		n=$(lines "$b/250s")
		stop_writer && wait_for 20 answered_more_than $((n + 40)) && blow_postmaster && wait_for 30 waiting >/dev/null || return 1
		[ "$(lost_answers)" -eq 0 ] || return 0
	done
	return 1
}

tap_run 'a PostgreSQL that keeps what it promised' fault_pg
tap_run 'a sink reads the copies' fault_sink
tap_run 'everything runs' fault_site
site_end receive
tap_run 'answers go out before the commit' break_answers
tap_run 'the queue forgets and repeats' break_queue
tap_run 'mail comes in' site_start_receive
fault_mail
tap_run 'answers are lost with PostgreSQL' until_lost
tap_run 'and mail goes on' wait_for 60 answered_more_than $(($(lines "$b/250s") + 150))
tap_run 'everything comes to rest' fault_rest
fault_compare
echo "# $(fault_line)"
tap_run "what was answered and is not there is counted ($(lost_answers))" test "$(lost_answers)" -gt 0
tap_run "and what was never sent ($FAULT_LOST)" test "$FAULT_LOST" -gt "$(lost_answers)"
tap_run "a copy that no death explains is one too many ($(grep -c '	-	' "$b/doubled"))" grep -q '	-	' "$b/doubled"
tap_run 'all programs stop in time' site_stop
tap_end
