#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Real mail that others collected, every file parsed as one message: no crash,
# no sanitizer report, each file answered, none over a second. CORPORA is the
# folder of the sets; PARSE_REPLAY may name the parse-replay of another build,
# one with sanitizers by preference.
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

REPLAY=${PARSE_REPLAY:-$BUILD/tests/load/parse-replay}
LIMIT_MS=1000

[ -d "${CORPORA:-}" ] || tap_skip_all 'CORPORA names no folder of real mail'
[ -x "$REPLAY" ] || tap_skip_all "there is no $REPLAY"
TMP=$(mktemp -d "${TEST_TMP:-/tmp}/corpora.XXXXXX") || exit 1
trap 'rm -rf "$TMP"' EXIT

# replay_set DIR: parses its files; leaves out, err and files in TMP.
replay_set() {
	find "$1/data" -type f -print0 >"$TMP/files"
	timeout 300 xargs -0 -r -n 200 "$REPLAY" <"$TMP/files" >"$TMP/out" 2>"$TMP/err"
}

sets=0
for dir in "$CORPORA"/{mime,gateway,spam,reply,list,bounce,auto,digest,thread}-*/; do
	[ -d "$dir/data" ] || continue
	sets=$((sets + 1))
	name=$(basename "$dir")
	rc=0
	replay_set "$dir" || rc=1
	tap_ok $rc "$name: the parser comes to its end" "$(tail -n 20 "$TMP/err")"
	tap_none "$name: nothing is reported" "$(cat "$TMP/err")"
	tap_is "$name: every file is answered" "$(wc -l <"$TMP/out")" \
		"$(tr -dc '\0' <"$TMP/files" | wc -c)"
	tap_none "$name: no file takes over $LIMIT_MS ms" \
		"$(awk -F'\t' -v most=$LIMIT_MS '$7 > most { print $7, $NF }' "$TMP/out")"
done
tap_ok "$((sets == 0))" 'there were sets to read'
tap_end
