#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Deleting one's account: seven days to think it over, then the person is found
# nowhere: on no page, in no search, feed, original, file of members, nor in any
# text of the database; the threads stay, and the seal of the audit log holds.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

fails() {
	! "$@"
}

# from WHO ID SUBJECT [PARENT]
from() {
	mail_make "$(demo_name "$1")" "$1@example.org" "agenda@$SITE_DOMAIN" "$3" "$2" \
		'Mon, 16 Nov 2026 09:00:00 -0600' "${4:-}" | net_lmtp "$SITE_LMTP" "$1@example.org" "agenda@$SITE_DOMAIN"
}

closing() {
	flow_sql "SELECT closing_at IS NOT NULL FROM account WHERE name = 'Ana Pérez'"
}

# Every text of the database, arrays too, one a line with its column; bytes are not texts.
texts() {
	flow_sql "SELECT format('SELECT %L || x FROM (SELECT %s AS x FROM %I) t WHERE x <> '''';', c.relname || '.' || a.attname || ': ',
			CASE WHEN a.atttypid = 'text[]'::regtype THEN format('array_to_string(%I, chr(10))', a.attname) ELSE quote_ident(a.attname) || '::text' END, c.relname)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.atttypid IN ('text'::regtype, 'text[]'::regtype, 'tsvector'::regtype)" |
		while read -r q; do flow_sql "$q"; done
}

# what is left of her in a stream; threads hang together by ids, which name nobody here
left() {
	grep -iE '(^|[^a-z])(ana[^[:alnum:]]{0,8}p[eé]rez|p[eé]rez, *ana|ana\.perez|ana\.otra)([^a-z]|$)' | head -5
}

