# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Where copies arrive: a sink that takes all of them, whose log is
# $TEST_TMP/sink/copies (tests/lib/sink.c). Sourced after flow.sh.

SINK=''

# sink_start [--FLAG...]: its port is SINK_PORT, and SITE_RELAY leads there.
sink_start() {
	mkdir -p "$TEST_TMP/sink"
	"$BUILD/tests/lib/sink" "$@" --port-file "$TEST_TMP/sink/port" --dir "$TEST_TMP/sink" </dev/null 2>"$TEST_TMP/sink/err" &
	SINK=$!
	# shellcheck disable=SC2034 # site.sh reads SITE_RELAY
	wait_for 10 test -s "$TEST_TMP/sink/port" && SINK_PORT=$(cat "$TEST_TMP/sink/port") && SITE_RELAY=smtp://127.0.0.1:$SINK_PORT
}

sink_end() {
	[ -z "$SINK" ] || kill "$SINK" 2>/dev/null
	SINK=''
}
