#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Invitations: sent on the web and at the command line, answered by the page and by
# mail, from that mailbox alone; declined, withdrawn, sent again, reminded of, expired,
# come back; and what keeps them from being a way to bother strangers.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

OWNER=marisol.quesada
PAGE=/g/agenda/invitations

fails() {
	! "$@"
}

# outcome ADDRESS: of the newest invitation of it; "open" for none yet
outcome() {
	flow_sql "SELECT coalesce(nullif(outcome, ''), 'open') FROM invitation WHERE addr = '$1' ORDER BY id DESC LIMIT 1"
}
is_outcome() {
	[ "$(outcome "$1")" = "$2" ]
}

invite() { # WHO [FIELD...]: by the owner; the status
	local who=$1
	shift
	browse_post $OWNER $PAGE $PAGE act=send "who=$who" "$@"
}

# link ADDRESS: of its newest invitation; ask ADDRESS: whom to answer
link() {
	browse_mail "$1" '/i/[a-z2-7]+' | grep -oE '/i/[a-z2-7]+' | head -n 1
}
ask() {
	browse_mail "$1" '/i/[a-z2-7]+' | sed -n 's/^Reply-To: <*\([^>]*\)>*$/\1/p' | head -n 1
}
gets() {
	wait_for ${WAIT:-8} browse_mail "$1" '/i/[a-z2-7]+' >/dev/null
}
mails() { # ADDRESS: how many of kind invitation
	flow_sql "SELECT (SELECT count(*) FROM delivery WHERE notice_kind = 'invitation' AND addr = '$1')
		+ (SELECT count(*) FROM outbound o JOIN notice n ON n.id = o.notice_id WHERE n.kind = 'invitation' AND n.addr = '$1')"
}

