#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Somebody is forgotten in steps: the first takes away what only they could use, and
# each after it commits, so that others write meanwhile; whoever dies in the midst
# is gone on with. In an archive with quotations, revisions and originals nothing is
# left at the end, and what names nobody is as it was. (Large: docs/performance.md.)
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# 600 posts in 60 threads: every tenth hers, every tenth another quotes her, with a revision
archive() {
	flow_sql "SELECT setval('post_id_seq', 2000000);
	INSERT INTO thread (list_id, number, subject, subject_base, first_post_at, last_post_at, post_count, next_post)
		SELECT l.id, 100 + i, 'Tema ' || i, 'Tema ' || i, now(), now(), 10, 11 FROM list l, generate_series(1, 60) i WHERE l.name = 'agenda';
	INSERT INTO raw_message (id, size, hash, chunks, keep) OVERRIDING SYSTEM VALUE
		SELECT 1000000 + i, 10, '', 1, true FROM generate_series(1, 600) i;
	INSERT INTO raw_chunk (raw_id, n, bytes) SELECT 1000000 + i, 0, 'Ana Perez' FROM generate_series(1, 600) i;
	INSERT INTO post (id, list_id, thread_id, number, msgid, msgid_hash, account_id, author_name, author_addr, sent_at, source, lang,
			subject, body, html, raw_id, search)
		SELECT 1000000 + i, t.list_id, t.id, 1 + (i - 1) % 10, 'g' || i || '@x.example', sha256(('g' || i)::bytea), a.id, a.name, d.addr,
			now() - (601 - i) * interval '1 hour', 'import', 'es', 'Re: Tema', b, '<p>' || b || '</p>', 1000000 + i, search_of('es', 'Re: Tema', b, '{}')
		FROM generate_series(1, 600) i
		JOIN thread t ON t.number = 101 + (i - 1) / 10
		CROSS JOIN LATERAL (SELECT CASE WHEN i % 10 = 3 THEN 'ana.perez@example.org' ELSE 'julio.zelaya@example.org' END AS addr) d
		JOIN address ad ON ad.addr = d.addr JOIN account a ON a.id = ad.account_id
		CROSS JOIN LATERAL (SELECT 'El ñandubay número ' || i || CASE i % 10 WHEN 3 THEN '. Saludos, Ana Pérez'
			WHEN 7 THEN '. Como dijo Pérez, Ana (ana.perez@example.org)' ELSE '' END AS b) x;
	INSERT INTO thread_participant SELECT thread_id, author_addr, min(account_id), min(author_name), count(*) FROM post WHERE id > 1000000 GROUP BY 1, 2;
	UPDATE thread t SET participants = array(SELECT name FROM thread_participant p WHERE p.thread_id = t.id ORDER BY addr) WHERE number > 100;
	INSERT INTO post_revision (post_id, n, account_id, body, folds, html) SELECT id, 1, account_id, body, '{}', html FROM post WHERE id > 1000000 AND id % 10 IN (1, 3, 7)
	" >/dev/null
}

# a step, by the function that cabildod calls, and as short as one can be
step() {
	flow_sql "SELECT account_erase_step($ana, '1 ms')"
}

left() {
	flow_sql "SELECT 'post ' || id FROM post WHERE concat_ws(' ', author_name, author_addr, subject, body, html) ~* 'ana[^a-z]p[eé]rez|p[eé]rez, ana'
			OR search @@ to_tsquery('spanish', 'perez')
		UNION ALL SELECT 'revision ' || post_id FROM post_revision WHERE body || html ~* 'ana[^a-z]p[eé]rez|p[eé]rez, ana'
		UNION ALL SELECT 'thread ' || id FROM thread WHERE array_to_string(participants, ' ') ~ 'Ana'
		UNION ALL SELECT 'participant ' || thread_id FROM thread_participant WHERE name ~ 'Ana' OR addr ~ 'ana'"
}

# what others wrote of nobody: text, search entry, original
others() {
	flow_sql "SELECT id, author_name, body, html, search, raw_id, raw_hidden FROM post WHERE id BETWEEN 1000001 AND 1000600 AND id % 10 NOT IN (3, 7) ORDER BY id"
}

