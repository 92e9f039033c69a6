#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Pictures of signatures: what the same person sends again, and what the HTML
# shows only below its signature or in its quote, folds; it is never lost, and a
# picture of the text is a file like any other.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

group() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo member add agenda ana@a.example --name Ana &&
		site_cabildo member add agenda luz@b.example --name Luz && site_cabildo member set agenda luz@b.example attachments=link &&
		flow_sql "UPDATE list SET visibility = 'public'" >/dev/null
}

# picture ID NAME BYTES: a part; its content is its name, repeated
picture() {
	printf -- '--r\nContent-Type: image/png; name="%s"\nContent-ID: <%s>\nContent-Disposition: inline; filename="%s"\n' "$2" "$1" "$2"
	printf 'Content-Transfer-Encoding: base64\n\n'
	head -c "$3" < <(yes "$2") | base64
}

# send ID WHO HTML PART...: text and HTML, and parts made by picture
send() {
	local id=$1 who=$2 html=$3 part
	shift 3
	{
		printf 'Authentication-Results: %s; dmarc=pass header.from=%s\n' "$AUTHSERV" "${who#*@}"
		printf 'From: <%s>\nTo: <agenda@%s>\nSubject: Tema %s\nMessage-ID: <%s@a.example>\n' "$who" "$SITE_DOMAIN" "$id" "$id"
		printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nMIME-Version: 1.0\nContent-Type: multipart/related; boundary=r\n\n'
		printf -- '--r\nContent-Type: multipart/alternative; boundary=a\n\n--a\nContent-Type: text/plain; charset=utf-8\n\nHola %s.\n' "$id"
		printf -- '--a\nContent-Type: text/html; charset=utf-8\n\n%s\n--a--\n' "$html"
		for part; do
			# shellcheck disable=SC2086 # a list of words
			picture $part
		done
		printf -- '--r--\n'
	} | net_lmtp "$SITE_LMTP" "$who" "agenda@$SITE_DOMAIN" && wait_for 20 queue_empty
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# folded ID: names, those that fold in parentheses
folded() {
	flow_sql "SELECT string_agg(CASE WHEN at.folded THEN '(' || at.name || ')' ELSE at.name END, ' ' ORDER BY at.n)
		FROM attachment at JOIN post p ON p.id = at.post_id WHERE p.msgid = '$1@a.example'"
}

page() {
	net_get "$SITE_HTTP" "/g/agenda/$1" | sed '1,/^\r$/d'
}

LOGO='<p>Hola.</p><p>Ana<br><img src="cid:logo@1"></p>'
flow_site
tap_run 'a group' group
tap_run 'Ana writes, with a logo' send m1 ana@a.example "$LOGO" 'logo@1 image001.png 3000'
tap_is 'which nobody knows yet' "$(folded m1)" 'image001.png'
tap_run 'she writes again, with a picture too' send m2 ana@a.example "$LOGO<img src=\"cid:foto@1\">" 'logo@1 image001.png 3000' 'foto@1 mapa.png 4000'
tap_is 'the logo folds, the picture does not' "$(folded m2)" '(image001.png) mapa.png'
tap_run 'the page has it within the fold' grep -Eq '<details class="fold"><summary>[^<]*</summary><div><p><a href="/g/agenda/2/1/1/image001.png"' <(page 2)
tap_is 'and once' "$(page 2 | grep -o '/image001.png"' | wc -l)" 1
tap_run 'from where it opens' cmp <(curl -s -m 10 "http://127.0.0.1:$SITE_HTTP/g/agenda/2/1/1/image001.png") <(head -c 3000 < <(yes image001.png))
tap_run 'another person sends the same picture' send m3 luz@b.example "$LOGO" 'logo@1 image001.png 3000'
tap_is 'whose it may be for the first time' "$(folded m3)" 'image001.png'
tap_run 'a big one, twice' send m4 ana@a.example '<img src="cid:plano@1">' 'plano@1 plano.png 150000'
tap_run 'is no logo' send m5 ana@a.example '<img src="cid:plano@1">' 'plano@1 plano.png 150000'
tap_is 'however often it comes' "$(folded m5)" 'plano.png'
tap_run 'a picture below the mark of the signature' send m6 ana@a.example \
	'<p>Hola.</p><p><img src="cid:a@1"></p><div>-- <br>Ana<br><IMG width=3 alt="x > y" src="cid:b@1"></div>' 'a@1 a.png 500' 'b@1 b.png 600'
tap_is 'folds at once, one above it does not' "$(folded m6)" 'a.png (b.png)'
tap_run 'one in what is quoted' send m7 ana@a.example \
	'<p>De acuerdo.</p><p>El lun, 16 nov 2026 a las 9:00, Luz (&lt;luz@b.example&gt;) escribió:</p><blockquote><p>Va esto:<img src="cid:q@1"></p><p>Luz</p></blockquote>' 'q@1 q.png 500'
tap_is 'folds with the quote' "$(folded m7)" '(q.png)'
tap_run 'a copy by link names the pictures of the text' send m8 ana@a.example '<img src="cid:x@1">' 'x@1 captura.png 1200000' 'logo@1 image001.png 3000'
copy=$(grep -rlE '^Message-ID: *<m8@' "$SITE/outbox/luz@b.example/new" | head -n 1)
tap_run 'with a link' grep -q 'captura.png (1,2 MB)' "$copy"
tap_ok "$(grep -c image001 "$copy")" 'and not the logo'
flow_end
