#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A member's report is decided by mail: hidden by one word, left with another, by who
# moderates alone; and an approval that cannot be carried out is told to them.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/modmail.sh
. "$TOP/tests/lib/modmail.sh"

# report NUMBER REASON: of the thread's first page, by who is signed in; prints the hold
report() {
	press "/g/agenda/1/$1/report" "reason=$2"
	flow_sql "SELECT h.id FROM hold h JOIN post p ON p.id = h.about_id WHERE h.kind = 'report' AND p.number = $1"
}

hold_state() {
	flow_sql "SELECT coalesce(h.decision, 'waiting'), coalesce(h.decided_door, '-'), coalesce(a.name, '-') FROM hold h
		LEFT JOIN account a ON a.id = h.decided_by WHERE h.id = $1" | tr '\t' ' '
}

post_state() {
	flow_sql "SELECT p.state FROM post p JOIN thread t ON t.id = p.thread_id WHERE t.number = 1 AND p.number = $1"
}

is_state() {
	[ "$(post_state "$1")" = "$2" ]
}

told() { # HOLD ADDRESS
	got "$2" "^Message-ID: <held\\.$1\\."
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'the undo window is short' site_cabildo hold window 0
tap_run 'the posts are taken' demo_posts
tap_run 'a member signs in' sign_in julio.zelaya@example.org

h=$(report 2 'Insulta+a+una+colega.')
tap_run 'a report waits' test -n "$h"
tap_run 'the moderator has it by mail' wait_for 20 told "$h" $MODERATOR
n=$(told "$h" $MODERATOR)
tap_run 'with the reason' grep -q 'Insulta a una colega' <(text "$n")
to=$(reply_to "$n")
tap_run 'who reported it cannot decide' answer julio.zelaya@example.org "$to" i1@example.org <<<'aprobar'
tap_is 'and does not' "$(hold_state "$h")" 'waiting - -'
tap_run 'the moderator agrees' answer $MODERATOR "$to" i2@example.org <<<'aprobar'
tap_is 'that is recorded' "$(hold_state "$h")" 'approve email Rodrigo Mejía'
tap_run 'the post is hidden' wait_for 20 is_state 2 hidden
tap_run 'and who reported it is told' wait_for 20 got julio.zelaya@example.org 'Quienes moderan lo ocultaron'
tap_run 'the owner hears who did it' wait_for 20 got $OWNER 'Rodrigo Mejía'

h=$(report 1 'No+me+gusta.')
tap_run 'another report' wait_for 20 told "$h" $MODERATOR
tap_run 'is rejected with a reason' answer $MODERATOR "$(reply_to "$(told "$h" $MODERATOR)")" i3@example.org <<<'rechazar: Es parte del orden del día.'
tap_is 'that is recorded too' "$(hold_state "$h")" 'reject email Rodrigo Mejía'
tap_run 'who reported it reads the reason' wait_for 20 got julio.zelaya@example.org 'Es parte del orden del día'
tap_is 'the post stays' "$(post_state 1)" shown
tap_is 'each is on the record once' "$(flow_sql "SELECT string_agg(act || ':' || door, ' ' ORDER BY id) FROM audit WHERE act IN ('hold.approve', 'hold.reject')")" \
	'hold.approve:email hold.reject:email'

# -- approved, and it cannot be made into a post: its bytes bring the program down each time
tap_run 'there is time to undo' site_cabildo hold window 600
tap_run 'a message waits' held roto@afuera.example 'Uno que no se deja leer'
h=$(hold_of roto@afuera.example)
tap_run 'it is approved by mail' answer $MODERATOR "$(address_of roto@afuera.example $MODERATOR)" i4@example.org <<<'aprobar'
tap_is 'that is recorded as well' "$(hold_state "$h")" 'approve email Rodrigo Mejía'
flow_sql "UPDATE hold SET tries = 100, effective_at = now() WHERE id = $h" >/dev/null
waits_again() { [ "$(hold_state "$h")" = 'waiting - -' ]; }
tap_run 'it waits again' wait_for 20 waits_again
for who in $MODERATOR $OWNER; do
	tap_run "$who is told why" wait_for 20 got $who 'Se aprobó, pero no se puede convertir'
done
tap_is 'its author is told nothing of it' "$(count $OUTSIDER aprob)" 0
tap_is 'that is on the record, by nobody' "$(flow_sql "SELECT door, actor_id IS NULL FROM audit WHERE act = 'hold.reopen'")" 'system	t'
tap_is 'and nothing was posted' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'roto@afuera.example'")" 0
flow_end
