#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# The moderator's day: fifty that wait, in a browser without scripts and in w3m.
# Needs chromium, node, playwright-core and axe-core, as look.sh does.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

NODE=${CABILDO_NODE:-$TOP/build/node}
if ! [ -d "$NODE/node_modules/playwright-core" ] || ! [ -d "$NODE/node_modules/axe-core" ] ||
	! command -v node >/dev/null || ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
	echo '1..0 # SKIP needs chromium, node, playwright-core and axe-core (make web-tools)'
	exit 0
fi

# shellcheck disable=SC2317 # tap_run calls it
fifty() {
	local n
	for ((n = 1; n <= 50; n++)); do
		AUTHSERV=mx.foro.example mail_make 'Óscar Ruiz' "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" "Mensaje $n" "f$n@otra.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<<"Texto del mensaje $n." |
			net_lmtp "$SITE_LMTP" "persona$n@otra.example" "$DEMO_LIST@$SITE_DOMAIN" || return 1
	done
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
site_cabildo hold window 600
tap_run 'fifty wait' fifty
NODE_PATH=$NODE/node_modules node "$TOP/tests/web/queue.js" "http://127.0.0.1:$SITE_HTTP" \
	"$DEMO_LIST" "$TEST_TMP/passwords" "$NODE/node_modules/axe-core/axe.min.js" >"$TEST_TMP/verdicts"
tap_is 'the browser went to the end' $? 0
while IFS=$'\t' read -r verdict text why; do
	case $verdict in
	'#'*) echo "$verdict" ;;
	*) tap_is "$text" "$verdict${why:+: $why}" ok ;;
	esac
done <"$TEST_TMP/verdicts"
tap_is 'each hold was decided once, as the record says' "$(flow_sql "SELECT count(*) FROM hold h WHERE (SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
	WHERE a.act IN ('hold.approve', 'hold.return', 'hold.reject', 'hold.discard', 'hold.spam') AND d.after LIKE '%hold ' || h.id || ' %')
	- (SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id WHERE a.act = 'hold.undo' AND d.after LIKE '%hold ' || h.id || ' %') <> 1")" 0
flow_end
