# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# The blocks of docs/mail-server.md as files, so that a test runs what an
# administrator reads. Sourced.

DOC_PAGE=${DOC_PAGE:-$TOP/docs/mail-server.md}

# doc_blocks WAY ROOT: each block whose first line names a file (`# /etc/...`)
# goes to the end of ROOT/etc/...; `; zone NAME` to ROOT/zone; `# as root: WHAT` to
# ROOT/sh/WHAT. Of the sections "With ..." only that of WAY. False for a block
# that says nothing of where it belongs.
doc_blocks() {
	awk -v way="$1" -v root="$2" '
		/^## / { skip = /^## With / && index($0, way) == 0 }
		/^```./ { block = 1; first = 1; file = ""; next }
		/^```/ { block = 0; next }
		!block { next }
		first {
			first = 0
			if ($0 ~ /^# \/[^ ]+$/) file = root substr($0, 3)
			else if ($0 ~ /^; zone /) file = root "/zone"
			else if (sub(/^# as root: /, "")) { gsub(/ /, "-"); file = root "/sh/" $0 }
			else { print "a block of no file: " $0 > "/dev/stderr"; exit bad = 1 }
			dir = file; sub(/\/[^\/]*$/, "", dir)
			if (!skip) system("mkdir -p \"" dir "\"")
			next
		}
		!skip { print >> file; close(file) }
		END { exit bad }' "$DOC_PAGE"
}

# doc_place ROOT FROM=TO...: in all these files /etc/ becomes ROOT/etc/, and FROM TO;
# false where a FROM stands nowhere.
doc_place() {
	local root=$1 pair
	shift
	for pair; do
		grep -rqF -- "${pair%%=*}" "$root" || { echo "${pair%%=*} is in no block"; return 1; }
		find "$root" -type f -exec sed -i "s|${pair%%=*}|${pair#*=}|g" {} + || return 1
	done
	find "$root" -type f ! -path "$root/zone" -exec sed -i -E "s#(^|[^A-Za-z0-9_/])/etc/#\1$root/etc/#g" {} +
}

# doc_zone FILE: lines of a master file as dnsd.pl has them.
doc_zone() {
	sed -E -e 's/^([^ ]+)\.[ ]+/\1 /' -e 's/^([^ ]+) +(MX|A|TXT|PTR) +/\1 \2 /' -e 's/(MX [0-9]+ .*|PTR .*)\.$/\1/' -e '/ TXT /s/"//g' "$1"
}
