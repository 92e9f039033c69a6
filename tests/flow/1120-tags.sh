#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Tags as wholes: one gets another name, two become one, on the page and at the
# command line; the old address leads to the new one; undone, every thread has
# what it had. Who moderates may, nobody else.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

thread() {
	site_cabildo thread "$@"
}

fails() {
	! "$@" 2>/dev/null
}

shows() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

# leads AS PATH TO
leads() {
	[ "$(http "$1" GET "$2" | tr -d '\r' | sed -n 's/^Location: \(http:\/\/[^/]*\)\{0,1\}//pI')" = "$3" ]
}

dump() {
	flow_sql "SELECT t.number, g.tag FROM thread_tag g JOIN thread t ON t.id = g.thread_id ORDER BY 1, 2"
	flow_sql "SELECT name, tags FROM list ORDER BY 1"
}

act_id() {
	flow_sql "SELECT max(id) FROM thread_act WHERE thread_id IS NULL"
}

etag() {
	http nobody GET "$1" | tr -d '\r' | sed -n 's/^ETag: //pI'
}

flow_site 'receive web http'
tap_run 'the group is made' demo_group
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
for n in 1 2 3 4; do
	demo_send ana.perez "Tema $n" "t$n@example.org" 0 "0$n:00" <<<"Texto $n." >/dev/null
done
site_cabildo list set agenda tags='dinero, fechas' >/dev/null
thread tag agenda 1 'dinero, año 2027' >/dev/null
thread tag agenda 2 'dinero, plata' >/dev/null
thread tag agenda 3 'fechas' >/dev/null
tap_run 'a moderator signs in' sign_in rodrigo.mejia mod
tap_run 'a member too' sign_in ana.perez member

# -- on the page
tap_run 'the page lists them' shows mod /g/agenda/tags 'value="año 2027"'
tap_is 'a member does not see it' "$(status member GET /g/agenda/tags)" 403
tap_is 'nor changes one' "$(act member /g/agenda/tags 'act=rename&tag=dinero&to=fondos')" 403
dump >"$TEST_TMP/before"
before=$(etag /g/agenda)
tap_is 'a moderator renames one' "$(act mod /g/agenda/tags 'act=rename&tag=dinero&to=%20presupuesto%20')" 303
rename=$(act_id)
tap_is 'every thread has the new name' "$(flow_sql "SELECT t.number || '|' || g.tag FROM thread_tag g JOIN thread t ON t.id = g.thread_id
	WHERE t.number < 3 ORDER BY 1" | tr '\n' ' ')" '1|año 2027 1|presupuesto 2|plata 2|presupuesto '
tap_is 'so has what the group proposes' "$(flow_sql "SELECT tags FROM list WHERE name = 'agenda'")" 'presupuesto, fechas'
tap_run 'the page of the group is not the one that was kept' test "$before" != "$(etag /g/agenda)"
tap_run 'the old address leads to the new one' leads nobody '/g/agenda?tag=dinero' '/g/agenda?tag=presupuesto'
tap_run 'where the threads are' shows nobody '/g/agenda?tag=presupuesto' '/g/agenda/2"'
tap_is 'it is on the record' "$(flow_sql "SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
	WHERE a.act = 'thread.tag-rename' AND d.before = 'dinero' AND d.after = 'presupuesto' AND a.actor_id =
	(SELECT account_id FROM address WHERE addr = 'rodrigo.mejia@example.org')")" 1
tap_is 'a name that is there is not given' "$(act mod /g/agenda/tags 'act=rename&tag=presupuesto&to=plata')" 200
tap_is 'nor one with a comma' "$(act mod /g/agenda/tags 'act=rename&tag=presupuesto&to=a,b')" 200
tap_is 'nor one of 41 characters' "$(act mod /g/agenda/tags "act=rename&tag=presupuesto&to=$(printf 'x%.0s' {1..41})")" 200
tap_is 'nor is one renamed that nobody has' "$(act mod /g/agenda/tags 'act=rename&tag=nada&to=x')" 200
tap_run 'a thread gets the new name meanwhile' thread tag agenda 4 presupuesto
tap_is 'it is undone on the page' "$(act mod /g/agenda/tags "act=undo&undo=$rename")" 303
tap_is 'the whole tag is called as before' "$(flow_sql "SELECT count(*) FROM thread_tag WHERE tag = 'dinero'")" 3
thread tag agenda 4 '' >/dev/null
dump >"$TEST_TMP/after"
tap_none 'nothing else is different' "$(diff "$TEST_TMP/before" "$TEST_TMP/after")"
tap_run 'the address of the name it had is an empty page' shows nobody '/g/agenda?tag=presupuesto' '<h1'
tap_is 'it is not undone twice' "$(act mod /g/agenda/tags "act=undo&undo=$rename")" 200

# -- joined, at the command line
tap_run 'joining to what is not there is refused' fails thread tag-merge agenda dinero nada
out=$(thread tag-merge agenda dinero plata --why 'Son lo mismo.')
tap_run 'two become one' grep -q '^act ' <<<"$out"
tap_is 'each thread has it once' "$(flow_sql "SELECT t.number || '|' || g.tag FROM thread_tag g JOIN thread t ON t.id = g.thread_id
	WHERE t.number < 3 ORDER BY 1" | tr '\n' ' ')" '1|año 2027 1|plata 2|plata '
tap_run 'and the page says who did it' shows mod /g/agenda/tags "«plata»"
tap_run 'a thread with the one that stays' thread tag agenda 4 plata
tap_run 'renamed on' thread tag-rename agenda plata fondos
second=$(act_id)
tap_run 'the oldest address leads all the way' leads nobody '/g/agenda?tag=dinero' '/g/agenda?tag=fondos'
tap_run 'an act that another stands on is not undone' fails thread undo "$(sed -n 's/^act //p' <<<"$out")"
tap_run 'the later one is' thread undo "$second"
tap_run 'then the first' thread undo "$(sed -n 's/^act //p' <<<"$out")"
tap_is 'what had the other keeps it' "$(thread tags agenda | grep -P '^tag\tplata\t')" $'tag\tplata\t2'
thread tag agenda 4 '' >/dev/null
dump >"$TEST_TMP/after"
tap_none 'and all is as it was' "$(diff "$TEST_TMP/before" "$TEST_TMP/after")"

# -- round in a circle, hidden, and 30 days
thread tag-rename agenda 'año 2027' uno >/dev/null
thread tag-rename agenda uno 'año 2027' >/dev/null
thread tag agenda 1 dinero >/dev/null # and nobody has the other any more
tap_is 'names that lead in a circle end' "$(status nobody GET '/g/agenda?tag=uno')" 200
thread tag-rename agenda fechas calendario >/dev/null
old=$(act_id)
thread hide agenda 3 >/dev/null
tap_is 'nobody learns of a name that only hidden threads have' "$(status nobody GET '/g/agenda?tag=fechas')" 200
flow_sql "UPDATE thread_act SET at = at - interval '31 days' WHERE id = $old"
tap_run 'after 30 days it stays' fails thread undo "$old"
tap_is 'a thread tagged before a rename is told to undo that first' "$(thread undo "$(flow_sql "SELECT id FROM thread_act
	WHERE kind = 'tag' AND after = 'fechas'")" 2>&1 | grep -c 'has changed the same since')" 1
flow_end
