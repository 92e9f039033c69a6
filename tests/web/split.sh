#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 200
# A moderator splits a thread in a browser without scripts, on a desk and on a
# phone, and undoes it. Needs what tests/web/look.sh needs.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

NODE=${CABILDO_NODE:-$TOP/build/node}
if ! [ -d "$NODE/node_modules/playwright-core" ] || ! [ -d "$NODE/node_modules/axe-core" ] ||
	! command -v node >/dev/null || ! command -v "${CHROMIUM:-chromium}" >/dev/null; then
	echo '1..0 # SKIP needs chromium, node, playwright-core and axe-core (make web-tools)'
	exit 0
fi

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'the thread is there' wait_for 20 demo_page 'pedimos tratar este punto'
thread=$(demo_page 'pedimos tratar este punto')
for width in 1280 360; do
	NODE_PATH=$NODE/node_modules node "$TOP/tests/web/split.js" "http://127.0.0.1:$SITE_HTTP" "$thread" \
		rodrigo.mejia@example.org prueba-agenda "$width" >"$TEST_TMP/verdicts"
	tap_is "$width px: the browser went to the end" $? 0
	while IFS=$'\t' read -r verdict text why; do
		tap_is "$text" "$verdict${why:+: $why}" ok
	done <"$TEST_TMP/verdicts"
done
flow_end
