#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The statement catalogue and the code name the same statements.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

NAMED=$(sed -n 's/^-- name:[ \t]*//p' server/db/sql/*.sql | tr a-z A-Z | sort)
USED=$(find server tests -name '*.[ch]' -type f ! -name 'stmt.[ch]' -print0 |
	xargs -0 grep -ohE '\bSTMT_[A-Z0-9_]+' | sed 's/^STMT_//' |
	grep -vxE 'COUNT' | sort -u)

tap_run 'there are statements to look at' test "$(grep -c . <<<"$NAMED")" -gt 5
tap_none 'each name is given once' "$(uniq -d <<<"$NAMED")"
tap_none 'each statement is used' "$(comm -23 <(sort -u <<<"$NAMED") <(printf '%s\n' "$USED"))"
tap_none 'each statement used is in the catalogue' \
	"$(comm -13 <(sort -u <<<"$NAMED") <(printf '%s\n' "$USED"))"
tap_none 'no statement pages by OFFSET' "$(grep -niE '\boffset\b *(\$|[0-9])' server/db/sql/*.sql)"
tap_none 'no statement hands out all columns' \
	"$(grep -niE '^select \*|returning \*' server/db/sql/*.sql)"
tap_end
