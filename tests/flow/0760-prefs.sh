#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# What one receives, in a sentence that is true: by group and by thread, with
# pauses from one day to another; and by a link of every mail, without signing in
# and for nothing else.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

fails() {
	! "$@"
}

says() { # WHO TEXT: the page of preferences
	browse "$1" /me | grep -qF -- "$2"
}

sub() {
	flow_sql "SELECT $1 FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.name = 'Ana Pérez'"
}

day() {
	TZ=America/Guatemala date -d "$1" +%F
}

# post ID SUBJECT: sent, and with the others; got ID: with Ana too
post() {
	demo_send julio.zelaya "$2" "$1" 0 08:00 "${3:-}" <<<"Texto de $1."
	wait_for 20 others "$1"
}
others() {
	demo_copies "$1" | grep -q carmen
}
got() {
	demo_copies "$1" | grep -qx ana.perez@example.org
}

flow_site
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'the posts are there' demo_posts
tap_run 'Ana signs in' browse_in ana.perez

tap_run 'every message' says ana.perez 'Usted recibe cada mensaje por correo.'
tap_is 'she mutes a thread' "$(browse_post ana.perez /g/agenda/2 /g/agenda/2/follow mode=mute)" 303
tap_run 'which the sentence says' says ana.perez 'salvo los de 1 hilo que silenció.'
tap_run 'and the page names it' says ana.perez 'Catálogo común de trámites en línea</a> <span class="chip wait">silenciado'
tap_is 'another one too' "$(browse_post ana.perez /g/agenda/3 /g/agenda/3/follow mode=mute)" 303
tap_run 'in the plural' says ana.perez 'salvo los de 2 hilos que silenció.'
tap_is 'she takes it back from her page' "$(browse_post ana.perez /me /g/agenda/3/follow mode=group)" 303
tap_run 'one is left' says ana.perez 'salvo los de 1 hilo que silenció.'
tap_is 'only what she follows' "$(browse_post ana.perez /me /me/agenda delivery=mentions attachments=list)" 303
tap_run 'is nothing' says ana.perez 'mientras no siga ningún hilo'
tap_is 'she follows one' "$(browse_post ana.perez /g/agenda/1 /g/agenda/1/follow mode=follow)" 303
tap_run 'which is said' says ana.perez 'Usted recibe cada mensaje de 1 hilo que sigue, y nada más.'
tap_is 'a digest' "$(browse_post ana.perez /me /me/agenda delivery=digest attachments=list)" 303
tap_run 'is said with its hour, as the group has it' says ana.perez \
	'Usted recibe un resumen los lunes a las 07:00 (hora de Guatemala), y cada mensaje de 1 hilo que sigue.'
tap_is 'another time' "$(browse_post ana.perez /me /account/digest every=monthly weekday=3 monthday=15 hour=18 form=mime per_group=1)" 303
tap_run 'is said too' says ana.perez 'un resumen el día 15 de cada mes a las 18:00 (hora de Guatemala)'
tap_is 'all of it is kept' "$(flow_sql 'SELECT every, weekday, monthday, hour, form, per_group, anyway FROM digest_choice' | tr '\t' ' ')" \
	'monthly 3 15 18 mime t f'
tap_is 'and in the books' "$(flow_sql "SELECT count(*) FROM audit WHERE act = 'digest.choice'")" 1
tap_is 'no such hour' "$(browse_post ana.perez /me /account/digest every=daily weekday=3 monthday=15 hour=24 form=mime)" 400
tap_is 'as the group again' "$(browse_post ana.perez /me /account/digest every=group weekday=3 monthday=15 hour=18 form=summary)" 303
tap_run 'is Monday' says ana.perez 'un resumen los lunes a las 07:00'
tap_is 'everything again' "$(browse_post ana.perez /me /me/agenda delivery=each attachments=list)" 303
flow_sql "UPDATE subscription SET delivery = 'each'" >/dev/null

# -- pauses
tap_is 'a pause that begins next week' "$(browse_post ana.perez /me /me/agenda/pause "from=$(day '+7 days')" "until=$(day '+14 days')")" 303
tap_is 'has its days' "$(sub "(pause_from > now()) || ' ' || (pause_until > pause_from)")" 'true true'
tap_run 'the sentence tells both' says ana.perez 'no recibe nada.'
tap_run 'until then' post p1@example.org 'Antes de la pausa'
tap_run 'mail comes' wait_for 10 got p1@example.org
tap_is 'one that began' "$(browse_post ana.perez /me /me/agenda/pause 'from=' "until=$(day '+14 days')")" 303
tap_run 'is said first' says ana.perez 'Usted no recibe nada hasta el'
tap_run 'in it' post p2@example.org 'En la pausa'
tap_run 'nothing comes' fails got p2@example.org
for bad in "from=$(day '+9 days') until=$(day '+8 days')" 'from= until=2020-01-01' 'from= until=2027-02-31' 'from=ayer until=2027-02-01'; do
	# shellcheck disable=SC2086 # two fields
	tap_is "no pause: $bad" "$(browse_post ana.perez /me /me/agenda/pause $bad)" 422
