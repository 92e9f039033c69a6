#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The units of docs/systemd shut each program in: an exposure under 2.0 by
# `systemd-analyze security`, no capability, no way to gain one, nothing of the
# system to write to; and what they allow is enough: the programs at work make
# no system call that the units refuse.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

command -v systemd-analyze >/dev/null || tap_skip_all 'systemd-analyze is not here'

UNITS=$TOP/docs/systemd

# exposure UNIT: ten times the figure
exposure() {
	systemd-analyze security --offline=true "$1" 2>/dev/null |
		sed -n 's/.*exposure level for .*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}

# calls GROUP...: the system calls they stand for
calls() {
	local name
	for name; do
		case $name in
		@*) # shellcheck disable=SC2046 # words
			calls $(systemd-analyze syscall-filter "$name" | sed '1d; s/#.*//') ;;
		*) echo "$name" ;;
		esac
	done
}

# allowed UNIT: what it lets through, sorted
allowed() {
	local plus minus
	plus=$(sed -n 's/^SystemCallFilter=\([^~]\)/\1/p' "$1")
	minus=$(sed -n 's/^SystemCallFilter=~//p' "$1")
	# shellcheck disable=SC2086 # words
	comm -23 <(calls @default $plus | sort -u) <(calls $minus | sort -u | comm -23 - <(calls @default | sort -u))
}

# the programs, counted call by call
site_run() {
	local name=$1
	shift
	case $name in
	lighttpd) ;;
	*) set -- strace -f -c -U name -o "$TEST_TMP/calls.$name" "$@" ;;
	esac
	setsid "$@" >>"$SITE/log/$name.log" 2>&1 </dev/null 9>&- &
	printf '%s\n' "$!" >"$SITE/run/$name.pid"
	SITE_NAMES+=("$name")
}

# the program under strace is asked to end, not strace
site_kill() {
	local pid
	pid=$(site_pid "$1") && [ -n "$pid" ] || return 1
	if [ "$1" != lighttpd ]; then
		pid=$(cat "/proc/$pid/task/$pid/children" 2>/dev/null)
		pid=${pid%% *}
	fi
	[ -n "$pid" ] && kill -s "${2:-TERM}" "$pid" 2>/dev/null
}

work() {
	demo_group && demo_posts && wait_for 30 demo_copied d7@example.org marisol.quesada &&
		demo_page 'Cada delegación' && net_get "$SITE_HTTP" '/search?q=catalogo'
}

for unit in "$UNITS"/*.service; do
	name=${unit##*/}
	level=$(exposure "$unit")
	tap_ok "$([ -n "$level" ] && [ "$level" -lt 20 ]; echo $?)" "$name: exposure under 2.0" "it is ${level:-unknown} tenths"
	tap_none "$name: no capability, no privilege to gain, the system read-only" "$(
		for line in NoNewPrivileges=yes CapabilityBoundingSet= ProtectSystem=strict PrivateTmp=yes RestrictSUIDSGID=yes; do
			grep -qxF "$line" "$unit" || echo "$line is missing"
		done)"
	tap_is "$name: a user of its own, never root" "$(sed -n 's/^User=//p' "$unit")" "$(
		sed 's/^cabildod$/cabildo-sched/' <<<"${name%.service}")"
done

if ! strace -c -o /dev/null true 2>/dev/null; then
	tap_ok 0 'the system calls of the programs # SKIP strace is not here, or may not'
	tap_end
fi
flow_site
tap_run 'posts, copies, pages' work
tap_run 'the programs end' site_stop
for name in receive deliver web sched; do
	unit=$UNITS/cabildo-$name.service
	[ "$name" != sched ] || unit=$UNITS/cabildod.service
	awk '/^-/ { on = !on; next } on { print $NF }' "$TEST_TMP/calls.$name" | sort -u >"$TEST_TMP/made"
	tap_run "$name: its system calls were counted" grep -qx openat "$TEST_TMP/made"
	tap_none "$name: makes no system call that its unit refuses" "$(comm -23 "$TEST_TMP/made" <(allowed "$unit"))"
done
tap_end
