#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One person, several addresses: added by the button of a mailed page or by an
# answer, never by asking alone; and "is this you?", when a message comes from an
# address that nobody has registered.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

fails() {
	! "$@"
}

addresses() { # WHO: of that account, the main one first
	flow_sql "SELECT string_agg(x.addr, ' ' ORDER BY x.is_primary DESC, x.addr) FROM address x
		JOIN address a ON a.account_id = x.account_id WHERE a.addr = '$1'"
}

# from ADDRESS NAME ID SUBJECT: a mail to the group, proven where PROVEN is set
from() {
	AUTHSERV=${PROVEN:-} mail_make "$2" "$1" "${TO:-agenda@$SITE_DOMAIN}" "$4" "$3" \
		'Mon, 16 Nov 2026 09:00:00 -0600' | net_lmtp "$SITE_LMTP" "$1" "${TO:-agenda@$SITE_DOMAIN}"
}

notices() { # ADDRESS KIND: how many were written, sent or not
	flow_sql "SELECT (SELECT count(*) FROM notice WHERE addr = '$1' AND kind = '$2')
		+ (SELECT count(*) FROM delivery WHERE addr = '$1' AND notice_kind = '$2')"
}

posted() { # ID
	[ "$(flow_sql "SELECT count(*) FROM post WHERE msgid = '$1'")" = 1 ]
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'Ana signs in' browse_in ana.perez
ANA=ana.perez@example.org NEW=ana.perez@segeplan.example

# -- adding
tap_is 'what is no address is refused' "$(browse_post ana.perez /me /account/address 'addr=ana perez')" 422
tap_run 'in words' grep -q 'no es una dirección' "$TEST_TMP/answer"
tap_is 'her own again' "$(browse_post ana.perez /me /account/address "addr=$ANA")" 422
tap_is 'a new one is asked for' "$(browse_post ana.perez /me /account/address "addr= Ana.Perez@Segeplan.example ")" 303
tap_is 'and is not hers by that' "$(addresses $ANA)" $ANA
tap_run 'the page says that it waits' sh -c 'grep -q "sin confirmar" "$1"' sh <(browse ana.perez /me)
tap_run 'a mail goes there' wait_for 10 browse_mail $NEW '/c/'
token=$(browse_token $NEW '/c/')
tap_is 'looking at its page' "$(browse_status - "/c/$token")" 200
tap_is 'changes nothing' "$(addresses $ANA)" $ANA
tap_is 'its button does' "$(browse_post - "/c/$token" "/c/$token")" 200
tap_is 'it is hers' "$(addresses $ANA)" "$ANA $NEW"
tap_is 'once' "$(browse_post - / "/c/$token")" 403
tap_is 'the link is used up' "$(browse_status - "/c/$token")" 404
tap_is 'each step is recorded' "$(flow_sql "SELECT string_agg(act, ' ' ORDER BY id) FROM audit WHERE act LIKE 'address.%'")" \
	'address.ask address.add'
PROVEN=$AUTHSERV tap_run 'she writes from it' from $NEW 'Ana Pérez' n1@segeplan.example 'Desde la otra' <<<'Hola.'
tap_run 'and it appears as hers' wait_for 10 posted n1@segeplan.example
tap_is 'under her account' "$(flow_sql "SELECT name FROM account a JOIN post p ON p.account_id = a.id WHERE msgid = 'n1@segeplan.example'")" 'Ana Pérez'

# by an answer; another's answer does not do
tap_is 'a third one' "$(browse_post ana.perez /me /account/address 'addr=ana@tercera.example')" 303
tap_run 'is asked' wait_for 10 browse_mail ana@tercera.example '/c/'
TO=$(browse_mail ana@tercera.example '/c/' | sed -n 's/^Reply-To: *<*\([^<>]*\)>*$/\1/p')
tap_run 'its answers go to the group with a token' grep -qE '^agenda\+c[a-z2-7]+@' <<<"$TO"
tap_run 'somebody else answers' from otra@cuarta.example 'Otra' x1@cuarta.example 'Re: x' <<<'Sí.'
tap_is 'which does nothing' "$(addresses $ANA)" "$ANA $NEW"
tap_run 'the address itself answers' from ana@tercera.example 'Ana' x2@tercera.example 'Re: x' <<<'Sí.'
tap_is 'which adds it' "$(addresses $ANA)" "$ANA $NEW ana@tercera.example"
unset TO

# what somebody has: the page says the same, its owner hears of it
tap_is 'the address of somebody else looks no different' \
	"$(browse_post ana.perez /me /account/address 'addr=julio.zelaya@example.org')" 303
tap_run 'and only Julio is told' wait_for 10 browse_mail julio.zelaya@example.org 'pertenece'
tap_is 'it stays his' "$(addresses julio.zelaya@example.org)" julio.zelaya@example.org

# -- main, delivery, removal
tap_is 'copies of one group go to the second' "$(browse_post ana.perez /me /me/agenda delivery=each attachments=list own_copy=1 "deliver_to=$NEW")" 303
tap_is 'and are recorded to' "$(flow_sql "SELECT ad.addr FROM subscription s JOIN address ad ON ad.id = s.address_id JOIN account a ON a.id = s.account_id WHERE a.name = 'Ana Pérez'")" $NEW
tap_is 'not to one that is not hers' "$(browse_post ana.perez /me /me/agenda delivery=each attachments=list own_copy=1 deliver_to=julio.zelaya@example.org)" 404
tap_is 'the page of removing it' "$(browse_status ana.perez "/account/address/remove?addr=$NEW")" 200
browse ana.perez "/account/address/remove?addr=$NEW" >"$TEST_TMP/page"
tap_run 'says where the group goes then' grep -q "a $ANA.*Agenda digital regional" "$TEST_TMP/page"
tap_is 'the main one stays' "$(browse_post ana.perez /me /account/address/remove "addr=$ANA")" 404
tap_is 'another is made the main one' "$(browse_post ana.perez /me /account/address/primary "addr=$NEW")" 303
tap_is 'which it is' "$(addresses $ANA)" "$NEW $ANA ana@tercera.example"
tap_run 'the former one is told' wait_for 10 browse_mail $ANA 'principal de su cuenta'
tap_is "Julio's is none of hers" "$(browse_post ana.perez /me /account/address/primary addr=julio.zelaya@example.org)" 404
tap_is 'nor can she remove it' "$(browse_post ana.perez /me /account/address/remove addr=julio.zelaya@example.org)" 404
tap_is 'now the first one can go' "$(browse_post ana.perez /me /account/address/remove "addr=$ANA")" 303
tap_is 'and is gone' "$(addresses $NEW)" "$NEW ana@tercera.example"
tap_is 'no sixth is asked for in a day' "$(for i in 1 2 3; do
	browse_post ana.perez /me /account/address "addr=mas$i@quinta.example"
	printf ' '
done)" '303 303 303 '
tap_is 'but refused' "$(browse_post ana.perez /me /account/address addr=mas4@quinta.example)" 422