N=0
# answer FROM RECIPIENT: text from stdin; ID is its id
answer() {
	N=$((N + 1)) ID=inv$N@example.org
	AUTHSERV=${PROVEN:-} mail_make "${NAME:-Persona Invitada}" "$1" "$2" 'Re: invitación' "$ID" \
		"Mon, 16 Nov 2026 09:00:0$((N % 10)) -0600" | net_lmtp "$SITE_LMTP" "$1" "$2" >/dev/null
}
fate() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = '$ID'"
}
role() { # ADDRESS: role and source, or nothing
	flow_sql "SELECT s.role || ' ' || s.source FROM subscription s JOIN address ad ON ad.account_id = s.account_id
		JOIN list l ON l.id = s.list_id WHERE l.name = 'agenda' AND ad.addr = '$1'"
}
kept() { # cabildod does what is due, now
	cabildod --config "$SITE/cabildo.conf" --once 2>>"$SITE/log/once.log"
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'it takes who is invited alone' site_cabildo list set agenda join_policy=invite
for who in $OWNER rodrigo.mejia ana.perez; do
	tap_run "$who signs in" browse_in $who
done

# -- sending
tap_is 'the owner has the page' "$(browse_status $OWNER $PAGE)" 200
tap_is 'a moderator has not' "$(browse_status rodrigo.mejia $PAGE)" 403
tap_is 'nor a member' "$(browse_status ana.perez $PAGE)" 403
tap_is 'nor may send' "$(browse_post ana.perez /me $PAGE act=send who=x@afuera.example)" 403
tap_is 'two are invited' "$(invite 'Óscar Ruiz <oscar@afuera.example>, "Gómez, Sofía" <sofia@afuera.example>' \
	'note=Nos gustaría tenerle en el grupo.' lang=es)" 303
tap_run 'the one has a mail' gets oscar@afuera.example
browse_mail oscar@afuera.example '/i/' >"$TEST_TMP/letter"
tap_run 'in the name of who invites' grep -q 'Marisol Quesada le invita al grupo Agenda digital regional' "$TEST_TMP/letter"
tap_run 'with their words' grep -q 'Nos gustaría tenerle en el grupo' "$TEST_TMP/letter"
tap_run 'with an address to answer to' grep -qE '^Reply-To: .*agenda\+c[a-z2-7]{32}@foro.example' "$TEST_TMP/letter"
tap_run 'which is no automatic answer' grep -qE '^Auto-Submitted: auto-generated' "$TEST_TMP/letter"
tap_run 'the other too' gets sofia@afuera.example
tap_run 'the page tells of both' grep -q 'oscar@afuera.example' <(browse $OWNER $PAGE)
tap_run 'and who invited' grep -q 'Marisol Quesada' <(browse $OWNER $PAGE)
tap_run 'the roster leads there' grep -q "href=\"$PAGE\"" <(browse $OWNER /g/agenda/members)
tap_run 'not that of a moderator' fails grep -q "href=\"$PAGE\"" <(browse rodrigo.mejia /g/agenda/members)

# -- what is not sent
tap_is 'nobody twice, nobody who belongs, no nonsense' \
	"$(invite $'oscar@afuera.example\nana.perez@example.org\nno es una\nnueva@afuera.example')" 200
for text in 'ya está invitada' 'ya pertenece al grupo' 'no es una dirección' 'Se envió 1 invitación'; do
	tap_run "which is said: $text" grep -q "$text" "$TEST_TMP/answer"
done
tap_is 'one mail went to each' "$(mails oscar@afuera.example) $(mails nueva@afuera.example) $(mails ana.perez@example.org)" '1 1 0'
site_cabildo ban add @banned.example --list agenda >/dev/null
tap_is 'no banned domain' "$(invite x@banned.example)" 200
tap_run 'which is said' grep -q 'bloqueada' "$TEST_TMP/answer"
tap_is 'a form with nobody' "$(invite ' , ')" 422
tap_is 'a note too long' "$(invite y@afuera.example "note=$(printf '%02001d' 0)")" 422
tap_is 'and nothing went' "$(mails y@afuera.example)" 0

# -- by the page
oscar=$(link oscar@afuera.example)
tap_is 'who opens the link sees a form' "$(browse_status - "$oscar")" 200
browse - "$oscar" >"$TEST_TMP/page"
tap_run 'of the group' grep -q 'Marisol Quesada le invita al grupo Agenda digital regional' "$TEST_TMP/page"
tap_run 'for that address' grep -q 'oscar@afuera.example' "$TEST_TMP/page"
tap_is 'and nothing has happened' "$(outcome oscar@afuera.example) $(role oscar@afuera.example)" 'open '
tap_is 'the button joins' "$(browse_post - "$oscar" "$oscar" act=accept 'name=Óscar Ruiz Paz')" 200
tap_is 'for real' "$(role oscar@afuera.example)" 'member invite'
tap_is 'with the name that was given' "$(flow_sql "SELECT a.name FROM account a JOIN address ad ON ad.account_id = a.id WHERE ad.addr = 'oscar@afuera.example'")" 'Óscar Ruiz Paz'
tap_run 'who is welcomed' wait_for 8 browse_mail oscar@afuera.example 'Le damos la bienvenida|bienvenida'
tap_is 'it is settled' "$(outcome oscar@afuera.example)" accept
tap_is 'the link is used up' "$(browse_status - "$oscar")" 404
tap_is 'and does nothing twice' "$(browse_post - /signin "$oscar" act=accept)" 404
tap_is 'a token nobody has' "$(browse_status - /i/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)" 404

# -- by mail
sofia=$(ask sofia@afuera.example)
answer otra@afuera.example "$sofia" <<<'Sí'
tap_is 'an answer from another mailbox does nothing' "$(fate) $(outcome sofia@afuera.example)" 'command:invite-denied open'
answer sofia@afuera.example "$sofia" <<<'¿De qué se trata?'
tap_is 'nor one that says neither' "$(fate) $(outcome sofia@afuera.example)" 'command:invite-unclear open'
tap_run 'but it is answered' wait_for 8 browse_mail sofia@afuera.example 'no se entendió'
NAME='Sofía Gómez' answer sofia@afuera.example "$sofia" <<'TEXT'
Buenos días:

Sí, con mucho gusto. No, perdón: sí.
TEXT
tap_is 'what says both is none' "$(fate) $(outcome sofia@afuera.example)" 'command:invite-unclear open'
NAME='Sofía Gómez' answer sofia@afuera.example "$sofia" <<'TEXT'
Buenos días:

Sí, muchas gracias.

> Marisol Quesada le invita al grupo.
TEXT
tap_is 'a yes joins' "$(fate) $(role sofia@afuera.example)" 'command:invite-accept member invite'
tap_is 'as the invitation calls her' "$(flow_sql "SELECT a.name FROM account a JOIN address ad ON ad.account_id = a.id WHERE ad.addr = 'sofia@afuera.example'")" 'Sofía Gómez'
tap_run 'nueva has hers' gets nueva@afuera.example
answer nueva@afuera.example "$(ask nueva@afuera.example)" <<<'No, gracias.'
tap_is 'a no declines' "$(fate) $(outcome nueva@afuera.example)" 'command:invite-decline decline'
tap_is 'who declined is left in peace' "$(invite nueva@afuera.example) $(mails nueva@afuera.example)" '200 1'
tap_run 'which is said' grep -q 'declinó' "$TEST_TMP/answer"
flow_sql "UPDATE invitation SET ended_at = now() - interval '181 days' WHERE addr = 'nueva@afuera.example'" >/dev/null
tap_is 'half a year later they may be asked' "$(invite nueva@afuera.example)" 303
tap_run 'by mail' wait_for 8 test "$(mails nueva@afuera.example)" = 2

# -- no more of the site
tap_is 'another one' "$(invite nunca@afuera.example)" 303
tap_run 'has a mail' gets nunca@afuera.example
nunca=$(link nunca@afuera.example)
tap_is 'wants no other' "$(browse_post - "$nunca" "$nunca" act=decline never=1)" 200
flow_sql "UPDATE invitation SET ended_at = now() - interval '400 days' WHERE addr = 'nunca@afuera.example'" >/dev/null
kept
tap_is 'which is remembered' "$(flow_sql "SELECT never FROM invitation WHERE addr = 'nunca@afuera.example'")" t
tap_run 'another group' site_cabildo list add otra --title 'Otra' --lang es
tap_is 'may not either' "$(site_cabildo member invite otra nunca@afuera.example)" $'declined\tnunca@afuera.example'

# -- whoever is invited may come by any way
tap_is 'at the command line' "$(site_cabildo member invite agenda 'Luis Paz <luis@afuera.example>' --locale es)" $'sent\tluis@afuera.example'
PROVEN=$AUTHSERV answer eva@afuera.example agenda-join@foro.example <<<''
tap_is 'a stranger does not come in' "$(role eva@afuera.example)" ''
PROVEN=$AUTHSERV answer luis@afuera.example agenda-join@foro.example <<<''
tap_is 'who is invited does' "$(fate) $(role luis@afuera.example)" 'command:join member invite'
tap_is 'and that settles it' "$(outcome luis@afuera.example)" accept

# -- withdrawn, again, reminded, expired
tap_is 'three more' "$(invite 'a@afuera.example b@afuera.example' ) $(invite $'a@afuera.example;b@afuera.example\nc@afuera.example')" '200 303'
id() {
	flow_sql "SELECT id FROM invitation WHERE addr = '$1' ORDER BY id DESC LIMIT 1"
}
tap_run 'have mails' gets a@afuera.example
a=$(link a@afuera.example)
tap_is 'one is withdrawn' "$(browse_post $OWNER $PAGE $PAGE act=withdraw "id=$(id a@afuera.example)")" 303
tap_is 'its link is void' "$(browse_status - "$a") $(outcome a@afuera.example)" '404 withdraw'
tap_is 'not by who runs another group' "$(site_cabildo member withdraw otra "$(id b@afuera.example)" 2>&1)" "cabildo: $(id b@afuera.example): there is none"
tap_is 'it is not sent again the same day' "$(browse_post $OWNER $PAGE $PAGE act=again "id=$(id b@afuera.example)")" 422
tap_is 'nothing is due yet' "$(kept; mails b@afuera.example)" 1
flow_sql "UPDATE invitation SET sent_at = now() - interval '8 days', expires_at = now() + interval '20 days' WHERE addr = 'b@afuera.example'" >/dev/null
kept
tap_is 'a week later there is a reminder' "$(mails b@afuera.example)" 2
tap_run 'which says so' wait_for 8 browse_mail b@afuera.example 'el único recordatorio'
b=$(link b@afuera.example)
tap_is 'once' "$(kept; mails b@afuera.example)" 2
tap_is 'now it can be sent again' "$(browse_post $OWNER $PAGE $PAGE act=again "id=$(id b@afuera.example)")" 303
tap_is 'which is the third' "$(mails b@afuera.example)" 3
flow_sql "UPDATE invitation SET sent_at = now() - interval '8 days', expires_at = now() + interval '20 days' WHERE addr = 'b@afuera.example'" >/dev/null
tap_is 'and the last for this week' "$(browse_post $OWNER $PAGE $PAGE act=again "id=$(id b@afuera.example)") $(mails b@afuera.example)" '422 3'
tap_is 'any of its links is good' "$(browse_status - "$b")" 200
flow_sql "UPDATE invitation SET expires_at = now() - interval '1 minute' WHERE addr = 'b@afuera.example'" >/dev/null
tap_is 'when it is over they are not' "$(browse_status - "$b")" 404
kept
tap_is 'and it has ended' "$(outcome b@afuera.example)" expire
tap_run 'which the page says' grep -q 'sin respuesta' <(browse $OWNER $PAGE)

# -- it came back
tap_run 'c has a mail' gets c@afuera.example
verp=$(browse_mail c@afuera.example '/i/' | sed -n 's/^Return-Path: <\(.*\)>$/\1/p' | head -n 1)
tap_run 'with an address for what comes back' grep -qE '^agenda-bounces\+i[0-9]+\.[a-z2-7]{16}@foro.example$' <<<"$verp"
bounce() { # TO
	sed 's/$/\r/' <<-MAIL | net_lmtp "$SITE_LMTP" '' "$1" >/dev/null
		From: Mail Delivery System <MAILER-DAEMON@mx.afuera.example>
		To: $1
		Subject: Undelivered Mail Returned to Sender
		Message-ID: <b$RANDOM$RANDOM@mx.afuera.example>
		Date: Mon, 16 Nov 2026 09:00:00 -0600
		MIME-Version: 1.0
		Content-Type: multipart/report; report-type=delivery-status; boundary=x

		--x
		Content-Type: text/plain

		It could not be delivered.
		--x
		Content-Type: message/delivery-status

		Reporting-MTA: dns; mx.afuera.example

		Final-Recipient: rfc822; c@afuera.example
		Action: failed
		Status: 5.1.1
		Diagnostic-Code: smtp; 550 5.1.1 User unknown

		--x--
	MAIL
}
bounce "$(sed 's/\..*@/.aaaaaaaaaaaaaaaa@/' <<<"$verp")"
tap_is 'a forged report does nothing' "$(outcome c@afuera.example)" open
bounce "$verp"
tap_is 'a real one ends it' "$(outcome c@afuera.example)" bounce
tap_run 'with what the server said' grep -q 'User unknown' <(browse $OWNER $PAGE)

# -- limits, and moderators
site_cabildo setting set invite_per_day=3 >/dev/null
tap_is 'no more of one person in a day' "$(invite lleno@afuera.example) $(mails lleno@afuera.example)" '200 0'
tap_run 'which is said' grep -q 'en un día' "$TEST_TMP/answer"
site_cabildo setting set invite_per_day=50 >/dev/null
site_cabildo list set agenda invites=moderators >/dev/null
tap_is 'moderators may where the group says so' "$(browse_post rodrigo.mejia $PAGE $PAGE act=send who=mod@afuera.example)" 303
site_cabildo list set agenda join_policy=closed >/dev/null
tap_run 'mod has a mail' gets mod@afuera.example
mod=$(link mod@afuera.example)
tap_is 'a closed group takes nobody' "$(browse_post - "$mod" "$mod" act=accept) $(role mod@afuera.example)" '409 '
tap_is 'nor invites' "$(invite otro@afuera.example) $(mails otro@afuera.example)" '422 0'

# -- the record
tap_is 'every act is recorded' "$(flow_sql "SELECT string_agg(DISTINCT act, ' ' ORDER BY act) FROM audit WHERE act LIKE 'invite.%'")" \
	'invite.decline invite.expire invite.remind invite.send invite.withdraw'
flow_sql "UPDATE invitation SET ended_at = now() - interval '400 days' WHERE ended_at IS NOT NULL" >/dev/null
kept
tap_is 'who came to nothing is forgotten after a year' "$(flow_sql "SELECT string_agg(addr, ' ' ORDER BY addr) FROM invitation WHERE ended_at IS NOT NULL")" nunca@afuera.example
flow_end
