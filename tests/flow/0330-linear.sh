#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 600
# alone: yes
# Every parser takes time in proportion to its input (promise P11): the fuzz targets over
# the hostile shapes of tests/lib/hostile.pl at one, two and four times a size. Counted
# is processor time, the best of a few runs; twice the size may take 2.3 times as long, four
# times 2.3 twice, and work that takes less than a millisecond is not told from noise. A
# sanitizer's memmem reads all it might look at, and is left out; its realloc copies where the
# plain one moves pages, which GMime, whose buffer of a header grows by steps of one size, does
# for each: there headers are a quarter as long, and the bound is 9.
# LINEAR_SCALE=N: of N times the size, up to the parsers' own limits.
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

BOUND=5.3
HEADERS=1
grep -qs 'fsanitize=address' "$BUILD/Makefile" && { BOUND=9 HEADERS=0.25 ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}intercept_memmem=0; export ASAN_OPTIONS; }
perl "$TOP/tests/lib/hostile.pl" "$TEST_TMP/shapes" "${LINEAR_SCALE:-1}" $HEADERS
# costs TARGET NN: microseconds at 1, 2 and 4
costs() {
	local f=$TEST_TMP/shapes/$1/$2
	CABILDO_COST=1 timeout -k 5 120 "$BUILD/tests/fuzz/replay-$1" "$f.1" "$f.2" "$f.4" 2>&1 |
		awk '$1 == "cost" { printf "%s ", $2 } END { print "" }'
}
# judge ONE TWO FOUR: 0 where it is in proportion
judge() {
	awk -v b=$BOUND -v one="${1:-}" -v two="${2:-}" -v four="${3:-}" \
		'BEGIN { exit !(four != "" && (four < 2000 || four <= b * one + 1000)) }'
}
for target in $(cut -f1 "$TEST_TMP/shapes/shapes" | sort -u); do
	bad=''
	n=0
	while IFS=$'\t' read -r t nn what; do
		[ "$t" = "$target" ] || continue
		n=$((n + 1))
		for _ in 1 2 3 4; do
			read -r one two four < <(costs "$t" "$nn")
			judge "$one" "$two" "$four" && continue 2
		done
		bad+="$nn $what: ${one:-nothing} ${two:-nothing} ${four:-nothing} us"$'\n'
	done <"$TEST_TMP/shapes/shapes"
	tap_none "$target: $n shapes" "$bad"
done
# and none is left out
tap_none 'every fuzz target has a shape' "$(comm -23 <(cd "$TOP/tests/fuzz" && printf '%s\n' *.c | sed 's/\.c$//' | sort) <(cut -f1 "$TEST_TMP/shapes/shapes" | sort -u))"
tap_none 'and its row in the table' "$(for f in "$TOP"/tests/fuzz/*.c; do n=$(basename "$f" .c); awk -F'|' -v n="$n" '{ k = split($4, t, /[ ,*]+/); for (i = 1; i <= k; i++) if (t[i] == n) found = 1 } END { exit !found }' "$TOP/tests/fuzz/README.md" || echo "$n"; done)"
tap_end
