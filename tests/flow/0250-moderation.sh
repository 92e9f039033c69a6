#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# Held messages get a way out: moderators are told once, decide once, may undo
# for a while; what is approved becomes a post as live mail would, from its
# stored bytes; what is refused goes back to a sender who is proven.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

OUTSIDER=oscar.ruiz@afuera.example

# mail ID SUBJECT [PARENT]: from somebody who is no member; text from stdin
mail() {
	AUTHSERV=${PROVEN:-} mail_make 'Óscar Ruiz' $OUTSIDER "agenda@$SITE_DOMAIN" "$2" "$1" \
		'Mon, 16 Nov 2026 09:00:00 -0600' "${3:-}" >"$TEST_TMP/$1.eml"
	again "$1"
}

again() {
	net_lmtp "$SITE_LMTP" $OUTSIDER "agenda@$SITE_DOMAIN" <"$TEST_TMP/$1.eml"
}

hold_of() {
	flow_sql "SELECT id FROM hold WHERE msgid = '$1'"
}

state_of() {
	flow_sql "SELECT coalesce(decision, 'waiting'), done_at IS NOT NULL, post_id IS NOT NULL FROM hold WHERE msgid = '$1'" |
		tr '\t' ' '
}

is_state() {
	[ "$(state_of "$1")" = "$2" ]
}

# notices ADDRESS SUBJECT: how many mails with it are in the Maildir
notices() {
	local dir=$SITE/outbox/$1/new
	[ -d "$dir" ] || { echo 0; return; }
	grep -rlaE "^Subject: .*$2" "$dir" | wc -l
}

has_notices() {
	[ "$(notices "$1" "$2")" = "$3" ]
}

# asked MAIL: says the question, is answered to the owners, brings the text back
asked() {
	grep -q '^Reply-To: .*agenda-owner@foro.example' "$1" && grep -q '^Content-Type: message/rfc822' "$1" &&
		grep -qF 'Los invito a un taller.' "$1" && grep -q '^In-Reply-To: <h8@afuera.example>' "$1"
}

audited() {
	flow_sql "SELECT string_agg(act || ':' || door, ' ' ORDER BY id) FROM audit WHERE act LIKE 'hold.%'"
}

# says PATTERN TEXT
says() {
	grep -qE -- "$1" <<<"$2"
}

fails() {
	! "$@"
}

flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'a second one' site_cabildo list add otro --title Otro

# -- listing and showing
tap_run 'an outsider writes' mail h1@afuera.example 'Consulta sobre el formato' <<<'¿Se puede usar el formato en municipios pequeños?'
id=$(hold_of h1@afuera.example)
tap_run 'the list names it' says "^$id	agenda	.*	nonmember	$OUTSIDER	Consulta sobre el formato\$" "$(site_cabildo hold list)"
tap_is 'and that of its group' "$(site_cabildo hold list agenda | wc -l)" 1
tap_is 'another group has none' "$(site_cabildo hold list otro)" ''
tap_run 'a group that is not there' fails site_cabildo hold list nada
site_cabildo hold show "$id" >"$TEST_TMP/shown"
for text in 'rule nonmember' 'reason Only members write to this group, and the address in From is not one of theirs.' "from Óscar Ruiz <$OUTSIDER>" \
	'¿Se puede usar el formato en municipios pequeños?' 'message-id <h1@afuera.example>'; do
	tap_run "it shows: $text" grep -qxF -- "$text" "$TEST_TMP/shown"
done
tap_run 'its trace too' grep -q '^trace .*nonmember=hold' "$TEST_TMP/shown"
tap_is 'the original, byte for byte' "$(site_cabildo hold show "$id" --raw | tr -d '\r' | cksum)" \
	"$(tr -d '\r' <"$TEST_TMP/h1@afuera.example.eml" | cksum)"

# -- moderators are told, once
tap_run 'the owner is told' wait_for 20 has_notices marisol.quesada@example.org 'En espera' 1
tap_run 'so is the moderator' wait_for 20 has_notices rodrigo.mejia@example.org 'En espera' 1
tap_is 'nobody else' "$(notices ana.perez@example.org 'En espera')" 0
tap_run 'the same mail again is taken' again h1@afuera.example
tap_is 'and makes no second hold' "$(flow_sql 'SELECT count(*) FROM hold')" 1
tap_run 'another one waits' mail h2@afuera.example 'Publicidad' <<<'Compre ahora.'
tap_run 'a third one' mail h3@afuera.example 'Otra cosa' <<<'Otra cosa.'
tap_run 'each with its own notice' wait_for 20 has_notices marisol.quesada@example.org 'En espera' 3

# -- approving
tap_run 'it is approved' site_cabildo hold approve "$id"
tap_run 'it becomes a post' wait_for 20 is_state h1@afuera.example 'approve t t'
tap_run 'everybody gets it' wait_for 20 demo_copied h1@afuera.example oscar.ruiz
tap_is 'with its own bytes, for good' "$(flow_sql "SELECT r.keep, p.raw_id = h.raw_id FROM post p JOIN hold h ON h.post_id = p.id
	JOIN raw_message r ON r.id = p.raw_id")" 't	t'
