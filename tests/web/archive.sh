#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: long
# limit: 900
# The pages of a real archive, in a browser: real mail has what no demo has.
# CORPORA=DIR names the folder with archive-*; ARCHIVE=NAME one of them
# (archive-r-help-es). CABILDO_SCREENS=DIR keeps a picture of each page.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

DATA=${CORPORA:-}/${ARCHIVE:-archive-r-help-es}/data
[ -d "$DATA" ] || {
	echo '1..0 # SKIP needs real archives: CORPORA=DIR with archive-*'
	exit 0
}

# page NAME SQL: a line of the list; SQL gives the path below the group, or
# nothing where the archive has no such page.
page() {
	local path
	path=$(flow_sql "$2" | head -n 1)
	[ -z "$path" ] || printf 'archive-%s\t/g/archivo%s\n' "$1" "$path"
}

thread_where() {
	printf "SELECT '/' || number FROM thread WHERE %s LIMIT 1" "$1"
}

post_where() {
	printf "SELECT '/' || t.number || '/' || p.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE %s LIMIT 1" "$1"
}

choose() {
	printf 'archive-%s\t%s\n' home / search '/search?q=regresi%C3%B3n+lineal' newest '/search?q=gracias&sort=date' \
		list /g/archivo older "$(net_get "$SITE_HTTP" /g/archivo | grep -oE 'rel="next" href="[^"]*"' | cut -d'"' -f4)"
	page longest "$(thread_where 'true ORDER BY post_count DESC, id')"
	page nested "$(thread_where 'post_count BETWEEN 6 AND 12 ORDER BY participant_count DESC, id')"
	page subject "$(thread_where 'true ORDER BY length(subject) DESC, id')"
	page files "$(post_where 'p.attachment_count > 0 ORDER BY p.attachment_count DESC, p.id')"
	page long "$(post_where 'octet_length(p.html) > 20000')"
	page blank "$(post_where "p.html = ''")"
	page code "$(post_where "p.html LIKE '%<pre>%'")"
}

flow_site 'web http'
tap_run 'a group for it' site_cabildo list add archivo --title 'Archivo de la lista' --lang es --visibility public
site_cabildo import archivo "$DATA"/*.mbox* >"$TEST_TMP/import" 2>"$TEST_TMP/import.log"
tap_is 'the archive is in' $? 0
flow_sql ANALYZE >/dev/null
choose >"$TEST_TMP/paths"
tap_run 'it has pages to look at' test "$(wc -l <"$TEST_TMP/paths")" -ge 9
browser_look --paths "$TEST_TMP/paths"
flow_end
