#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The runner counts what it should: a test that fails, hangs, dies, ends early
# or has no plan is a failure, whatever else it printed.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
BUILD=${BUILD:-$TOP/build/plain}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"

WORK=$(mktemp -d) || exit 1
trap 'rm -rf "$WORK"' EXIT
mkdir "$WORK/lint"

# fake NAME LINE...: a test of these lines; result NAME: what the runner says last
fake() {
	local f=$WORK/lint/$1.sh
	shift
	printf '%s\n' '#!/bin/sh' "$@" >"$f"
	chmod +x "$f"
}

result() {
	"$TOP/tests/run" --build "$BUILD" "$WORK/lint/$1.sh" 2>/dev/null | tail -n 1
}

fake good 'echo "ok 1 - a"; echo "ok 2 - b # SKIP no c"; echo 1..2'
fake bad 'echo "ok 1 - a"; echo "not ok 2 - b"; echo 1..2; exit 1'
fake liar 'echo "not ok 1 - a"; echo 1..1'
fake short 'echo 1..3; echo "ok 1 - a"'
fake noplan 'echo "ok 1 - a"'
fake dies 'echo "ok 1 - a"; echo 1..1; kill -SEGV $$'
fake hangs '# limit: 1' 'echo "ok 1 - a"; echo 1..2; sleep 60'
fake none 'echo "1..0 # SKIP not here"'
tap_is 'passes and skips' "$(result good)" '1 passed, 0 failed, 1 skipped'
tap_is 'a failed check' "$(result bad)" '1 passed, 1 failed'
tap_is 'a failed check with status 0' "$(result liar)" '0 passed, 1 failed'
tap_is 'fewer checks than planned' "$(result short)" '1 passed, 1 failed'
tap_is 'no plan' "$(result noplan)" '1 passed, 1 failed'
tap_is 'a signal' "$(result dies)" '1 passed, 1 failed'
tap_is 'no end' "$(result hangs)" '1 passed, 1 failed'
tap_is 'nothing to do' "$(result none)" '0 passed, 0 failed, 1 skipped'
tap_run 'the status says it too' test "$("$TOP/tests/run" --build "$BUILD" "$WORK/lint/bad.sh" \
	>/dev/null 2>&1; echo $?)" -ne 0
tap_end
