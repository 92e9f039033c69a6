#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The manual pages say what the programs take: each subcommand with its acts and
# options, each option of a program, each key of the configuration file, and none
# that is not there. (Settings of groups and of the site: tests/flow/1010-settings.sh.)
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
BUILD=${BUILD:-$TOP/build/plain}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP/docs/man" || exit 1

# plain PAGE...: their text, as a reader of the source sees it
plain() {
	sed -e 's/\\f[BIPR]//g' -e 's/\\-/-/g' -e 's/\\ / /g' -e 's/"//g' "$@"
}

# acts: `SUBCOMMAND ACT` of each that the table of `cabildo --help` names
acts() {
	"$BUILD/cabildo" --help | awk '/^  [a-z]/ {
		n = split($2, a, "|")
		if ($2 !~ /^[a-z|-]+$/) { print $1; next }
		for (i = 1; i <= n; i++) print $1, a[i]
	}'
}

# in the code, by its own words: what the first argument of a subcommand is compared with
acts_code() {
	grep -ohE 'strcmp\(argv\[0\], "[a-z-]+"\)' "$TOP"/server/cli/*.c | grep -oE '"[a-z-]+"' | tr -d '"' | sort -u
}

# headings: the lines that name a subcommand
headings() {
	plain cabildo.1 | sed -n '/^\.SH SUBCOMMANDS/,/^\.SH SETTINGS/p' | grep -A 1 -E '^\.T[PQ]' | grep -E '^\.B[IR]* ' | sed 's/^\.B[IR]* //'
}

options_cli() {
	cat "$TOP"/server/cli/*.c | tr '\n' ' ' | grep -oE 'const names\[\] = \{[^}]*\}' | grep -oE '"[a-z-]+!?"' | tr -d '"!' | sort -u
}

keys_code() {
	sed -n '/conf_defs\[\]/,/^};/p' "$TOP/server/base/conf.c" | grep -oE '\{ *"[a-z_]+"' | tr -dc 'a-z_\n' | sort -u
}

tap_none 'each subcommand and act of the table stands in a page' "$(acts | while read -r line; do
	headings | grep -qE "(^|[|] ?)${line%% *}( .*[ |]| )?${line#* }( |$|\||,)" || headings | grep -qE "^$line( |$)" || echo "$line"
done)"
tap_none 'each act of the code stands in the table' "$(acts_code | while read -r act; do
	acts | grep -qE "(^| )$act\$" || echo "$act"
done)"
tap_none 'no page names a subcommand that is not there' "$(headings | awk '$1 ~ /^[a-z]+$/ { print $1 }' | sort -u | while read -r name; do
	"$BUILD/cabildo" --help | grep -qE "^  $name( |\$)" || echo "$name"
done)"
tap_none 'each option of a subcommand stands in a page' "$(options_cli | while read -r option; do
	plain cabildo.1 cabildo-*.1 | grep -qE -- "--$option([^a-z-]|\$)" || echo "--$option"
done)"
tap_none 'each option of a program stands in its page' "$(for program in "$BUILD"/cabildo-* "$BUILD/cabildod"; do
	[ -f "$program" ] && [ -x "$program" ] || continue
	page=$(ls "${program##*/}".[18] 2>/dev/null || echo cabildo.1)
	"$program" --help 2>&1 | grep -oE '^  --[a-z-]+' | grep -vE -- '--(help|version|config)$' | while read -r option; do
		plain "$page" | grep -qE -- "$option([^a-z-]|\$)" || echo "$page: $option"
	done
done)"
tap_is 'cabildo.conf(5) has the keys of the code' "$(sed -n '/^\.TP/{n;s/^\.B \([a-z_]*\)$/\1/p}' cabildo.conf.5 | sort -u)" "$(keys_code)"
tap_none 'and the default of each' "$(sed -n '/conf_defs\[\]/,/^};/p' "$TOP/server/base/conf.c" |
	grep -oE '\{ "[a-z_]+", "[^"]*"' | tr -d '{"' | while IFS=', ' read -r key value; do
	[ -z "$value" ] || plain cabildo.conf.5 | sed -n "/^\.B $key\$/,/^\.TP/p" | grep -qF -- "$value" || echo "$key: $value"
done)"
command -v man >/dev/null || { tap_ok 0 'each page is well-formed # SKIP there is no man'; tap_end; }
tap_none 'each page is well-formed' "$(for page in *.[158]; do
	LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null | sed "s/^/$page: /"
done)"
tap_end
