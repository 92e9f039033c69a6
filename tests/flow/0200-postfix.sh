#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Behind Postfix: a post arrives through its queue; what is to be refused is
# refused in its SMTP dialogue, so that no bounce is ever made; and while
# cabildo-receive is away senders are told to come again.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'

# send ID TO: a member's post
send() {
	AUTHSERV='' mail_make 'Ana Pérez' ana.perez@example.org "$2" "Por Postfix $1" \
		"$1@example.org" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<"El texto de $1." |
		net_smtp "$POSTFIX_PORT" ana.perez@example.org "$2"
}

refused() {
	local reply
	reply=$(send "$@") && return 1
	grep -E '^5[0-9][0-9] 5\.' <<<"$reply"
}

later() {
	local reply
	reply=$(send "$@") && return 1
	grep -E '^4[0-9][0-9] 4\.' <<<"$reply"
}

stored() {
	[ "$(flow_sql "SELECT count(*) FROM message_seen")" -eq "$1" ]
}

FLOW_ALSO=postfix_stop
# shellcheck disable=SC2119
flow_site
tap_run 'the group is made' demo_group
tap_run 'Postfix runs' postfix_start
tap_run 'Postfix takes a post' send pf1 "agenda@$SITE_DOMAIN"
tap_run 'it reaches the database' wait_for 20 stored 1
tap_run 'its queue is empty' wait_for 10 postfix_empty
tap_run 'an unknown list is refused at RCPT' refused pf2 "nadie@$SITE_DOMAIN"
# on the same ports again, as a restart would
site_conf
tap_run 'cabildo-receive stops' site_end receive
tap_run 'meanwhile Postfix says "later"' later pf3 "agenda@$SITE_DOMAIN"
tap_run 'cabildo-receive starts' site_start_receive
tap_run 'the same post is taken now' wait_for 20 send pf3 "agenda@$SITE_DOMAIN"
tap_run 'and reaches the database' wait_for 20 stored 2
tap_is 'no bounce was made' "$(grep -c 'sender non-delivery' "$TEST_TMP/postfix/log")" 0
postfix_stop
flow_end
