#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What a page costs, exactly: statements, round trips to PostgreSQL, and bytes on the wire. Posts are
# deflated when they are posted; a page that goes out as gzip is, read, what a
# client without gzip gets: in each language, for members and others, with folds,
# addresses, files and long posts in it, and after an edit, an unfolding and a
# deletion.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/http.sh
. "$TOP/tests/lib/http.sh"

DB=${CABILDO_TEST_DATABASE##*dbname=}

# The same page by both ways; tokens of forms are new each time.
same() {
	http_wire "$1" "$2" identity ${3:+"$3"} | untoken >"$TEST_TMP/plain"
	http_wire "$1" "$2" gzip ${3:+"$3"} | untoken >"$TEST_TMP/gz"
	grep -qi '^content-encoding: gzip' "$TEST_TMP/http.head" && grep -q '</html>' "$TEST_TMP/plain" &&
		diff "$TEST_TMP/plain" "$TEST_TMP/gz"
}

untoken() {
	sed -E 's/(name="(csrf|form_id)" value=")[^"]*/\1/g'
}

# cost AS PATH ENCODING [HEADER]: "N in M": so many statements the page runs, in so many round
# trips, as PostgreSQL logs them: what goes out together is one transaction of nobody's asking.
cost() {
	local from
	from=$(logged | wc -l)
	http_wire "$@" >/dev/null
	logged | tail -n +$((from + 1)) | awk '!($4 $5 in seen) { seen[$4 $5]; trips++ } END { print NR " in " trips + 0 }'
}

# What the site is called is asked by each worker every five seconds, by no page.
logged() {
	grep -E "@$DB LOG:  (execute|statement)" "$PG_LOG" | grep -v 'select value from setting where name'
}

long() {
	local i
	for ((i = 0; i < 60; i++)); do
		printf 'Párrafo %s de un mensaje largo, que en la página del hilo se corta y en la suya no.\nSigue en otra línea.\n\n' "$i"
	done
}

with_file() {
	cat <<-MAIL
		Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org
		From: Julio Zelaya <julio.zelaya@example.org>
		To: agenda@$SITE_DOMAIN
		Subject: Re: Un tema
		Message-ID: <g4@example.org>
		In-Reply-To: <g1@example.org>
		Date: Mon, 16 Nov 2026 11:00:00 -0600
		MIME-Version: 1.0
		Content-Type: multipart/mixed; boundary=x

		--x
		Content-Type: text/plain; charset=utf-8
		Content-Transfer-Encoding: 8bit

		Va el acta; cualquier cosa, a mesa.ayuda@example.net, que contestan siempre antes del mediodía.
		--x
		Content-Type: application/pdf
		Content-Disposition: attachment; filename=acta.pdf
		Content-Transfer-Encoding: base64

		JVBERi0xLjQK
		--x--
	MAIL
}

everyone() {
	local who lang
	for who in nobody ana.perez rodrigo.mejia; do
		for lang in es en fr; do
			same $who /g/agenda/1 "Accept-Language: $lang" || return 1
		done
	done
}

flow_site 'receive deliver'
flow_sql "ALTER ROLE \"cabildo-web\" IN DATABASE \"$DB\" SET log_statement = 'all'" >/dev/null
site_start_web && site_start_http
PG_LOG=$(dirname "$TEST_PG")/pg.log
tap_run 'the group is made' demo_group
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'posts' demo_send ana.perez 'Un tema' g1@example.org 0 08:00 <<<'Escriban a ana.perez@example.org. Nos vemos el martes & el <jueves>, en la sala de siempre, con el orden del día que ya conocen.'
demo_send julio.zelaya 'Re: Un tema' g2@example.org 0 09:00 g1@example.org <<'TEXT'
Gracias a todas las personas que vinieron; quedamos en eso para la próxima reunión del grupo.

El 16/11/2026 a las 8:00, Ana Pérez <ana.perez@example.org> escribió:
> Escriban a ana.perez@example.org. Nos vemos el martes & el <jueves>, en la sala
> de siempre, con el orden del día que ya conocen.
TEXT
long | demo_send ana.perez 'Re: Un tema' g3@example.org 0 10:00 g1@example.org
with_file | net_lmtp "$SITE_LMTP" julio.zelaya@example.org "agenda@$SITE_DOMAIN" >/dev/null
demo_send itzel.barria 'Re: Un tema' g5@example.org 0 12:00 g2@example.org <<<'Sí.'
for who in ana.perez rodrigo.mejia; do
	tap_run "$who signs in" sign_in $who
done

tap_is 'each post is deflated' "$(flow_sql 'SELECT count(*), count(packed) FROM post')" '5	5'
tap_run 'the page is the same by both ways, for everybody in each language' everyone
tap_run 'it has a fold, a cut and a file' sh -c 'grep -q "<details class=\"fold\">" "$1" && grep -q "/g/agenda/1/3\">Le" "$1" && grep -q acta.pdf "$1"' \
	sh "$TEST_TMP/gz" || http_wire nobody /g/agenda/1 gzip >&2
tap_run 'who is not signed in sees no address' sh -c '! grep -E "mesa.ayuda@|ana.perez@" "$1"' sh <(http_wire nobody /g/agenda/1 gzip)
tap_run 'a member does' grep -q mesa.ayuda@example.net <(http_wire ana.perez /g/agenda/1 gzip)

# -- where somebody is from: either, neither or both
flow_sql "INSERT INTO organisation (name) VALUES ('Mesa de Datos'), ('Red de Archivos');
	UPDATE account a SET organisation_id = o.id, country_code = NULL FROM address d, organisation o WHERE d.account_id = a.id AND d.addr = 'ana.perez@example.org' AND o.name = 'Mesa de Datos';
	UPDATE account a SET organisation_id = o.id, country_code = 'HN' FROM address d, organisation o WHERE d.account_id = a.id AND d.addr = 'julio.zelaya@example.org' AND o.name = 'Red de Archivos';
	UPDATE account a SET organisation_id = NULL, country_code = 'PA' FROM address d WHERE d.account_id = a.id AND d.addr = 'itzel.barria@example.org'" >/dev/null
for who in nobody rodrigo.mejia; do
	http_wire $who /g/agenda/1 gzip >"$TEST_TMP/gz"
	tap_is "$who sees who is from where" "$(grep -oE '<li>(Mesa de Datos|Red de Archivos, Honduras|Panamá)</li>' "$TEST_TMP/gz" | sort | uniq -c | tr -s ' \n' ' ')" \
		' 2 <li>Mesa de Datos</li> 1 <li>Panamá</li> 2 <li>Red de Archivos, Honduras</li> '
done

# -- what changes a post renews it
tap_is 'one is edited' "$(act ana.perez /g/agenda/1/1/edit 'act=save&revisions=0&text=Nos+vemos+el+viernes,+dice+alcaravan.')" 303
tap_run 'the page says the new words' sh -c 'grep -q alcaravan "$1" && ! grep -q "el martes &amp; el &lt;jueves&gt;, en la sala de siempre" "$1"' sh <(http_wire nobody /g/agenda/1 gzip)
tap_run 'by both ways' everyone
tap_is 'one is unfolded' "$(act rodrigo.mejia /g/agenda/1/2/unfold '')" 303
tap_run 'the page has it whole' sh -c '! grep -q "<details class=\"fold\">" "$1"' sh <(http_wire nobody /g/agenda/1 gzip)
tap_run 'by both ways' everyone
tap_is 'they are deflated still' "$(flow_sql 'SELECT count(packed) FROM post')" 5
tap_is 'one is deleted' "$(act ana.perez /g/agenda/1/3/edit 'act=delete&revisions=0')" 303
tap_run 'it is on no page' sh -c '! grep -q "mensaje largo" "$1"' sh <(http_wire nobody /g/agenda/1 gzip)
tap_run 'by both ways' everyone
flow_sql "UPDATE post SET packed = CASE number WHEN 1 THEN NULL WHEN 4 THEN 'K broken' ELSE packed END" >/dev/null
tap_run 'without it, or where it is broken, the page is drawn the other way' everyone
flow_sql 'UPDATE post SET packed = NULL WHERE number = 4' >/dev/null
tap_is 'and a broken one is told' "$(site_complaints | grep -c 'event=pack_broken')" "$(site_complaints | grep -c .)"
: >"$SITE/log/web.log"

# -- what a page costs
etag=$(http_wire nobody /g/agenda/1 gzip >/dev/null; tr -d '\r' <"$TEST_TMP/http.head" | sed -n 's/^ETag: //pI')
tap_is 'statements of a thread, and round trips' "$(cost nobody /g/agenda/1 gzip)" '2 in 1'
tap_is 'without gzip' "$(cost nobody /g/agenda/1 identity)" '2 in 1'
tap_is 'of one the browser has already' "$(cost nobody /g/agenda/1 gzip "If-None-Match: $etag")" '1 in 1'
tap_run 'which is 304' grep -q '^HTTP/1.[01] 304' "$TEST_TMP/http.head"
tap_is 'of a thread for a member' "$(cost ana.perez /g/agenda/1 gzip)" '5 in 4'
tap_is 'of a group' "$(cost nobody /g/agenda gzip)" '2 in 2'
tap_is 'of a group for a member' "$(cost ana.perez /g/agenda gzip)" '3 in 3'
tap_is 'of the front page' "$(cost nobody / gzip)" '2 in 2'
http_wire nobody /g/agenda/1 gzip >"$TEST_TMP/gz"
tap_run "a thread's own part is small ($(wc -c <"$TEST_TMP/http.sent") bytes with the texts)" \
	test "$(perl -0pe 's{(<div class="text"[^>]*>).*?(</div>\s*(?:<p><a|<ul class="(?:files|do)|</div>))}{$1$2}sg' "$TEST_TMP/gz" | gzip -1 | wc -c)" -lt 3000
flow_end