sealed() {
	[ "$(flow_sql 'SELECT count(*) FROM audit')" = "$(flow_sql 'SELECT count(*) FROM audit_seal')" ]
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'the posts are there' demo_posts
for who in ana.perez marisol.quesada rodrigo.mejia; do
	tap_run "$who signs in" browse_in $who
done

# she is all over the place
tap_run 'a message of hers with her name and address' from ana.perez e1@example.org 'Propuesta de Ana Pérez' <<-'TEXT'
	Colegas: ésta es mi propuesta.

	Saludos,
	Ana Pérez
	ana.perez@example.org
TEXT
tap_run 'an answer that quotes her' from julio.zelaya e2@example.org 'Re: Propuesta de Ana Pérez' e1@example.org <<-'TEXT'
	Gracias, Ana Perez. Me parece bien lo de la ñandubay.

	El 16/11/2026 a las 9:00, Pérez, Ana <ana.perez@example.org> escribió:
	> Colegas: ésta es mi propuesta.
	>
	> Saludos,
	> Ana
	> Pérez
TEXT
tap_run 'one on a banana' from carmen.loaisiga e3@example.org 'Banana pereza' <<<'La banana y la pereza de Mariana Pérezón; escriba a mariana.perez@example.org.'
tap_run 'all are posted' wait_for 10 sh -c '[ "$1" = 3 ]' sh "$(flow_sql "SELECT count(*) FROM post WHERE msgid LIKE 'e_@example.org'")"
AUTHSERV='' tap_run 'one of hers waits' from ana.perez e4@example.org 'Esto espera' <<<'Sin prueba de que sea Ana Pérez.'
tap_is 'she asks for another address' "$(browse_post ana.perez /me /account/address addr=ana.otra@example.net)" 303
tap_is 'and for one that is Julio'"'"'s' "$(browse_post ana.perez /me /account/address addr=julio.zelaya@example.org)" 303
tap_is 'she follows a thread' "$(browse_post ana.perez /g/agenda/2 /g/agenda/2/follow mode=follow)" 303
tap_is 'the owner makes her moderator' "$(browse_post marisol.quesada /g/agenda/members /g/agenda/members what=role:moderator \
	"who=$(flow_sql "SELECT id FROM account WHERE name = 'Ana Pérez'")")" 303
printf 'address,name\nana.perez@example.org,Ana Pérez\n' >"$TEST_TMP/one.csv"
site_cabildo member add agenda otra.ana@example.net --name 'Ana María Pérez' </dev/null
folds=$(flow_sql "SELECT folds::text FROM post WHERE msgid = 'e2@example.org'")
tap_run 'the answer has folds' test "$folds" != '{}'
tap_run 'the search finds her' grep -q Propuesta <(browse rodrigo.mejia '/search?q=ana+perez')

# -- seven days
tap_is 'the page says what happens' "$(browse_status ana.perez /account/delete)" 200
tap_is 'looking at it asks for nothing' "$(closing)" f
tap_is 'she asks' "$(browse_post ana.perez /account/delete /account/delete)" 303
tap_is 'it is noted' "$(closing)" t
tap_run 'her page says so' grep -q 'Su cuenta termina el' <(browse ana.perez /me)
tap_is 'the same again changes nothing' "$(browse_post ana.perez /me /account/delete)" 303
tap_run 'a mail has the way back' wait_for 10 browse_mail ana.perez@example.org '/c/[a-z2-7]+'
token=$(browse_token ana.perez@example.org 'termina el')
tap_is 'its page' "$(browse_status - "/c/$token")" 200
tap_is 'changes nothing' "$(closing)" t
tap_is 'its button does' "$(browse_post - "/c/$token" "/c/$token")" 200
tap_is 'she stays' "$(closing)" f
tap_is 'the last owner is told why not' "$(browse_post marisol.quesada /me /account/delete)" 409
tap_run 'by the group' grep -q 'Agenda digital regional' "$TEST_TMP/answer"
tap_run 'nor at the command line' fails site_cabildo account delete marisol.quesada@example.org
tap_is 'she asks again' "$(browse_post ana.perez /account/delete /account/delete)" 303
tap_run 'before its time nothing happens' sh -c 'sleep 0.1; cabildod --config "$1" --once' sh "$SITE/cabildo.conf"
tap_is 'she is there' "$(closing)" t

# -- and after them
flow_sql "UPDATE account SET closing_at = now() - interval '1 second' WHERE name = 'Ana Pérez'" >/dev/null
gone() {
	[ "$(flow_sql "SELECT count(*) FROM account WHERE erased_at IS NOT NULL")" = 1 ]
}
tap_run 'after seven days it is done' wait_for 20 gone
tap_is 'her session ended' "$(browse_status ana.perez /me)" 303
tap_none 'no text of the database has her' "$(texts | grep -vE '\.(msgid|refs|in_reply_to): |mariana' | left)"
for path in / /g/agenda /g/agenda/1 /g/agenda/members /g/agenda/atom /moderation '/search?q=propuesta' '/search?q=ana' \
	'/search?q=perez' /g/agenda/members/csv '/delivery?id=e1@example.org'; do
	tap_none "nor has $path" "$(browse marisol.quesada "$path" | grep -v 'name="q"\|mariana\|<title>' | sed 's/«[^»]*»//g' | left)"
done
for n in $(flow_sql "SELECT DISTINCT t.number || '/' || p.number FROM post p JOIN thread t ON t.id = p.thread_id"); do
	browse marisol.quesada "/g/agenda/${n%/*}"
	browse marisol.quesada "/g/agenda/$n"
	browse marisol.quesada "/g/agenda/$n/raw"
	browse marisol.quesada "/g/agenda/${n%/*}/atom"
	# deflated when it was posted: drawn by another way
	http_wire - "/g/agenda/${n%/*}" gzip
	grep -qi '^content-encoding: gzip' "$TEST_TMP/http.head" || echo 'Ana Pérez: not as gzip'
done >"$TEST_TMP/everything"
tap_none 'nor any thread, post, feed or original' "$(grep -v mariana "$TEST_TMP/everything" | left)"
tap_run 'she is a number in the threads' grep -q 'Participante 1' "$TEST_TMP/everything"
tap_run 'also in the list of the group' grep -q 'Participante 1' <(browse marisol.quesada /g/agenda)
tap_is 'kept as one and the same' "$(flow_sql "SELECT string_agg(DISTINCT name, ' ') FROM (SELECT a.name FROM account a WHERE erased_at IS NOT NULL
	UNION SELECT author_name FROM post WHERE msgid = 'e1@example.org' UNION SELECT name FROM thread_participant WHERE addr LIKE '%@removed.invalid') n")" participant-1
flow_sql "UPDATE account SET locale = 'en' WHERE name = 'Rodrigo Mejía'" >/dev/null
e1=$(flow_sql "SELECT '/g/agenda/' || t.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 'e1@example.org'")
tap_run 'who reads in English reads it so' grep -q 'Participant 1' <(browse rodrigo.mejia "$e1")
tap_run 'a quotation is in the language of its text' grep -q 'Participante 1' <(browse rodrigo.mejia "$e1")
flow_sql "UPDATE account SET locale = 'es' WHERE name = 'Rodrigo Mejía'" >/dev/null
tap_is 'the text of her message stays' "$(flow_sql "SELECT body LIKE '%ésta es mi propuesta%' FROM post WHERE msgid = 'e1@example.org'")" t
tap_is 'the original of it is not shown' "$(browse_status marisol.quesada "/g/agenda/$(flow_sql "SELECT t.number || '/' || p.number FROM post p JOIN thread t ON t.id = p.thread_id WHERE p.msgid = 'e1@example.org'")/raw")" 404
tap_is 'nor kept' "$(flow_sql "SELECT raw_id IS NULL FROM post WHERE msgid = 'e1@example.org'")" t
tap_is 'nor that of the answer shown' "$(flow_sql "SELECT raw_hidden FROM post WHERE msgid = 'e2@example.org'")" t
tap_is 'others of nearly her name stay' "$(flow_sql "SELECT body LIKE '%Mariana Pérezón; escriba a mariana.perez@example.org%' FROM post WHERE msgid = 'e3@example.org'")" t
tap_is 'and their originals' "$(flow_sql "SELECT raw_hidden FROM post WHERE msgid = 'e3@example.org'")" f
tap_is 'a member with one name more stays' "$(flow_sql "SELECT count(*) FROM account WHERE name = 'Ana María Pérez'")" 1
tap_is 'the folds of the answer end where they should' "$(flow_sql "SELECT bool_and(e.to_ <= octet_length(body) AND (e.to_ = octet_length(body)
		OR get_byte(convert_to(body, 'UTF8'), e.to_ - 1) = 10)) FROM post, LATERAL (SELECT folds[i] AS to_ FROM generate_series(2, cardinality(folds), 3) i) e
		WHERE msgid = 'e2@example.org'")" t
tap_run 'what she quoted is still found' grep -q Participante <(browse marisol.quesada '/search?q=ñandubay')
tap_is 'the search entry is that of the new text' "$(flow_sql "SELECT search = search_of(lang, subject, body, folds) AND search @@ to_tsquery('spanish', 'participante') FROM post WHERE msgid = 'e2@example.org'")" t
tap_is 'she has no row but her account' "$(flow_sql "SELECT (SELECT count(*) FROM address ad JOIN account a ON a.id = ad.account_id WHERE a.erased_at IS NOT NULL)
	+ (SELECT count(*) FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.erased_at IS NOT NULL)
	+ (SELECT count(*) FROM session s JOIN account a ON a.id = s.account_id WHERE a.erased_at IS NOT NULL)
	+ (SELECT count(*) FROM thread_follow s JOIN account a ON a.id = s.account_id WHERE a.erased_at IS NOT NULL)")" 0
tap_is 'Julio has his address' "$(flow_sql "SELECT a.name FROM address ad JOIN account a ON a.id = ad.account_id WHERE addr = 'julio.zelaya@example.org'")" 'Julio Zelaya'
tap_is 'and his message' "$(flow_sql "SELECT author_addr FROM post WHERE msgid = 'e2@example.org'")" julio.zelaya@example.org
tap_is 'the group counts one less' "$(flow_sql "SELECT member_count - (SELECT count(*) FROM subscription s WHERE s.list_id = l.id) FROM list l WHERE name = 'agenda'")" 0
tap_is 'what waited is withdrawn' "$(flow_sql "SELECT decision, done_at IS NOT NULL, raw_id IS NULL FROM hold WHERE msgid = 'e4@example.org'" | tr '\t' ' ')" 'discard t t'
tap_is 'the act is on record' "$(flow_sql "SELECT act, door FROM audit WHERE act = 'account.erase'" | tr '\t' ' ')" 'account.erase system'
tap_run 'the log is sealed to its end' wait_for 20 sealed
[ -z "$(site_cabildo --help | grep -w audit)" ] || tap_run 'and the seal holds' site_cabildo audit verify

# she may come back, as somebody new
tap_run 'her address can be registered again' site_cabildo member add agenda ana.perez@example.org --name 'Ana Pérez' </dev/null
tap_is 'as another person' "$(flow_sql "SELECT count(*) FROM post p JOIN address ad ON ad.account_id = p.account_id WHERE ad.addr = 'ana.perez@example.org'")" 0

# at once
tap_is 'the command line does not wait' "$(site_cabildo account delete itzel.barria@example.org)" 'erased participant-2'
tap_none 'she is gone too' "$(texts | grep -iE 'itzel[^[:alnum:]]{0,8}barr|itzel\.barria' | grep -vE '\.(msgid|refs|in_reply_to): ')"
flow_end
