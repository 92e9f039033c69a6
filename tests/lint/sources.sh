#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What every source file keeps to: its licence line, no SQL outside the
# catalogue, no markup that nobody escaped, no path of one machine, and the
# sizes and shapes that CONTRIBUTING.md names.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

mapfile -t CODE < <(find server mailer web -name '*.[ch]' -type f | sort)
mapfile -t OUTSIDE < <(printf '%s\n' "${CODE[@]}" | grep -v '^server/db/')
mapfile -t ALL < <(find server mailer web tests docs po m4 .ci ./*.md check quickstart bootstrap \
	GNUmakefile Makefile.am configure.ac schema.sql debian -type f 2>/dev/null |
	grep -vE '^tests/corpus/|^tests/fuzz/seeds/|^docs/img/|\.(png|gmo|svg|ico|po|pot)$|/\.gitkeep$|^m4/(lt|libtool)' |
	sort)

no_licence() {
	local f
	for f in "${ALL[@]}"; do
		case $f in *.md | docs/man/*) continue ;; esac
		head -n 3 "$f" | grep -q 'SPDX-License-Identifier: Apache-2.0' || echo "$f"
	done
}

# Comments may talk about SQL, strings may not hold it.
sql_in_code() {
	awk '
		FNR == 1 { c = 0 }
		{
			line = $0
			if (c) { if (!sub(/^.*\*\//, "", line)) next; c = 0 }
			gsub(/\/\*([^*]|\*[^\/])*\*\//, "", line)
			if (sub(/\/\*.*$/, "", line)) c = 1
			if (line ~ /"[ \t(]*(SELECT|INSERT INTO|UPDATE [a-z_]+ SET|DELETE FROM|WITH [a-z_]+ AS|CREATE (TABLE|INDEX)|ALTER TABLE|select .* from |insert into |update [a-z_]+ set|delete from )/)
				print FILENAME ":" FNR ": " $0
		}' "${OUTSIDE[@]}"
}

long_files() {
	wc -l "${CODE[@]}" | awk '$2 != "total" && $1 > 700 { print $2 ": " $1 " lines" }'
}

bad_shapes() {
	grep -nE '^typedef (struct|union|enum) [a-z_0-9]* *\{|^typedef (struct|union|enum) [a-z_0-9]+ [a-z_0-9]+;' \
		"${CODE[@]}"
	grep -nE '^ {8,}[^ *]' "${CODE[@]}" | head
	grep -nE '[[:space:]]+$' "${CODE[@]}" | head
	LC_ALL=C.UTF-8 awk '{ s = $0; gsub(/\t/, "        ", s) }
		length(s) > 125 { print FILENAME ":" FNR ": " length(s) " columns" }' "${CODE[@]}"
}

# the folder above the checkout, unless it is one that everybody has
HERE=${TOP%/*}/
case $HERE in
/ | /tmp/ | /var/tmp/ | /srv/ | /opt/ | /usr/src/ | /var/lib/*) HERE=$TOP/ ;;
esac

tap_run 'there are sources to look at' test ${#CODE[@]} -gt 10
tap_none 'each file names its licence' "$(no_licence)"
tap_none 'SQL stands in server/db alone' "$(sql_in_code)"
tap_none 'raw markup is made by templates and the sanitizer alone' \
	"$(grep -nE '\bout_raw_' "${CODE[@]}" | grep -vE '^server/text/')"
# the folder of this checkout, homes and temporary places of whoever wrote it
tap_none 'no path of one machine' "$(grep -nIF -e "$HERE" "${ALL[@]}")$(grep -nIE '(^|[^A-Za-z0-9_.$}])/(home|root|Users)/[a-z]' \
	"${ALL[@]}" | grep -v '^tests/lint/')"
tap_none 'no file is over 700 lines' "$(long_files)"
tap_none 'tabs, no trailing space, no typedef of a struct, lines that fit' "$(bad_shapes)"
tap_none 'nothing is unfinished by its own word' \
	"$(grep -nE '\b(TODO|FIXME|XXX)\b|not implemented' "${CODE[@]}")"
tap_end
