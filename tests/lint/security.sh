#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SECURITY.md says the truth: each test and page it names is there and would run,
# each wall has one, and each test of walls is named.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

missing() {
	local f
	for f in $(grep -oE 'tests/[a-z]+/[A-Za-z0-9_.-]+\.(sh|c)' SECURITY.md | sort -u); do
		[ -f "$f" ] || echo "$f is not there"
		case $f in *.sh) [ -x "$f" ] || echo "$f does not run" ;; esac
	done
	for f in $(grep -oE '\]\([a-z][A-Za-z/.-]*\)' SECURITY.md | tr -d '])('); do
		[ -f "$f" ] || echo "$f is not there"
	done
}

# walls: rows of the table without a test
bare() {
	awk '/^## The walls/ { on = 1; next } /^## / { on = 0 } on && /^\|/ && !/^\|---/ && !/^\| wall / && !/tests\// { print }' SECURITY.md
}

unnamed() {
	local f
	for f in tests/flow/13*.sh tests/web/{access,hidden,private,redirects,signin}.sh; do
		grep -qF "$f" SECURITY.md || echo "$f"
	done
}

tap_none 'each test that it names is there' "$(missing)"
tap_none 'each wall has a test' "$(bare)"
tap_ok "$([ "$(grep -c '^| .*tests/' SECURITY.md)" -ge 20 ]; echo $?)" 'there are walls'
tap_none 'each test of walls is named' "$(unnamed)"
tap_none 'it says how to report' "$(grep -q 'private vulnerability report' SECURITY.md || echo missing)"
tap_end
