#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What the guides name exists: files, folders, links, settings of the
# configuration file.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

# `server/core/` and the like in back quotes, and the targets of links
missing() {
	local guide path dir
	for guide in README.md CONTRIBUTING.md SECURITY.md docs/*.md; do
		[ -e "$guide" ] || continue
		dir=$(dirname "$guide")
		grep -oE '`(server|mailer|web|tests|docs|po|m4|\.ci)/[A-Za-z0-9_./-]+`' "$guide" |
			tr -d '`' | grep -vE 'NAME|NNNN' | sort -u | while read -r path; do
			[ -e "$path" ] || echo "$guide: $path"
		done
		grep -oE '\]\([^)#:]+' "$guide" | sed 's/^](//' | sort -u | while read -r path; do
			[ -e "$dir/$path" ] || echo "$guide: link to $path"
		done
	done
}

# every key of conf_defs[] stands in the guide, and every line there is a key
keys_code() {
	sed -n '/conf_defs\[\]/,/^};/p' server/base/conf.c |
		grep -oE '\{ *"[a-z_]+"' | tr -dc 'a-z_\n' | sort -u
}

keys_guide() {
	sed -n '/^```conf/,/^```$/p' docs/install.md | sed -n 's/^#* *\([a-z_]*\) = .*/\1/p' | sort -u
}

tap_none 'every file and link that a guide names exists' "$(missing)"
tap_none 'every folder of sources is in the map' "$(for d in server/* mailer/* web/* tests/*; do
	[ ! -d "$d" ] || [ -z "$(ls "$d")" ] || grep -qE "(^|[^a-z])${d##*/}/" README.md CONTRIBUTING.md ||
		echo "$d"
done)"
tap_is 'the configuration file in docs/install.md has the keys of the code' \
	"$(keys_guide)" "$(keys_code)"
tap_none 'the two first commands stand in README.md' "$(for c in ./quickstart ./check; do
	grep -qxE " *${c//./\\.}" README.md || echo "$c"
done)"
tap_end
