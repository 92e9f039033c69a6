#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# One message in is one message, whatever ends of lines and dots it holds, and one
# copy out is one, in lines that no server can read otherwise; nothing that others
# wrote becomes a header of ours.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/sink.sh
. "$TOP/tests/lib/sink.sh"

ANA=ana.perez@example.org
FLOW_ALSO=sink_end

# head_of ID SUBJECT: of a post by a member, in CRLF
head_of() {
	printf '%s\r\n' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" "From: Ana <$ANA>" \
		"To: agenda@$SITE_DOMAIN" "Subject: $2" "Message-ID: <$1@example.org>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' \
		'Content-Type: text/plain; charset=utf-8' ''
}

# What would follow an end of data that is none: a message in a moderator's name
SECOND="MAIL FROM:<marisol.quesada@example.org>\r\nRCPT TO:<agenda@foro.example>\r\nDATA\r\nAuthentication-Results: mx.foro.example; dmarc=pass header.from=example.org\r\nFrom: Marisol <marisol.quesada@example.org>\r\nTo: agenda@foro.example\r\nSubject: colado\r\nMessage-ID: <colado@example.org>\r\n\r\ncolado"

# Ends of data to some server or other, none of them one
ENDS='\n.\n
\n.\r\n
\r.\r\n
\r.\r
\r\n.\n
\r\n.\r
\r\n.\r\r\n
\r\n\000.\r\n
\r\r\n.\r\r\n
\n\n.\r\n
\r\n.\000\r\n
\xe2\x80\xa8.\xe2\x80\xa8
\x0b.\x0b
\xc2\x85.\xc2\x85'

# in_one: each is sent as the text of one message; a line for each that was more
in_one() {
	local end n=0 said
	while IFS= read -r end; do
		n=$((n + 1))
		said=$({
			head_of "end$n" "Fin $n"
			# shellcheck disable=SC2059 # the bytes are meant
			printf "antes$end$SECOND"
		} | perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" $ANA "agenda@$SITE_DOMAIN" | cut -c1-3 | paste -sd' ')
		[ "$said" = '250 and' ] || echo "$end: $said"
	done <<<"$ENDS"
	ENDS_N=$n
}

copied() { # ID: to each of the six members
	[ "$(cut -f4 "$TEST_TMP/sink/copies" 2>/dev/null | grep -cF "$1@example.org")" = 6 ]
}

# strict FILE...: those with an end of line that is not CRLF, or a line too long for SMTP
strict() {
	perl -0777 -e 'for my $f (@ARGV) { open my $h, "<:raw", $f or die; my $m = <$h>;
		print "$f: a bare LF\n" if $m =~ /(?<!\r)\n/; print "$f: a bare CR\n" if $m =~ /\r(?!\n)/;
		print "$f: NUL\n" if $m =~ /\0/; print "$f: a line of ", length $1, "\n" if $m =~ /([^\r\n]{999,})/; }' "$@"
}

kept() {
	find "$TEST_TMP/sink" -name '*.eml'
}

DOTS='.
..
...
.x
. 
..MAIL FROM:<x@example.org>
fin'

# The text of one copy, without ours below it
dots_out() {
	local f
	f=$(kept | xargs grep -lF '<dots@example.org>' | head -n 1)
	tr -d '\r' <"${f:-/dev/null}" | sed '1,/^$/d' | perl -MMIME::QuotedPrint -0777 -ne 'print decode_qp($_)' | sed '/^fin$/q'
}

# injected: what a header of ours says that was hidden in the words of others
words() {
	local w
	# shellcheck disable=SC2016 # encoded words, no commands
	for w in '=?utf-8?Q?x=0D=0ABcc:_victima@otra.example?=' '=?utf-8?Q?x=0AX-Evil:_1?=' '=?utf-8?Q?x=0DX-Evil:_1?=' \
		'=?utf-8?B?eA0KWC1FdmlsOiAxDQoNCmNvbGFkbw==?=' '=?utf-8?Q?x=E2=80=A8X-Evil:_1?=' '=?utf-8?Q?x=00=0B=0CX-Evil:_1?=' \
		'x =?utf-8?Q?=3E=2C_victima=40otra.example=2C_?=' '"x\" <victima@otra.example>, \"y"'; do
		printf '%s\n' "$w"
	done
}

