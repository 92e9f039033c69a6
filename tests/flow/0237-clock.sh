#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# The clock of our programs and of PostgreSQL moves while mail and posts from the web
# flow: an hour on, an hour back, over a change to summer time, to 1970 and to the
# right time again. Nothing is lost, nothing waits for the hour to come again, no more
# copies are twice than workers had one in hand when their leases seemed to have run
# out, each person has one digest a day, who is signed in stays so, and a link
# for signing in is good for once and for its time.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/fault.sh
. "$TOP/tests/lib/fault.sh"
# shellcheck source=tests/lib/skew.sh
. "$TOP/tests/lib/skew.sh"

command -v curl >/dev/null || tap_skip_all 'needs curl'
b=$FAULT_BOOKS
# shellcheck disable=SC2034 # flow.sh and fault.sh read them
FLOW_ALSO=fault_end FAULT_KEEP=1 FAULT_RATE=40
ONWARD=0

mkdir -p "$b"
touch "$b/250s" "$b/kills" "$b/web.begun" "$b/web.answered" "$b/web.strange"

site_cabildo() {
	LD_PRELOAD="$SKEW_FIRST$SKEW_LIB" cabildo --config "$SITE/cabildo.conf" "$@"
}

more_answered() {
	[ "$(lines "$b/250s")" -ge "$MORE" ]
}

skewed_pg() {
	LD_PRELOAD=$SKEW_LIB fault_pg
}

both_due() {
	[ "$(flow_sql "SELECT count(*) FROM digest_schedule")" = 2 ]
}

# hop TEXT COMMAND...: in the middle of mail that comes in and goes out
hop() {
	local text=$1 begun
	shift
	senders CONT
	MORE=$(($(lines "$b/250s") + 20))
	tap_run "$text: mail flows" wait_for 30 more_answered
	"$@"
	MORE=$(($(lines "$b/250s") + 40))
	tap_run "$text: mail goes in afterwards" wait_for 30 more_answered
	senders STOP
	begun=$SECONDS
	tap_run "$text: and out, what was there before too" wait_for 90 shorter 0
	echo "# $text: $(date -u -d "@$(skew_now)" '+%F %T'), the queue was empty $((SECONDS - begun)) s later"
}

onward() {
	ONWARD=$((ONWARD + 1))
	skew_by 3600
}

digests() { # WHO: how many
	awk -F '\t' -v w="$1@example.net" '$3 == w && $4 ~ /^digest\./' "$b/sink/copies" | wc -l
}

each_has() { # N: digests, no more and no less
	[ "$(digests d1) $(digests d2)" = "$1 $1" ]
}

# ask WHO: a link for signing in is asked for; its address once it has come, in LINK
ask() {
	local jar=$TEST_TMP/asks.$1
	web "$jar" /signin >/dev/null
	web "$jar" /signin "csrf=$(field "$jar" csrf)" "addr=$1@example.net" next=/ >/dev/null
	wait_for 20 link_came "$1"
}

