#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What somebody who has taken a program over can do with its connection: what the
# schema grants that role by name, and nothing besides. Every role on every table
# and column, tried; the ways out of a role and out of the database; functions of
# the owner's. (That each grant is needed, and what must be refused for its
# meaning: tests/db/statements.sh.)
set -u
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
# shellcheck source=tests/lib/pg.sh
. "$TOP/tests/lib/pg.sh"

DB=${CABILDO_TEST_DATABASE##*dbname=}
PROGRAMS='cabildo-receive cabildo-milter cabildo-deliver cabildo-fetch cabildo-web cabildo-sched'

rows() { # SQL, as the superuser
	pg_sql "$TEST_PG" "$DB" "$1" || echo 'the database cannot be asked'
}

# tries ROLE FILE [alone]: each line of the file as the role, rolled back, or `alone`
# as what may stand in no transaction; prints its SQLSTATE (00000: it did), a line each
tries() {
	local begin=begin savepoint=savepoint back='rollback to s'
	[ "${3:-}" != alone ] || begin='select 1' savepoint='select 1 as' back='reset all'
	{
		echo '\set VERBOSITY sqlstate'
		echo "$begin;"
		sed "s/.*/$savepoint s;\\n&;\\n\\\\echo @ :SQLSTATE\\n$back;/" "$2"
		echo 'rollback;'
	} | "$PG_BIN/psql" -X -q -A -t -h "$TEST_PG" -U "$1" -d "$DB" -o /dev/null -f - 2>/dev/null |
		sed -n 's/^@ \([0-9A-Z]\{5\}\)$/\1/p'
}

# refused ROLE FILE: the lines of it that were not refused for want of a right
refused() {
	tries "$1" "$2" alone >"$TEST_TMP/got"
	[ "$(wc -l <"$TEST_TMP/got")" = "$(wc -l <"$2")" ] || echo 'not all were tried'
	paste "$TEST_TMP/got" "$2" | grep -v '^42501	'
}

# Each act on each table and column, with what the role was granted by name: y or n
acts() {
	rows "WITH t AS (SELECT c.oid, c.relname, c.relacl FROM pg_class c
			WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')),
		own AS (SELECT t.oid, g.privilege_type p FROM t, aclexplode(t.relacl) g
			WHERE g.grantee = '\"$1\"'::regrole),
		col AS (SELECT t.oid, a.attname, g.privilege_type p FROM t JOIN pg_attribute a ON a.attrelid = t.oid,
			aclexplode(a.attacl) g WHERE g.grantee = '\"$1\"'::regrole)
	SELECT CASE WHEN EXISTS (SELECT FROM own WHERE own.oid = x.oid AND own.p = x.p)
			OR EXISTS (SELECT FROM col WHERE col.oid = x.oid AND col.attname = x.attname AND col.p = x.p)
			THEN 'y' ELSE 'n' END, x.sql
	FROM (SELECT t.oid, a.attname, v.p, format(v.sql, t.relname, a.attname) AS sql
			FROM t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped,
				(VALUES ('SELECT', 'select %2\$I from %1\$I limit 0'),
					('INSERT', 'insert into %1\$I (%2\$I) select null where false'),
					('UPDATE', 'update %1\$I set %2\$I = null where false')) v (p, sql)
		UNION ALL SELECT t.oid, NULL, v.p, format(v.sql, t.relname)
			FROM t, (VALUES ('DELETE', 'delete from %I where false'), ('TRUNCATE', 'truncate %I cascade'),
				('REFERENCES', 'create temporary table w (n bigint references %I)'),
				('TRIGGER', 'create trigger w before insert on %I execute function suppress_redundant_updates_trigger()'),
				('DROP', 'drop table %I cascade'), ('LOCK', 'alter table %I disable trigger all')) v (p, sql)) x
	ORDER BY 2"
}

# matrix ROLE: acts whose outcome is not what was granted
matrix() {
	acts "$1" >"$TEST_TMP/acts"
	cut -f2- "$TEST_TMP/acts" >"$TEST_TMP/sql"
	tries "$1" "$TEST_TMP/sql" >"$TEST_TMP/got"
	[ "$(wc -l <"$TEST_TMP/got")" = "$(wc -l <"$TEST_TMP/sql")" ] || echo 'not all were tried'
	# a temporary table that refers to one that lasts is refused before any right is
	# looked at (42P16), a column that is made of others too (428C9, 42601)
	paste "$TEST_TMP/got" "$TEST_TMP/acts" | awk -F'\t' '
		$2 == "n" && $1 != "42501" && $1 != "42P16" && $1 != "428C9" && $1 != "42601" { print "may: " $0 }
		$2 == "y" && $1 == "42501" { print "may not: " $0 }
		$2 == "n" { n++ } END { if (n < 1000) print "only " n + 0 " acts were tried" }'
}

# Out of the role, out of the database, into the machine.
escapes() {
	local role
	for role in postgres cabildo $PROGRAMS; do
		[ "$role" = "$1" ] || printf 'set role "%s"\nset session authorization "%s"\ngrant "%s" to "%s"\n' "$role" "$role" "$role" "$1"
	done
	for role in pg_execute_server_program pg_read_server_files pg_write_server_files pg_read_all_data pg_write_all_data pg_signal_backend; do
		printf 'set role %s\ngrant %s to "%s"\n' "$role" "$role" "$1"
	done
	cat <<-'SQL'
		copy (select 1) to program 'true'
		copy schema_version from program 'echo 1'
		copy (select 1) to '/tmp/cabildo-wall'
		copy schema_version from '/etc/passwd'
		select pg_read_file('/etc/passwd')
		select pg_read_binary_file('postgresql.conf')
		select pg_ls_dir('/')
		select pg_stat_file('postgresql.conf')
		select lo_import('/etc/passwd')
		select lo_export(1, '/tmp/cabildo-wall')
		select rolpassword from pg_authid
		select * from pg_hba_file_rules
		select stxdndistinct from pg_statistic_ext_data
		select stavalues1 from pg_statistic
		alter system set archive_command = 'true'
		alter database :"DBNAME" set log_statement = 'all'
		set log_statement = 'none'
		set session_replication_role = replica
		set zero_damaged_pages = on
		load 'auto_explain'
		load '/tmp/x.so'
		create extension dblink
		create extension file_fdw
		create function w() returns void language c as '/tmp/x.so'
		create function public.w() returns integer language sql as 'select 1'
		create role intruder superuser
		create database intruder
		create schema intruder
		create table public.intruder (n integer)
		create view public.intruder as select 1
		create event trigger w on ddl_command_start execute function pg_event_trigger_ddl_commands()
		create publication w for all tables
		create subscription w connection 'host=/tmp' publication w
		create foreign data wrapper w
		create tablespace w location '/tmp'
		create cast (text as bytea) without function
		select pg_reload_conf()
		select pg_rotate_logfile()
		select pg_switch_wal()
		select pg_create_physical_replication_slot('w')
		select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'
		select setval('post_id_seq', 1)
		select set_config('session_preload_libraries', 'x', false)
	SQL
}

# What belongs to the owner and runs with the owner's rights
owned() {
	rows "SELECT format('%s: %s', p.proname, w.what) FROM pg_proc p, LATERAL (VALUES
			('everybody may run it', has_function_privilege('public', p.oid, 'execute')),
			('its names are looked up where its caller says', NOT EXISTS (SELECT FROM unnest(p.proconfig) c
				WHERE c ~ '^search_path=pg_catalog, pg_temp$'))) w (what, so)
		WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND w.so"
}

