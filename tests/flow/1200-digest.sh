#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Members who take digests get one mail with the threads of the week when their clock
# says so, and nobody gets two for one period or none: not after a change of mind, a
# pause, a week without cabildod, or with posts that commit out of order.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# What people do here has today's date, so the days below are whole weeks later than they are
# written, until the first of them is of the last seven days.
WEEKS=$(((EPOCHSECONDS - $(date -u -d '2026-11-18 15:00' +%s)) / 604800))
# d DAY [FORMAT]: the day that is meant.
d() {
	date -u -d "$1 $((7 * WEEKS)) days" +"${2:-%F}"
}
# at TIME: what cabildod does then.
at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$(d "${1%%T*}")T${1#*T}" >>"$SITE/log/sched.log" 2>&1
}
# post WHO SUBJECT ID [PARENT]
post() {
	demo_send "$1" "$2" "$3@example.org" 0 0:00 "${4:-}" <<<"Texto de $3 sobre el reglamento de firma electrónica." >/dev/null
}
# mails WHO: how many digests they have
mails() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$1@example.org/new" 2>/dev/null | wc -l
}
has() {
	[ "$(mails "$1")" = "$2" ]
}
queued() {
	flow_sql "SELECT count(*) FROM outbound WHERE digest_id IS NOT NULL"
}
newest() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/$1@example.org/new" | xargs ls -t | head -1
}
set_delivery() {
	site_cabildo member set agenda "$1@example.org" "delivery=$2" >/dev/null
}

flow_site 'receive deliver'
demo_group >/dev/null
# whoever is not of interest here
flow_sql "UPDATE subscription SET delivery = 'none'" >/dev/null
flow_sql "UPDATE account SET time_zone = 'America/Guatemala'" >/dev/null
tap_run 'a member takes the digest' set_delivery ana.perez digest
# a Wednesday
at 2026-11-18T15:00:00Z
tap_is 'it is due on Monday at seven of their clock' \
	"$(flow_sql "SELECT due_at AT TIME ZONE 'UTC' FROM digest_schedule")" "$(d 2026-11-23) 13:00:00"
post marisol.quesada 'Orden del día' a1
post julio.zelaya 'Re: Orden del día' a2 a1@example.org
post rodrigo.mejia 'Catálogo de trámites' b1
at 2026-11-23T12:59:00Z
tap_is 'not a minute before' "$(queued)/$(mails ana.perez)" 0/0
at 2026-11-23T13:00:00Z
tap_run 'then it is sent' wait_for 20 has ana.perez 1
mail=$(newest ana.perez)
for want in 'List-Id:.*<agenda.foro.example>\|List-Id:.*<digest.foro.example>' '^Auto-Submitted: auto-generated' \
	'^Message-ID: <digest\.[0-9]*\.[a-z2-7]*@foro.example>' '^Reply-To: agenda+d[0-9]*\.'; do
	tap_run "it has $want" grep -qi -- "$want" "$mail"
done
tap_is 'two threads, three posts, the busiest first' "$(flow_sql "SELECT threads, posts, (SELECT string_agg(t.subject, '/' ORDER BY n) FROM unnest(blocks) WITH ORDINALITY x (id, n) JOIN digest_block b USING (id) JOIN thread t ON t.id = b.thread_id) FROM digest_issue")" \
	'2	3	Orden del día/Catálogo de trámites'
at 2026-11-23T13:00:10Z
at 2026-11-23T18:00:00Z
tap_is 'and not again' "$(queued)/$(mails ana.perez)/$(flow_sql 'SELECT count(*) FROM digest_issue')" 0/1/1

before=$(flow_sql 'SELECT (SELECT count(*) FROM digest_issue), (SELECT count(*) FROM outbound), (SELECT max(id) FROM digest_block)')
tap_run 'a preview of that week shows what it was' grep -q 'Catálogo de trámites' <(site_cabildo digest preview ana.perez@example.org --at "$(d 2026-11-23)T13:00:00Z")
tap_run 'also as HTML' grep -qi '^<!doctype html>' <(site_cabildo digest preview ana.perez@example.org --at "$(d 2026-11-23)T13:00:00Z" --html)
tap_run 'and of whoever takes none' grep -q 'Catálogo de trámites' <(site_cabildo digest preview julio.zelaya@example.org --list agenda --at "$(d 2026-11-23)T13:00:00Z")
tap_is 'nothing was made' "$(flow_sql 'SELECT (SELECT count(*) FROM digest_issue), (SELECT count(*) FROM outbound), (SELECT max(id) FROM digest_block)')" "$before"

