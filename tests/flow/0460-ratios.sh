#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 480
# alone: yes
# The figures of pages beside their references, as `make bench` takes them but briefly:
# printed, and wrong only where the best of three stays below a quarter of what
# docs/performance.md wants. A machine that does other work as well slows both down.
# A build with sanitizers, as ./check makes, is not measured: build/plain is then.
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/plain.sh
. "$TOP/tests/lib/plain.sh"

for tool in wrk curl lighttpd; do
	command -v "$tool" >/dev/null || [ -x "/usr/sbin/$tool" ] || tap_skip_all "$tool is not installed"
done
TOOLS='tests/lib/lmtpsend tests/lib/sink tests/load/ref_page tests/load/visible'

# shellcheck disable=SC2086 # a list of names
plain_build cabildo cabildo-web cabildo-receive $TOOLS ||
	tap_skip_all 'a build with sanitizers is not measured, and no other can be made'
for tool in $TOOLS; do
	[ -x "$MEASURED/$tool" ] || tap_skip_all "there is no $tool"
done

# the ratio that is wanted of each
declare -A WANTED=([thread_page_req_per_s]=0.6 [thread_page_304_req_per_s]=0.7 [thread_page_member_req_per_s]=0.5)
declare -A BEST=()

# measure: one run of each; true once none is below a quarter.
measure() {
	local name value rc=0
	BUILD=$MEASURED RUNS=1 SECONDS_EACH=1 MESSAGES=200 WORKERS=2 CORPORA='' timeout 100 \
		"$TOP/tests/load/run" pages >"$TEST_TMP/figures" 2>"$TEST_TMP/figures.err" || return 1
	while read -r name value _; do
		name=${name%_ratio}
		[ -n "${WANTED[$name]:-}" ] || continue
		BEST[$name]=$(awk -v a="${BEST[$name]:-0}" -v b="$value" 'BEGIN { print (a > b ? a : b) }')
	done < <(grep '_ratio ' "$TEST_TMP/figures")
	for name in "${!WANTED[@]}"; do
		enough "$name" || rc=1
	done
	return $rc
}

enough() {
	awk -v a="${BEST[$1]:-0}" -v w="${WANTED[$1]}" 'BEGIN { exit !(a >= w / 4) }'
}

for ((i = 0; i < 3; i++)); do
	measure && break
done
sed 's/^/# /' "$TEST_TMP/figures"
[ "${#BEST[@]}" -gt 0 ] || sed 's/^/# /' "$TEST_TMP/figures.err"
for name in "${!WANTED[@]}"; do
	tap_run "$name: ${BEST[$name]:-not measured} of its reference, ${WANTED[$name]} wanted, a quarter of it at least" enough "$name"
done
tap_end
