# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Where the time of a post, of a copy and of a CGI page goes, statement by statement: what
# docs/performance.md says limits them can be seen again. One client and one worker, so that nobody
# waits for another; with pg_stat_statements, which adds some microseconds to each statement.
# Run by name alone. Each line: what, microseconds for one unit, "us", and a note. Sourced by
# tests/load/run.

# shellcheck disable=SC2046 # lists of process ids are meant to be split

# PostgreSQL once more, with what counts statements; those of functions and the time of plans as well.
profile_server() {
	pg_sql "$WORK/sock" postgres "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'" || return 1
	pg_stop "$WORK/pg"
	pg_start "$WORK/pg" "$WORK/sock" "$WORK/pg.log" || return 1
	pg_sql "$WORK/sock" postgres "ALTER SYSTEM SET pg_stat_statements.track = 'all'" &&
		pg_sql "$WORK/sock" postgres 'ALTER SYSTEM SET pg_stat_statements.track_planning = on' &&
		pg_sql "$WORK/sock" postgres 'SELECT pg_reload_conf()' >/dev/null
}

# us NAME VALUE [NOTE]
us() {
	printf '%-44s %8.1f us%s\n' "$1" "$2" "${3:+  $3}"
}

# statements UNITS: of one unit, what took a hundredth of all; those inside a function are indented and
# stand in its time as well.
statements() {
	sql "SELECT total_plan_time + total_exec_time, calls, toplevel, left(regexp_replace(query, '\\s+', ' ', 'g'), 44)
			FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
			WHERE d.datname = '$DB' AND query !~ 'pg_stat' AND query !~* '^(begin|set|vacuum|analyze|create|alter)'
			ORDER BY toplevel DESC, 1 DESC" |
		awk -F'\t' -v n="$1" '
			{ t[NR] = $1; c[NR] = $2; q[NR] = $3 == "t" ? $4 : "    " substr($4, 1, 40) }
			$3 == "t" { all += $1 }
			END {
				for (i = 1; i <= NR; i++)
					if (t[i] >= all / 100)
						printf "%-44s %8.1f us  %.2f times\n", q[i], 1000 * t[i] / n, c[i] / n
				printf "%-44s %8.1f us\n", "all statements", 1000 * all / n
			}'
}

# timed SQL: milliseconds that the server says it took.
timed() {
	sql "EXPLAIN (ANALYZE, TIMING OFF, SUMMARY) $1" | sed -n 's/^Execution Time: \(.*\) ms$/\1/p'
}

# One post: 1,000 of them by one connection, after 500 that planned everything.
profile_post() {
	local n=1000 c0 c1 rate vector table index words
	site_fresh profile && sql "$(members_sql carga 1); CREATE EXTENSION pg_stat_statements" && site_start_receive || return 1
	profile_lmtp 500 1 >/dev/null && sql 'VACUUM ANALYZE' && sql 'SELECT pg_stat_statements_reset()' >/dev/null || return 1
	c0=$(cpu_ms $(ours_pids))
	rate=$(profile_lmtp "$n" 2) || return 1
	c1=$(cpu_ms $(ours_pids))
	[ "$(sql 'SELECT count(*) FROM post')" = $((n + 500)) ] || { note 'profile: not every post is there'; return 1; }
	echo '-- a post'
	us 'clock, one client' "$(calc "1000000 / $rate")"
	us 'cabildo-receive' "$(calc "1000 * ($c1 - $c0) / $n")" 'of processor'
	statements "$n"
	# what the reference does as well, by itself
	vector=$(timed 'SELECT search_vector(lang, subject, body, $$$$) FROM post')
	words=$(timed "SELECT to_tsvector('spanish', body) FROM post")
	sql 'CREATE TABLE one (v tsvector); CREATE TABLE two (v tsvector); CREATE INDEX ON two USING gin (v) WITH (gin_pending_list_limit = 2048)'
	table=$(timed 'INSERT INTO one SELECT search FROM post')
	index=$(timed 'INSERT INTO two SELECT search FROM post')
	us 'of it: the vector of its words' "$(calc "1000 * $vector / ($n + 500)")" "to_tsvector alone $(calc "1000 * $words / ($n + 500)")"
	us 'of it: the index of words' "$(calc "1000 * ($index - $table) / ($n + 500)")"
	us 'of it: storing the vector' "$(calc "1000 * $table / ($n + 500)")"
	site_over
}