# -- "is this you?"
tap_run 'somebody writes as Itzel from an address nobody has' from itzel.barria@correo.example 'Itzel Barria' q1@correo.example 'Desde mi casa' <<<'Estoy de acuerdo.'
tap_is 'Itzel is asked' "$(notices itzel.barria@example.org is-this-you)" 1
tap_run 'at her own address' wait_for 10 browse_mail itzel.barria@example.org 'Es usted'
tap_is 'the stranger hears nothing' "$(notices itzel.barria@correo.example is-this-you)" 0
tap_run 'again from there' from itzel.barria@correo.example 'Itzel Barria' q2@correo.example 'Otra vez' <<<'Otra cosa.'
tap_is 'and she is asked once' "$(notices itzel.barria@example.org is-this-you)" 1
tap_run 'a desk is nobody' from info@otra.example 'Información' q3@otra.example 'Oferta' <<<'Ofrecemos.'
tap_run 'a first name neither' from itzel@otra.example 'Itzel' q4@otra.example 'Hola' <<<'Hola.'
tap_is 'nobody is asked' "$(flow_sql "SELECT count(*) FROM token WHERE purpose = 'claim'")" 1
token=$(browse_token itzel.barria@example.org 'Es usted')
tap_is 'her page' "$(browse_status - "/c/$token")" 200
tap_is 'decides nothing' "$(flow_sql "SELECT count(*) FROM hold WHERE decided_at IS NOT NULL AND msgid LIKE 'q%'")" 0
tap_is 'the button does' "$(browse_post - "/c/$token" "/c/$token")" 200
tap_run 'the message appears' wait_for 10 posted q1@correo.example
tap_is 'as hers' "$(flow_sql "SELECT name FROM account a JOIN post p ON p.account_id = a.id WHERE msgid = 'q1@correo.example'")" 'Itzel Barría'
tap_is 'nothing proved the address: it is asked itself' "$(notices itzel.barria@correo.example address-confirm)" 1
tap_is 'and not hers yet' "$(addresses itzel.barria@example.org)" itzel.barria@example.org
tap_run 'the mail is there' wait_for 10 browse_mail itzel.barria@correo.example '/c/'
token=$(browse_token itzel.barria@correo.example '/c/')
tap_is 'its button adds it' "$(browse_post - "/c/$token" "/c/$token")" 200
tap_is 'now it is hers' "$(addresses itzel.barria@example.org)" 'itzel.barria@example.org itzel.barria@correo.example'
tap_is 'what nothing proves still waits' "$(flow_sql "SELECT count(*) FROM hold WHERE msgid = 'q2@correo.example' AND decided_at IS NULL")" 1

