#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The queue when nobody is there, and when two are: reminders after a day, those
# above after three, an end with the text back after its time; a claim that shows
# and ends; two decisions at the same moment, of which one counts; undoing gives
# back the row as it was; from now on; one form for many.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

OUTSIDER=oscar.ruiz@afuera.example

# mail ID SUBJECT [FROM [PARENT]]: from somebody who is no member, proven
mail() {
	AUTHSERV=mx.foro.example mail_make 'Óscar Ruiz' "${3:-$OUTSIDER}" "agenda@$SITE_DOMAIN" "$2" "$1" \
		'Mon, 16 Nov 2026 09:00:00 -0600' "${4:-}" | net_lmtp "$SITE_LMTP" "${3:-$OUTSIDER}" "agenda@$SITE_DOMAIN"
}

hold_of() {
	flow_sql "SELECT id FROM hold WHERE msgid = '$1'"
}

# state ID: decision, door, whether it is done
state() {
	flow_sql "SELECT coalesce(decision, 'waiting'), coalesce(decided_door, '-'), done_at IS NOT NULL FROM hold WHERE id = $1" | tr '\t' ' '
}

is_state() {
	[ "$(state "$1")" = "$2" ]
}

# row ID: all of it that undoing must give back
row() {
	flow_sql "SELECT to_jsonb(h) - 'version' FROM hold h WHERE id = $1"
}

# notices KIND [ADDRESS]: how many were made
notices() {
	flow_sql "SELECT (SELECT count(*) FROM notice WHERE kind = '$1' AND addr LIKE '${2:-%}')
		+ (SELECT count(*) FROM delivery WHERE notice_kind = '$1' AND addr LIKE '${2:-%}')"
}

is_notices() {
	[ "$(notices "$1" "$2")" = "$3" ]
}

# later ID HOURS: as if it had come so long ago
later() {
	flow_sql "UPDATE hold SET held_at = held_at - interval '$2 hours' WHERE id = $1" >/dev/null
}

tick() {
	"$BUILD/cabildod" --config "$SITE/cabildo.conf" --once
}

fails() {
	! "$@"
}

