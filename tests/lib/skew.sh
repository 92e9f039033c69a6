# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A wall clock of the test's own for a site and its PostgreSQL, moved while they run.
# Sourced after flow.sh; only what is started afterwards has it.
#
#	skew_open '2027-03-27 11:00:00'		UTC; it goes on from there
#	SKEW=1 fault_pg				this command and what it starts
#	skew_by -3600				seconds
#	skew_to '1970-01-02 00:00:00'
#	skew_now				seconds since 1970

SKEW_FILE=$TEST_TMP/skew SKEW_LIB=$TEST_TMP/skew.so
SKEW_OFFSET=0 # seconds that it is ahead

skew_write() {
	# in place: it is mapped by whoever has it
	perl -e 'print pack("q", $ARGV[0] * 1000000)' -- "$SKEW_OFFSET" | dd of="$SKEW_FILE" conv=notrunc status=none
}

skew_by() {
	SKEW_OFFSET=$((SKEW_OFFSET + $1))
	skew_write
}

skew_to() {
	SKEW_OFFSET=$(($(date -u -d "$1" +%s) - EPOCHSECONDS))
	skew_write
}

skew_now() {
	echo $((EPOCHSECONDS + SKEW_OFFSET))
}

skew_open() {
	"${CC:-cc}" -O2 -Wall -shared -fPIC -o "$SKEW_LIB" "$TOP/tests/lib/skew.c" || return 1
	skew_to "$1" && chmod 644 "$SKEW_FILE" && export SKEW_FILE || return 1
	# a sanitizer wants to be the first that is loaded
	SKEW_FIRST=$(ldd "$BUILD/cabildod" | awk '$1 ~ /^lib[a-z]*san\.so/ { printf "%s ", $3 }')
}

# Ours run with it; what stands around them (lighttpd, the senders) does not.
site_run() {
	local name=$1
	shift
	case $1 in
	cabildo*) set -- env LD_PRELOAD="$SKEW_FIRST$SKEW_LIB" "$@" ;;
	esac
	setsid "$@" >>"$SITE/log/$name.log" 2>&1 </dev/null 9>&- &
	printf '%s\n' "$!" >"$SITE/run/$name.pid"
	SITE_NAMES+=("$name")
}
