#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 1500
# alone: yes
# Every program, and PostgreSQL, is killed at random while work is in its hands,
# or stands still in it; connections of a sender break, the relay puts off, drops and
# talks nonsense; mail and posts from the web go through. Then the books are compared, the
# outer two of which the programs under test do not write: each 250 and each
# answer to a form is one post, each member has a copy of each post, none is
# missing, and no more are there twice than workers of deliver died; what
# PostgreSQL forgot of its last moments (promise P4) stands apart.
# KILLS=200 MINUTES=10 is the long form; FAULT_RESULT=FILE gets the figures.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/fault.sh
. "$TOP/tests/lib/fault.sh"

command -v curl >/dev/null || tap_skip_all 'needs curl'
[ -z "${TEST_LONG:-}" ] || : "${KILLS:=200}" "${MINUTES:=10}"
: "${KILLS:=24}" "${MINUTES:=0}"

b=$FAULT_BOOKS
FLOW_ALSO=fault_end
mkdir -p "$b"
touch "$b/250s" "$b/kills" "$b/web.begun" "$b/web.answered" "$b/web.strange"
tap_run 'a PostgreSQL that keeps what it promised' fault_pg
cat >"$b/weather" <<'SCRIPT'
rcpt	%97	452 4.2.2 the mailbox is full
mail	%131	421 4.3.2 not now
end	%89	451 4.3.0 try again
end	%113	delay 300
data	%157	drop
mail	%211	garbage
end	%307	mid
SCRIPT
tap_run 'a sink reads the copies, in all weathers' fault_sink "$b/weather"
tap_run 'everything runs' fault_site
fault_mail
fault_mail_cut
fault_web
tap_run 'mail flows' wait_for 20 answered_more_than 20
fault_blows "$KILLS" $((MINUTES * 60))
tap_run 'everything comes to rest' fault_rest
fault_compare
echo "# $(fault_line) in_hand $FAULT_BUSY deliver_deaths $FAULT_DELIVER_DEATHS settled_lost $FAULT_SETTLED_LOST within_ms $FAULT_FORGOTTEN_MS pg_deaths $FAULT_PG_DEATHS web $(lines "$b/web.answered")"
cut -f 2,4 "$b/kills" | sort | uniq -c | sed 's/^/# /'
sed 's/^/# doubled /' "$b/doubled"
tap_is "all $KILLS blows fell" "$FAULT_KILLS" "$KILLS"
tap_is 'on every program' "$(cut -f 2 "$b/kills" | sed 's/-all.*/-all/' | sort -u | tr '\n' ' ')" \
	'deliver-all deliver-parent deliver-worker freeze-deliver freeze-receive freeze-web pg-backend pg-postmaster receive-all receive-parent receive-worker sched web-parent web-worker '
tap_run "at least half within a transaction, a DATA or a send ($FAULT_BUSY)" test "$FAULT_BUSY" -ge $((KILLS / 2))
tap_run 'there were some hundreds of messages' test "$(lines "$b/answered")" -gt 200
tap_run 'and some from the web' test "$(lines "$b/web.answered")" -gt 5
tap_none 'each 250 is a post' "$(LC_ALL=C comm -23 "$b/answered" "$b/posts")"
# what each of the six connections was sending when it was stopped may be there unanswered
tap_run 'no post but those' test "$(LC_ALL=C comm -13 "$b/answered" "$b/posts" | wc -l)" -le 6
tap_none 'no post is there twice' "$(uniq -d "$b/posts")"
tap_none 'each form that was answered is a post' "$(LC_ALL=C comm -23 "$b/web.answered" "$b/web.posts")"
tap_none 'no form was posted twice, however often it was sent' "$(uniq -d "$b/web.posts")"
tap_none 'no page but those' "$(LC_ALL=C comm -13 <(LC_ALL=C sort "$b/web.begun") "$b/web.posts")"
tap_none 'nobody got another answer than that, or that the server is away' "$(head -n 5 "$b/web.strange")"
tap_is 'nothing is lost' "$FAULT_LOST" 0
tap_none 'no copy is of anything else' "$(LC_ALL=C comm -23 <(LC_ALL=C sort -u "$b/copies") "$b/due")"
tap_run "no more copies are doubled ($FAULT_DOUBLED) than workers died ($FAULT_DELIVER_DEATHS)" \
	test "$FAULT_DOUBLED" -le "$FAULT_DELIVER_DEATHS"
tap_none 'each at such a death, or at one of PostgreSQL' "$(grep '	-	' "$b/doubled")"
tap_none 'what PostgreSQL forgot is of its last moments' "$(awk -F '\t' '$2 == "postgresql" && $3 > 250' "$b/doubled")"
tap_none 'none three times' "$(LC_ALL=C uniq -c "$b/copies" | awk '$1 > 2')"
tap_is 'the ledger has each copy as sent' "$(flow_sql "SELECT (SELECT count(*) FROM post) * $FAULT_MEMBERS -
	(SELECT count(DISTINCT (post_id, subscription_id)) FROM delivery WHERE outcome = 'sent')")" 0
tap_is 'the record is sealed to its end' "$(flow_sql 'SELECT (SELECT count(*) FROM audit) - (SELECT count(*) FROM audit_seal)')" 0
tap_run 'all programs stop in time' site_stop
left=''
for g in "${FAULT_GROUPS[@]}"; do
	no_group "$g" || left="$left $g"
done
tap_none 'nothing of those that were killed is left' "$left"
tap_none 'no program complained of anything else' \
	"$(site_complaints | grep -vE 'event=(worker[-_](died|killed|stop)|relay_away|db_away|db_error|deferred|lease_lost|release_failed)|listen_failed .*Address already in use|status=503|rc=tempfail')"
[ -z "${FAULT_RESULT:-}" ] || {
	[ $TAP_BAD -eq 0 ] && echo 0 || echo 1
	echo "in_hand $FAULT_BUSY deliver_deaths $FAULT_DELIVER_DEATHS settled_lost $FAULT_SETTLED_LOST within_ms $FAULT_FORGOTTEN_MS pg_deaths $FAULT_PG_DEATHS"
	fault_line
} >"$FAULT_RESULT"
tap_end
