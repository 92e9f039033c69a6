#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Each fuzz target over its seeds: what once was found stays mended. The seeds
# of mail are those of tests/corpus.
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

for f in "$TOP"/tests/fuzz/*.c; do
	name=$(basename "$f" .c)
	case $name in
	mime | mbox | fold | html2text | report | lmtp) more=$TOP/tests/corpus ;;
	*) more='' ;;
	esac
	seeds=()
	mapfile -d '' -t seeds < <(find "$TOP/tests/fuzz/seeds/$name" ${more:+"$more"} -type f -print0 2>/dev/null | sort -z)
	out=$(timeout -k 5 100 "$BUILD/tests/fuzz/replay-$name" /dev/null "${seeds[@]}" 2>&1)
	tap_ok $? "$name: ${#seeds[@]} seeds" "$(tail -n 15 <<<"$out")"
done
tap_end
