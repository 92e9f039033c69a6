# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A private PostgreSQL 15: its own data folder, a Unix socket and no port, one
# operating-system user that may be each of our roles. Used by ./quickstart
# for the trial and by tests/run for a throw-away one (with fsync off). The
# roles are made by `cabildo migrate`; here only the owner is. Sourced.

PG_BIN=${PG_BIN:-/usr/lib/postgresql/15/bin}
PG_ROLES='cabildo cabildo-receive cabildo-milter cabildo-deliver cabildo-fetch cabildo-web cabildo-sched'

# PostgreSQL refuses to run as root: there it runs as the user in PG_USER.
pg_as() {
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && runuser -u "${PG_USER:?}" -- "$@")
	else
		"$@"
	fi
}

# pg_init DATA LOG [fast]: a new cluster; `fast` gives up safety for tests.
pg_init() {
	local data=$1 log=$2 mode=${3:-safe} map role os
	# as its own user, who appends to it for as long as it runs
	pg_as touch "$log" || return 1
	# the superuser is `postgres`, and the owner `cabildo` an ordinary role that
	# may create roles, as beside a packaged PostgreSQL
	pg_as "$PG_BIN/initdb" --pgdata="$data" --username=postgres --auth=peer --encoding=UTF8 \
		--locale=C.UTF-8 --locale-provider=icu --icu-locale=und \
		--no-sync --no-instructions >>"$log" 2>&1 || return 1
	map=
	for os in "$(id -un)" "${PG_USER:-$(id -un)}"; do
		for role in postgres $PG_ROLES; do
			map="${map}trial \"$os\" \"$role\""$'\n'
		done
	done
	printf '%s' "$map" | pg_as tee "$data/pg_ident.conf" >/dev/null
	printf 'local all all peer map=trial\n' | pg_as tee "$data/pg_hba.conf" >/dev/null
	{
		cat <<-CONF
			listen_addresses = ''
			unix_socket_permissions = 0777
			max_connections = 100
			shared_buffers = 128MB
			wal_writer_delay = 10ms
			default_toast_compression = lz4
			jit = off
			timezone = 'UTC'
			log_line_prefix = '%m [%p] %v %u@%d '
		CONF
		# what a killed machine would lose does not matter to a test
		[ "$mode" = safe ] || printf 'fsync = off\nfull_page_writes = off\n'
	} | pg_as tee -a "$data/postgresql.conf" >/dev/null
}

# pg_start DATA SOCKDIR LOG: returns when it takes connections.
pg_start() {
	pg_as "$PG_BIN/pg_ctl" --pgdata="$1" --log="$3" --wait --timeout=60 --silent \
		-o "-k $2" start >>"$3" 2>&1 </dev/null 9>&-
}

# pg_stop DATA: fast, and immediate where that takes longer than 20 s.
pg_stop() {
	[ -e "$1/postmaster.pid" ] || return 0
	pg_as "$PG_BIN/pg_ctl" --pgdata="$1" --mode=fast --wait --timeout=20 --silent stop \
		>/dev/null 2>&1 ||
		pg_as "$PG_BIN/pg_ctl" --pgdata="$1" --mode=immediate --wait --timeout=10 --silent \
			stop >/dev/null 2>&1
}

# pg_sql SOCKDIR DATABASE SQL: rows without decoration, fields by TAB.
pg_sql() {
	"$PG_BIN/psql" -X -q -A -t -F '	' -v ON_ERROR_STOP=1 -h "$1" -U postgres -d "$2" -c "$3"
}

# pg_owner SOCKDIR: the owner role, once a cluster.
pg_owner() {
	pg_sql "$1" postgres 'CREATE ROLE cabildo LOGIN CREATEROLE CREATEDB'
}

# pg_database SOCKDIR NAME [TEMPLATE]: a database that belongs to the owner.
pg_database() {
	pg_sql "$1" postgres "CREATE DATABASE \"$2\" OWNER cabildo TEMPLATE \"${3:-template0}\""
}

pg_drop() {
	pg_sql "$1" postgres "DROP DATABASE IF EXISTS \"$2\" WITH (FORCE)"
}
