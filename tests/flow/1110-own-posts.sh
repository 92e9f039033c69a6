#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 200
# A post after it was posted: its author edits it in time, everybody reads what
# it said before; page and search say the new words at once. Deleted, a mark stays
# and nobody finds it, and after 30 days its bytes are gone. A member's report
# joins the queue and hides the post where a moderator says so.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

shows() {
	http "$1" GET "$2" | grep -qF -- "$3"
}

fails() {
	! "$@"
}

etag() {
	http nobody GET "$1" | tr -d '\r' | sed -n 's/^ETag: //pI'
}

is_done() {
	[ "$(flow_sql "SELECT done_at IS NOT NULL FROM hold WHERE id = $1")" = t ]
}

expired() {
	[ "$(flow_sql "SELECT body || html FROM post WHERE msgid = 'e3@example.org'")" = '' ]
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'posts' demo_send ana.perez 'Un tema' e1@example.org 0 08:00 <<<'Nos vemos el martes, dice zarapito.'
demo_send julio.zelaya 'Re: Un tema' e2@example.org 0 09:00 e1@example.org <<<'De acuerdo.'
demo_send ana.perez 'Re: Un tema' e3@example.org 0 10:00 e1@example.org <<<'Esto no lo debí decir, dice frailecillo.'
demo_send julio.zelaya 'Re: Un tema' e4@example.org 0 11:00 e3@example.org <<<'Pues sí.'
for who in ana.perez julio.zelaya rodrigo.mejia; do
	tap_run "$who signs in" sign_in $who
done
P=/g/agenda/1

# -- editing
tap_run 'its author is offered to edit it' shows ana.perez $P "$P/1/edit"
tap_is 'another member cannot' "$(status julio.zelaya GET $P/1/edit) $(act julio.zelaya $P/1/edit 'act=save&revisions=0&text=x')" '403 403'
tap_is 'nor who is not signed in' "$(status nobody GET $P/1/edit)" 303
before=$(etag $P)
tap_run 'a preview shows it' grep -qF '<p>Nos vemos el jueves' <<<"$(http ana.perez POST $P/1/edit "csrf=$(http ana.perez GET /me | value csrf)&act=preview&revisions=0&text=Nos+vemos+el+jueves,+dice+alcaravan.")"
tap_run 'and changes nothing' shows nobody $P 'el martes'
tap_is 'it is saved' "$(act ana.perez $P/1/edit 'act=save&revisions=0&text=Nos+vemos+el+jueves,+dice+alcaravan.&why=Me+equivoqu%C3%A9')" 303
tap_run 'the page says the new words' shows nobody $P 'el jueves'
tap_run 'that it was edited' shows nobody $P "$P/1/revisions"
tap_run 'and not the old ones' fails shows nobody $P 'el martes'
tap_run 'the page has another tag' test "$before" != "$(etag $P)"
tap_run 'what it said before can be read' shows nobody $P/1/revisions 'el martes'
tap_run 'and why' shows nobody $P/1/revisions 'Me equivoqué'
tap_run 'the search finds the new words' shows nobody '/search?q=alcaravan' "$P"
tap_run 'not the old ones' fails shows nobody '/search?q=zarapito' "$P?"
tap_is 'nothing was sent again' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'e1@example.org' AND edited_by IS NOT NULL"; demo_copies e1@example.org | sort | uniq -d | wc -l)" '1
0'
tap_is 'an older form is told' "$(act ana.perez $P/1/edit 'act=save&revisions=0&text=Otra+vez')" 200
tap_run 'and changes nothing' shows nobody $P 'el jueves'
flow_sql "UPDATE post SET received_at = now() - interval '31 minutes'" >/dev/null
tap_is 'after its time it is not edited' "$(act ana.perez $P/1/edit 'act=save&revisions=1&text=Tarde')" 403
tap_is 'a moderator without a reason is asked for it' "$(act rodrigo.mejia $P/1/edit 'act=save&revisions=1&text=Moderado')" 200
tap_is 'with one it is done' "$(act rodrigo.mejia $P/1/edit 'act=save&revisions=1&text=Moderado+aqui&why=Ten%C3%ADa+un+tel%C3%A9fono')" 303
tap_run 'the page says it' shows nobody $P 'Moderado aqui'
tap_run 'the reason too' shows nobody $P/1/revisions 'Tenía un teléfono'
tap_is 'each is on the record' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'post.edit'")" 2
tap_run 'a group may forbid it' site_cabildo list set agenda edit_minutes=0
flow_sql 'UPDATE post SET received_at = now()' >/dev/null
tap_is 'then nobody edits' "$(act ana.perez $P/1/edit 'act=save&revisions=2&text=No')" 403

# -- deleting
tap_is 'another cannot delete it' "$(act julio.zelaya $P/3/edit 'act=delete&revisions=0')" 403
tap_is 'its author does, at any time' "$(act ana.perez $P/3/edit 'act=delete&revisions=0')" 303
tap_run 'a mark stays' shows nobody $P 'Lo borró quien lo escribió'
tap_run 'its words are gone' fails shows nobody $P frailecillo
tap_run 'from its own page' fails shows nobody $P/3 frailecillo
tap_run 'from the search' fails shows nobody '/search?q=frailecillo' "$P?"
tap_run 'from the feed' fails shows nobody /g/agenda/atom frailecillo
tap_run 'its answer stays' shows nobody $P 'Pues sí.'
tap_is 'its author cannot open the original' "$(status ana.perez GET $P/3/raw)" 404
tap_is 'a moderator can' "$(status rodrigo.mejia GET $P/3/raw)" 200
tap_run 'an answer by mail still finds its thread' demo_send julio.zelaya 'Re: Un tema' e5@example.org 0 12:00 e3@example.org <<<'Entendido.'
tap_is 'there' "$(flow_sql "SELECT thread_id = (SELECT thread_id FROM post WHERE msgid = 'e3@example.org') FROM post WHERE msgid = 'e5@example.org'")" t
raw=$(flow_sql "SELECT raw_id FROM post WHERE msgid = 'e3@example.org'")
flow_sql "UPDATE post SET deleted_at = now() - interval '31 days' WHERE state = 'deleted'" >/dev/null
site_start_sched
tap_run 'after 30 days its words are gone for good' wait_for 90 expired
tap_is 'and its bytes' "$(flow_sql "SELECT count(*) FROM raw_message WHERE id = $raw")$(flow_sql "SELECT count(*) FROM raw_chunk WHERE raw_id = $raw")" 00
tap_is 'the mark stays' "$(status rodrigo.mejia GET $P/3/raw)" 404

# -- reporting
tap_is 'one cannot report oneself' "$(status ana.perez GET $P/1/report)" 403
tap_is 'a reason is needed' "$(act julio.zelaya $P/1/report 'reason=')" 200
tap_is 'without one nothing waits' "$(flow_sql "SELECT count(*) FROM hold WHERE kind = 'report'")" 0
tap_is 'a member reports it' "$(act julio.zelaya $P/1/report 'reason=Insulta+a+una+colega.')" 200
tap_is 'it waits' "$(flow_sql "SELECT count(*), min(body) FROM hold WHERE kind = 'report' AND about_id = (SELECT id FROM post WHERE msgid = 'e1@example.org')")" '1	Insulta a una colega.'
act julio.zelaya $P/1/report 'reason=Otra+vez.' >/dev/null
tap_is 'once' "$(flow_sql "SELECT count(*) FROM hold WHERE kind = 'report'")" 1
tap_run 'the queue has it' shows rodrigo.mejia /moderation 'Insulta a una colega.'
h=$(flow_sql "SELECT id FROM hold WHERE kind = 'report'")
tap_run 'a moderator says: hide it' site_cabildo hold approve "$h"
tap_run 'its time comes' wait_for 20 is_done "$h"
tap_is 'it is hidden' "$(flow_sql "SELECT state FROM post WHERE msgid = 'e1@example.org'")" hidden
tap_run 'and nowhere' fails shows nobody $P 'Moderado aqui'
tap_is 'who reported it is told' "$(flow_sql "SELECT count(*) FROM delivery WHERE notice_kind = 'report-decided'" | tr -d ' ')" 1
tap_run 'it can be undone' site_cabildo thread undo "$(flow_sql "SELECT id FROM thread_act WHERE kind = 'hide-posts'")"
tap_run 'it is there again' shows nobody $P 'Moderado aqui'
flow_end
