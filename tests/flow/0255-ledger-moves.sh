#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# A copy that is out while its week of the ledger finds no place is settled when
# there is one again: the worker keeps its lease, and nobody gets the copy twice.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org

refused() {
	grep -Eq 'stmt=queue_settle(_copy)? sqlstate=40001' "$SITE/log/deliver.log"
}

flow_site 'receive deliver'
tap_run 'the group is made' demo_group
flow_sql 'ALTER TABLE delivery DETACH PARTITION delivery_rest' >/dev/null
tap_is 'no week stands' "$(flow_sql "SELECT count(*) FROM pg_inherits WHERE inhparent = 'delivery'::regclass")" 0
mail_make 'Ana Pérez' $ANA "agenda@$SITE_DOMAIN" 'Sin semana' w1@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' \
	<<<'Texto.' >"$TEST_TMP/w1"
tap_run 'a post' net_lmtp "$SITE_LMTP" $ANA "agenda@$SITE_DOMAIN" <"$TEST_TMP/w1"
tap_run 'a copy finds no place in the ledger' wait_for 20 refused
flow_sql 'ALTER TABLE delivery ATTACH PARTITION delivery_rest DEFAULT' >/dev/null
tap_run 'then each member has one copy, nobody two' wait_for 20 demo_copied w1@example.org ana.perez
drained() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}
tap_run 'and all are settled' wait_for 20 drained
tap_is 'once' "$(flow_sql 'SELECT count(*) = count(DISTINCT addr) AND count(*) > 3 FROM delivery')" t
tap_is 'no lease was lost' "$(grep -c event=lease_lost "$SITE/log/deliver.log")" 0
tap_run 'all programs stop in time' site_stop
tap_none 'no program complained of anything else' "$(site_complaints | grep -Ev 'stmt=queue_settle(_copy)? sqlstate=40001')"
tap_end
