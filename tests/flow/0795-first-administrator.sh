#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# An empty site gets its first administrator at the command line; who moderates says on
# their own page how they hear of what waits, and when they are away.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

fails() {
	! "$@"
}

duty() { # WHO: notices and days
	flow_sql "SELECT s.moderator_notices || ' ' || coalesce(s.away_from::text, '-') || ' ' || coalesce(s.away_until::text, '-')
		FROM subscription s JOIN address ad ON ad.account_id = s.account_id WHERE ad.addr = '$1@example.org'"
}

flow_site 'receive deliver web http'
tap_is 'somebody is made administrator' "$(site_cabildo account add jefa@example.org --name 'Sofía Jefa' --admin 2>/dev/null)" \
	'account jefa@example.org administrator'
tap_is 'in Spanish, where nothing else is said' "$(flow_sql "SELECT name || ' ' || locale || ' ' || is_admin FROM account")" 'Sofía Jefa es true'
tap_is 'on the record' "$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM audit")" 'account.create account.admin'
tap_is 'not twice' "$(site_cabildo account add jefa@example.org --name Otra 2>&1 >/dev/null; echo $?)" \
	'cabildo: jefa@example.org: this address has an account already
65'
tap_is 'not without a name' "$(site_cabildo account add otra@example.org 2>/dev/null; echo $?)" 64
tap_is 'nor what is no address' "$(site_cabildo account add otra --name Otra 2>/dev/null; echo $?)" 65
tap_is 'somebody without office too' "$(site_cabildo account add otra@example.org --name Otra --locale en 2>/dev/null)" 'account otra@example.org'
tap_is 'who is none' "$(flow_sql "SELECT locale || ' ' || is_admin FROM account WHERE name = 'Otra'")" 'en false'
printf prueba-agenda | site_cabildo account password jefa@example.org --stdin
tap_run 'she signs in' browse_in jefa
tap_is 'and runs the site' "$(browse_status jefa /admin/accounts)" 200
tap_is 'her page of preferences' "$(browse_status jefa /me)" 200

# -- how one hears of what waits
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
for who in ana.perez rodrigo.mejia; do
	tap_run "$who signs in" browse_in $who
done
tap_run 'a member is asked nothing of it' fails grep -q '/me/agenda/duty' <(browse ana.perez /me)
tap_is 'nor may they say' "$(browse_post ana.perez /me /me/agenda/duty notices=none)" 404
tap_run 'a moderator is' grep -q 'action="/me/agenda/duty"' <(browse rodrigo.mejia /me)
tap_is 'one mail a day, and away' "$(browse_post rodrigo.mejia /me /me/agenda/duty notices=digest from=2027-12-20 until=2028-01-06)" 303
tap_is 'is kept' "$(duty rodrigo.mejia)" 'digest 2027-12-20 2028-01-06'
tap_run 'and shown' grep -q 'value="2028-01-06"' <(browse rodrigo.mejia /me)
tap_is 'on the record, both' "$(flow_sql "SELECT string_agg(act || ' ' || d.after, ', ' ORDER BY a.id) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
	WHERE a.actor_id = (SELECT account_id FROM address WHERE addr = 'rodrigo.mejia@example.org')")" \
	'moderator.away 2027-12-20 - 2028-01-06, subscription.set moderator_notices=digest'
tap_is 'days the wrong way round' "$(browse_post rodrigo.mejia /me /me/agenda/duty notices=none from=2028-01-06 until=2027-12-20)" 422
tap_is 'change nothing' "$(duty rodrigo.mejia)" 'digest 2027-12-20 2028-01-06'
tap_is 'the same again is no act' "$(browse_post rodrigo.mejia /me /me/agenda/duty notices=digest from=2027-12-20 until=2028-01-06;
	flow_sql "SELECT count(*) FROM audit WHERE act = 'moderator.away'")" 3031
tap_is 'back, and none' "$(browse_post rodrigo.mejia /me /me/agenda/duty notices=none from= until=)" 303
tap_is 'is kept too' "$(duty rodrigo.mejia)" 'none - -'
flow_end