# What a role is besides its grants
attributes() {
	rows "SELECT rolname, 'is more than a role' FROM pg_roles WHERE rolname LIKE 'cabildo-%' AND
			(rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolconfig IS NOT NULL)
		UNION ALL SELECT m.member::regrole::text, 'is ' || m.roleid::regrole FROM pg_auth_members m
			WHERE m.member::regrole::text LIKE '%cabildo-%'
		UNION ALL SELECT c.relname, 'belongs to ' || c.relowner::regrole FROM pg_class c
			WHERE c.relnamespace = 'public'::regnamespace AND c.relowner <> 'cabildo'::regrole
		UNION ALL SELECT 'cabildo', 'is superuser' FROM pg_roles WHERE rolname = 'cabildo' AND (rolsuper OR rolreplication OR rolbypassrls)"
}

# To everybody: nothing of ours but what computes and keeps nothing
to_everybody() {
	rows "SELECT c.relname, g.privilege_type FROM pg_class c, aclexplode(c.relacl) g
			WHERE c.relnamespace = 'public'::regnamespace AND g.grantee = 0
		UNION ALL SELECT c.relname || '.' || a.attname, g.privilege_type FROM pg_class c
			JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) g
			WHERE c.relnamespace = 'public'::regnamespace AND g.grantee = 0
		UNION ALL SELECT n.nspname, g.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) g
			WHERE n.nspname = 'public' AND g.grantee = 0 AND g.privilege_type <> 'USAGE'
		UNION ALL SELECT d.defaclobjtype::text, d.defaclacl::text FROM pg_default_acl d"
}

tap_is 'there is a database' "$(rows 'select 1')" 1
tap_none 'no role is more than its grants, none is another' "$(attributes)"
tap_none 'nothing is granted to everybody' "$(to_everybody)"
tap_none 'what runs with the rights of the owner is for who was named, and looks names up where it says' "$(owned)"
for role in $PROGRAMS; do
	tap_none "$role: every table, every column, every act: what was granted and no more" "$(matrix "$role")"
	escapes "$role" >"$TEST_TMP/escapes"
	tap_none "$role: no way out of the role, the database, the machine" "$(refused "$role" "$TEST_TMP/escapes")"
done
# the owner of the schema may change it and make roles (which in PostgreSQL 15 includes
# granting itself others: SECURITY.md), yet has not the rights of the machine
escapes cabildo | grep -vE '^(grant|create (database|schema|table|view|function public|cast)|alter database|select setval|set role|set session auth)' >"$TEST_TMP/escapes"
escapes cabildo | grep -E '^set (role (.postgres|pg_)|session auth.*postgres)' >>"$TEST_TMP/escapes"
tap_none 'cabildo: the owner of the schema is not of the machine' "$(refused cabildo "$TEST_TMP/escapes")"
tap_end