link_came() {
	local f
	f=$(grep -l "^To: .*$1@example.net" "$b"/sink/*.eml | xargs -r grep -l '/signin/' | head -n 1)
	[ -n "$f" ] && LINK=$(perl -MMIME::QuotedPrint -0777 -ne '$_ = decode_qp($_); print $1 if m{(/signin/[A-Za-z0-9_-]+)}' "$f") && [ -n "$LINK" ]
}

# use LINK: the status of pressing its button, as somebody new
use() {
	local jar=$TEST_TMP/uses
	rm -f "$jar"
	web "$jar" "$1" >/dev/null
	web "$jar" "$1" "csrf=$(field "$jar" csrf)"
}

# cabildod looks at what is wanted when it starts, and sets its hours by this clock
seventy() {
	skew_to '1970-01-02 00:00:00'
	site_end sched
	site_start_sched
}

in_seventy() {
	[ "$(flow_sql "SELECT count(*) FROM digest_schedule WHERE due_at < '1971-01-01'")" = 2 ]
}

tap_run 'there is a clock to move' skew_open '2027-03-27 11:00:00'
tap_run 'PostgreSQL has it' skewed_pg
printf 'rcpt	late@*	x1	452 4.2.2 the mailbox is full\n' >"$b/weather"
tap_run 'a sink reads the copies; one mailbox is full once' fault_sink "$b/weather"
tap_run 'everything runs' fault_site
tap_is 'PostgreSQL has moved' "$(flow_sql 'SELECT now()::date')" 2027-03-27
for who in d1 d2; do
	site_cabildo member add $FAULT_GROUP $who@example.net >/dev/null
done
flow_sql "UPDATE account SET time_zone = 'Europe/Madrid'; UPDATE list SET digest_every = 'daily', digest_hour = 7" >/dev/null
for who in d1 d2; do
	site_cabildo member set $FAULT_GROUP $who@example.net delivery=digest >/dev/null
done
site_cabildo member add $FAULT_GROUP late@example.net >/dev/null
# it reads what is wanted once a minute, and when it starts
site_end sched
site_start_sched
wait_for 20 both_due
tap_is 'two digests are due in the morning' "$(flow_sql "SELECT count(*), min(due_at AT TIME ZONE 'UTC') FROM digest_schedule")" $'2\t2027-03-28 05:00:00'
fault_mail
tap_run 'mail flows' wait_for 20 answered_more_than 5
tap_is 'and our programs have moved' "$(flow_sql 'SELECT max(received_at)::date FROM intake')" 2027-03-27
senders STOP
fault_web

# -- back, with a link that was sent before it, and a copy that was put off for a minute
ask m2
link=$LINK
hop 'an hour back' skew_by -3600
tap_is 'a link from before works' "$(use "$link")" 303
tap_is 'once' "$(use "$link")" 404
tap_is 'nothing is put off for longer than it would have been' "$(flow_sql "SELECT count(*) FROM outbound WHERE not_before > now() + interval '75 seconds'")" 0
hop 'an hour on' onward
ask m3
link=$LINK
hop 'another' onward
tap_is 'a link from before is over' "$(use "$link")" 404

# -- the last Sunday of March: at two in Madrid it is three; seven o'clock there comes twice, and goes
hop 'the night of summer time' skew_to '2027-03-28 00:59:58'
hop 'the morning' skew_to '2027-03-28 04:59:58'
tap_run 'each has one digest' wait_for 30 each_has 1
hop 'an hour back again' skew_by -3600
hop 'and the same morning once more' skew_to '2027-03-28 04:59:59'

hop '1970' seventy
tap_run 'digests are due in 1970' wait_for 30 in_seventy
hop 'the right time' skew_to '2027-03-28 08:00:00'
tap_run 'nobody has had another digest' each_has 1
hop 'the next morning' skew_to '2027-03-29 05:10:00'
tap_run 'each has that of the next day' wait_for 30 each_has 2

senders CONT
tap_run 'everything comes to rest' fault_rest
fault_compare
echo "# messages $(lines "$b/posts") copies $(lines "$b/copies") doubled $(lines "$b/doubled") web $(lines "$b/web.answered")"
sed 's/^/# doubled /' "$b/doubled"
tap_none 'each 250 is a post' "$(LC_ALL=C comm -23 "$b/answered" "$b/posts")"
tap_none 'no post is there twice' "$(uniq -d "$b/posts")"
tap_none 'each form that was answered is a post' "$(LC_ALL=C comm -23 "$b/web.answered" "$b/web.posts")"
tap_none 'nobody who was signed in was signed out, or saw another error' "$(head -n 5 "$b/web.strange")"
tap_run 'and they went on writing' test "$(lines "$b/web.answered")" -gt 20
tap_is 'nothing is lost' "$FAULT_LOST" 0
# a jump of more than 15 minutes ends a lease that is held; two workers, and one copy in the hands of each
tap_run "of $ONWARD hours on and five times further, no more are doubled ($(lines "$b/doubled")) than workers had in hand" \
	test "$(lines "$b/doubled")" -le $((2 * (ONWARD + 5)))
tap_none 'none three times' "$(LC_ALL=C uniq -c "$b/copies" | awk '$1 > 2')"
tap_none 'no digest twice' "$(awk '/ digest\./' "$b/copies" | uniq -d)"
tap_is 'the ledger has each copy as sent' "$(flow_sql "SELECT count(*) FROM post, subscription s WHERE s.delivery = 'each' AND NOT EXISTS
	(SELECT FROM delivery d WHERE d.post_id = post.id AND d.subscription_id = s.id AND outcome = 'sent')")" 0
tap_is 'no post has a time that nobody had' "$(flow_sql "SELECT count(*) FROM post WHERE received_at > timestamptz '2027-03-30'")" 0
tap_run 'all programs stop in time' site_stop
# a copy that is settled while its week comes into the ledger is settled again
tap_none 'no program complained of anything else' "$(site_complaints | grep -v -e 'event=lease_lost' -e 'stmt=queue_settle_copy sqlstate=40001')"
tap_end