# ---- changes of mind: Ana every day, then on Fridays; Julio joins; Itzel pauses ----
flow_sql "INSERT INTO digest_choice (account_id, every, hour) SELECT account_id, 'daily', 7 FROM address WHERE addr = 'ana.perez@example.org'" >/dev/null
set_delivery julio.zelaya digest
set_delivery itzel.barria digest
at 2026-11-23T18:01:00Z
post rodrigo.mejia 'Formato de fechas' c1
tap_is 'who takes it daily from today on has the next one tomorrow' \
	"$(flow_sql "SELECT to_char(due_at, 'DD HH24') FROM digest_schedule JOIN address USING (account_id) WHERE addr = 'ana.perez@example.org'")" "$(d 2026-11-24 %d) 13"
at 2026-11-24T13:00:00Z
tap_run 'with what came since' wait_for 20 has ana.perez 2
tap_run 'and no more' grep -q 'Formato de fechas' "$(newest ana.perez)"
tap_is 'nor less' "$(grep -c 'Catálogo' "$(newest ana.perez)")" 0
flow_sql "UPDATE digest_choice SET every = 'weekly', weekday = 5" >/dev/null
at 2026-11-24T14:00:00Z
post rodrigo.mejia 'Lunes por la tarde' d1
flow_sql "UPDATE subscription SET pause_until = '$(d 2026-12-05)' WHERE account_id = (SELECT account_id FROM address WHERE addr = 'itzel.barria@example.org')" >/dev/null
at 2026-11-27T13:00:00Z
tap_run 'then weekly on Fridays: the next is this Friday' wait_for 20 has ana.perez 3
tap_is 'and covers since Tuesday' "$(flow_sql "SELECT threads FROM digest_issue ORDER BY id DESC LIMIT 1")" 1
at 2026-11-30T13:00:00Z
tap_run 'who joined has theirs on Monday' wait_for 20 has julio.zelaya 1
tap_is 'who pauses has none' "$(mails itzel.barria)" 0
post rodrigo.mejia 'Durante la pausa' e1
# cabildo-deliver lives today: a pause that lasts for it would keep what follows for the next digest
flow_sql 'UPDATE subscription SET pause_until = least(pause_until, now())' >/dev/null
at 2026-12-07T13:00:00Z
tap_is 'after the pause there is one' "$(flow_sql "SELECT count(*) FROM digest_issue JOIN address USING (account_id) WHERE addr = 'itzel.barria@example.org'")" 1
tap_is 'of all that they missed' "$(flow_sql "SELECT threads, several FROM digest_issue JOIN address USING (account_id) WHERE addr = 'itzel.barria@example.org'")" '3	t'

# ---- nothing, and a week without cabildod ----
n=$(flow_sql 'SELECT count(*) FROM digest_issue')
at 2026-12-14T13:00:00Z
tap_is 'nothing where nothing came' "$(($(flow_sql 'SELECT count(*) FROM digest_issue') - n))" 0
set_delivery julio.zelaya each
at 2026-12-14T15:00:00Z
post rodrigo.mejia 'Antes de las fiestas' f1
at 2027-01-13T10:00:00Z
tap_is 'after a month one digest, not four' "$(flow_sql "SELECT count(*), bool_and(several) FROM digest_issue WHERE made_at > '$(d 2027-01-01)'")" '2	t'
tap_is 'and none for whoever gets each post' "$(flow_sql "SELECT count(*) FROM digest_issue JOIN address USING (account_id) WHERE made_at > '$(d 2027-01-01)' AND addr = 'julio.zelaya@example.org'")" 0
tap_is 'the next is on a Monday' "$(flow_sql "SELECT to_char(due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24') FROM digest_schedule JOIN address USING (account_id) WHERE addr = 'itzel.barria@example.org'")" "$(d 2027-01-18) 13"

# ---- the clock was wrong ----
at 2030-01-01T00:00:00Z
post rodrigo.mejia 'El reloj se adelantó' g1
at 2027-01-17T00:00:00Z
tap_is 'a clock that ran ahead is put right' "$(flow_sql "SELECT count(*) FROM digest_schedule WHERE due_at < '$(d 2027-01-26)'")" "$(flow_sql 'SELECT count(*) FROM digest_schedule')"
at 2027-01-18T13:00:00Z
at 2027-01-25T12:59:00Z
at 2027-01-25T13:00:00Z
tap_is 'and nothing is lost by it' "$(flow_sql "SELECT count(*) FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) JOIN thread t ON t.id = b.thread_id JOIN address USING (account_id) WHERE subject LIKE 'El reloj%' AND addr = 'itzel.barria@example.org'")" 1

