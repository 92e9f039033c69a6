#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What stands in the record is read by people: each act that the code writes has its
# words in server/core/record.c.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1
TMP=$(mktemp -d) || exit 1
trap 'rm -rf "$TMP"' EXIT

sed -n '/^} acts\[\]/,/^};/s/.*{ "\([a-z]*\.[a-z-]*\)".*/\1/p' server/core/record.c | sort >"$TMP/words"

# as a whole, or a noun and a kind: the acts on threads have their kinds in a table
{
	grep -rhoE '"[a-z]+\.[a-z]+(-[a-z]+)*"' --include='*.c' server/core | tr -d '"'
	sed -n '/thread_act_names\[\] = {/,/};/p' server/core/thread.c | grep -oE '"[a-z-]+"' | tr -d '"' | sed 's/^/thread./'
	grep -ohE '"tag-(merge|rename)"' server/core/tag.c | tr -d '"' | sed 's/^/thread./'
} | grep -E "^($(cut -d. -f1 "$TMP/words" | sort -u | paste -sd'|'))\." | grep -v "\.json$" | sort -u >"$TMP/code"
tap_is 'the table has words' "$([ "$(wc -l <"$TMP/words")" -gt 50 ] && echo some)" some
tap_none 'each is there once, in order' "$(sort -c -u "$TMP/words" 2>&1)"
tap_none 'each act that the code writes has words' "$(comm -13 "$TMP/words" "$TMP/code")"
tap_end
