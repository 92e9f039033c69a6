#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# winmail.dat: members open the files inside it from the page, and the mail goes
# out as it came; text that stands nowhere else becomes the post's.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
tnef() {
	perl "$TOP/tests/lib/tnef.pl" "$1"
}
if ! grep -q 'define HAVE_YTNEF 1' "$BUILD/config.h"; then
	echo '1..0 # SKIP built without libytnef'
	exit 0
fi

group() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo member add agenda ana@a.example --name Ana &&
		site_cabildo member add agenda luz@b.example --name Luz && site_cabildo member add agenda eva@c.example --name Eva &&
		site_cabildo member set agenda luz@b.example attachments=link &&
		flow_sql "UPDATE list SET visibility = 'public'" >/dev/null
}

# mail ID KIND [TEXT [BYTES]]: with a file of so many bytes beside it
mail() {
	printf 'Authentication-Results: %s; dmarc=pass header.from=a.example\n' "$AUTHSERV"
	printf 'From: Ana <ana@a.example>\nTo: <agenda@%s>\nSubject: Acta %s\nMessage-ID: <%s@a.example>\n' "$SITE_DOMAIN" "$1" "$1"
	printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n'
	printf -- '--b\nContent-Type: text/plain; charset=utf-8\n\n%s\n' "${3:-}"
	printf -- '--b\nContent-Type: application/ms-tnef; name="winmail.dat"\nContent-Transfer-Encoding: base64\n\n'
	tnef "$2" | base64
	if [ -n "${4:-}" ]; then
		printf -- '--b\nContent-Type: application/pdf; name=mapa.pdf\nContent-Transfer-Encoding: base64\n\n'
		head -c "$4" /dev/zero | base64
	fi
	printf -- '--b--\n'
}

send() {
	mail "$@" | net_lmtp "$SITE_LMTP" ana@a.example "agenda@$SITE_DOMAIN" && wait_for 20 queue_empty
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

names() {
	flow_sql "SELECT string_agg(at.name, ',' ORDER BY at.n) FROM attachment at JOIN post p ON p.id = at.post_id WHERE p.msgid = '$1@a.example'"
}

# body PATH [HEADER]
body() {
	net_get "$SITE_HTTP" "$@" | sed '1,/^\r$/d'
}

opened() {
	net_get "$SITE_HTTP" /g/agenda/1/1/2/lista.csv | sed '/^\r$/q' | tr -d '\r' | grep -qi '^Content-Disposition: attachment; filename="lista.csv"'
}

copy() {
	grep -rlE "^Message-ID: *<$2@a\.example>" "$SITE/outbox/$1/new" | head -n 1
}

# part FILE: the packed part as it stands there
part() {
	tr -d '\r' <"$1" | sed -n '/^Content-Type: application\/ms-tnef/,/^--b/p'
}

flow_site
tap_run 'a group, where one member wants links' group
tap_run 'Outlook sends two files packed' send m1 files 'Va el acta.'
tap_is 'the post has them, and the pack behind them' "$(names m1)" 'Acta de la reunión 📎.docx,lista.csv,winmail.dat'
tap_run 'the page names them' grep -q '>Acta de la reunión 📎.docx</a>' <(body /g/agenda/1)
tap_run 'one of them opens as a file' opened
tap_run 'byte for byte' cmp <(body /g/agenda/1/1/2/lista.csv) <(printf 'a;b\n1;2\n')
tap_is 'in parts too' "$(body /g/agenda/1/1/2/lista.csv 'Range: bytes=4-6')" '1;2'
tap_run 'the pack is there as it came' cmp <(curl -s -m 10 "http://127.0.0.1:$SITE_HTTP/g/agenda/1/1/3/winmail.dat") <(tnef files)
tap_run 'and so it went out' cmp <(part "$(copy eva@c.example m1)") <(part <(mail m1 files))
tap_run 'a message whose text is in the pack alone' send m2 packed
tap_run 'has it on the page' grep -q 'La reunión es el miércoles' <(body /g/agenda/2)
tap_run 'a pack and a big file' send m3 files Mapa 1200000
tap_run 'by link each of the packed files has one' bash -c "tr -d '\\r' <'$(copy luz@b.example m3)' | perl -MMIME::QuotedPrint -0777 -ne 'exit !(decode_qp(\$_) =~ m{lista.csv \\(8 B\\)\\nhttp})'"
tap_is 'which opens it' "$(body "$(tr -d '\r' <"$(copy luz@b.example m3)" | perl -MMIME::QuotedPrint -0777 -ne 'print decode_qp($_) =~ m{lista.csv \([^)]*\)\n\S+?(/a/\S+)}')")" "$(printf 'a;b\n1;2')"
tap_run 'the answer to an invitation' send m4 answer Acepto
tap_is 'is no post' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'm4@a.example'")" 0
flow_end
