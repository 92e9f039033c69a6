#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# Each header compiles alone, and twice in one file.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
BUILD=${BUILD:-$TOP/build/plain}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

FLAGS=$(pkg-config --cflags libpq gmime-3.0 libsodium libpcre2-8 2>/dev/null)

# The poison of banned.h is not for system headers that come after it, so the
# two umbrella headers are tried by every .c file instead.
alone() {
	local h=$1
	# shellcheck disable=SC2086
	printf '#include "%s"\n#include "%s"\n' "$h" "$h" |
		gcc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -fsyntax-only -Wno-unused -I. -I"$BUILD" \
			$FLAGS -x c - 2>&1 | grep -E 'error|warning' | sed "s|^|$h: |"
}

BAD=
N=0
while read -r h; do
	N=$((N + 1))
	BAD=$BAD$(alone "$h")
done < <(find server mailer web -name '*.h' -type f | sort)
tap_run "there are headers to look at ($N)" test $N -gt 5
tap_none 'each header compiles alone' "$BAD"
tap_end
