#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The audit log: sealed within seconds whoever commits first, by any number of
# sealers, none of which holds up who writes; a changed, a removed and an inserted
# entry and a cut end are found; what was erased for a person leaves the seal whole.
# Read with filters on the web and at the command line, downloaded as CSV.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

verify() {
	site_cabildo audit verify "$@"
}

# figure NAME: of the last line of verify
figure() {
	verify | tail -n 1 | grep -oE "$1 [0-9]+" | cut -d' ' -f2
}

# session: SQL from stdin, one connection
session() {
	"$PG_BIN/psql" -X -qAt -h "$TEST_PG" -U postgres -d "${CABILDO_TEST_DATABASE##*dbname=}"
}

all_sealed() {
	[ "$(flow_sql 'SELECT count(*) FROM audit_open')" = 0 ]
}

# finds WHAT ID: verify says so, and ends with 1
finds() {
	local out
	out=$(verify) && return 1
	grep -qx "$1 $2" <<<"$out"
}

# back SQL DAMAGE WHAT: the damage is found at entry $ID, and mended again
hurt() {
	flow_sql "$1" >/dev/null
	tap_run "$3 is found" finds "$4" "$ID"
	flow_sql "$2" >/dev/null
	tap_run "and nothing when it is as it was" verify
}

acts() {
	local i
	for ((i = 0; i < $2; i++)); do
		site_cabildo list set agenda "title=Agenda $1 $i" || return 1
	done
}

shown() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

lists() {
	site_cabildo audit list "$@" | cut -f4 | sort | uniq -c | sed 's/^ *//' | paste -sd' '
}

flow_site 'web sched http'
site_run sched2 cabildod --config "$SITE/cabildo.conf"
tap_run 'the group is made' demo_group
tap_run 'with passwords' demo_passwords "$TEST_TMP/pw"
tap_run 'an administrator' site_cabildo account admin itzel.barria@example.org
tap_run 'the owner signs in' sign_in marisol.quesada owner
tap_run 'the administrator signs in' sign_in itzel.barria admin
tap_run 'a member signs in' sign_in ana.perez member

# an act that commits after later ones: ids are given before commit
mkfifo "$TEST_TMP/late"
session <"$TEST_TMP/late" >/dev/null 2>&1 9>&- &
late=$!
exec 8>"$TEST_TMP/late"
cat >&8 <<'SQL'
begin;
with a as (insert into audit (door, act, detail_digest) select 'cli', 'list.set', detail_digest from audit where id = 1 returning id),
	o as (insert into audit_open select id from a)
insert into audit_detail (audit_id, salt) select id, '' from a;
SQL
pids=
for w in 1 2 3 4; do acts $w 10 & pids+=" $!"; done
rc=0
for p in $pids; do wait "$p" || rc=1; done
tap_ok $rc 'four write at once while two seal'
tap_run 'all of it is sealed' wait_for 5 all_sealed
echo 'commit;' >&8
exec 8>&-
wait $late
tap_run 'one that was begun before them is sealed after them' wait_for 5 all_sealed
tap_is 'each once' "$(flow_sql 'SELECT count(*) = (SELECT count(*) FROM audit_seal) FROM audit')" t
tap_run 'and the chain is whole' verify

# the sealer within its transaction holds nothing that an act needs
site_end sched; site_end sched2
session 9>&- >"$TEST_TMP/locks" 2>&1 <<'SQL' &
select 1;
\! touch "$TEST_TMP/holding"
begin;
select pg_try_advisory_xact_lock(764298201);
insert into audit_seal (audit_id, hash) select -1, 'x';
delete from audit_open;
select pg_sleep(6);
rollback;
SQL
holder=$!
wait_for 5 test -e "$TEST_TMP/holding"
t0=$(date +%s%N)
tap_run 'acts go on while a sealer is in the middle of it' acts held 5
took=$((($(date +%s%N) - t0) / 1000000))
tap_is "and wait for nothing ($took ms for five)" "$((took < 5000))" 1
wait $holder
site_start_sched
tap_run 'sealed again' wait_for 5 all_sealed

ID=$(flow_sql "SELECT max(id) - 5 FROM audit")
KEEP="CREATE TABLE kept AS SELECT * FROM audit WHERE id = $ID"
tap_run 'verify finds nothing' verify
HEAD=$(verify | sed -n 's/^head //p')
hurt "UPDATE audit SET act = 'list.sold' WHERE id = $ID" "UPDATE audit SET act = 'list.set' WHERE id = $ID" \
	'a changed act' changed
hurt "UPDATE audit SET at = at + interval '1 hour' WHERE id = $ID" "UPDATE audit SET at = at - interval '1 hour' WHERE id = $ID" \
	'a changed time' changed