tap_is 'and its date' "$(flow_sql "SELECT sent_at AT TIME ZONE 'UTC' FROM post WHERE msgid = 'h1@afuera.example'")" '2026-11-16 15:00:00'
tap_run 'the same mail again is taken' again h1@afuera.example
tap_is 'as a duplicate of the post' "$(flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = 'h1@afuera.example'")" \
	'held:nonmember duplicate:duplicate posted:approved duplicate:duplicate'
tap_is 'one post' "$(flow_sql 'SELECT count(*) FROM post')" 1
tap_run 'a reply finds its thread' demo_send ana.perez 'Re: Consulta sobre el formato' h4@example.org 0 08:00 h1@afuera.example <<<'Sí, se puede.'
tap_is 'the same one' "$(flow_sql "SELECT count(DISTINCT thread_id), count(*) FROM post")" '1	2'
tap_run 'a second decision is refused' fails site_cabildo hold discard "$id"
tap_run 'and says who was before' says 'decided already: approve' "$(site_cabildo hold discard "$id" 2>&1)"

# -- held before its parent came: the thread is found when it is approved
tap_run 'an answer to what is not here yet' mail h5@afuera.example 'Re: Calendario' h6@example.org <<<'Me interesa.'
tap_run 'its parent' demo_send julio.zelaya Calendario h6@example.org 0 09:00 <<<'El calendario.'
tap_run 'the answer is approved' site_cabildo hold approve "$(hold_of h5@afuera.example)"
tap_run 'and stands under it' wait_for 20 is_state h5@afuera.example 'approve t t'
tap_is 'with its parent' "$(flow_sql "SELECT q.msgid FROM post p JOIN post q ON q.id = p.parent_id WHERE p.msgid = 'h5@afuera.example'")" h6@example.org

# -- discarding, rejecting, returning
tap_run 'it is discarded' site_cabildo hold discard "$(hold_of h2@afuera.example)"
tap_run 'that is done' wait_for 20 is_state h2@afuera.example 'discard t f'
tap_run 'an unproven one is rejected' site_cabildo hold reject "$(hold_of h3@afuera.example)" --why 'No es del tema.'
tap_run 'that is done' wait_for 20 is_state h3@afuera.example 'reject t f'
tap_is 'nobody is told: no backscatter' "$(flow_sql "SELECT count(*) FROM notice WHERE addr = '$OUTSIDER'")" 0
tap_is 'no mail went there' "$(find "$SITE/outbox/$OUTSIDER" -type f 2>/dev/null | wc -l)" 0

PROVEN=mx.foro.example
tap_run 'a proven sender writes' mail h8@afuera.example 'Invitación' <<<'Los invito a un taller.'
tap_is 'is known as proven' "$(site_cabildo hold show "$(hold_of h8@afuera.example)" | grep '^proven')" 'proven yes'
tap_run 'it is returned with a question' site_cabildo hold return "$(hold_of h8@afuera.example)" --why '¿En qué fecha?'
tap_run 'the sender is asked' wait_for 20 has_notices $OUTSIDER 'Una pregunta sobre' 1
tap_run 'with the sentence, and answers reach the owners' \
	wait_for 5 asked "$(grep -rlE '^Subject: .*Una pregunta' "$SITE/outbox/$OUTSIDER/new")"
tap_is 'they were told before that it waits' "$(notices $OUTSIDER 'En espera')" 1
PROVEN=

# -- an id that another post has by now
tap_run 'a member posts' demo_send ana.perez 'Un aviso' h7@example.org 0 10:00 <<<'El aviso.'
tap_run 'its id with other words' demo_send julio.zelaya 'Un aviso' h7@example.org 0 10:05 <<<'Otras palabras.'
tap_is 'is held' "$(state_of h7@example.org)" 'waiting f f'
tap_run 'approved' site_cabildo hold approve "$(hold_of h7@example.org)"
tap_run 'it is a post' wait_for 20 is_state h7@example.org 'approve t t'
tap_is 'under an id of its own' "$(flow_sql "SELECT count(*), count(DISTINCT msgid) FROM post WHERE subject = 'Un aviso'")" '2	2'

tap_is 'the undo window' "$(site_cabildo hold window)" 'undo_window 60'
tap_run 'can be set' site_cabildo hold window 5
tap_is 'and is' "$(site_cabildo hold window)" 'undo_window 5'
tap_run 'not to nonsense' fails site_cabildo hold window pronto

# -- what only reads like automatic mail may be a person's
told=$(flow_sql 'SELECT count(*) FROM hold_notice')
tap_run 'something like an automatic reply' mail h9@afuera.example 'Respuesta automática: Consulta' <<<'Estoy fuera de la oficina hasta el lunes.'
tap_is 'is held' "$(flow_sql "SELECT rule, automatic FROM hold WHERE msgid = 'h9@afuera.example'")" 'automatic	t'
tap_is 'and both are told' "$(flow_sql 'SELECT count(*) FROM hold_notice')" $((told + 2))
tap_run 'it is discarded' site_cabildo hold discard "$(hold_of h9@afuera.example)"

tap_is 'each act is on the record' "$(audited)" \
	'hold.approve:cli hold.posted:system hold.approve:cli hold.posted:system hold.discard:cli hold.reject:cli hold.return:cli hold.approve:cli hold.posted:system hold.discard:cli'
tap_is 'nothing waits' "$(site_cabildo hold list)" ''
flow_end
