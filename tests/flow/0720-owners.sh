#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# A group never loses its last owner, by whatever door: nobody takes them out,
# lowers them or lets them go, and of two who go at the same moment one stays.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

fails() {
	! "$@"
}

owners() {
	flow_sql "SELECT count(*) FROM subscription s JOIN list l ON l.id = s.list_id WHERE l.name = '$1' AND s.role = 'owner'"
}

flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'its only owner cannot be taken out' fails site_cabildo member remove agenda marisol.quesada@example.org
tap_run 'and the reason is said' sh -c '"$@" 2>&1 | grep -q "no owner left"' sh \
	cabildo --config "$SITE/cabildo.conf" member remove agenda marisol.quesada@example.org
tap_run 'nor made a moderator' fails site_cabildo member set agenda marisol.quesada@example.org role=moderator
tap_is 'nothing has changed' "$(owners agenda)" 1
tap_run 'a second owner' site_cabildo member set agenda ana.perez@example.org role=owner
tap_is 'is recorded' "$(flow_sql "SELECT act, before, after FROM audit JOIN audit_detail ON audit_id = id WHERE act = 'member.role'" | tr '\t' ' ')" 'member.role member owner'
tap_run 'the same again changes nothing' site_cabildo member set agenda ana.perez@example.org role=owner
tap_is 'and is not recorded' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'member.role'")" 1
tap_run 'no such role' fails site_cabildo member set agenda ana.perez@example.org role=king

# both at once, five times
lost=
for i in 1 2 3 4 5; do
	site_cabildo member set agenda marisol.quesada@example.org role=moderator 2>/dev/null &
	site_cabildo member set agenda ana.perez@example.org role=member 2>/dev/null
	wait %% 2>/dev/null
	[ "$(owners agenda)" = 1 ] || lost="$lost round $i: $(owners agenda)"
	flow_sql "UPDATE subscription s SET role = 'owner' FROM account a WHERE a.id = s.account_id AND a.name IN ('Marisol Quesada', 'Ana Pérez')" >/dev/null
done
tap_none 'of two who go at the same moment one stays' "$lost"
# an owner whose account is closed is none
flow_sql "UPDATE account SET closed_at = now() WHERE name = 'Marisol Quesada'" >/dev/null
tap_run 'who cannot act any more does not count' fails site_cabildo member remove agenda ana.perez@example.org
flow_end
