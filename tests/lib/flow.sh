# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A flow test's site: the programs of this build on the test's own database,
# on ports the kernel gives, ended whatever happens. Waits are for conditions,
# never for time. Sourced by tests/flow/NNNN-*.sh, which tests/run starts:
#
#	. "$TOP/tests/lib/flow.sh"
#	flow_site			everything runs; $SITE_LMTP, $SITE_HTTP are ports
#	tap_run 'text' command
#	flow_end
#
# FLOW_ALSO names a function that ends what else the test started.
# flow_site 'receive deliver' starts only those (receive deliver web sched http).

: "${TOP:?run this by tests/run}" "${TEST_TMP:?}" "${CABILDO_TEST_DATABASE?}"
for flow_lib in tap pg net site demo; do
	# shellcheck source=/dev/null
	. "$TOP/tests/lib/$flow_lib.sh"
done

# shellcheck disable=SC2317 # a trap calls it
flow_stop() {
	local rc=$?
	trap '' INT TERM HUP EXIT
	${FLOW_ALSO:+"$FLOW_ALSO"}
	site_stop
	site_clear
	exit "$rc"
}

# shellcheck disable=SC2034 # site.sh reads them
# flow_conf: folders, ports, configuration and keys, nothing started. Settings
# may be given before (SITE_RELAY, AUTHSERV); lines for cabildo.conf cannot.
flow_conf() {
	[ -n "$CABILDO_TEST_DATABASE" ] || {
		echo 'there is no database for this test' >&2
		exit 1
	}
	SITE=$TEST_TMP SITE_ADDR=127.0.0.1 SITE_LMTP=0 SITE_POLICY=0
	SITE_DB=$CABILDO_TEST_DATABASE
	SITE_DOMAIN=${SITE_DOMAIN:-foro.example} AUTHSERV=${AUTHSERV:-mx.foro.example}
	SITE_DNS=${SITE_DNS:-127.0.0.1:1} # refuses: no test asks the world's DNS
	SITE_RELAY=${SITE_RELAY:-maildir:$SITE/outbox}
	SITE_HTTP=$(net_free_port) || exit 1
	trap flow_stop EXIT
	trap 'exit 130' INT TERM HUP
	site_dirs && site_conf && site_cabildo secret init >/dev/null || exit 1
}

# flow_site [WHAT]
flow_site() {
	local what
	flow_conf
	for what in ${1:-receive deliver web sched http}; do
		"site_start_$what" || exit 1
	done
}

# flow_sql SQL: rows of the test's database, as its superuser.
flow_sql() {
	pg_sql "$TEST_PG" "${CABILDO_TEST_DATABASE##*dbname=}" "$1"
}

# flow_mac PURPOSE TEXT: as rnd.h has it, made by other means than ours: BLAKE2b
# keyed with the site's key over purpose, NUL, text; 80 bits of it in base32.
flow_mac() {
	printf '%s\0%s' "$1" "$2" >"$TEST_TMP/signed"
	openssl mac -binary -macopt "hexkey:$(awk '!/^#/ && NF == 2 { print $2; exit }' "$SITE/secret")" \
		-macopt size:16 -in "$TEST_TMP/signed" BLAKE2BMAC | head -c 10 | base32 | tr 'A-Z' 'a-z'
}

# flow_thread_address ID: as address.h has it.
flow_thread_address() {
	printf 'agenda+t%s.%s@foro.example' "$1" "$(flow_mac thread "agenda@foro.example/$1")"
}

# flow_later COMMAND...: mail that it sends is told to come again, with an enhanced code.
flow_later() {
	local out
	out=$("$@") && return 1
	grep -E '^(451|421) 4\.[0-9]\.[0-9] ' <<<"$out" || { echo "$out"; return 1; }
}

# flow_page: the group's page. flow_away: it says that it will be back, and when.
flow_page() {
	net_get "$SITE_HTTP" /g/agenda
}

flow_away() {
	local out
	out=$(flow_page) && return 1
	grep -qE '^HTTP/1\.[01] 503' <<<"$out" && grep -qiE '^Retry-After: *[0-9]+' <<<"$out" ||
		{ head -n 20 <<<"$out"; return 1; }
}

# flow_end: the programs stop in time and complained of nothing.
flow_end() {
	tap_run 'all programs stop in time' site_stop
	tap_none 'no program complained' "$(site_complaints)"
	tap_end
}
