# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Mail to and from those who moderate, for the flow tests: what is held, the mails in
# their Maildirs as they read them, their answers. Sourced, after flow.sh.

# shellcheck disable=SC2034 # the tests read them
OUTSIDER=oscar.ruiz@afuera.example
OWNER=marisol.quesada@example.org
MODERATOR=rodrigo.mejia@example.org
PROVEN=mx.foro.example

# mail ID SUBJECT: from somebody who is no member; text from stdin
mail() {
	AUTHSERV=$PROVEN mail_make 'Óscar Ruiz' $OUTSIDER "agenda@$SITE_DOMAIN" "$2" "$1" \
		'Mon, 16 Nov 2026 09:00:00 -0600' >"$TEST_TMP/$1.eml"
	net_lmtp "$SITE_LMTP" $OUTSIDER "agenda@$SITE_DOMAIN" <"$TEST_TMP/$1.eml"
}

hold_of() {
	flow_sql "SELECT id FROM hold WHERE msgid = '$1'"
}

state_of() {
	flow_sql "SELECT coalesce(h.decision, 'waiting'), coalesce(h.decided_door, '-'), coalesce(a.name, '-'), h.why
		FROM hold h LEFT JOIN account a ON a.id = h.decided_by WHERE h.msgid = '$1'" | tr '\t' ' ' | sed 's/ $//'
}

fate_of() {
	flow_sql "SELECT string_agg(fate || ':' || rule, ' ' ORDER BY id) FROM intake WHERE msgid = '$1'"
}

# text FILE: its headers unfolded and its text, decoded
text() {
	local kept=$TEST_TMP/text.${1##*/}
	[ -s "$kept" ] || text_make "$1" >"$kept"
	cat "$kept"
}

text_make() {
	perl -MMIME::QuotedPrint -MMIME::Base64 -MEncode -0777 -ne '
		s/\r//g; my ($h, $b) = split /\n\n/, $_, 2; $h =~ s/\n[ \t]+/ /g;
		my $ct = $h;
		if ($h =~ /boundary="([^"]+)"/) { my $m = $1; my @p = split /--\Q$m\E(?:--)?\n/, $b;
			my ($ph, $pb) = split /\n\n/, $p[1], 2; $ct = $ph; $b = $pb; $rest = join("--\n", @p[2..$#p]); }
		$b = decode_qp($b) if $ct =~ /quoted-printable/i; $b = decode_base64($b) if $ct =~ /base64/i;
		$h = encode("UTF-8", decode("MIME-Header", $h));
		$b =~ s/\n$//; my $o = ""; for my $l (split /\n/, $b) { if ($l =~ /^(>*) ?(.*?) $/ && $l ne "-- ") { $o .= "$l" } else { $o .= "$l\n" } }
		print "$h\n\n$o\n", $rest // "";' "$1"
}

# newest ADDRESS: the mails in its Maildir
newest() {
	find "$SITE/outbox/$1/new" -type f -printf '%T@ %p\n' 2>/dev/null | sort -rn | cut -d' ' -f2-
}

# got ADDRESS PATTERN: the newest mail of it that has the line
got() {
	local f
	while IFS= read -r f; do
		text "$f" >/dev/null
		grep -qE -- "$2" "$TEST_TMP/text.${f##*/}" && { printf '%s\n' "$f"; return 0; }
	done < <(newest "$1")
	return 1
}

count() {
	local f n=0
	for f in "$SITE/outbox/$1"/new/*; do
		[ -e "$f" ] || continue
		text "$f" >/dev/null
		grep -qE -- "$2" "$TEST_TMP/text.${f##*/}" && n=$((n + 1))
	done
	echo "$n"
}

has() {
	[ "$(count "$1" "$2")" = "$3" ]
}

# reply_to FILE
reply_to() {
	text "$1" | sed -n 's/^Reply-To: *<\{0,1\}\([^<>]*\)>\{0,1\}$/\1/p' | head -1
}

msgid() {
	text "$1" | sed -n 's/^Message-ID: <\(.*\)>$/\1/ip' | head -1
}

# answer FROM TO ID [SUBJECT] [HEADER]: text from stdin
answer() {
	{
		[ -z "${5:-}" ] || printf '%s\n' "$5"
		AUTHSERV=${AS-$PROVEN} mail_make 'Rodrigo Mejía' "$1" "$2" "${4:-RE: [agenda] En espera}" "$3" \
			'Mon, 16 Nov 2026 10:00:00 -0600'
	} | net_lmtp "$SITE_LMTP" "${ENV-$1}" "$2"
}

# held ID SUBJECT: and both moderators have the notice
held() {
	mail "$1" "$2" <<<"Texto de $1." && wait_for 20 has $OWNER "^Message-ID: <held\\.$(hold_of "$1")\\." 1 &&
		wait_for 20 has $MODERATOR "^Message-ID: <held\\.$(hold_of "$1")\\." 1
}

# address_of ID PERSON
address_of() {
	reply_to "$(got "$2" "^Message-ID: <held\\.$(hold_of "$1")\\.")"
}

is_state() {
	[ "$(state_of "$1")" = "$2" ]
}

# web_post PATH BODY COOKIE: the whole answer; false where it is no 2xx or 3xx
web_post() {
	local fd out
	exec {fd}<>"/dev/tcp/127.0.0.1/$SITE_HTTP" || return 1
	printf 'POST %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nContent-Type: application/x-www-form-urlencoded\r\nCookie: %s\r\nContent-Length: %d\r\n\r\n%s' \
		"$1" "$SITE_HTTP" "$3" "$(printf %s "$2" | wc -c)" "$2" >&"$fd"
	out=$(timeout 20 cat <&"$fd")
	exec {fd}>&-
	printf '%s\n' "$out"
	[[ $out == HTTP/1.[01]\ [23]* ]]
}

# sign_in ADDRESS: its session in $SESSION
sign_in() {
	local page csrf cookie
	printf 'prueba-agenda' | site_cabildo account password "$1" --stdin || return 1
	page=$(net_get "$SITE_HTTP" /signin)
	csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' <<<"$page" | tail -n 1)
	cookie=$(tr -d '\r' <<<"$page" | sed -n 's/^[Ss]et-[Cc]ookie: *\([^;]*\).*/\1/p' | paste -sd ';')
	SESSION=$(web_post /signin/password "csrf=$csrf&addr=${1/@/%40}&password=prueba-agenda" "$cookie" |
		tr -d '\r' | sed -n 's/^[Ss]et-[Cc]ookie: *\(cabildo=[^;]*\).*/\1/p')
	CSRF=$(net_get "$SITE_HTTP" /me "Cookie: $SESSION" | sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' | tail -n 1)
	[ -n "$SESSION" ] && [ -n "$CSRF" ]
}

# press PATH BODY: the button of a page
press() {
	web_post "$1" "csrf=$CSRF&$2" "$SESSION" >/dev/null
}

fails() {
	! "$@"
}

audited() {
	flow_sql "SELECT string_agg(a.act || ':' || a.door, ' ' ORDER BY a.id) FROM audit a JOIN audit_detail d ON d.audit_id = a.id
		WHERE a.act LIKE 'hold.%' AND d.after LIKE '%hold $(hold_of "$1") %'"
}
