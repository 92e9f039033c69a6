#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Mail to those who run a group or the site reaches them, whole and without a
# circle; and everybody who may can look up what became of a message.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

OUTSIDER=oscar.ruiz@afuera.example
OWNER=marisol.quesada@example.org

# mail ID TO [HEADER]: text from stdin
mail() {
	{
		[ -z "${3:-}" ] || printf '%s\n' "$3"
		mail_make 'Óscar Ruiz' $OUTSIDER "$2" 'Una consulta' "$1" 'Mon, 16 Nov 2026 09:00:00 -0600'
	} | net_lmtp "$SITE_LMTP" "${FROM-$OUTSIDER}" "$2"
}

fate_of() {
	flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = '$1'"
}

# notices ADDRESS: mails in its Maildir
notices() {
	find "$SITE/outbox/$1" -path '*/new/*' -type f 2>/dev/null | wc -l
}

has_notices() {
	[ "$(notices "$1")" = "$2" ]
}

fails() {
	! "$@"
}

flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'the site has an administrator' site_cabildo account admin julio.zelaya@example.org

tap_run 'somebody writes to the owners' mail o1@afuera.example agenda-owner@foro.example <<<'¿Cómo se ingresa al grupo?'
tap_is 'it waits for them' "$(fate_of o1@afuera.example)" held:to-owner
tap_run 'the owner has it' wait_for 20 has_notices $OWNER 1
tap_is 'the moderator has not' "$(notices rodrigo.mejia@example.org)" 0
got=$(find "$SITE/outbox/$OWNER" -path '*/new/*' -type f)
for line in 'Return-Path: <>' 'Reply-To: agenda+m' 'X-Loop: agenda-owner@foro.example' \
	'Content-Type: message/rfc822' 'Message-ID: <o1@afuera.example>' '¿Cómo se ingresa al grupo?'; do
	tap_run "it has: $line" grep -qF -- "$line" "$got"
done
tap_run 'the same again is taken' mail o1@afuera.example agenda-owner@foro.example <<<'¿Cómo se ingresa al grupo?'
tap_is 'and is a duplicate' "$(fate_of o1@afuera.example)" 'held:to-owner duplicate:duplicate'
tap_run 'it comes back from the owner' mail o2@afuera.example agenda-owner@foro.example 'X-Loop: agenda-owner@foro.example' <<<'Vuelta.'
tap_is 'and goes no further' "$(fate_of o2@afuera.example)" dropped:loop
tap_run 'an automatic answer comes' mail o3@afuera.example agenda-owner@foro.example 'Auto-Submitted: auto-replied' <<<'Estoy fuera.'
tap_is 'and goes no further' "$(fate_of o3@afuera.example)" dropped:automatic

tap_run 'somebody writes to the postmaster' mail o4@afuera.example Postmaster@foro.example <<<'Un aviso.'
tap_run 'and to abuse' mail o5@afuera.example abuse@foro.example <<<'Una queja.'
FROM='' tap_run 'a machine with a null sender, too' mail o6@afuera.example postmaster@foro.example <<<'Un informe.'
tap_is 'they are passed on' "$(fate_of o4@afuera.example) $(fate_of o5@afuera.example) $(fate_of o6@afuera.example)" \
	'forwarded:to-site forwarded:to-site forwarded:to-site'
tap_run 'the administrator has them' wait_for 20 has_notices julio.zelaya@example.org 3
tap_run 'what comes back' mail o7@afuera.example postmaster@foro.example 'X-Loop: postmaster@foro.example' <<<'Vuelta.'
tap_is 'goes no further' "$(fate_of o7@afuera.example)" dropped:loop
tap_run 'no group can have that name' fails site_cabildo list add postmaster

# -- what became of it
tap_run 'a member posts' demo_send ana.perez 'Un tema' t1@example.org 0 08:00 <<<'El tema.'
tap_run 'all have it' wait_for 20 demo_copied t1@example.org ana.perez
site_cabildo trace '<t1@example.org>' >"$TEST_TMP/traced"
for line in 'fate posted' 'rule posted' 'post agenda/1/1' 'sent 6' 'failed 0' 'queued 0'; do
	tap_run "trace says: $line" grep -qx "$line" "$TEST_TMP/traced"
done
tap_run 'trace of a dropped one' grep -qx 'reason It has been through this group before.' <(site_cabildo trace o2@afuera.example)
flow_sql "INSERT INTO delivery (outbound_id, list_id, post_id, addr, outcome, code, answer, tries)
	SELECT 1, list_id, id, 'x@lejos.example', 'failed', 550, '5.1.1 no such user', 1 FROM post" >/dev/null
flow_sql "INSERT INTO delivery_total SELECT id, 40, 0, 1, 0 FROM post" >/dev/null
site_cabildo trace t1@example.org >"$TEST_TMP/traced"
for line in 'sent 46' 'failed 2' 'failure x@lejos.example	failed	550	5.1.1 no such user'; do
	tap_run "then trace says: $line" grep -qx "$line" "$TEST_TMP/traced"
done
tap_run 'nothing is known of another' fails site_cabildo trace nada@example.org
flow_end
