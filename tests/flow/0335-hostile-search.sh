#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Search queries of any form: PostgreSQL reads each without an error, in time that grows
# with its length, up to the 400 characters that the page takes and beyond; and none finds
# its way out of the parameter.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

flow_conf
# 4,000 queries of operators, quotation marks, letters of five languages and odd characters,
# the same ones in every run; who raises an error is named
tap_none 'no query is an error' "$(flow_sql "SET client_min_messages = warning;
	CREATE FUNCTION pg_temp.tried(q text) RETURNS text LANGUAGE plpgsql AS \$\$
	BEGIN PERFORM search_query(q); RETURN NULL; EXCEPTION WHEN OTHERS THEN RETURN sqlerrm || ' in ' || q; END \$\$;
	SELECT setseed(0.5);
	SELECT DISTINCT pg_temp.tried(q) FROM (
		SELECT string_agg((ARRAY['\"', '-', ' or ', ' ', '(', ')', '&', '|', '!', ':', '*', '<->', '''', E'\\\\', ':A', '%', '_', 'ñ', 'é',
			'año', 'reunión', 'the', 'https://a.example/b?c=d', 'a@b.example', '1.5e10', E'\\u00a0', E'\\U0001F600', E'\\u0301', ',', '<b>',
			'x', '--', ';', '\$1', E'\\n', E'\\u200b'])[1 + floor(random() * 36)::int], '') AS q
		FROM generate_series(1, 4000) n, generate_series(1, 1 + n % 60) k GROUP BY n) t WHERE pg_temp.tried(q) IS NOT NULL" | head -n 5)"
# cost SHAPE: microseconds of processor time at one, two, four times 500 characters, of forty tries:
# the kernel counts in steps of milliseconds
cost() {
	flow_sql "
		CREATE FUNCTION pg_temp.used() RETURNS bigint LANGUAGE sql AS \$\$
			SELECT split_part(pg_read_file('/proc/self/schedstat', 0, 100), ' ', 1)::bigint / 1000 \$\$;
		CREATE FUNCTION pg_temp.cost(q text) RETURNS bigint LANGUAGE plpgsql AS \$\$
		DECLARE t bigint := pg_temp.used();
		BEGIN
			FOR i IN 1..40 LOOP PERFORM search_query(q); END LOOP;
			RETURN (pg_temp.used() - t) / 40;
		END \$\$;
		SELECT string_agg(pg_temp.cost(left(repeat(\$q\$$1\$q\$, 2000), n))::text, ' ' ORDER BY n) FROM unnest(ARRAY[500, 1000, 2000]) n" | tail -n 1
}
bad=''
for shape in 'palabra ' '"' '-' '"a -' 'a or ' '- ' '(' 'a:b ' 'año-nuevo-' 'https://a.example/' 'a@' '1.' $'\U1F600' '<b ' "'" '\' '&|!'; do
	for _ in 1 2 3 4; do
		read -r one two four < <(cost "$shape")
		[ "${four:-999999}" -lt 2000 ] && continue 2
		awk -v a="$one" -v b="$four" 'BEGIN { exit !(b <= 5.3 * a + 1000) }' && continue 2
	done
	bad+="$shape: $one $two $four us"$'\n'
done
tap_none 'four times as long takes four times as long' "$bad"
tap_end