PROVEN=$AUTHSERV tap_run 'a proven one, by the same name and another domain' from jzelaya@gob.example 'Julio Zelaya' q5@gob.example 'Desde la oficina' <<<'Aquí el borrador.'
tap_run 'Julio is asked' wait_for 10 browse_mail julio.zelaya@example.org 'Es usted'
TO=$(browse_mail julio.zelaya@example.org 'Es usted' | sed -n 's/^Reply-To: *<*\([^<>]*\)>*$/\1/p')
tap_run 'a stranger answers in his place' from jzelaya@otro.example 'Julio' r1@otro.example 'Re' <<<'Sí.'
tap_run 'and another member' from carmen.loaisiga@example.org 'Carmen' r2@example.org 'Re' <<<'Sí.'
tap_is 'in vain' "$(addresses julio.zelaya@example.org)" julio.zelaya@example.org
tap_run 'he answers' from julio.zelaya@example.org 'Julio Zelaya' r3@example.org 'Re' <<<'Sí.'
tap_is 'the address is his at once' "$(addresses julio.zelaya@example.org)" 'julio.zelaya@example.org jzelaya@gob.example'
tap_run 'and the message appears' wait_for 10 posted q5@gob.example
unset TO

# somebody who confirms an address by hand has what waited for it, where it was proven
PROVEN=$AUTHSERV tap_run 'Carmen writes from elsewhere' from cl@nueva.example 'C. L.' s1@nueva.example 'Propuesta' <<<'Propongo esto.'
tap_is 'nobody could tell' "$(notices carmen.loaisiga@example.org is-this-you)" 0
tap_run 'she signs in' browse_in carmen.loaisiga
tap_is 'adds the address' "$(browse_post carmen.loaisiga /me /account/address addr=cl@nueva.example)" 303
tap_run 'its mail comes' wait_for 10 browse_mail cl@nueva.example '/c/'
token=$(browse_token cl@nueva.example '/c/')
tap_is 'she confirms' "$(browse_post - "/c/$token" "/c/$token")" 200
tap_run 'and is told' grep -q 'mensaje que' "$TEST_TMP/answer"
tap_run 'what waited appears' wait_for 10 posted s1@nueva.example
flow_end
