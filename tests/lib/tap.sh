# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# TAP from shell: one line a check, the plan at the end, the exit status of the
# whole. A script that ends before tap_end has no plan, and tests/run counts
# that as a failure. Sourced.

TAP_N=0
TAP_BAD=0

# tap_ok STATUS TEXT [DETAIL]: status 0 passes; detail is shown where it does not.
tap_ok() {
	TAP_N=$((TAP_N + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$TAP_N" "$2"
	else
		TAP_BAD=$((TAP_BAD + 1))
		printf 'not ok %d - %s\n' "$TAP_N" "$2"
		[ -z "${3:-}" ] || printf '# %s\n' "${3//$'\n'/$'\n'# }"
	fi
}

# tap_run TEXT COMMAND...: passes where the command succeeds. It runs in this
# shell, so that what it sets and starts stays.
tap_run() {
	local text=$1 out rc=0
	shift
	out=$(mktemp) || exit 1
	"$@" >"$out" 2>&1 || rc=1
	tap_ok $rc "$text" "$(tail -n 30 "$out")"
	rm -f "$out"
}

# tap_none TEXT LINES: passes where there are no lines; each one is a finding.
tap_none() {
	local rc=0
	[ -z "$2" ] || rc=1
	tap_ok $rc "$1" "$(head -n 20 <<<"$2")"
}

# tap_is TEXT GOT WANTED
tap_is() {
	local rc=0
	[ "$2" = "$3" ] || rc=1
	tap_ok $rc "$1" "got:    $2"$'\n'"wanted: $3"
}

tap_skip_all() {
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

tap_end() {
	printf '1..%d\n' "$TAP_N"
	[ $TAP_BAD -eq 0 ]
	exit
}
