#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The clock stood a year ahead and was set back: what moderators wait for does not wait for
# that year to come again. A bundle is sent, a claim ends, reminders go out, a notice is not kept
# back by one of the future, and an invitation and a suspended address go on.
set -u
REMINDER='^Subject: .*Todavía en espera: 1'
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/modmail.sh
. "$TOP/tests/lib/modmail.sh"

# cabildod looks when it starts, and each minute
sched_again() {
	site_end sched
	site_start_sched
}

none() { # WHERE: no row is left of it
	[ "$(flow_sql "SELECT count(*) FROM $1")" = 0 ]
}

later() { # SECONDS: as if so much time had gone by since the holds came in
	flow_sql "UPDATE hold SET held_at = held_at - interval '$1 s', claimed_at = claimed_at - interval '$1 s';
		UPDATE hold_notice SET made_at = made_at - interval '$1 s'" >/dev/null
	sched_again
}

flow_site 'receive deliver web sched'
tap_run 'the group is made' demo_group
tap_run 'something waits' held c1@afuera.example 'Consulta'
later 90000
tap_run 'who moderates is reminded' wait_for 20 has $OWNER "$REMINDER" 1

# -- all of it happened in a year that has not come yet
flow_sql "UPDATE hold SET level = 0, held_at = now() + interval '1 year', claimed_at = now() + interval '1 year',
		claimed_by = (SELECT account_id FROM address WHERE addr = '$OWNER');
	UPDATE hold_notice SET how = 'bundle', told_at = NULL, made_at = now() + interval '1 year';
	UPDATE notice_sent SET until = now() + interval '1 year';
	UPDATE address SET suspended_at = now() + interval '1 year' WHERE addr = 'ana.perez@example.org';
	INSERT INTO invitation (list_id, addr, locale, sent_at, expires_at)
		SELECT id, 'nueva@example.org', 'es', now() + interval '1 year', now() + interval '1 year' + interval '30 days' FROM list LIMIT 1" >/dev/null
sched_again
tap_run 'nothing lies in the future any more' wait_for 20 none "hold WHERE held_at > now() OR claimed_at > now()"
tap_run 'no notice does' none "hold_notice WHERE made_at > now()"
tap_run 'nor an address that is suspended' none "address WHERE suspended_at > now()"
tap_run 'the log says so' grep -q 'event=clock_back rows=[1-9]' "$SITE/log/sched.log"
later 90000
tap_run 'the bundle is sent' wait_for 20 none 'hold_notice WHERE told_at IS NULL'
tap_run 'the reminder too, though one was sent in that year' wait_for 20 has $OWNER "$REMINDER" 2
tap_run 'and the claim keeps nobody away' none "hold WHERE claimed_at > now() - interval '15 minutes'"
tap_none 'and an invitation is for as long as it was' "$(flow_sql "SELECT sent_at, expires_at FROM invitation WHERE sent_at > now() OR abs(extract(epoch FROM expires_at - sent_at) - 30 * 86400) > 90000")"
flow_end
