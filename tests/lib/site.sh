# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# One whole site: configuration, our programs and a web server in front, each
# with its pid file and log under one folder, and an end that leaves nothing
# behind. ./quickstart and the flow tests start a site with the same lines.
# The programs are found by PATH. Sourced, after pg.sh and net.sh.
#
# SITE		folder of the state; log/, run/ and the rest stand in it
# SITE_SOCK	short folder for sockets (their path ends at 107 bytes)
# SITE_DB	conninfo for the configuration, without a user
# SITE_ADDR, SITE_HTTP	where the web server listens
# SITE_LMTP, SITE_POLICY	ports asked for, 0 for any; site_start sets the real ones
# SITE_RELAY, SITE_DOMAIN, AUTHSERV, SITE_SPAM, SITE_LOG	the settings of the same meaning

SITE_NAMES=() # what runs, in the order it was started

# site_dirs: makes the folders.
site_dirs() {
	mkdir -p "$SITE/log" "$SITE/run" "$SITE/outbox" "$SITE/empty" &&
		SITE_SOCK=$(mktemp -d /tmp/cabildo.XXXXXX) && printf '%s\n' "$SITE_SOCK" >"$SITE/run/sock"
}

site_conf() {
	# whole at any time: a program that was started before may just be reading it
	cat >"$SITE/cabildo.conf.new" <<-CONF
		# Written anew at each start.
		database = $SITE_DB
		base_url = ${SITE_URL:-http://127.0.0.1:$SITE_HTTP}
		mail_domain = $SITE_DOMAIN
		lmtp_listen = 127.0.0.1:$SITE_LMTP
		policy_listen = 127.0.0.1:$SITE_POLICY
		milter_listen = 127.0.0.1:${SITE_MILTER:-8026}
		relay = $SITE_RELAY
		dns_server = ${SITE_DNS:-}
		secret_file = $SITE/secret
		recipient_delimiter = +
		authserv_id = ${AUTHSERV:-}
		spam_filter = ${SITE_SPAM:-none}
		remote_user = ${SITE_REMOTE_USER:-off}
		log_level = ${SITE_LOG:-info}
	CONF
	mv -f "$SITE/cabildo.conf.new" "$SITE/cabildo.conf"
	cat >"$SITE/lighttpd.conf" <<-CONF
		server.bind = "$SITE_ADDR"
		server.port = $SITE_HTTP
		server.document-root = "$SITE/empty"
		server.errorlog = "$SITE/log/lighttpd.log"
		server.upload-dirs = ( "$SITE/run" )
		server.max-request-size = 65536
		server.modules = ( "mod_fastcgi" )
		fastcgi.server = ( "/" => ( "cabildo" => (
			"socket" => "$SITE_SOCK/web",
			"check-local" => "disable",
			"fix-root-scriptname" => "enable"
		) ) )
	CONF
}

# site_run NAME COMMAND...: in a process group of its own.
site_run() {
	local name=$1
	shift
	setsid "$@" >>"$SITE/log/$name.log" 2>&1 </dev/null 9>&- &
	printf '%s\n' "$!" >"$SITE/run/$name.pid"
	SITE_NAMES+=("$name")
}

site_pid() {
	cat "$SITE/run/$1.pid" 2>/dev/null
}

# A zombie of ours counts as gone.
site_alive() {
	local pid state
	pid=$(site_pid "$1") && [ -n "$pid" ] || return 1
	state=$(awk '/^State:/ { print $2 }' "/proc/$pid/status" 2>/dev/null)
	[ -n "$state" ] && [ "$state" != Z ]
}

# site_kill NAME [SIGNAL]: to the program, which passes it on to its workers.
site_kill() {
	local pid
	pid=$(site_pid "$1") && [ -n "$pid" ] && kill -s "${2:-TERM}" "$pid" 2>/dev/null
}

site_dead() {
	! site_alive "$1"
}

# site_end NAME: asks, waits 5 s, insists on the whole group; false where it had to.
site_end() {
	local pid rc=0
	pid=$(site_pid "$1") && [ -n "$pid" ] || return 0
	site_kill "$1" TERM
	if wait_for 5 site_dead "$1"; then
		wait "$pid" 2>/dev/null # or its group would still be there as a zombie
	else
		rc=1
	fi
	# workers that outlive their parent count too
	kill -s KILL -- "-$pid" 2>/dev/null && rc=1
	[ $rc -eq 0 ] || echo "site: $1 had to be killed" >&2
	rm -f "$SITE/run/$1.pid"
	return $rc
}

site_stop() {
	local i rc=0
	for ((i = ${#SITE_NAMES[@]} - 1; i >= 0; i--)); do
		site_kill "${SITE_NAMES[i]}" TERM
	done
	for ((i = ${#SITE_NAMES[@]} - 1; i >= 0; i--)); do
		site_end "${SITE_NAMES[i]}" || rc=1
	done
	SITE_NAMES=()
	return $rc
}

# site_clear: the sockets go last, after PostgreSQL.
site_clear() {
	[ -z "${SITE_SOCK:-}" ] || rm -rf "$SITE_SOCK"
	rm -f "$SITE/run/sock"
}

# site_sweep: ends what a killed run left; only processes whose command names
# this folder are ours.
site_sweep() {
	local f pid
	for f in "$SITE"/run/*.pid; do
		[ -e "$f" ] || continue
		pid=$(cat "$f")
		if [ -n "$pid" ] && tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$SITE/"; then
			kill -s TERM -- "-$pid" 2>/dev/null
			wait_for 5 test ! -e "/proc/$pid" || kill -s KILL -- "-$pid" 2>/dev/null
		fi
		rm -f "$f"
	done
	[ ! -e "$SITE/run/sock" ] || rm -rf "$(cat "$SITE/run/sock")"
	rm -f "$SITE/run/sock" "$SITE/run/receive.ports"
}

# site_port NAME: the one the kernel gave to cabildo-receive.
site_port() {
	awk -v n="$1" '$1 == n { print $2; f = 1 } END { exit !f }' "$SITE/run/receive.ports" 2>/dev/null
}

# site_up NAME COMMAND...: NAME was started; waits until COMMAND succeeds, or
# says why it will not.
site_up() {
	local name=$1 until=$((SECONDS + 20))
	shift
	until "$@" >/dev/null 2>&1; do
		if site_dead "$name" || [ $SECONDS -ge $until ]; then
			echo "$name does not start; the end of $SITE/log/$name.log:" >&2
			tail -n 5 "$SITE/log/$name.log" >&2
			return 1
		fi
		sleep 0.1
	done
}

site_start_receive() {
	rm -f "$SITE/run/receive.ports"
	site_run receive cabildo-receive --config "$SITE/cabildo.conf" \
		--workers "${SITE_WORKERS:-2}" --port-file "$SITE/run/receive.ports"
	site_up receive site_port policy || return 1
	SITE_LMTP=$(site_port lmtp)
	SITE_POLICY=$(site_port policy)
}

# SITE_MILTER: its port; libmilter does not take one of the kernel's
site_start_milter() {
	site_run milter cabildo-milter --config "$SITE/cabildo.conf"
	site_up milter net_listening "$SITE_MILTER"
}

site_start_deliver() {
	site_run deliver cabildo-deliver --config "$SITE/cabildo.conf" --workers 1
}

site_start_web() {
	rm -f "$SITE_SOCK/web"
	site_run web cabildo-web --config "$SITE/cabildo.conf" --listen "$SITE_SOCK/web" \
		--workers "${SITE_WORKERS:-2}"
	site_up web test -S "$SITE_SOCK/web"
}

site_start_sched() {
	site_run sched cabildod --config "$SITE/cabildo.conf"
}

site_start_http() {
	site_run lighttpd /usr/sbin/lighttpd -D -f "$SITE/lighttpd.conf"
	site_up lighttpd net_listening "$SITE_HTTP"
}

site_start() {
	site_start_receive && site_start_deliver && site_start_web && site_start_sched &&
		site_start_http
}

# site_cabildo ARG...: the command line on this site.
site_cabildo() {
	cabildo --config "$SITE/cabildo.conf" "$@"
}

# site_complaints: what our programs said as a warning or a failure.
site_complaints() {
	grep -hE '\] (warn|fail|panic|die) |AddressSanitizer|runtime error' "$SITE"/log/*.log
}
