#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# When digests are due, two years of it in every zone that PostgreSQL knows: each day, week or
# month once, at the hour of the clock there, whatever that clock does meanwhile.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

flow_conf
# zones whose clocks show the same twice a day for two years are one
flow_sql "CREATE TABLE zones AS SELECT min(name) AS zone FROM pg_timezone_names GROUP BY
	(SELECT string_agg((d AT TIME ZONE name)::text, ',' ORDER BY d)
		FROM generate_series(timestamptz '2026-11-01 00:00Z', '2028-11-30', '12 hours') d)" >/dev/null
tap_run 'there are zones with halves and quarters of hours, on both sides of the equator' test "$(flow_sql "SELECT count(*) > 50
	AND bool_or(extract(minute FROM now() AT TIME ZONE zone - now() AT TIME ZONE 'UTC') IN (30, -30))
	AND bool_or(extract(minute FROM now() AT TIME ZONE zone - now() AT TIME ZONE 'UTC') IN (45, -45)) FROM zones")" = t
flow_sql "CREATE TABLE due AS WITH RECURSIVE r AS (
	SELECT z.zone, s.every, s.weekday, s.monthday, s.hour,
		digest_next(s.every, s.weekday, s.monthday, s.hour, z.zone, '2026-11-22 00:00Z', NULL) AS due
	FROM zones z CROSS JOIN (VALUES ('daily', 1, 1, 2), ('weekly', 0, 1, 2), ('weekly', 1, 1, 7), ('monthly', 1, 31, 0)) s (every, weekday, monthday, hour)
	UNION ALL
	SELECT zone, every, weekday, monthday, hour, digest_next(every, weekday, monthday, hour, zone, due, NULL) FROM r WHERE due < '2028-11-22'
) SELECT *, due AT TIME ZONE zone AS clock, lag(due AT TIME ZONE zone) OVER (PARTITION BY zone, every, weekday ORDER BY due) AS before FROM r" >/dev/null
tap_is 'each day, each week, each month follows the one before' "$(flow_sql "SELECT every, string_agg(DISTINCT (clock::date - before::date)::text, ' ' ORDER BY (clock::date - before::date)::text) FROM due WHERE before IS NOT NULL GROUP BY 1 ORDER BY 1" | tr '\t\n' ' ;')" \
	'daily 1;monthly 28 29 30 31;weekly 7;'
tap_is 'on its weekday' "$(flow_sql "SELECT count(*) FROM due WHERE every = 'weekly' AND extract(dow FROM clock) <> weekday")" 0
tap_is 'the last of a month that has no 31st' "$(flow_sql "SELECT count(*) FROM due WHERE every = 'monthly' AND extract(month FROM clock + interval '1 day') = extract(month FROM clock)")" 0
tap_is 'at the hour, but where the clock skips it' "$(flow_sql "SELECT count(*) FROM due d WHERE clock::time <> make_time(hour, 0, 0)
	AND (date_trunc('day', clock) + hour * interval '1 hour') AT TIME ZONE zone AT TIME ZONE zone = date_trunc('day', clock) + hour * interval '1 hour'")" 0
tap_run 'some clocks do' test "$(flow_sql "SELECT count(*) FROM due WHERE clock::time <> make_time(hour, 0, 0)")" -gt 20
next() {
	flow_sql "SELECT string_agg(to_char(due AT TIME ZONE 'UTC', 'DD-HH24:MI'), ' ') FROM (
		WITH RECURSIVE r AS (SELECT digest_next('daily', 0, 1, $1, '$2', '$3', NULL) AS due, 1 AS n
			UNION ALL SELECT digest_next('daily', 0, 1, $1, '$2', due, NULL), n + 1 FROM r WHERE n < 4) SELECT due FROM r) x"
}
tap_is 'an hour that comes twice is once' "$(next 2 Europe/Madrid '2027-10-29 12:00Z')" '30-00:00 31-01:00 01-01:00 02-01:00'
tap_is 'Samoa had no 30 December 2011' "$(next 7 Pacific/Apia '2011-12-28 12:00Z')" '28-17:00 29-17:00 30-17:00 31-17:00'
tap_is 'a zone that nobody knows is UTC' "$(flow_sql "SELECT zone_known('Atlantis/Poseidonis')")" UTC
tap_is 'not twice on one day, where the hour changes' \
	"$(flow_sql "SELECT digest_next('weekly', 1, 1, 9, 'America/Guatemala', '2026-11-23 13:30Z', '2026-11-23') AT TIME ZONE 'America/Guatemala'")" '2026-11-30 09:00:00'
tap_end