# returned: a mail of ours with the whole text of theirs in it
returned() {
	local mail
	for mail in "$SITE/outbox/$OUTSIDER/new"/*; do
		grep -q '^Content-Type: message/rfc822' "$mail" && grep -q '^Subject: Primera' "$mail" &&
			grep -q '^Auto-Submitted: auto-replied' "$mail" && return 0
	done
	return 1
}

# audited ID: the acts on it, in order
audited() {
	flow_sql "SELECT string_agg(a.act || ':' || a.door, ' ' ORDER BY a.id) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
		WHERE (d.after || ' ' || d.why) LIKE '%hold $1 %' OR d.why = 'hold $1' OR d.after LIKE '%hold $1'"
}

# answers ADDRESS ID: the reminder to them answers the mail that told them of hold ID
answers() {
	local mail told
	told=$(flow_sql "SELECT n.msgid FROM hold_notice n JOIN address a ON a.account_id = n.account_id AND a.addr = '$1' WHERE n.hold_id = $2")
	[ -n "$told" ] && grep -qiF "Message-ID: <$told>" -r "$SITE/outbox/$1/new" || return 1
	for mail in "$SITE/outbox/$1/new"/*; do
		grep -qF "In-Reply-To: <$told>" "$mail" && tr '\n' ' ' <"$mail" | grep -qE "References: *<${told//./\\.}>" &&
			grep -q 'ha decidido' "$mail" && return 0
	done
	return 1
}

flow_site 'receive'
tap_run "the ledger's weeks are made before anything is delivered" tick
tap_run 'delivery begins' site_start_deliver
tap_run 'the group is made' demo_group
tap_run 'somebody runs the site' site_cabildo account admin carmen.loaisiga@example.org

# -- nobody acts
tap_run 'one waits' mail q1@afuera.example 'Primera'
a=$(hold_of q1@afuera.example)
tap_run 'nothing is said early' tick
tap_is 'to nobody' "$(notices held-reminder)" 0
later "$a" 25
tap_run 'after a day' tick
tap_run 'who moderates is told' wait_for 10 is_notices held-reminder rodrigo.mejia@example.org 1
tap_is 'and who owns it' "$(notices held-reminder marisol.quesada@example.org)" 1
tap_run 'in the thread of the mail that told them' wait_for 10 answers rodrigo.mejia@example.org "$a"
tap_run 'each in their own' wait_for 10 answers marisol.quesada@example.org "$a"
tap_is 'not who runs the site' "$(notices held-escalated)" 0
tap_run 'again' tick
tap_is 'nobody is told twice' "$(notices held-reminder)" 2
later "$a" 48
tap_run 'after three days' tick
tap_run 'who runs the site is told' wait_for 10 is_notices held-escalated carmen.loaisiga@example.org 1
tap_is 'alone' "$(notices held-escalated)" 1

# -- the end
later "$a" 264
tap_run 'after two weeks' tick
tap_run 'it is over' wait_for 20 is_state "$a" 'expire system t'
tap_run 'and its author has the text back' wait_for 20 returned
tap_is 'that is on the record' "$(audited "$a")" 'hold.expire:system'
tap_run 'again' tick
tap_is 'once' "$(notices expired)" 1
tap_is 'it made no post' "$(flow_sql 'SELECT count(*) FROM post')" 0

# -- who is away is not told
flow_sql "UPDATE subscription SET away_from = current_date - 1, away_until = current_date + 1
	WHERE account_id = (SELECT account_id FROM address WHERE addr = 'rodrigo.mejia@example.org')" >/dev/null
flow_sql "DELETE FROM notice_sent" >/dev/null
tap_run 'one more waits' mail q2@afuera.example 'Segunda'
b=$(hold_of q2@afuera.example)
later "$b" 25
tap_run 'a day later' tick
tap_run 'the owner is told' wait_for 10 is_notices held-reminder marisol.quesada@example.org 2
tap_is 'not who is away' "$(notices held-reminder rodrigo.mejia@example.org)" 1
flow_sql "UPDATE subscription SET away_from = NULL, away_until = NULL" >/dev/null

# -- somebody is at it: it does not end meanwhile
flow_sql "UPDATE hold SET claimed_by = (SELECT account_id FROM address WHERE addr = 'rodrigo.mejia@example.org'), claimed_at = now() WHERE id = $b" >/dev/null
later "$b" 400
tap_run 'long after' tick
tap_is 'it waits while somebody is at it' "$(state "$b")" 'waiting - f'

# -- undoing gives back what was
was=$(row "$b")
tap_run 'a decision' site_cabildo hold reject "$b" --why 'No es del tema.' --window 600
tap_is 'stands' "$(state "$b")" 'reject cli f'
tap_run 'is undone' site_cabildo hold undo "$b"
tap_is 'and all is as it was' "$(row "$b")" "$was"
tap_is 'on the record' "$(audited "$b")" 'hold.reject:cli hold.undo:cli'

# -- two at the same moment
tap_run 'one for two' mail q3@afuera.example 'Tercera'
c=$(hold_of q3@afuera.example)
for n in 1 2 3 4 5 6; do
	if [ $((n % 2)) = 0 ]; then act=approve; else act=discard; fi
	site_cabildo hold $act "$c" >/dev/null 2>&1 &
	eval "p$n=$!"
done
won=0
for n in 1 2 3 4 5 6; do
	eval "wait \$p$n" && won=$((won + 1))
done
tap_is 'one of six was first' "$won" 1
tap_is 'one decision is on the record' "$(flow_sql "SELECT count(*) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
	WHERE a.act IN ('hold.approve', 'hold.discard') AND d.after LIKE '%hold $c %'")" 1

# -- from now on
is_policy() {
	[ "$(flow_sql "SELECT count(*) FROM audit WHERE act = '$1'")" = 1 ]
}
fate_of() {
	flow_sql "SELECT fate || ':' || rule FROM intake WHERE msgid = '$1' ORDER BY id DESC LIMIT 1"
}
tap_run 'one to let in' mail q4@afuera.example 'Cuarta'
tap_run 'approved, and so the next ones' site_cabildo hold approve "$(hold_of q4@afuera.example)" --policy accept
tap_run 'that is carried out' wait_for 20 is_policy sender.accept
tap_run 'the next one' mail q5@afuera.example 'Quinta'
tap_is 'is posted at once' "$(fate_of q5@afuera.example)" 'posted:posted'
tap_run 'somebody else of that place' mail q6@afuera.example 'Sexta' 'otro.oscar.ruiz@afuera.example'
tap_is 'waits as before' "$(fate_of q6@afuera.example)" 'held:nonmember'
tap_run 'they are banned' site_cabildo hold spam "$(hold_of q6@afuera.example)" --policy ban
tap_run 'that is carried out' wait_for 20 is_policy sender.ban
tap_run 'the next one of theirs' mail q7@afuera.example 'Séptima' 'otro.oscar.ruiz@afuera.example'
tap_is 'is dropped on the record' "$(fate_of q7@afuera.example)" 'dropped:banned'
tap_run 'a reply to what is here' mail q8@afuera.example 'Re: Quinta' 'alguien@afuera.example' q5@afuera.example
tap_is 'waits beside what it answers' "$(flow_sql "SELECT p.msgid FROM hold h JOIN post p ON p.id = h.parent_id WHERE h.msgid = 'q8@afuera.example'")" \
	q5@afuera.example
tap_run 'no such policy' fails site_cabildo hold discard "$b" --policy siempre
flow_end