hurt "UPDATE audit_detail SET after = after || '!' WHERE audit_id = $ID" \
	"UPDATE audit_detail SET after = left(after, -1) WHERE audit_id = $ID" 'a changed detail' personal
hurt "$KEEP; DELETE FROM audit WHERE id = $ID" \
	"INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept" 'a removed entry' removed
flow_sql "CREATE TABLE kept AS SELECT * FROM audit_seal WHERE audit_id = $ID; DELETE FROM audit_seal WHERE audit_id = $ID" >/dev/null
tap_is 'one removed with its seal breaks the chain' "$(verify | grep -cE '^(changed|inserted) ')" 2
flow_sql "INSERT INTO audit_seal OVERRIDING SYSTEM VALUE SELECT * FROM kept; DROP TABLE kept" >/dev/null
ID=$(flow_sql "INSERT INTO audit (door, act, detail_digest) VALUES ('cli', 'list.set', 'x') RETURNING id" | head -n 1)
tap_run 'an inserted entry is found' finds inserted "$ID"
flow_sql "DELETE FROM audit WHERE id = $ID" >/dev/null
tap_run 'nothing without it' verify
tap_run 'the head written down before is in the chain' verify --head "$HEAD"
flow_sql "CREATE TABLE kept AS SELECT * FROM audit_seal WHERE n > ${HEAD%%:*} - 3; DELETE FROM audit_seal WHERE n > ${HEAD%%:*} - 3;
	CREATE TABLE keptd AS SELECT * FROM audit WHERE id IN (SELECT audit_id FROM kept); DELETE FROM audit WHERE id IN (SELECT audit_id FROM kept)" >/dev/null
tap_run 'with its end cut off the chain itself looks whole' verify
tap_is 'but not to who wrote its head down' "$(verify --head "$HEAD" >/dev/null; echo $?)" 1
flow_sql "INSERT INTO audit OVERRIDING SYSTEM VALUE SELECT * FROM keptd; INSERT INTO audit_seal OVERRIDING SYSTEM VALUE SELECT * FROM kept" >/dev/null
tap_run 'cabildod wrote it down' grep -qF "hash=${HEAD#*:}" "$SITE/log/sched.log"

ANA=$(flow_sql "SELECT account_id FROM address WHERE addr = 'ana.perez@example.org'")
tap_is 'there is something about Ana' "$(flow_sql "SELECT count(*) > 0 FROM audit WHERE subject_id = $ANA")" t
flow_sql "UPDATE audit_detail SET salt = '', before = '', after = '', why = '' WHERE audit_id IN (SELECT id FROM audit WHERE subject_id = $ANA)" >/dev/null
tap_run 'erased, the chain is whole still' verify
tap_is 'and says how much' "$(figure erased)" "$(flow_sql "SELECT count(*) FROM audit a LEFT JOIN audit_detail d ON d.audit_id = a.id WHERE coalesce(d.salt, '') = ''")"

tap_is 'nothing of another group' "$(site_cabildo list add otro --title Otro; lists --list otro)" '1 list.create'
tap_is 'by act' "$(lists --act member)" '6 member.add'
tap_is 'by day' "$(lists --from 2031-01-01)" ''
tap_run 'not a day' eval '! site_cabildo audit list --from 2026-02-30'
status owner POST /g/agenda/settings "csrf=$(http owner GET /g/agenda/settings | tee "$TEST_TMP/p" | value csrf)&seen=$(value seen <"$TEST_TMP/p")&description=%3DHYPERLINK(1)" >/dev/null
tap_run 'the owner reads what they did' shown owner '/g/agenda/audit?who=marisol&door=web' '<h2>Marisol Quesada <span>cambió ajustes</span></h2>'
tap_run 'not what another did' eval '! shown owner "/g/agenda/audit?who=ana" "cambió ajustes"'
tap_run 'a wrong day is said' shown owner '/g/agenda/audit?from=mañana' 'role="alert"'
tap_run 'a page ends with the key of the next' shown owner /g/agenda/audit 'before='
tap_run 'CSV names its columns' shown owner '/g/agenda/audit.csv?door=web' 'id,at,door,act,who'
http owner GET '/g/agenda/audit.csv?act=list' >"$TEST_TMP/csv"
tap_is 'each row has thirteen cells' "$(sed '1,/^\r*$/d' "$TEST_TMP/csv" | perl -0777 -ne 's/"(?:[^"]|"")*"/q/g; print join " ", sort { $a <=> $b } keys %{{map { scalar(split /,/, $_, -1) => 1 } grep /./, split /\r\n/}}')" 13
tap_run 'and no cell runs in a spreadsheet' eval '! grep -qE "(^|,)\"[=+@-]" "$TEST_TMP/csv"'
tap_is 'a member may not' "$(status member GET /g/agenda/audit)" 403
tap_run 'the administrator reads that of the site' shown admin /admin/audit 'Agenda held'
flow_end
