#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: long
# limit: 600
# A moderator's whole day in a browser: on a phone and on a desk, with scripts
# and without, and with the keys alone. Needs what tests/web/look.sh needs.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

# shellcheck disable=SC2317 # tap_run calls it
fifty() { # DAY
	local n
	for ((n = 1; n <= 50; n++)); do
		mail_make 'Óscar Ruiz' "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" "Mensaje $n" "$1.$n@otra.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto del mensaje $n." |
			net_lmtp "$SITE_LMTP" "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" || return 1
	done
}

all_done() {
	[ "$(flow_sql 'SELECT count(*) FROM hold WHERE done_at IS NULL')" = 0 ]
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'the thread is there' wait_for 20 demo_page 'pedimos tratar este punto'
thread=$(demo_page 'pedimos tratar este punto')
site_cabildo hold window 600
day=0
for how in '1280 on click' '360 off click' '1280 off keys' '1280 off click' '360 on click'; do
	[ $day -lt "${CABILDO_DAYS:-5}" ] || break
	tap_run "$how: fifty wait" fifty $((++day))
	since=$(date +%s)
	# shellcheck disable=SC2086 # three words
	browser_run day.js "$DEMO_LIST" rodrigo.mejia@example.org prueba-agenda "$thread" $how
	echo "# $how: $(($(date +%s) - since)) s"
	tap_is "$how: one was rejected with the words as edited" "$(flow_sql "SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
		WHERE a.act = 'hold.reject' AND d.why LIKE 'La convocatoria de %cerró el lunes.'")" $day
	# from here nothing can be undone: the next day begins with an empty desk
	flow_sql 'UPDATE hold SET effective_at = now() WHERE done_at IS NULL' >/dev/null
	tap_run "$how: what was decided is done" wait_for 60 all_done
	addr=molesto.$(tr ' ' . <<<"$how")@otra.example
	mail_make 'Quien molesta' "$addr" "$DEMO_LIST@$SITE_DOMAIN" 'Oferta' "$day.ban@otra.example" 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Compre.' |
		net_lmtp "$SITE_LMTP" "$addr" "$DEMO_LIST@$SITE_DOMAIN"
	tap_is "$how: what the banned one sends does not wait" "$(flow_sql "SELECT count(*) FROM hold WHERE msgid = '$day.ban@otra.example'")" 0
done
tap_is 'each hold was decided once, as the record says' "$(flow_sql "SELECT count(*) FROM hold h WHERE (SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
	WHERE a.act IN ('hold.approve', 'hold.return', 'hold.reject', 'hold.discard', 'hold.spam') AND d.after LIKE '%hold ' || h.id || ' %')
	- (SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id WHERE a.act = 'hold.undo' AND d.after LIKE '%hold ' || h.id || ' %') <> 1")" 0
flow_end
