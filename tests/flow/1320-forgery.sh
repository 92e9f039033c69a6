#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nobody is believed to be somebody else, whatever their mail says of itself; and by
# forged mail we are made to write to a third party no more than a mailbox bears.
# (Forged bounces: 0600-bounce.sh; behind a mail server: 0240-postfix.sh.)
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

ANA=ana.perez@example.org
VICTIM=victima@otra.example
OURS=mx.foro.example

# forged ID FROM-ENVELOPE < HEADER LINES: a post in Ana's name
forged() {
	{
		sed 's/$/\r/'
		printf '%s\r\n' "To: agenda@$SITE_DOMAIN" "Subject: Prueba $1" "Message-ID: <$1@example.org>" \
			'Date: Mon, 16 Nov 2026 09:00:00 -0600' 'Content-Type: text/plain; charset=utf-8' '' "Texto $1."
	} | perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" "$2" "agenda@$SITE_DOMAIN" >/dev/null
}

FROM="From: Ana <$ANA>"
# What a forger writes, fields in one line by ~; `TAB` stands for folding. The last ones
# stand below a Received of ours, as all that came with the message does.
CLAIMS="Authentication-Results: mx.evil.example; dmarc=pass header.from=example.org
Authentication-Results: $OURS.evil.example; dmarc=pass header.from=example.org
Authentication-Results: evil.$OURS; dmarc=pass header.from=example.org
Authentication-Results: (a $OURS b) evil.example; dmarc=pass header.from=example.org
Authentication-Results: evil.example ($OURS); dmarc=pass header.from=example.org
Authentication-Results: evil.example; x=\"; $OURS; dmarc=pass header.from=example.org\"
Authentication-Results: evil.example~TAB; $OURS; dmarc=pass header.from=example.org
Authentication-Results:~TABevil.example;~TABdmarc=pass~TABheader.from=example.org
Authentication-Results: \"$OURS; dmarc=pass\"; dmarc=pass header.from=example.org
Authentication-Results: $OURS; dmarc=fail (dmarc=pass) header.from=example.org
Authentication-Results: $OURS; dmarc=fail reason=\"dmarc=pass\" header.from=example.org
Authentication-Results: $OURS; dmarc=none; x-dmarc=pass header.from=example.org
Authentication-Results: $OURS; dmarc=pass header.from=evil.example
Authentication-Results: $OURS; dmarc=passed header.from=example.org
Authentication-Results: $OURS; dkim=pass header.d=evil.example
Authentication-Results: $OURS; dkim=pass header.d=org
Authentication-Results: $OURS; dkim=pass header.d=ample.org
Authentication-Results: $OURS; dkim=fail header.d=example.org; spf=fail smtp.mailfrom=example.org
Authentication-Results: $OURS; spf=pass smtp.mailfrom=evil.example
Authentication-Results: $OURS; spf=pass smtp.mailfrom=example.org
Authentication-Results: $OURS; spf=pass smtp.helo=example.org
Authentication-Results: $OURS; dmarc=fail header.from=example.org~Authentication-Results: $OURS; dmarc=pass header.from=example.org
Authentication-Results: $OURS; dmarc=fail header.from=example.org; dmarc=pass header.from=example.org
Authentication-Results: $OURS; (unclosed dmarc=pass header.from=example.org
ARC-Authentication-Results: i=1; $OURS; dmarc=pass header.from=example.org
X-Authentication-Results: $OURS; dmarc=pass header.from=example.org
Received-SPF: pass (example.org) client-ip=192.0.2.1; envelope-from=$ANA
Authentication-Results-Original: $OURS; dmarc=pass header.from=example.org
Authentication-Results: $OURS; dmarc=pass header.from=example.org~From: Ana <$ANA>~From: Otra <otra@evil.example>
Sender: $ANA~X-Original-From: $ANA
Authentication-Results: $OURS; dmarc=pass header.from=example.org~From: Otra <otra@evil.example>
Received: from evil.example by mx.foro.example; Mon, 16 Nov 2026 15:00:00 +0000~Received: from a by b; Mon, 16 Nov 2026 15:00:00 +0000~Authentication-Results: $OURS; dmarc=pass header.from=example.org"

believed() {
	local claim n=0
	while IFS= read -r claim; do
		n=$((n + 1))
		{ sed 's/~TAB/\n\t/g; s/~/\n/g' <<<"$claim"; echo "$FROM"; } | forged "claim$n" x@evil.example
		[ "$(flow_sql "SELECT fate FROM intake WHERE msgid = 'claim$n@example.org'")" != posted ] || echo "believed: $claim"
		[ -n "$(flow_sql "SELECT fate FROM intake WHERE msgid = 'claim$n@example.org'")" ] || echo "not on the record: $claim"
	done <<<"$CLAIMS"
}

# Ways to write an address that a person and a program may take for different ones
AUTHORS="From: $ANA <x@evil.example>
From: \"Ana <$ANA>\" <x@evil.example>
From: =?utf-8?Q?Ana_=3C$(sed 's/@/=40/' <<<$ANA)=3E?= <x@evil.example>
From: x@evil.example ($ANA)
From: <x@evil.example> <$ANA>
From: $ANA, x@evil.example
From: x@evil.example, $ANA
From: $ANA~From: x@evil.example
From: x@evil.example~From: $ANA
From: Ana <$ANA@evil.example>
From: Ana <ana.perez@example.org.evil.example>
From: Ana <\"$ANA\"@evil.example>
From: Ana <ana.perez%example.org@evil.example>
From: Ana <@example.org:x@evil.example>
From: Ana <ana.perez@exámple.org>
From: Ana <ana.perez@xn--exmple-cua.org>
From: Ana <ana.pérez@example.org>
From: Ana:$ANA;x@evil.example"

impersonated() {
	local from n=0
	while IFS= read -r from; do
		n=$((n + 1))
		{ echo "Authentication-Results: $OURS; dmarc=pass header.from=evil.example"; sed 's/~/\n/g' <<<"$from"; } | forged "author$n" x@evil.example
		[ "$(flow_sql "SELECT fate FROM intake WHERE msgid = 'author$n@example.org'")" != posted ] || echo "taken for her: $from"
	done <<<"$AUTHORS"
}

# What left for one address
to_victim() {
	wait_for 20 settled
	find "$SITE/outbox" -path "*/$1/new/*" -type f 2>/dev/null | wc -l
}

# anything TO...: a mail of a forged sender to each address
anything() {
	local to n=0
	for to; do
		n=$((n + 1))
		printf '%s\r\n' "From: Victima <$VICTIM>" "To: $to" "Subject: $SUBJECT" "Message-ID: <any$RANDOM$RANDOM$n@otra.example>" \
			'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' "$SUBJECT" |
			perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" "$VICTIM" "$to"
	done >/dev/null
}

doors() { # GROUP: every address that it has, those with a token forged
	local g=$1 d=$SITE_DOMAIN
	echo "$g@$d $g-request@$d $g-join@$d $g-leave@$d $g-help@$d $g-owner@$d $g-bounces@$d $g-bounces+aaaa.bbbbbbbbbbbbbbbb@$d \
		$g+t1.aaaaaaaaaaaaaaaa@$d $g+caaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@$d $g+maaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@$d postmaster@$d abuse@$d"
}

storm() {
	local i
	for i in 1 2 3; do
		for SUBJECT in suscribir ayuda baja 'set digest' Hola; do
			# shellcheck disable=SC2046 # words
			anything $(doors agenda)
		done
	done
}

# joins N: a stranger's address each, to one group
joins() {
	local i
	for ((i = 1; i <= $1; i++)); do
		printf '%s\r\n' "From: <persona$i@otra.example>" "To: agenda-join@$SITE_DOMAIN" 'Subject: suscribir' "Message-ID: <j$i@otra.example>" \
			'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' |
			perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" "persona$i@otra.example" "agenda-join@$SITE_DOMAIN"
	done | grep -v '^250\|^and'
}

members() {
	flow_sql 'SELECT count(*), count(*) FILTER (WHERE delivery = $$each$$) FROM subscription'
}

# many N: recipients in one transaction; the statuses and how often
many() {
	local to=() i
	for ((i = 0; i < $1; i++)); do to+=("agenda@$SITE_DOMAIN"); done
	{ printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\r\n%s\r\nSubject: Muchos\r\nMessage-ID: <many%s@example.org>\r\nTo: agenda@%s' "$OURS" "$FROM" "$1" "$SITE_DOMAIN"
	for ((i = 0; i < 5000; i++)); do printf ',\r\n persona%d@otra.example' $i; done
	printf '\r\nDate: Mon, 16 Nov 2026 09:00:00 -0600\r\n\r\nHola.'; } |
		perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" $ANA "${to[@]}" | cut -c1-3 | sort | uniq -c | awk '{ print $2 ":" $1 }' | paste -sd' '
}

loops() {
	local id=$1
	{ printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\r\n' "$OURS"; printf '%s\r\n' "$FROM" "To: uno@$SITE_DOMAIN" "Subject: Vuelta" "Message-ID: <$id@example.org>" \
		'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' 'Vuelta.'; } | perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" $ANA "uno@$SITE_DOMAIN"
}

# What a mail server does: each copy for an address here comes back in. Prints how many times.
carried() {
	local f n=0 to
	for _ in $(seq 30); do
		wait_for 10 settled || break
		f=$(grep -rl --include='*' . "$SITE/outbox/uno@$SITE_DOMAIN/new" "$SITE/outbox/dos@$SITE_DOMAIN/new" 2>/dev/null | head -n 1)
		[ -n "$f" ] || break
		to=$(sed 's|.*/outbox/\([^/]*\)/new/.*|\1|' <<<"$f")
		{ printf 'Authentication-Results: %s; dmarc=pass header.from=example.org\r\n' "$OURS"; sed 's/\r$//; s/^\./../; s/$/\r/' "$f"; } |
			perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" "uno-bounces@$SITE_DOMAIN" "$to" >/dev/null
		rm -f "$f"
		n=$((n + 1))
	done
	echo "$n"
}

settled() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

# An answering machine answers everything of ours that reached Ana
machine() {
	local f n=0 back
	while IFS= read -r f; do
		n=$((n + 1))
		for back in "agenda-request@$SITE_DOMAIN" "agenda-help@$SITE_DOMAIN" \
			$(grep -aoiE '^(from|reply-to|return-path):.*' "$f" | grep -oE '[A-Za-z0-9._+-]+@foro\.example' | sort -u); do
			printf '%s\r\n' "$2" "Authentication-Results: $OURS; dmarc=pass header.from=example.org" "$FROM" "To: $back" 'Subject: ayuda' \
				"Message-ID: <auto$n$RANDOM@example.org>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' '' 'Vuelvo el lunes.' |
				perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" "$1" "$back"
		done
	done < <(find "$SITE/outbox/$ANA/new" -type f 2>/dev/null | head -n 5) | grep -v '^250\|^and'
}

flow_site 'receive deliver'
tap_run 'the group is made' demo_group
tap_run 'a true post of hers is taken' eval '{ echo "Authentication-Results: $OURS; dmarc=pass header.from=example.org"; echo "$FROM"; } | forged true $ANA'
tap_is 'and posted (the comparison means something)' "$(flow_sql "SELECT fate FROM intake WHERE msgid = 'true@example.org'")" posted
tap_none 'no claim of a forger is believed' "$(believed)"
tap_none 'no way of writing an address makes somebody her' "$(impersonated)"

before=$(members)
storm
tap_is 'forged mail to every address we have, fifteen times: who was named gets three mails at most' "$(($(to_victim $VICTIM) <= 3))" 1
tap_is 'and at least the question, so that joining by mail works' "$(($(to_victim $VICTIM) >= 1))" 1
tap_is 'nobody joined or left' "$(members)" "$before"
for i in 1 2 3 4 5 6; do site_cabildo list add "grupo$i" --title "Grupo $i" >/dev/null && site_cabildo list set "grupo$i" join_policy=confirm >/dev/null; done
SUBJECT=suscribir anything grupo{1,2,3,4,5,6}-join@"$SITE_DOMAIN"
tap_is 'nor more in six further groups' "$(($(to_victim $VICTIM) <= 3))" 1
tap_none 'seventy strangers named to one group: each is taken' "$(joins 70)"
asked=$(to_victim 'persona*@otra.example')
tap_ok "$([ "$asked" -ge 40 ] && [ "$asked" -le 60 ]; echo $?)" 'sixty are asked in an hour, with those before' "it was $asked"
tap_is 'the others wait for who runs it, lost is none' "$(flow_sql "SELECT count(*) FROM hold WHERE msgid ~ '^j[0-9]+@'")" $((70 - asked))

tap_is 'a thousand recipients and five thousand names: each recipient has an answer' "$(many 1000 | tr ' ' '\n' | awk -F: '$1 ~ /^[245]/ { n += $2 } END { print n }')" 1000
tap_is 'and it is one message on the record' "$(flow_sql "SELECT count(*) FROM intake WHERE msgid = 'many1000@example.org' AND fate IN ('posted', 'quarantined')")" 1

for l in uno dos; do
	site_cabildo list add $l --title "Grupo $l" >/dev/null && site_cabildo list set $l nonmember=accept unaddressed=accept >/dev/null
	site_cabildo member add $l $ANA >/dev/null
done
tap_run 'one group is a member of another' site_cabildo member add uno "dos@$SITE_DOMAIN" --name Dos
tap_run 'which is a member of the first' site_cabildo member add dos "uno@$SITE_DOMAIN" --name Uno
tap_run 'a post to one' loops vuelta
tap_run 'leaves' wait_for 20 settled
n=$(carried)
tap_ok "$([ "$n" -ge 1 ] && [ "$n" -le 4 ]; echo $?)" 'goes round once and not for ever' "carried $n times"
tap_is 'it is at most one post in each' "$(flow_sql "SELECT max(n) FROM (SELECT count(*) n FROM post WHERE msgid = 'vuelta@example.org' GROUP BY list_id) t")" 1

posts=$(flow_sql 'SELECT count(*) FROM post') mails=$(to_victim $ANA)
tap_none 'an answering machine that says so is heard' "$(machine '' 'Auto-Submitted: auto-replied')"
tap_none 'one that says so in another way too' "$(machine $ANA 'Precedence: bulk'; machine '' 'X-Autoreply: yes')"
tap_is 'it makes no post' "$(flow_sql 'SELECT count(*) FROM post')" "$posts"
tap_is 'and no mail: nothing goes back and forth' "$(to_victim $ANA)" "$mails"
flow_end