done
tap_is 'without days it ends' "$(browse_post ana.perez /me /me/agenda/pause from= until=)" 303
tap_is 'and is over' "$(sub 'pause_until IS NULL AND pause_from IS NULL')" t

# -- address and hours
tap_is 'her address is shown' "$(browse_post ana.perez /me /account/place zone=America/Panama)" 303
tap_is 'and her hours are those of Panama' "$(flow_sql "SELECT hide_address, time_zone FROM account WHERE name = 'Ana Pérez'" | tr '\t' ' ')" 'f America/Panama'
tap_is 'no such zone' "$(browse_post ana.perez /me /account/place zone=Mars/Olympus)" 400
tap_is 'hidden again' "$(browse_post ana.perez /me /account/place zone=America/Panama hide=1)" 303

# -- the link of a mail
# a site without https has the address to leave alone; its mark is that of the page
leave=$(browse_mail ana.perez@example.org '^List-Unsubscribe:' | sed -nE 's|^List-Unsubscribe:.*-leave\+s([0-9]+)\.([a-z2-7]+)@.*|/u/\1/\2|p' | head -n 1)
tap_run 'each mail has a page to leave' test -n "$leave"
link=$(browse - "$leave" | grep -oE '/p/[0-9]+/[a-z2-7]+' | head -n 1)
tap_run 'which has a link to what she receives' test -n "$link"
tap_is 'without signing in' "$(browse_status - "$link")" 200
browse - "$link" >"$TEST_TMP/page"
tap_run 'it says the same sentence' grep -q 'salvo los de 1 hilo que silenció' "$TEST_TMP/page"
tap_run 'it asks nobody to sign in' fails grep -q 'action="/me' "$TEST_TMP/page"
tap_is 'looking changed nothing' "$(sub delivery)" each
tap_is 'its form does' "$(browse_post - "$link" "$link" delivery=none attachments=link)" 303
tap_is 'for her' "$(sub "delivery || ' ' || attachments")" 'none link'
tap_is 'in her name' "$(flow_sql "SELECT a.name FROM audit JOIN account a ON a.id = actor_id WHERE act = 'subscription.set' ORDER BY audit.id DESC LIMIT 1")" 'Ana Pérez'
tap_is 'a pause too' "$(browse_post - "$link" "$link/pause" from= "until=$(day '+3 days')")" 303
tap_is 'is hers' "$(sub 'pause_until > now()')" t
tap_is 'not with days that are none' "$(browse_post - "$link" "$link/pause" from= until=nunca)" 422
tap_is 'it signs nobody in' "$(browse_status - /me)" 303
tap_is 'the mark of leaving is not that of this page' "$(browse_status - "/p/${leave#/u/}")" 404
tap_is 'nor the other way round' "$(browse_status - "/u/${link#/p/}")" 404
other=$(flow_sql "SELECT s.id FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.name = 'Julio Zelaya'")
tap_is 'nor that of somebody else' "$(browse_status - "/p/$other/${link##*/}")" 404
tap_is 'and changes nothing there' "$(browse_post - / "/p/$other/${link##*/}" delivery=none attachments=list)" 404
tap_is 'she is told, once a day' "$(flow_sql "SELECT (SELECT count(*) FROM delivery WHERE notice_kind = 'prefs-changed')
	+ (SELECT count(*) FROM outbound o JOIN notice n ON n.id = o.notice_id WHERE n.kind = 'prefs-changed')")" 1
tap_run 'by mail' wait_for 10 browse_mail ana.perez@example.org 'Alguien cambió lo que usted'

# -- a group with a footer has it below each message
site_cabildo list set agenda footer=true >/dev/null
site_cabildo member set agenda ana.perez@example.org delivery=each >/dev/null
flow_sql "UPDATE subscription SET pause_until = NULL, pause_from = NULL" >/dev/null
tap_run 'a post' post p9@example.org 'Con pie'
tap_run 'reaches her' wait_for 10 got p9@example.org
tap_is 'her own link stands at its foot' "$(browse_mail ana.perez@example.org 'Texto de p9' | grep -oE '/p/[0-9]+/[a-z2-7]+')" "$link"
tap_run 'that of another in theirs' fails grep -qF "$link" <(browse_mail carmen.loaisiga@example.org 'Texto de p9')
tap_run 'and it is one' grep -qE '/p/[0-9]+/[a-z2-7]+' <(browse_mail carmen.loaisiga@example.org 'Texto de p9')

flow_sql "DELETE FROM subscription WHERE id = (SELECT s.id FROM subscription s JOIN account a ON a.id = s.account_id WHERE a.name = 'Ana Pérez')" >/dev/null
tap_is 'once she has left it is gone' "$(browse_status - "$link")" 404
flow_end
