#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# A digest in a browser: its mail, its page, where it is chosen, the pages of its
# links. With CORPORA=DIR also that of the busiest week of a real archive, which
# must stay under 90 kB.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

at() {
	cabildod --config "$SITE/cabildo.conf" --once --at "$1" >>"$SITE/log/sched.log" 2>&1
}
digests() {
	grep -rlEi '^Message-ID: <digest\.' "$SITE/outbox/rodrigo.mejia@example.org/new" 2>/dev/null
}
has() {
	[ "$(digests | wc -l)" = "$1" ]
}
# part TYPE FILE: the part of that type, decoded.
part() {
	perl -MMIME::QuotedPrint -MMIME::Base64 -e '
		my ($type) = shift; local $/; my $m = <>;
		my ($b) = $m =~ /boundary="([^"]+)"/ or exit 1;
		for (split /\r?\n--\Q$b\E/, $m) {
			my ($h, $t) = split /\r?\n\r?\n/, $_, 2;
			next unless defined $t && $h =~ m{Content-Type: \Q$type\E}i;
			print $h =~ /quoted-printable/i ? decode_qp($t) : $h =~ /base64/i ? decode_base64($t) : $t;
		}' "$1" "$2" | tr -d '\r'
}
# valid NAME: its HTML, by the standard's rules for elements and attributes, where html-validate is.
valid() {
	if [ ! -d "$BROWSER_NODE/node_modules/html-validate" ]; then
		echo "# $1: not validated, html-validate is not there (npm)"
		return
	fi
	NODE_PATH=$BROWSER_NODE/node_modules node "$TOP/tests/web/valid.js" "$TEST_TMP/$1.html" >"$TEST_TMP/faults"
	tap_is "$1: the validator went to the end" $? 0
	tap_none "$1: valid HTML" "$(cat "$TEST_TMP/faults")"
}
# mail NAME FILE: the mail's parts to $TEST_TMP/NAME.html and .txt, and a look at them.
mail() {
	local verdict text why
	part text/html "$2" >"$TEST_TMP/$1.html"
	part text/plain "$2" >"$TEST_TMP/$1.txt"
	echo "# $1: $(wc -c <"$TEST_TMP/$1.html") bytes of HTML, $(wc -c <"$TEST_TMP/$1.txt") of text"
	tap_run "$1: under 90 kB" test "$(wc -c <"$TEST_TMP/$1.html")" -lt 90000
	tap_is "$1: in 66 columns but for addresses" "$(grep -v '://\|+t' "$TEST_TMP/$1.txt" | perl -CS -ne 'chomp; print if length > 66' | wc -l)" 0
	[ -z "${CABILDO_SCREENS:-}" ] || {
		mkdir -p "$CABILDO_SCREENS"
		cp "$TEST_TMP/$1.html" "$TEST_TMP/$1.txt" "$CABILDO_SCREENS"
	}
	NODE_PATH=$BROWSER_NODE/node_modules node "$TOP/tests/web/digest.js" "$1" "$TEST_TMP/$1.html" \
		${CABILDO_SCREENS:+"$CABILDO_SCREENS"} >"$TEST_TMP/verdicts"
	tap_is "$1: the browser went to the end" $? 0
	valid "$1"
	while IFS=$'\t' read -r verdict text why; do
		tap_is "$text" "$verdict${why:+: $why}" ok
	done <"$TEST_TMP/verdicts"
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
demo_group >/dev/null
tap_run 'passwords are set' demo_passwords "$TEST_TMP/passwords"
flow_sql "UPDATE subscription SET delivery = 'none'; UPDATE account SET time_zone = 'America/El_Salvador', locale = 'es'" >/dev/null
site_cabildo member set agenda rodrigo.mejia@example.org delivery=digest >/dev/null
at 2026-11-11T15:00:00Z
tap_run 'the posts are taken' demo_posts
tap_run 'the list shows its threads' wait_for 20 demo_page 'En Panamá agregamos'
at 2026-11-23T14:00:00Z
tap_run 'the digest is sent' wait_for 20 has 1
mail digest-mail "$(digests | head -1)"
{
	echo "rodrigo.mejia@example.org prueba-agenda"
	printf 'digest-prefs\t/me\n'
	printf 'digest-page\t%s\n' "$(grep -oE '/digest/[0-9]+' "$TEST_TMP/digest-mail.txt" | head -1)"
	printf 'digest-preview\t/me\tform[action="/account/digest/preview"] button\n'
	printf 'digest-mute\t%s\n' "$(grep -oE '/f/[0-9]+/[0-9]+/[a-z2-7]{16}' "$TEST_TMP/digest-mail.html" | head -1)"
	printf 'digest-stop\t%s\n' "$(grep -oE '/s/[0-9]+/[0-9]+/[a-z2-7]{16}' "$TEST_TMP/digest-mail.html" | head -1)"
	printf 'digest-link\t%s\n' "$(grep -oE '/p/[0-9]+/[a-z2-7]{16}' "$TEST_TMP/digest-mail.html" | head -1)"
} >"$TEST_TMP/paths"
browser_look --as "$TEST_TMP/paths"

# A thread as whoever has the link of a digest sees it, and where the link has ended.
flow_sql "UPDATE list SET visibility = 'members', read_links = true" >/dev/null
reading=$(flow_sql "SELECT account_id || '-' || (SELECT min(id) FROM thread) FROM address WHERE addr = 'rodrigo.mejia@example.org'")
{
	day=$(($(date +%s) / 86400))
	for name in "reading $day" "reading-post $day /2" "reading-over $((day - 1))"; do
		read -r name day part <<<"$name"
		printf '%s\t/r/%s-%s-%s%s\n' "$name" "$reading" "$day" "$(flow_mac read "$reading-$day")" "$part"
	done
} >"$TEST_TMP/readings"
# in the language of whom it was sent to, whatever the browser says
flow_sql "UPDATE account SET locale = 'es'" >/dev/null
LOOK_WAYS='es-1280-light es-360-dark es-320-light' browser_look --paths "$TEST_TMP/readings"
flow_sql "UPDATE list SET visibility = 'public'" >/dev/null

# The busiest week of a real archive, as if it had come by mail.
DATA=${CORPORA:-}/archive-r-help-es/data
if [ -d "$DATA" ]; then
	site_cabildo list add archivo --title 'Archivo de la lista' --lang es --visibility public >/dev/null
	site_cabildo member add archivo rodrigo.mejia@example.org >/dev/null
	site_cabildo import archivo "$DATA"/*.mbox* >"$TEST_TMP/import" 2>"$TEST_TMP/import.log"
	flow_sql "UPDATE subscription SET delivery = 'digest' WHERE account_id = (SELECT account_id FROM address WHERE addr = 'rodrigo.mejia@example.org')" >/dev/null
	at 2026-11-25T14:00:00Z
	week=$(flow_sql "SELECT date_trunc('week', p.sent_at)::date FROM post p JOIN list l ON l.id = p.list_id WHERE l.name = 'archivo'
		GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
	flow_sql "UPDATE post SET source = 'email', xid = pg_current_xact_id() WHERE date_trunc('week', sent_at)::date = '$week'
		AND list_id = (SELECT id FROM list WHERE name = 'archivo')" >/dev/null
	at 2026-11-30T14:00:00Z
	tap_run "the digest of the week of $week is sent" wait_for 60 has 2
	echo "# $(flow_sql 'SELECT threads, posts FROM digest_issue ORDER BY id DESC LIMIT 1' | tr '\t' ' ') threads and posts"
	mail digest-busiest "$(digests | xargs grep -l "^Message-ID: <digest\.2\.")"
else
	echo '# without CORPORA=DIR: no week of a real archive'
fi
flow_end
