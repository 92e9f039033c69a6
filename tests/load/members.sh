# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Many members at once, by one statement: what is measured or counted is what
# happens to their copies, not how they were entered. Sourced, after pg.sh.

# members_sql LIST COUNT: the statement that enters COUNT members of LIST,
# m1@..., m2@..., and so on. Their domains tell the sink what to do with them:
# of each hundred, the 10th is @hard.example, the 20th and 21st are
# @soft.example, the 30th is @drop.example, all others @ok.example.
members_sql() {
	cat <<-SQL
		WITH n AS (
			SELECT g, 'm' || g || '@' || CASE g % 100 WHEN 10 THEN 'hard' WHEN 20 THEN 'soft'
				WHEN 21 THEN 'soft' WHEN 30 THEN 'drop' ELSE 'ok' END || '.example' AS addr
			FROM generate_series(1, $2) g
		), a AS (
			INSERT INTO account (name, locale)
			SELECT 'Miembro ' || g, CASE WHEN g % 4 = 0 THEN 'en' ELSE 'es' END FROM n
			RETURNING id, substr(name, 9)::bigint AS g
		), d AS (
			INSERT INTO address (account_id, addr, is_primary, verified_at)
			SELECT a.id, n.addr, true, now() FROM a JOIN n USING (g)
			RETURNING id, account_id
		), s AS (
			INSERT INTO subscription (list_id, account_id, address_id, source)
			SELECT l.id, d.account_id, d.id, 'import' FROM d, list l WHERE l.name = '$1'
			RETURNING list_id
		)
		UPDATE list SET member_count = member_count + (SELECT count(*) FROM s) WHERE name = '$1';
	SQL
}