gone() {
	[ "$(flow_sql "SELECT erased_at IS NOT NULL FROM account WHERE id = $ana")" = t ]
}

flow_site 'receive web http'
tap_run 'the group is made' demo_group
ana=$(flow_sql "SELECT account_id FROM address WHERE addr = 'ana.perez@example.org'")
archive
tap_is 'there is an archive' "$(flow_sql 'SELECT count(*) FROM post')" 600
flow_sql "UPDATE account SET second_step = 'sealed', second_last = 7 WHERE id = $ana;
	INSERT INTO token (hash, purpose, account_id, data, expires_at) VALUES ('\x01', 'recovery', $ana, '', now() + interval '1 year')" >/dev/null
others >"$TEST_TMP/before"

# -- the first step
tap_is 'she has a number from now on' "$(flow_sql "SELECT account_erase($ana)")" participant-1
tap_is 'begun again, the same' "$(flow_sql "SELECT account_erase($ana)")" participant-1
tap_is 'she cannot sign in by any way' "$(flow_sql "SELECT name, password_hash IS NULL, second_step IS NULL, closed_at IS NOT NULL, erased_at IS NULL,
	(SELECT count(*) FROM token WHERE account_id = $ana), (SELECT count(*) FROM address WHERE account_id = $ana),
	(SELECT count(*) FROM subscription WHERE account_id = $ana) FROM account WHERE id = $ana" | tr '\t' ' ')" 'participant-1 t t t t 0 0 0'

# -- in the midst of it
tap_is 'a step leaves more to do' "$(flow_sql "BEGIN; SELECT account_erase_step($ana, '1 ms'); ROLLBACK" | head -n 1)" t
tap_is 'one that was lost leaves nothing half done' "$(flow_sql "SELECT phase, at FROM erasure" | tr '\t' ' ')" 'names 0'
tap_is 'the next goes on' "$(step)" t
tap_run 'others write meanwhile' demo_send julio.zelaya 'Mientras' m1@example.org 0 09:00 <<<'Sigo aquí, dijo Ana Pérez.'
tap_is 'at once' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'm1@example.org'")" 1
tap_run 'cabildod does the rest' sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	cabildod --config "$1" --once || exit 1; done' sh "$SITE/cabildo.conf"
tap_run 'until it is done' wait_for 30 gone
tap_is 'and nothing is kept of her for it' "$(flow_sql 'SELECT count(*) FROM erasure')" 0

# -- at the end
tap_none 'she is found nowhere, nor in what was written meanwhile' "$(left)"
tap_is 'her messages are there, under her number' "$(flow_sql "SELECT count(*), count(DISTINCT author_name || author_addr), min(author_name)
	FROM post WHERE account_id = $ana" | tr '\t' ' ')" '60 1 participant-1'
tap_is 'without their originals' "$(flow_sql "SELECT count(*) FROM raw_message WHERE id > 1000000")" 540
tap_is 'those that name her are not shown' "$(flow_sql "SELECT count(*) FROM post WHERE raw_hidden AND id BETWEEN 1000001 AND 1000600")" 120
tap_is 'within the words of others she is a number too' "$(flow_sql "SELECT count(*) FROM post WHERE body ~ 'Como dijo Participante 1 .participant-1@removed.invalid.'")" 60
tap_is 'also in what they said before' "$(flow_sql "SELECT count(*) FROM post_revision WHERE body ~ 'Participante 1'")" 120
tap_is 'the search is that of the new words' "$(flow_sql "SELECT count(*) FROM post WHERE id > 1000000 AND search <> search_of(lang, subject, body, folds)")" 0
tap_is 'each thread counts her once' "$(flow_sql "SELECT count(*), sum(posts) FROM thread_participant WHERE name = 'participant-1'" | tr '\t' ' ')" '60 60'
others >"$TEST_TMP/after"
tap_none 'what names nobody is as it was' "$(diff "$TEST_TMP/before" "$TEST_TMP/after" | head -4)"
tap_is 'there is nothing more to do' "$(step)" f
flow_end
