#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every #include against the order of the layers, and each external library in
# the one folder that may see it. CONTRIBUTING.md explains the order.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

# folder, level; a file includes from its own folder, from the folders listed
# after it, and from lower levels unless "not" names them
LEVELS='
server/base	0
server/text	1
server/db	1
server/store	2	not server/text
server/fanout	3
server/core	4
server/digest	5
server/cli	9
server/sched	9
server	9
mailer/intake	5	not server/store server/db
mailer/parse	5	not server/store server/db server/fanout server/core server/digest
mailer/accept	6	not server/store server/db
mailer/compose	6	not server/store server/db
mailer/deliver	7	not server/store server/db
mailer/fetch	7	not server/store server/db
mailer/import	8	not server/store server/db
mailer	9	not server/store server/db
web/static	5	not server/store server/db server/fanout server/core server/digest
web/serve	5	not server/store server/db server/fanout server/core server/digest
web/route	6	not server/store server/db server/fanout
web/views	6	not server/store server/db server/fanout
web/pages	7	not server/store server/db
web	9	not server/store server/db
'

# header prefix, the folders that may include it
LIBRARIES='
libpq	server/db
gmime/	mailer/parse
glib	mailer/parse
ytnef	mailer/parse
libetpan/	mailer/fetch
gnutls/	mailer/fetch
libesmtp	mailer/deliver
auth-client	mailer/deliver
openssl/	mailer/deliver
fcgi	web/serve
sodium	server/base
liboath/	server/core
pcre2	mailer/accept server/text server/core
md4c	server/text
zlib	web/serve server/text mailer/import
libmilter/	mailer/intake mailer
ares	mailer/deliver
libpsl	mailer/deliver
archive	web/serve
'

# includes: FILE LINE NAME of every #include of ours or of a library
includes() {
	find server mailer web tests -name '*.[ch]' -type f -print0 | sort -z |
		xargs -0 awk '
			/^[ \t]*#[ \t]*include[ \t]*["<]/ {
				s = $0; sub(/^[^"<]*/, "", s)
				q = substr(s, 1, 1); s = substr(s, 2); sub(/[">].*/, "", s)
				printf "%s %d %s %s\n", FILENAME, FNR, q == "<" ? "lib" : "own", s
			}'
}

upward() {
	awk -v table="$LEVELS" '
		function folder(p) { sub(/\/[^\/]*$/, "", p); return p }
		BEGIN {
			n = split(table, row, "\n")
			for (i = 1; i <= n; i++) {
				if (row[i] == "") continue
				split(row[i], f, "\t")
				level[f[1]] = f[2]
				m = split(f[3], w, " ")
				for (j = 2; j <= m; j++) not[f[1], w[j]] = 1
			}
		}
		$3 != "own" || $1 ~ /^tests\// { next }
		$4 == "config.h" { next }
		{
			from = folder($1); to = folder($4); at = $1 ":" $2 ": " $4
			if (!(from in level)) { print $1 ": its folder has no level"; next }
			if ($4 !~ /\//) { print at ": not by its path from the top"; next }
			if (!(to in level)) { print at ": no such folder in the layers"; next }
			if (from == to) next
			split(from, a, "/"); split(to, b, "/")
			if (level[to] >= level[from]) print at ": upward or sideways"
			else if ((from, to) in not) print at ": not from there"
			else if (b[1] != "server" && a[1] != b[1]) print at ": mailer and web never meet"
		}'
}

# a library in a folder that is not its room
strangers() {
	awk -v table="$LIBRARIES" '
		BEGIN {
			n = split(table, row, "\n")
			for (i = 1; i <= n; i++) {
				if (row[i] == "") continue
				split(row[i], f, "\t")
				m = split(f[2], w, " ")
				for (j = 1; j <= m; j++) room[f[1], w[j]] = 1
				prefix[f[1]] = 1
			}
		}
		# a test may use what it likes to look from outside
		$3 == "lib" && $1 !~ /^tests\// {
			from = $1; sub(/\/[^\/]*$/, "", from)
			for (p in prefix)
				if (index($4, p) == 1 && !((p, from) in room))
					print $1 ":" $2 ": <" $4 "> belongs to another folder"
		}'
}

# one folder for each library, whichever of its rooms that is; mail and web never
# meet, so each of the two may have its own
shared() {
	awk -v table="$LIBRARIES" '
		BEGIN {
			n = split(table, row, "\n")
			for (i = 1; i <= n; i++) if (split(row[i], f, "\t") > 1) prefix[f[1]] = 1
		}
		$3 == "lib" && $1 !~ /^tests\// {
			from = $1; sub(/\/[^\/]*$/, "", from)
			for (p in prefix)
				# gzip has two sides: pages go out through it, archives come in
				if (p != "zlib" && index($4, p) == 1 && !seen[p, from]++)
					rooms[p] = rooms[p] " " from
		}
		END {
			for (p in rooms)
				if (split(rooms[p], w, " ") > 1 && !faces(w)) print p ": seen by" rooms[p]
		}
		function faces(w,	a, b) {
			split(w[1], a, "/")
			split(w[2], b, "/")
			return !(3 in w) && a[1] != b[1] && a[1] != "server" && b[1] != "server"
		}'
}

ALL=$(includes)
tap_run 'there are #includes to look at' test "$(wc -l <<<"$ALL")" -gt 20
tap_none 'no file includes upward or sideways' "$(upward <<<"$ALL")"
tap_none 'each library stays in its room' "$(strangers <<<"$ALL")"
tap_none 'each library has one room' "$(shared <<<"$ALL")"
tap_end
