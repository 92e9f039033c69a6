#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Out through Postfix, as nearly everybody has it: what it says to envelopes that come in one go
# with the text before them (RFC 2920 section 3.1), where it refuses whoever speaks out of turn,
# and where it refuses a recipient among others.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/sink.sh
. "$TOP/tests/lib/sink.sh"
# shellcheck source=tests/lib/postfix.sh
. "$TOP/tests/lib/postfix.sh"
# shellcheck source=tests/load/members.sh
. "$TOP/tests/load/members.sh"

[ "$(id -u)" -eq 0 ] || tap_skip_all 'Postfix needs root'
[ -x /usr/sbin/postfix ] || tap_skip_all 'Postfix is not installed'

N=300
ANA=ana@foro.example

# shellcheck disable=SC2317 # flow_stop calls it
end_own() {
	postfix_stop
	sink_end
}

# All it takes goes to the sink, but for one member's mail.
postfix_out() {
	postfix_private && cat >>"$TEST_TMP/postfix/main.cf" <<-CONF
		myhostname = mx.$SITE_DOMAIN
		mydestination =
		mynetworks = 127.0.0.0/8
		relayhost = [127.0.0.1]:$SINK_PORT
		smtpd_recipient_restrictions =
		    check_recipient_access inline:{{$REFUSED=REJECT}},
		    permit_mynetworks,
		    reject
		smtpd_data_restrictions = reject_unauth_pipelining
		smtpd_end_of_data_restrictions = reject_unauth_pipelining
	CONF
	postfix_run
}

deliver_to() {
	SITE_RELAY=smtp://127.0.0.1:$1
	site_conf
	site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers 2
}

post() {
	mail_make Ana "$ANA" "todos@$SITE_DOMAIN" "Aviso $1" "$1@foro.example" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Para cada persona, una copia.' |
		net_lmtp "$SITE_LMTP" "$ANA" "todos@$SITE_DOMAIN"
}

settled() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" -eq 0 ] && [ "$(flow_sql 'SELECT count(*) FROM delivery')" -eq $((N + 1)) ]
}

copied() {
	[ "$(wc -l <"$TEST_TMP/sink/copies")" -eq "$N" ]
}

FLOW_ALSO=end_own
# shellcheck disable=SC2119
flow_site
tap_run 'the group is made' site_cabildo list add todos --title 'Para todos'
flow_sql "UPDATE list SET nonmember = 'accept', posting = 'anyone'"
tap_run 'members are made' flow_sql "$(members_sql todos $((N + 1)))"
REFUSED=$(flow_sql "SELECT ad.addr FROM subscription s JOIN address ad ON ad.id = s.address_id
	WHERE s.delivery = 'each' ORDER BY s.id OFFSET 150 LIMIT 1")
tap_run 'a sink stands behind Postfix' sink_start
tap_run 'Postfix runs' postfix_out
tap_run 'cabildo-deliver stops' site_end deliver
tap_run 'and sends by Postfix' deliver_to "$POSTFIX_PORT"
tap_run 'a post is taken' post uno
tap_run 'each copy is settled' wait_for 30 settled
tap_is 'as sent, but for the one that Postfix refuses' \
	"$(flow_sql "SELECT string_agg(outcome || ' ' || code || ' ' || n, ', ' ORDER BY n) FROM (SELECT outcome, code, count(*) AS n FROM delivery GROUP BY 1, 2) d")" \
	"failed 554 1, sent 250 $N"
tap_run 'Postfix handed on every one' wait_for 30 copied
tap_is 'to nobody twice' "$(cut -f3 "$TEST_TMP/sink/copies" | sort | uniq -d)" ''
tap_is 'nobody spoke out of turn' "$(grep -ciE 'pipelining|improper|lost connection|timeout' "$TEST_TMP/postfix/log")" 0
tap_is 'in one session each worker' "$(grep -cE 'smtpd\[[0-9]+\]: connect from' "$TEST_TMP/postfix/log" | awk '{ print ($1 <= 2) }')" 1
flow_end
