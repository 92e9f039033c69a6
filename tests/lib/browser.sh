# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Pages in a browser: chromium, node and the packages playwright-core and
# axe-core in $CABILDO_NODE (a folder with node_modules). Sourced after flow.sh.
# CABILDO_SCREENS=DIR keeps a picture of each page there.

BROWSER_NODE=${CABILDO_NODE:-$TOP/build/node}

# browser_or_skip: ends the test where there is none.
browser_or_skip() {
	[ -d "$BROWSER_NODE/node_modules/playwright-core" ] && [ -d "$BROWSER_NODE/node_modules/axe-core" ] &&
		command -v node >/dev/null && command -v "${CHROMIUM:-chromium}" >/dev/null && return
	echo '1..0 # SKIP needs chromium, node, playwright-core and axe-core (make web-tools)'
	exit 0
}

# browser_run SCRIPT ARGUMENT...: tests/web/SCRIPT, its verdicts as tests.
browser_run() {
	local verdict text why script=$1
	shift
	NODE_PATH=$BROWSER_NODE/node_modules node "$TOP/tests/web/$script" "http://127.0.0.1:$SITE_HTTP" "$@" >"$TEST_TMP/verdicts"
	tap_is 'the browser went to the end' $? 0
	while IFS=$'\t' read -r verdict text why; do
		tap_is "$text" "$verdict${why:+: $why}" ok
	done <"$TEST_TMP/verdicts"
}

# browser_look LIST PASSWORDS | --paths FILE: tests/web/look.js, its verdicts as tests.
browser_look() {
	[ -z "${CABILDO_SCREENS:-}" ] || mkdir -p "$CABILDO_SCREENS"
	browser_run look.js "$@" ${CABILDO_SCREENS:+"$CABILDO_SCREENS"}
}
