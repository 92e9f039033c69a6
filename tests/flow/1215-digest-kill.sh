#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Two of cabildod make 10,000 digests that are due at once, and are killed again and again at
# it: each member has one of each period, and is sent one.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

MEMBERS=10000
flow_conf
flow_sql "INSERT INTO list (name, mail_domain, list_id, title) SELECT 'g' || i, 'foro.example', 'g' || i || '.foro.example', 'Grupo ' || i FROM generate_series(1, 7) i;
	INSERT INTO account (name, time_zone) SELECT 'Persona ' || i, 'America/Guatemala' FROM generate_series(1, $MEMBERS) i;
	INSERT INTO address (account_id, addr, is_primary, verified_at) SELECT id, 'p' || id || '@example.org', true, now() FROM account;
	INSERT INTO digest_run (at, horizon) VALUES ('2026-11-16 13:00Z', '3');
	INSERT INTO subscription (list_id, account_id, address_id, delivery) SELECT DISTINCT (SELECT min(id) FROM list) + (a.id * k) % 7, a.id, d.id, 'digest'
		FROM account a JOIN address d ON d.account_id = a.id CROSS JOIN generate_series(1, 2) k;
	INSERT INTO thread (list_id, number, subject, subject_base, first_post_at, last_post_at) SELECT l.id, i, 'Hilo ' || i, 'hilo ' || i, now(), now() FROM list l, generate_series(1, 20) i" >/dev/null
posts() {
	flow_sql "INSERT INTO post (list_id, thread_id, number, msgid, msgid_hash, author_name, author_addr, sent_at, source, lang, subject, body, html, search)
		SELECT list_id, id, $1, id || '.$1@x', sha256((id || '.$1@x')::bytea), 'Ana', 'a@example.org', now(), 'email', 'es', 's', 'Texto.', 'x', '' FROM thread"
}
issues() {
	flow_sql "SELECT count(*) FROM digest_issue WHERE period = '$1'"
}
run() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
# killed TIME: two at work, one of them dies at every fifth of the way
killed() {
	local a b n=0 tries=0
	while [ "$(issues "$2")" -lt $MEMBERS ] && [ $((tries += 1)) -lt 60 ]; do
		run "$1" & a=$!
		run "$1" & b=$!
		n=$(($(issues "$2") + MEMBERS / 5))
		while kill -0 "$a" 2>/dev/null && [ "$(issues "$2")" -lt "$n" ]; do
			:
		done
		pkill_children "$a"
		pkill_children "$b"
		wait "$a" "$b" 2>/dev/null
	done
	run "$1"
}
# the program that this background shell runs, with SIGKILL
pkill_children() {
	local p
	for p in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do
		kill -KILL "$p" 2>/dev/null && KILLS=$((KILLS + 1))
	done
}

KILLS=0
run 2026-11-17T00:00:00Z
tap_is 'all are due on Monday' "$(flow_sql "SELECT count(*) FROM digest_schedule WHERE due_at = '2026-11-23 13:00Z'")" $MEMBERS
posts 1
killed 2026-11-23T13:00:30Z 2026-11-23
posts 2
killed 2026-11-30T13:00:30Z 2026-11-30
tap_run 'they were killed at it' test "$KILLS" -gt 3
tap_is 'each has one of each period' "$(flow_sql 'SELECT period, count(*), count(DISTINCT account_id) FROM digest_issue GROUP BY 1 ORDER BY 1' | tr '\t\n' ' ;')" \
	"2026-11-23 $MEMBERS $MEMBERS;2026-11-30 $MEMBERS $MEMBERS;"
tap_is 'and one is sent of each' "$(flow_sql 'SELECT count(*), count(DISTINCT digest_id) FROM outbound')" "$((2 * MEMBERS))	$((2 * MEMBERS))"
tap_is 'with each new post of their groups, once' "$(flow_sql "SELECT bool_and(n), bool_or(n) FROM (SELECT i.account_id, count(DISTINCT p) = count(*) AND count(*) = 2 * 20 * max(s.groups) AS n
	FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) CROSS JOIN unnest(b.posts) x (p)
	JOIN (SELECT account_id, count(*) AS groups FROM subscription GROUP BY 1) s USING (account_id) WHERE i.account_id % 50 = 0 GROUP BY 1) y")" 't	t'
tap_end
