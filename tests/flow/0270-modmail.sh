#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 240
# Moderating by mail: each moderator has the message and addresses that are theirs;
# an answer from them decides, once, through one state machine with the web and the
# command line; the others hear of it in the same mail thread; what nothing proves,
# what is automatic and what comes from somebody else decides nothing.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/modmail.sh
. "$TOP/tests/lib/modmail.sh"

flow_site
tap_run 'the group is made' demo_group
tap_run 'the undo window is long' site_cabildo hold window 600

# -- the notice
tap_run 'an outsider writes, and both are told' held h1@afuera.example 'Consulta sobre el formato'
n=$(got $MODERATOR 'Consulta sobre el formato')
text "$n" >"$TEST_TMP/notice"
while IFS= read -r line; do
	tap_run "it says: $line" grep -qF -- "$line" "$TEST_TMP/notice"
done <<-'LINES'
	Subject: [agenda] En espera: «Consulta sobre el formato», de Óscar Ruiz
	> Texto de h1@afuera.example.
	Motivo
	comprobado (DMARC)
	?subject=aprobar
	rechazar: motivo
	devolver: pregunta
	Content-Type: message/rfc822
LINES
to=$(reply_to "$n")
tap_run 'its address is personal' grep -qE '^agenda\+m[a-z2-7]{32}@foro\.example$' <<<"$to"
tap_is 'only its hash is kept' "$(flow_sql "SELECT count(*) FROM hold_token t WHERE convert_from(hash, 'SQL_ASCII') LIKE '%${to:8:20}%'" 2>/dev/null || echo 0)" 0
tap_run 'another moderator has another' fails test "$to" = "$(address_of h1@afuera.example $OWNER)"

# -- one word decides; who else moderates hears of it in the same thread
tap_run 'the moderator approves' answer $MODERATOR "$to" a1@example.org <<<'aprobar'
tap_is 'that is recorded with its door' "$(state_of h1@afuera.example)" 'approve email Rodrigo Mejía'
tap_is 'and its fate' "$(fate_of a1@example.org)" command:moderate-approve
tap_run 'the moderator has an answer' wait_for 20 got $MODERATOR 'Rodrigo Mejía lo aprobó'
tap_run 'the owner is told who did' wait_for 20 got $OWNER 'Rodrigo Mejía lo aprobó'
o=$(got $OWNER 'Rodrigo Mejía lo aprobó')
tap_run 'in the thread of the notice' grep -q "^In-Reply-To: <held\\.$(hold_of h1@afuera.example)\\." "$o"
tap_run 'and how to take it back' grep -q 'deshacer' <(text "$o")
tap_run 'the owner takes it back' answer $OWNER "$(reply_to "$o")" a2@example.org <<<'Deshacer.'
tap_is 'it waits again' "$(state_of h1@afuera.example)" 'waiting - -'
tap_run 'the moderator hears of that' wait_for 20 got $MODERATOR 'Marisol Quesada deshizo la decisión'
tap_run 'the moderator rejects, with the address in capitals' answer $MODERATOR "${to^^}" a3@example.org \
	<<<$'Hola:\n\nRECHAZAR: no es del tema\n\n-----Mensaje original-----\nDe: Agenda\nEnviado: lunes\nPara: Rodrigo\nAsunto: En espera\n\naprobar'
tap_is 'with the reason alone' "$(state_of h1@afuera.example)" 'reject email Rodrigo Mejía no es del tema'
tap_is 'each act is on the record once' "$(audited h1@afuera.example)" 'hold.approve:email hold.undo:email hold.reject:email'

# -- too late
tap_run 'the owner answers too' answer $OWNER "$(address_of h1@afuera.example $OWNER)" a4@example.org <<<'aprobar'
tap_is 'nothing changes' "$(state_of h1@afuera.example)" 'reject email Rodrigo Mejía no es del tema'
tap_run 'and is told by whom' wait_for 20 got $OWNER 'Ya estaba decidido'
tap_run 'with the name' grep -q 'Rodrigo Mejía lo rechazó' <(text "$(got $OWNER 'Ya estaba decidido')")
tap_run 'the same answer again is taken' answer $OWNER "$(address_of h1@afuera.example $OWNER)" a4@example.org <<<'aprobar'
tap_is 'and is a duplicate' "$(fate_of a4@example.org)" 'command:moderate-late duplicate:duplicate'

# -- what decides nothing
tap_run 'another one waits' held h2@afuera.example 'Publicidad'
to=$(address_of h2@afuera.example $MODERATOR)
tap_run 'a vacation reply comes' answer $MODERATOR "$to" b1@example.org 'Respuesta automática' 'Auto-Submitted: auto-replied' <<<'aprobar'
tap_run 'and one without marks' answer $MODERATOR "$to" b2@example.org 'Fuera de la oficina: aprobar' <<<'aprobar: estoy fuera de la oficina hasta el lunes.'
ENV='' tap_run 'and one with a null path' answer $MODERATOR "$to" b3@example.org <<<'aprobar'
tap_is 'they are dropped' "$(fate_of b1@example.org) $(fate_of b2@example.org) $(fate_of b3@example.org)" \
	'dropped:automatic dropped:automatic dropped:automatic'
