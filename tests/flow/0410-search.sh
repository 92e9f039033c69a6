#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Searching where there is much: a frequent word shows its newest posts, also
# where those are older than everything of a busy group; what is hidden or of
# others is neither found nor counted.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# many LIST N SUBJECT WORDS DAYS: N threads of one post each, the newest DAYS ago
many() {
	flow_sql "WITH l AS (SELECT id FROM list WHERE name = '$1'), t AS (
			INSERT INTO thread (list_id, number, subject, subject_base, first_post_at, last_post_at)
			SELECT l.id, coalesce((SELECT max(number) FROM thread h WHERE h.list_id = l.id), 0) + i, '$3 ' || i, lower('$3 ') || i, now() - interval '$5 days' - i * interval '1 minute',
				now() - interval '$5 days' - i * interval '1 minute'
			FROM l, generate_series(1, $2) i RETURNING id, list_id, number, subject, first_post_at)
		INSERT INTO post (list_id, thread_id, number, msgid, msgid_hash, author_name, author_addr, sent_at, source, lang,
			subject, body, html, search)
		SELECT list_id, id, 1, id || '@$1.example', sha256((id || '$1')::bytea), 'Ana', 'ana@example.org', first_post_at, 'import',
			'es', subject, '$4', '<p>$4</p>', search_vector('es', subject, '$4', '') FROM t" >/dev/null
}

hits() {
	net_get "$SITE_HTTP" "/search?q=$1" >"$TEST_TMP/page" || return 1
	grep -c 'class="row hit"' "$TEST_TMP/page"
}

first() {
	grep -oE 'class="row hit"><h2><a [^>]*>[^<]*' "$TEST_TMP/page" | head -n 1 | sed 's/.*>//'
}

flow_site 'web http'
tap_run 'a busy group' site_cabildo list add agenda --title Agenda --visibility public
tap_run 'an old one' site_cabildo list add vieja --title Vieja --visibility public
tap_run 'a private one' site_cabildo list add reservada --title Reservada
tap_run 'what is new' many agenda 20100 'Reunion' 'La delegacion confirma su asistencia.' 1
tap_run 'what is old' many vieja 2100 'Presupuesto' 'El presupuesto se aprueba en mayo.' 900
tap_run 'what is private' many reservada 2100 'Nombramiento' 'El nombramiento es secreto.' 900
tap_run 'what is rare' many vieja 3 'Acueducto' 'Un acueducto para el municipio.' 800
flow_sql ANALYZE >/dev/null

tap_is 'a rare word' "$(hits acueductos) $(first)" '3 Acueducto 1'
tap_is 'a frequent one: its newest' "$(hits delegaciones) $(first)" '30 Reunion 1'
tap_run 'and it says so' grep -q '2000\|2,000' "$TEST_TMP/page"
tap_is 'by date the same' "$(hits 'delegaciones&sort=date') $(first)" '30 Reunion 1'
tap_is 'a frequent one that is old: some of it' "$(hits presupuesto)" 30
tap_is 'asked in its group: its newest' "$(hits 'presupuesto&list=vieja') $(first)" '30 Presupuesto 1'
tap_is 'asked in another: nothing' "$(hits 'presupuesto&list=agenda')" 0
tap_is 'a word of a private group is not found' "$(hits nombramiento)" 0
tap_run 'nor counted' test "$(grep -c '2000\|2,000' "$TEST_TMP/page")" = 0
tap_is 'nor when asked there' "$(hits 'nombramiento&list=reservada')" 0
flow_sql "UPDATE thread SET state = 'hidden' WHERE subject = 'Acueducto 1'; UPDATE thread SET state = 'hidden' WHERE subject = 'Reunion 1';
	UPDATE post SET state = 'hidden' WHERE subject = 'Acueducto 2'" >/dev/null
tap_is 'hidden ones are gone from the rare' "$(hits acueducto) $(first)" '1 Acueducto 3'
tap_is 'and from the frequent' "$(hits delegacion) $(first)" '30 Reunion 2'
flow_end
