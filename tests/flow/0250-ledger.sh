#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# The delivery ledger by weeks: those to come are made ahead, what came before
# its week was there is put into it, what is older than 90 days leaves its sums
# and its failures behind. And the bytes of what was not posted go after 30 days.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

keep() {
	cabildod --config "$SITE/cabildo.conf" --once
}

weeks() { # names, without this week's and the next four
	flow_sql "SELECT string_agg(c.relname, ' ' ORDER BY 1) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
		WHERE i.inhparent = 'delivery'::regclass $1"
}

ahead="AND c.relname IN (SELECT to_char(now() AT TIME ZONE 'UTC' + g * interval '1 week', '\"delivery_\"IYYY\"w\"IW')
	FROM generate_series(0, 4) g)"
name() { # DAYS-AGO
	flow_sql "SELECT to_char(now() AT TIME ZONE 'UTC' - interval '$1 days', '\"delivery_\"IYYY\"w\"IW')"
}

# settle DAYS-AGO POST OUTCOME COUNT
settle() {
	flow_sql "INSERT INTO delivery (settled_at, outbound_id, post_id, subscription_id, addr, outcome, code, answer, tries)
		SELECT now() - interval '$1 days', g, $2, g, 'm' || g || '@example.net', '$3', 250, 'Ok', 1 FROM generate_series(1, $4) g"
}

rows() {
	flow_sql "SELECT count(*) FROM $1"
}

flow_conf
tap_is 'a new ledger has no week' "$(weeks "AND c.relname <> 'delivery_rest'")" ''
settle 0 1 sent 3
settle 20 1 sent 5
settle 20 1 failed 1
settle 89 2 sent 4
settle 200 3 sent 6
settle 200 3 failed 2
settle 200 4 expired 1
settle 200 4 skipped 1
tap_is 'what came before is in the default one' "$(rows delivery_rest)" 23
tap_run 'cabildod makes weeks' keep
tap_is 'this one and the next four' "$(weeks "$ahead" | wc -w)" 5
tap_is 'and those of what had come' "$(flow_sql "SELECT to_regclass('$(name 20)') IS NOT NULL, to_regclass('$(name 89)') IS NOT NULL,
	to_regclass('$(name 200)') IS NULL")" 't	t	t'
tap_is 'each row stands in its week' "$(rows "$(name 0)") $(rows "$(name 20)") $(rows "$(name 89)") $(rows delivery_rest)" '3 6 4 0'
tap_is 'none younger than 90 days went' "$(rows delivery)" 13
tap_is 'what went left its sums' "$(flow_sql 'SELECT post_id, sent, failed, expired, skipped FROM delivery_total ORDER BY 1')" \
	'3	6	2	0	0
4	0	0	1	1'
tap_is 'and its failures, whole' "$(flow_sql 'SELECT post_id, outcome, count(*), min(addr), min(answer) FROM delivery_failure GROUP BY 1, 2 ORDER BY 1')" \
	'3	failed	2	m1@example.net	Ok
4	expired	1	m1@example.net	Ok'

# time passes: the week of 89 days ago becomes one of 103 days ago
old=$(name 103)
flow_sql "ALTER TABLE delivery DETACH PARTITION $(name 89); ALTER TABLE $(name 89) RENAME TO $old;
	UPDATE $old SET settled_at = settled_at - interval '14 days', outcome = CASE WHEN outbound_id = 1 THEN 'failed' ELSE 'sent' END;
	ALTER TABLE delivery ATTACH PARTITION $old FOR VALUES
		FROM (date_trunc('week', now() AT TIME ZONE 'UTC' - interval '103 days') AT TIME ZONE 'UTC')
		TO (date_trunc('week', now() AT TIME ZONE 'UTC' - interval '96 days') AT TIME ZONE 'UTC')"
settle 200 3 sent 1
tap_run 'cabildod again' keep
tap_is 'the week is gone' "$(flow_sql "SELECT to_regclass('$old') IS NULL")" t
tap_is 'its sums stand, those there were are added to' "$(flow_sql 'SELECT post_id, sent, failed FROM delivery_total ORDER BY 1')" \
	'2	3	1
3	7	2
4	0	0'
tap_is 'its failure too' "$(rows 'delivery_failure WHERE post_id = 2')" 1
tap_is 'nothing else went' "$(rows delivery)" 9
tap_run 'once more' keep
tap_is 'changes nothing' "$(rows delivery) $(rows delivery_failure) $(flow_sql 'SELECT sum(sent) FROM delivery_total')" '9 4 10'
tap_is 'a new row finds its week' "$(settle 0 1 sent 1 && rows "$(name 0)")" 4

# somebody reads for long: cabildod does not wait, nor does it hold up who settles
PGAPPNAME=reader flow_sql "BEGIN; SELECT count(*) FROM delivery; SELECT pg_sleep(30)" >/dev/null 2>&1 &
reader=$!
reading() {
	[ "$(flow_sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'reader' AND wait_event = 'PgSleep'")" = 1 ]
}
tap_run 'a reader' wait_for 10 reading
settle 20 9 sent 1
flow_sql "INSERT INTO delivery_rest SELECT now() + interval '300 days', 1, NULL, 1, NULL, 1, 'm1@example.net', 'sent', 250, '', 1"
begun=$SECONDS
keep >"$TEST_TMP/keep.log" 2>&1
tap_run 'cabildod gives way' test $((SECONDS - begun)) -lt 15
tap_is 'and says so as nothing unusual' "$(grep -c '\] fail ' "$TEST_TMP/keep.log")" 0
flow_sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'reader'" >/dev/null
wait "$reader"
tap_run 'later it is done' keep
tap_is 'then' "$(rows delivery_rest)" 0

# the bytes of what was not posted
flow_sql "WITH r AS (INSERT INTO raw_message (size, hash, chunks, keep, received_at)
		SELECT 1, 'x', 1, g IN (3, 4), now() - CASE WHEN g % 2 = 0 THEN interval '31 days' ELSE interval '29 days' END
		FROM generate_series(1, 4) g RETURNING id)
	INSERT INTO raw_chunk (raw_id, n, bytes) SELECT id, 0, 'x' FROM r"
flow_sql "INSERT INTO intake (envelope_from, recipient, msgid, fate, rule, raw_id)
	SELECT '', '', 'x', 'dropped', 'x', id FROM raw_message"
tap_run 'cabildod clears' keep
tap_is 'old bytes go, with a post never' "$(flow_sql 'SELECT count(*) FROM raw_message') $(rows raw_chunk)" '3 3'
tap_is 'the record stays' "$(rows "intake WHERE rule = 'x'")" 4
tap_is 'nobody but cabildod may' "$(flow_sql "SELECT has_function_privilege('cabildo-web', 'delivery_keep()', 'execute'),
	has_function_privilege('cabildo-sched', 'delivery_keep()', 'execute'),
	has_function_privilege('cabildo-sched', 'delivery_leave(regclass, timestamptz)', 'execute')")" 'f	t	f'
tap_end