# ---- posts that commit out of order ----
# thread_sql NAME: a thread with one post
thread_sql() {
	printf "WITH t AS (INSERT INTO thread (list_id, number, subject, subject_base, first_post_at, last_post_at)
		SELECT id, next_thread, '%s', '%s', now(), now() FROM list RETURNING id, list_id), l AS (UPDATE list SET next_thread = next_thread + 1)
		INSERT INTO post (list_id, thread_id, number, msgid, msgid_hash, author_name, author_addr, sent_at, source, lang, subject, body, html, search)
		SELECT list_id, id, 1, '%s', sha256('%s'), 'Ana', 'a@example.org', now(), 'email', 'es', '%s', 'x', 'x', '' FROM t;\n" "$1" "$1" "$1" "$1" "$1"
}
{
	echo 'BEGIN;'
	thread_sql primero | sed 's/, l AS (UPDATE[^)]*)//; s/next_thread,/next_thread + 1000,/'
	echo '\! touch '"$TEST_TMP/begun"
	wait_for 60 test -e "$TEST_TMP/go"
	echo 'COMMIT;'
} | "$PG_BIN/psql" -X -q -h "$TEST_PG" -U postgres -d "${CABILDO_TEST_DATABASE##*dbname=}" >"$TEST_TMP/open.out" 2>&1 &
open=$!
tap_run 'a post is written and not committed' wait_for 20 test -e "$TEST_TMP/begun"
flow_sql "$(thread_sql segundo)"
at 2027-02-01T13:00:00Z
touch "$TEST_TMP/go"
wait "$open"
tap_is 'it is then, after a later one and after the digest' "$(flow_sql "SELECT count(*) FROM thread WHERE subject IN ('primero', 'segundo')")" 2
at 2027-02-08T13:00:00Z
at 2027-02-15T13:00:00Z
tap_is 'both are in one digest of each, once' "$(flow_sql "SELECT addr, string_agg(t.subject, ' ' ORDER BY t.subject) FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) JOIN thread t ON t.id = b.thread_id JOIN address USING (account_id)
	WHERE subject IN ('primero', 'segundo') GROUP BY addr ORDER BY addr" | tr '\t\n' ' ;')" 'ana.perez@example.org primero segundo;itzel.barria@example.org primero segundo;'
# ---- another cluster, whose transaction numbers are far behind: what is uncovered stays so ----
flow_sql "$(thread_sql 'antes de restaurar')"
flow_sql "UPDATE post SET xid = (xid::text::numeric + 1000000000)::text::xid8; UPDATE digest_run SET horizon = (horizon::text::numeric + 1000000000)::text::xid8;
	UPDATE digest_schedule SET horizon = (horizon::text::numeric + 1000000000)::text::xid8; UPDATE digest_era SET cluster = 1;
	UPDATE subscription SET digest_from = (digest_from::text::numeric + 1000000000)::text::xid8 WHERE digest_from IS NOT NULL;
	UPDATE digest_run SET at = least(at, now())" >/dev/null
flow_sql "$(thread_sql 'después de restaurar')"
at 2027-02-22T13:00:00Z
flow_sql "$(thread_sql 'una semana más')"
at 2027-03-01T13:00:00Z
tap_is 'what was not told before a restore is told after it, with what came since' "$(flow_sql "SELECT addr, string_agg(t.subject, '/' ORDER BY i.id, t.id) FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) JOIN thread t ON t.id = b.thread_id JOIN address USING (account_id)
	WHERE t.subject LIKE '%restaurar' OR t.subject LIKE 'una semana%' GROUP BY addr ORDER BY addr" | tr '\t\n' ' ;')" 'ana.perez@example.org antes de restaurar/después de restaurar/una semana más;itzel.barria@example.org antes de restaurar/después de restaurar/una semana más;'
# whatever happened above: no thread of one post twice to anybody
tap_is 'nothing was told twice' "$(flow_sql "SELECT count(*) FROM (SELECT i.account_id, x.p FROM digest_issue i JOIN digest_block b ON b.id = ANY (i.blocks) CROSS JOIN unnest(b.posts) x (p) GROUP BY 1, 2 HAVING count(*) > 1) y")" 0
flow_end
