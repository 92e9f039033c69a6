#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Portuguese, French and Italian: what the browser asks for, what is chosen in
# the foot of a page and on one's own, the mail that follows, and an answer to a
# command in the words of its language. No GET chooses anything. A text is what the
# catalogue says, or English while it lacks it.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browse.sh
. "$TOP/tests/lib/browse.sh"

URL=

# said LANG MSGID
said() {
	LC_ALL=C.UTF-8 LANGUAGE=$1 TEXTDOMAINDIR=$BUILD/locale gettext -d cabildo "$2"
}

# asked PREFERENCE PATH [CURL-OPTION...]: the page for nobody in particular
asked() {
	local likes=$1 path=$2
	shift 2
	curl -s -H "Accept-Language: $likes" "$@" "$URL$path"
}

# speaks LANG MSGID <page
speaks() {
	local page
	page=$(cat)
	grep -q "^<html lang=\"$1\"" <<<"$page" && grep -qF ">$(said "$1" "$2")<" <<<"$page"
}

# spoken PREFERENCE: the language of the page
spoken() {
	asked "$@" | sed -n 's/^<html lang="\([^"]*\)".*/\1/p'
}

# choice COOKIE-JAR LANG PREFERENCE: of somebody who is not signed in
choose() {
	curl -s -o /dev/null -w '%{http_code}' -c "$1" --data-urlencode "lang=$2" --data-urlencode 'next=/search' "$URL/lang"
}

# told LANG ADDRESS: the link to sign in is in the mailbox, in that language
told() {
	browse_mail "$2" "^Content-Language: $1" && grep -q "^Subject: " "$TEST_TMP/mail" &&
		perl -CSDA -MEncode -e '
			my ($want) = @ARGV; local $/; my $mail = <STDIN>;
			my ($s) = $mail =~ /^Subject: (.*)/m; $s = decode("MIME-Header", encode("UTF-8", $s));
			exit($s eq $want ? 0 : 1)' "$(said "$1" 'Your link to sign in')" <"$TEST_TMP/mail"
}

# help_answered LANG ADDRESS
help_answered() {
	browse_mail "$2" "^In-Reply-To: <help-$1@example.org>" >/dev/null
}

ask_help() { # LANG WORD WHO
	AUTHSERV=mx.foro.example mail_make "$(demo_name "$3")" "$3@example.org" "agenda-request@$SITE_DOMAIN" "$2" "help-$1@example.org" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<'' | net_lmtp "$SITE_LMTP" "$3@example.org" "agenda-request@$SITE_DOMAIN"
}

flow_site
URL=http://127.0.0.1:$SITE_HTTP
tap_run 'the group is made' demo_group
tap_run 'its members have passwords' demo_passwords "$TEST_TMP/passwords"
tap_run 'the posts are there' demo_posts
tap_run 'the list shows its threads' wait_for 20 demo_page 'En Panamá agregamos'

tap_run 'a member is added in Italian' site_cabildo member add agenda nora@example.org --name 'Nora Valli' --locale it
tap_is 'and is' "$(flow_sql "SELECT locale FROM account WHERE name = 'Nora Valli'")" it
tap_is 'a language we have not is refused' "$(site_cabildo member add agenda max@example.org --name Max --locale de >/dev/null 2>&1; echo $?)" 65

tap_is 'the order of q counts' "$(spoken 'en;q=0.2, it;q=0.9, fr;q=0.5' /)" it
tap_is 'a language we have not is passed over' "$(spoken 'de, pt-PT;q=0.9' /)" pt
tap_is 'none of ours is Spanish' "$(spoken 'de' /)" es
tap_is 'a choice by GET does not exist' "$(asked es '/lang?lang=fr' -o /dev/null -w '%{http_code}')" 405
tap_is 'nor a language that we have not' "$(choose "$TEST_TMP/c.de" de)" 400
tap_none 'and nothing is kept of it' "$(grep -i lang "$TEST_TMP/c.de")"

for way in 'pt|pt-BR,pt;q=0.9,en;q=0.8|ajuda|ana.perez' 'fr|fr-CA,fr;q=0.8|aide|julio.zelaya' 'it|it|aiuto|itzel.barria'; do
	IFS='|' read -r lang likes word who <<<"$way"
	page=$(asked "$likes" /)
	tap_run "$lang: the browser asks for it" speaks "$lang" 'Sign in' <<<"$page"
	tap_run "$lang: the foot offers the other four" test "$(grep -c '<button class="plain" name="lang"' <<<"$page")" = 4
	tap_run "$lang: and names this one" grep -q "<b lang=\"$lang\" aria-current=\"true\">" <<<"$page"
	etag=$(asked es /g/agenda -o /dev/null -D - | tr -d '\r' | sed -n 's/^ETag: //Ip')
	tap_run "$lang: what a browser kept in Spanish" test "$(asked es /g/agenda -H "If-None-Match: $etag" -o /dev/null -w '%{http_code}')" = 304
	tap_is "$lang: is not good for it" "$(asked "$likes" /g/agenda -H "If-None-Match: $etag" -o /dev/null -w '%{http_code}')" 200

	tap_is "$lang: chosen in the foot" "$(choose "$TEST_TMP/c.$lang" "$lang")" 303
	tap_is "$lang: stays, whatever the browser says" "$(spoken es / -b "$TEST_TMP/c.$lang")" "$lang"

	tap_run "$lang: a member signs in" browse_in "$who"
	tap_is "$lang: she chooses it on her page" "$(browse_post "$who" /me /me "locale=$lang" theme=auto)" 303
	tap_is "$lang: it is hers" "$(flow_sql "SELECT locale FROM account WHERE name = '$(demo_name "$who")'")" "$lang"
	page=$(browse "$who" /me)
	tap_run "$lang: her page speaks it" speaks "$lang" 'My deliveries' <<<"$page"
	tap_run "$lang: and has it chosen" grep -q "value=\"$lang\" checked> <span lang=\"$lang\">" <<<"$page"
	tap_run "$lang: a thread's day too" grep -qF "$(said "$lang" 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec' | cut -d'|' -f "$(TZ=America/Guatemala date -d '6 days ago' +%-m)")" \
		<<<"$(browse "$who" /g/agenda/1)"

	rm -rf "$SITE/outbox/$who@example.org"
	tap_is "$lang: she asks for a link" "$(browse_post - /signin /signin "addr=$who@example.org" next=/)" 303
	tap_run "$lang: which comes in it" wait_for 20 told "$lang" "$who@example.org"
	tap_run "$lang: she asks for help in its word" ask_help "$lang" "$word" "$who"
	tap_run "$lang: and is answered" wait_for 20 help_answered "$lang" "$who@example.org"
	tap_run "$lang: in it" grep -q "^Content-Language: $lang" "$TEST_TMP/mail"
	tap_run "$lang: with its words" grep -qw "$word" "$TEST_TMP/mail"
done
flow_end
