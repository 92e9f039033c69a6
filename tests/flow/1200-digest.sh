#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Members who take digests get one mail with the threads of the week when their clock
# says so, and nobody gets two for one period or none: not after a change of mind, a
# pause, a week without cabildod, or with posts that commit out of order.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# at TIME: what cabildod does then.
at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
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
	"$(flow_sql "SELECT due_at AT TIME ZONE 'UTC' FROM digest_schedule")" '2026-11-23 13:00:00'
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
flow_end