tap_run 'a member to whom it was passed on answers' answer ana.perez@example.org "$to" b4@example.org <<<'aprobar'
tap_run 'is told why that is nothing' wait_for 20 got ana.perez@example.org 'pertenece a otra persona'
AS='' tap_run 'somebody forges the moderator' answer $MODERATOR "$to" b5@example.org <<<'aprobar'
tap_run 'who is asked' wait_for 20 got $MODERATOR '¿Decidió usted esto\?'
tap_is 'nothing is decided' "$(state_of h2@afuera.example)" 'waiting - -'
AS='' tap_run 'a forged stranger gets nothing' answer nadie@afuera.example "$to" b6@example.org <<<'aprobar'
tap_is 'but is on the record' "$(fate_of b6@example.org)" command:moderate-stranger
tap_is 'and nothing went there' "$(count nadie@afuera.example .)" 0
tap_run 'an address that is not there' answer $MODERATOR "agenda+maaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@foro.example" b7@example.org <<<'aprobar'
tap_is 'is no post' "$(fate_of b7@example.org)" command:moderate-unknown
tap_run 'a sentence' answer $MODERATOR "$to" b8@example.org <<<'Aprobar esto sería un error.'
tap_run 'is not understood, and the words are named' wait_for 20 got $MODERATOR 'no se entendió'
tap_run 'a question without its question' answer $MODERATOR "$to" b9@example.org <<<'devolver'
tap_run 'is asked for it' wait_for 20 got $MODERATOR 'falta la pregunta'
tap_is 'it waits' "$(state_of h2@afuera.example)" 'waiting - -'
flow_sql "UPDATE hold_token SET expires_at = now() - interval '1 minute' WHERE hold_id = $(hold_of h2@afuera.example) AND account_id =
	(SELECT account_id FROM address WHERE addr = '$OWNER')" >/dev/null
tap_run 'an expired address' answer $OWNER "$(address_of h2@afuera.example $OWNER)" b10@example.org <<<'aprobar'
tap_is 'decides nothing' "$(state_of h2@afuera.example) $(fate_of b10@example.org)" 'waiting - - command:moderate-expired'
tap_run 'and says so' wait_for 20 got $OWNER 'ha vencido'
AS='' answer $MODERATOR "$(reply_to "$(got $MODERATOR '¿Decidió usted esto\?')")" b11@example.org 'Re: ¿Decidió usted esto?' <<<'Sí.'
tap_is 'now it is decided' "$(state_of h2@afuera.example)" 'approve email Rodrigo Mejía'

# -- by mail and by web at the same moment: once, whoever wins
tap_run 'the owner signs in' sign_in $OWNER
for i in 1 2 3; do
	mail "r$i@afuera.example" "A la vez $i" <<<"Texto $i."
	tap_run "both are told of no. $i" wait_for 20 has $MODERATOR "^Message-ID: <held\\.$(hold_of "r$i@afuera.example")\\." 1
	to=$(address_of "r$i@afuera.example" $MODERATOR)
	answer $MODERATOR "$to" "ra$i@example.org" <<<'rechazar: por correo' >/dev/null 2>&1 &
	answering=$!
	press "/moderation/$(hold_of "r$i@afuera.example")" 'act=discard'
	wait $answering
	state=$(state_of "r$i@afuera.example")
	tap_run "no. $i is decided by one of them" grep -qxE 'reject email Rodrigo Mejía por correo|discard web Marisol Quesada' <<<"$state"
	tap_is 'audited once' "$(audited "r$i@afuera.example" | wc -w)" 1
	case $state in
	reject*) tap_run 'the owner is told of the other' wait_for 20 got $OWNER "^In-Reply-To: <held\\.$(hold_of "r$i@afuera.example")\\." ;;
	*) tap_run 'the moderator is told of the other' wait_for 20 got $MODERATOR "^In-Reply-To: <held\\.$(hold_of "r$i@afuera.example")\\." ;;
	esac
	tap_run 'and the moderator, who answered, of what stands' wait_for 20 got $MODERATOR "^In-Reply-To: <ra$i@example.org>"
done

# -- each word in each language, from a link, and with the subject marked again
i=0
while read -r word wanted; do
	i=$((i + 1))
	flow_sql "UPDATE hold_notice SET made_at = now() - interval '1 hour'; UPDATE hold_notice SET outcome_at = now() - interval '1 hour'" >/dev/null
	mail "w$i@afuera.example" "Tema $i" <<<"Texto $i."
	wait_for 20 has $MODERATOR "^Message-ID: <held\\.$(hold_of "w$i@afuera.example")\\." 1
	to=$(address_of "w$i@afuera.example" $MODERATOR)
	case $((i % 3)) in
	0) answer $MODERATOR "$to" "wa$i@example.org" "RV: RE: $word: x" <<<'' ;;
	1) answer $MODERATOR "$to" "wa$i@example.org" <<<"$word: x" ;;
	2) answer $MODERATOR "$to" "wa$i@example.org" "$word" <<<'x' ;;
	esac >/dev/null
	tap_is "$word" "$(state_of "w$i@afuera.example")" "$wanted"
done <<-'WORDS'
	rechazar reject email Rodrigo Mejía x
	reject reject email Rodrigo Mejía x
	rejeitar reject email Rodrigo Mejía x
	Refuser reject email Rodrigo Mejía x
	rifiutare reject email Rodrigo Mejía x
	devolver return email Rodrigo Mejía x
	return return email Rodrigo Mejía x
	Perguntar return email Rodrigo Mejía x
	renvoyer return email Rodrigo Mejía x
	restituire return email Rodrigo Mejía x
WORDS
flow_end
