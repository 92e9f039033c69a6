#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# Every page in a browser, in both languages, wide and narrow, light and dark.
# Needs chromium, node and the packages playwright-core and axe-core in
# $CABILDO_NODE (a folder with node_modules); without them it is skipped.
# CABILDO_SCREENS=DIR keeps a picture of each page there.
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
tap_run 'the list shows its threads' wait_for 20 demo_page 'En Panamá agregamos'
# three that wait, and one that was decided: the queue has something to show
# shellcheck disable=SC2317 # tap_run calls it
outsiders() {
	local n
	for n in 1 2 3; do
		mail_make 'Óscar Ruiz' oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" \
			"Consulta $n sobre el formato común de trámites" "w$n@otra.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<-'TEXT' | net_lmtp "$SITE_LMTP" oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" || return 1
			Buenos días. En nuestra municipalidad queremos publicar los trámites en el
			formato común. ¿Hay un modelo?

			> ¿Qué campos usan ustedes?

			-- 
			Óscar Ruiz
			Unidad de Informática
		TEXT
	done
	site_cabildo hold approve 1 >/dev/null
}
tap_run 'some wait for a moderator' outsiders
[ -z "${CABILDO_SCREENS:-}" ] || mkdir -p "$CABILDO_SCREENS"
NODE_PATH=$NODE/node_modules node "$TOP/tests/web/look.js" "http://127.0.0.1:$SITE_HTTP" \
	"$DEMO_LIST" "$TEST_TMP/passwords" ${CABILDO_SCREENS:+"$CABILDO_SCREENS"} >"$TEST_TMP/verdicts"
tap_is 'the browser went to the end' $? 0
while IFS=$'\t' read -r verdict text why; do
	tap_is "$text" "$verdict${why:+: $why}" ok
done <"$TEST_TMP/verdicts"
flow_end