inject() { # ADDRESS LABEL: a mail of each with the words as name, as subject and as file name
	local w n=0
	while IFS= read -r w; do
		n=$((n + 1))
		{
			printf '%s\r\n' "Authentication-Results: $AUTHSERV; dmarc=pass header.from=example.org" "From: $w <$ANA>" \
				"To: $1" "Subject: $w" "Message-ID: <$2$n@example.org>" 'Date: Mon, 16 Nov 2026 09:00:00 -0600' 'MIME-Version: 1.0' \
				'Content-Type: multipart/mixed; boundary=b' '' '--b' 'Content-Type: text/plain' '' 'Hola.' '--b' \
				"Content-Type: text/plain; name=\"$w\"" "Content-Disposition: attachment; filename=\"$w\"" '' 'x' '--b--'
		} | perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" $ANA "$1" | head -n 1
	done < <(words)
}

# The heads of all that left, unfolded: nobody else's fields, nobody else's recipients
injected() {
	kept | xargs perl -0777 -e 'for my $f (@ARGV) { open my $h, "<:raw", $f or die; my ($m) = <$h> =~ /\A(.*?)\r\n\r\n/s;
		$m =~ s/\r\n[ \t]+/ /g;
		print "$f: $1\n" if $m =~ /^((?:bcc|x-evil|colado)\b.*)$/mi;
		print "$f: $1\n" if $m =~ /^((?:from|to|cc|reply-to|sender):[^\n]*<victima\@otra[^\n]*)$/mi;
		print "$f: control byte\n" if $m =~ /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/; }'
	cut -f3 "$TEST_TMP/sink/copies" | grep -v '@example\.org$'
}

settled() {
	[ "$(flow_sql 'SELECT count(*) FROM outbound')" = 0 ]
}

sink_start --keep
flow_site 'receive deliver sched'
tap_run 'the group is made' demo_group
tap_run 'it has a footer and a tag: copies are composed' site_cabildo list set agenda footer=yes subject_tag=Agenda
tap_none 'an end of data that is none ends nothing' "$(in_one; echo "$ENDS_N" >"$TEST_TMP/n")"
n=$(cat "$TEST_TMP/n")
tap_is 'each is one message on the record' "$(flow_sql "SELECT count(*), count(DISTINCT msgid) FROM intake")" "$n	$n"
tap_is 'and none is the one within' "$(flow_sql "SELECT count(*) FROM post WHERE msgid = 'colado@example.org' OR subject = 'colado'")" 0
tap_run 'text of dots is taken' eval 'head_of dots Puntos | cat - <(sed "s/^\./../; s/\$/\r/" <<<"$DOTS") | perl "$TOP/tests/lib/lmtp.pl" "$SITE_LMTP" $ANA "agenda@$SITE_DOMAIN"'
tap_run 'its copies leave' wait_for 30 copied dots
tap_is 'with each dot where it was' "$(dots_out)" "$DOTS"
posted=$(flow_sql "SELECT count(*) FROM post")
tap_run 'everything leaves' wait_for 40 settled
tap_is 'a copy for each post and member, and no mail more' "$(wc -l <"$TEST_TMP/sink/copies")" $((posted * 6))
tap_none 'from nobody but the group' "$(cut -f2 "$TEST_TMP/sink/copies" | grep -v '^agenda-bounces+')"
tap_none 'every line that leaves ends in CRLF and nothing else' "$(kept >"$TEST_TMP/kept"; mapfile -t F <"$TEST_TMP/kept"; strict "${F[@]}")"
for to in agenda agenda-request agenda-owner; do
	tap_none "names, subjects and file names with lines in them are taken ($to)" "$(inject "$to@$SITE_DOMAIN" "i-$to" | grep -v '^250')"
done
tap_run 'what comes of it leaves' wait_for 40 settled
tap_run 'that is copies, answers and notices' test "$(wc -l <"$TEST_TMP/sink/copies")" -gt $((posted * 6 + 10))
tap_none 'no header of what we send is theirs, no recipient' "$(injected)"
mapfile -t F < <(kept)
tap_none 'nor is any line bare' "$(strict "${F[@]}")"
flow_end
