#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The receipt of a post by mail: who asked for it reads what everybody sees and how
# much is folded, with the way to where they can show it whole; nobody else gets
# one, nor does a sender whose message is not proven.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

group() {
	site_cabildo list add agenda --title Agenda --lang es && site_cabildo list set agenda identity=open &&
		site_cabildo member add agenda ana@a.example --name Ana && site_cabildo member add agenda luz@b.example --name Luz &&
		site_cabildo member set agenda ana@a.example receipt=yes own_copy=no
}

# send ID WHO VERDICT TEXT [HEADER]
send() {
	{
		printf 'Authentication-Results: %s; dmarc=%s header.from=%s\n' "$AUTHSERV" "$3" "${2#*@}"
		printf 'From: <%s>\nTo: <agenda@%s>\nSubject: Tema %s\nMessage-ID: <%s@a.example>\n%s' "$2" "$SITE_DOMAIN" "$1" "$1" "${5:-}"
		printf 'Date: Mon, 16 Nov 2026 09:00:00 -0600\nContent-Type: text/plain; charset=utf-8\n\n%s\n' "$4"
	} | net_lmtp "$SITE_LMTP" "$2" "agenda@$SITE_DOMAIN" && wait_for 20 queue_empty
}

queue_empty() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# receipt ID [WHO]: its text
receipt() {
	local f
	f=$(grep -rlE "^In-Reply-To: *<$1@" "$SITE/outbox/${2:-ana@a.example}/new" 2>/dev/null | xargs -r grep -lE '^Auto-Submitted' | head -n 1)
	[ -z "$f" ] || tr -d '\r' <"$f" | perl -MMIME::QuotedPrint -0777 -pe '$_ = decode_qp($_)'
}

folded=$'De acuerdo con el martes.\n\nDe: Luz <luz@b.example>\nEnviado el: lunes, 16 de noviembre de 2026 9:00\nAsunto: Tema\n\n¿El martes?\n\nLuz'
flow_site
tap_run 'a group, where one member asked for receipts' group
tap_run 'she writes' send m1 ana@a.example pass 'Propongo el martes.'
tap_run 'and reads what was posted' grep -q '^> Propongo el martes\.$' <(receipt m1)
tap_run 'with the way to it' grep -qE '^http.*/g/agenda/1/1$' <(receipt m1)
tap_ok "$(receipt m1 | grep -c 'plegad')" 'nothing of it is folded'
tap_run 'she answers, with the mail that she answers below' send m2 ana@a.example pass "$folded" $'In-Reply-To: <m1@a.example>\n'
tap_run 'reads what is shown' grep -q '^> De acuerdo con el martes\.$' <(receipt m2)
tap_ok "$(receipt m2 | grep -c '¿El martes?')" 'and not what is folded'
tap_run 'but how much that is' grep -q '7 líneas más' <(receipt m2)
tap_run 'and where it is' grep -qE '^http.*/g/agenda/1/2$' <(receipt m2)
tap_run 'a message in her name that nothing proves' send m3 ana@a.example fail 'Hola.'
tap_is 'is answered to nobody' "$(receipt m3)" ''
tap_run 'another member writes' send m4 luz@b.example pass 'Hola.'
tap_is 'who did not ask' "$(receipt m4 luz@b.example)" ''
tap_run 'she wants no more of them' site_cabildo member set agenda ana@a.example receipt=no
tap_run 'and writes again' send m5 ana@a.example pass 'Gracias.'
tap_is 'without an answer' "$(receipt m5)" ''
flow_end
