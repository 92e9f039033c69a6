#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Attachments by link: who asked for it gets the text and a line for each file,
# with a link that opens this file and nothing else, in parts too, until it ends;
# others get the message as it was sent, and signed mail goes whole to all.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

group() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo member add agenda ana@a.example --name Ana &&
		site_cabildo member add agenda luz@b.example --name Luz && site_cabildo member add agenda eva@c.example --name Eva &&
		site_cabildo member set agenda luz@b.example attachments=link &&
		flow_sql "UPDATE list SET link_over = 3000000" >/dev/null
}

# file BYTES: the same bytes each time
file() {
	head -c "$1" /dev/zero | tr '\0' 'a' | sed 's/aaaaaaaa/informe /g'
}

# send ID BYTES [TYPE]: a message with a file of that size
send() {
	local type=${3:-multipart/mixed}
	{
		[ -z "$AUTHSERV" ] || printf 'Authentication-Results: %s; dmarc=pass header.from=a.example\n' "$AUTHSERV"
		printf 'From: Ana <ana@a.example>\nTo: <agenda@%s>\nSubject: Informe %s\nMessage-ID: <%s@a.example>\n' "$SITE_DOMAIN" "$1" "$1"
		printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nMIME-Version: 1.0\nContent-Type: %s; boundary=b; protocol="application/x"\n\n--b\n' "$type"
		printf 'Content-Type: text/plain; charset=utf-8\n\nVa el informe de ñandúes.\n\n-- \nAna\n--b\nContent-Type: application/pdf; name="informe año.pdf"\n'
		printf 'Content-Disposition: attachment; filename="informe.pdf"\nContent-Transfer-Encoding: base64\n\n'
		file "$2" | base64
		printf -- '--b--\n'
	} | net_lmtp "$SITE_LMTP" ana@a.example "agenda@$SITE_DOMAIN" && wait_for 20 queue_empty
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# copy WHO ID: its file
copy() {
	grep -rlE "^Message-ID: *<$2@a\.example>" "$SITE/outbox/$1/new" | head -n 1
}

has_file() {
	grep -q '^Content-Disposition: attachment' "$(copy "$1" "$2")"
}

lacks_file() {
	[ -n "$(copy "$@")" ] && ! has_file "$@"
}

# text WHO ID: the body, decoded
text() {
	tr -d '\r' <"$(copy "$1" "$2")" | sed '1,/^$/d' | perl -MMIME::QuotedPrint -0777 -pe '$_ = decode_qp($_)'
}

link_of() {
	text luz@b.example "$1" | grep -oE '/a/[^ ]+' | head -n 1
}

# body HEADER...: what the link gives, without its head
body() {
	net_get "$SITE_HTTP" "$LINK" "$@" | sed '1,/^\r$/d'
}

opened() {
	local head
	head=$(net_get "$SITE_HTTP" "$LINK" | sed '/^\r$/q' | tr -d '\r')
	echo "$head"
	grep -qi '^Content-Disposition: attachment; filename="informe.pdf"' <<<"$head" &&
		grep -qi '^X-Content-Type-Options: nosniff' <<<"$head" && grep -qi '^Content-Security-Policy:.*sandbox' <<<"$head" &&
		grep -qi '^Accept-Ranges: bytes' <<<"$head"
}

# status PATH [HEADER]
status() {
	net_get "$SITE_HTTP" "$@" | head -n 1 | grep -oE ' [0-9]{3}' | tr -d ' '
}

flow_site
tap_run 'a group, where one member wants links' group
tap_run 'a message with a file of 1.2 MB' send m1 1200000
tap_run 'leaves whole to who did not ask' has_file eva@c.example m1
tap_run 'and without it to who did' lacks_file luz@b.example m1
tap_is 'whose copy has the text' "$(text luz@b.example m1 | head -n 1)" 'Va el informe de ñandúes.'
tap_run 'the file by name and size' grep -q 'informe.pdf (1,2 MB)' <(text luz@b.example m1)
LINK=$(link_of m1)
tap_run 'and a link, which opens it as a file, nothing a browser would run' opened
tap_run 'byte for byte' cmp <(body) <(file 1200000; echo)
tap_is 'in parts too: these are 206' "$(status "$LINK" 'Range: bytes=8-14')" 206
tap_is 'with the bytes asked for' "$(body 'Range: bytes=8-14')" informe
tap_is 'the last ones as well' "$(body 'Range: bytes=-8')" 'informe '
tap_is 'what is not there is 416' "$(status "$LINK" 'Range: bytes=1200000-')" 416
tap_is 'a link with one figure changed opens nothing' "$(status "${LINK/-1-/-2-}")" 404
tap_is 'nor does one that says it ends later' "$(status "$(sed -E 's/-([0-9]{5})-/-9\1-/' <<<"$LINK")")" 404
tap_is 'nor its MAC alone' "$(status "/a/${LINK##*-}")" 404
tap_run 'a small file goes to all' send m2 900000
tap_run 'whole' has_file luz@b.example m2
tap_run 'one over what the group sets, 3 MB' send m3 3100000
tap_run 'goes by link to who left it to the group' grep -q 'informe.pdf (3,1 MB)' <(text eva@c.example m3)
tap_run 'signed mail' send m4 1200000 multipart/signed
tap_run 'goes whole even so' has_file luz@b.example m4
tap_run 'and its body unchanged' bash -c "grep -q '^--b--' '$(copy luz@b.example m4)'"
flow_sql "UPDATE post SET state = 'hidden' WHERE msgid = 'm1@a.example'" >/dev/null
tap_is 'what a moderator hides is closed by link too' "$(status "$LINK")" 404
flow_sql "UPDATE post SET state = 'shown' WHERE msgid = 'm1@a.example'" >/dev/null
tap_is 'and open again' "$(status "$LINK")" 200
tap_run 'who leaves the group' site_cabildo member remove agenda luz@b.example
tap_is 'has no link any more' "$(status "$LINK")" 404
flow_end