# profile_lmtp COUNT SEED: messages a second, by one connection.
profile_lmtp() {
	"$BUILD/tests/lib/lmtpsend" --to "127.0.0.1:$SITE_LMTP" --from carga@example.org --rcpt carga@foro.example \
		--connections 1 --quiet --mbox "$(messages "$1" "$2")" 2>&1 | awk '$1 == "rate" { print $2 }'
}

# One copy: a post to MEMBERS by one worker, after one that planned everything.
profile_copy() {
	local c0 c1 t0
	# shellcheck disable=SC2034 # deliver_start reads it
	local WORKERS=1
	site_fresh profile && sql "$(members_sql carga "$MEMBERS"); CREATE EXTENSION pg_stat_statements; ANALYZE" &&
		sink_start && site_start_receive && deliver_start || return 1
	profile_lmtp 1 1 >/dev/null && sink_until "$MEMBERS" && wait_for 10 queue_empty || return 1
	sql 'SELECT pg_stat_statements_reset()' >/dev/null
	: >"$WORK/sink/copies"
	c0=$(cpu_ms $(ours_pids)) t0=$(now)
	profile_lmtp 1 2 >/dev/null && sink_until "$MEMBERS" || return 1
	c1=$(cpu_ms $(ours_pids))
	[ "$(cut -f3 "$WORK/sink/copies" | sort -u | wc -l)" = "$MEMBERS" ] || { note 'profile: a copy is missing or twice'; return 1; }
	echo '-- a copy'
	us 'clock, one worker' "$(calc "1000000 * ($(sink_at "$MEMBERS") - $t0) / $MEMBERS")" "the first after $(calc "1000 * ($(sink_at 1) - $t0)") ms"
	us 'cabildo-receive and cabildo-deliver' "$(calc "1000 * ($c1 - $c0) / $MEMBERS")" 'of processor'
	statements "$MEMBERS"
	site_over
}

# starts NAME COUNT COMMAND...: processor time of a process, without what it waits for.
starts() {
	local name=$1 n=$2 i t
	shift 2
	t=$( (for ((i = 0; i < n; i++)); do "$@" >/dev/null 2>&1 </dev/null; done; times) |
		awk 'NR == 2 { for (i = 1; i <= 2; i++) { split($i, p, /[ms]/); s += 60 * p[1] + p[2] }; print s }')
	us "$name" "$(calc "1000000 * $t / $n")" 'of processor'
}

# serves NAME COUNT COMMAND...: the same, and what PostgreSQL takes for it.
serves() {
	local c0
	c0=$(cpu_ms $(theirs_pids))
	starts "$@"
	us "PostgreSQL for it" "$(calc "1000 * ($(cpu_ms $(theirs_pids)) - $c0) / $2")" 'of processor'
}

# One page by CGI: each request a process, a connection, and all plans anew.
profile_page() (
	n=100
	pages_site profile && sql 'CREATE EXTENSION pg_stat_statements' || return 1
	export GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=GET REQUEST_URI=/g/carga/1 SERVER_PROTOCOL=HTTP/1.1 \
		REMOTE_ADDR=127.0.0.1 HTTP_HOST=127.0.0.1 CABILDO_CONF="$SITE/cabildo.conf"
	"$BUILD/cabildo-web" </dev/null >"$WORK/plain"
	[ "$(grep -c '<article' "$WORK/plain")" = 30 ] || { note 'profile: not the page'; return 1; }
	echo '-- a page by CGI'
	starts 'a process with libpq and no more' $n "$BUILD/tests/load/ref_page"
	starts 'cabildo-web, to say its version' $n "$BUILD/cabildo-web" --version
	serves 'a connection, by psql' $n "$PG_BIN/psql" -X -q -h "$WORK/sock" -U postgres -d "$DB" -c ''
	export REF_DB="host=$WORK/sock dbname=$DB user=cabildo-web" REF_SQL="$THREAD_SQL"
	REF_BYTES=$(stat -c %s "$WORK/plain")
	export REF_BYTES
	serves 'the reference' $n "$BUILD/tests/load/ref_page"
	sql 'SELECT pg_stat_statements_reset()' >/dev/null
	serves 'cabildo-web, for the page' $n "$BUILD/cabildo-web"
	statements $n
	site_over
)

part_profile() {
	profile_server && profile_post && profile_copy && profile_page
}
