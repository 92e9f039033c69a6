#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# REMOTE_USER: whom the web server vouches for signs in by one button, where the
# configuration says so; headers that only look like it say nothing, and what the
# web server did not check neither.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

NEW=nueva.persona@institucion.example

# site POLICY: the web programs with this setting, behind a lighttpd that asks for a
# password below /signin
site() {
	sed -i "s/^\([[:space:]]*remote_user\) = .*/\1 = $1/" "$SITE/cabildo.conf"
	site_stop
	site_start_web && site_start_http
}

# signin [CURL-OPTION...]: the page, then the button; prints the status, the cookies are in jar
signin() {
	rm -f "$TEST_TMP/jar"
	curl -s "$@" -c "$TEST_TMP/jar" -o "$TEST_TMP/form" "http://127.0.0.1:$SITE_HTTP/signin" || return 1
	curl -s "$@" -b "$TEST_TMP/jar" -c "$TEST_TMP/jar" -o "$TEST_TMP/answer" -w '%{http_code}' --data-urlencode 'next=/' \
		--data-urlencode "csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' "$TEST_TMP/form" | head -n 1)" \
		"http://127.0.0.1:$SITE_HTTP/signin/remote"
}

offered() {
	grep -q 'action="/signin/remote"' "$TEST_TMP/form"
}

fails() {
	! "$@"
}

signed_in_as() {
	curl -s -H 'Host: entrada.example' -b "$TEST_TMP/jar" "http://127.0.0.1:$SITE_HTTP/" | grep -qF "<span class=\"who\">$1</span>"
}

sessions() {
	flow_sql 'SELECT count(*) FROM session WHERE account_id IS NOT NULL'
}

flow_conf
for user in ana.perez@example.org carmen.loaisiga@example.org "$NEW" rodrigo; do
	printf '%s:clave-del-servidor\n' "$user"
done >"$SITE/people"
# who asks comes before who answers
sed -i 's/server.modules = (/& "mod_auth", "mod_authn_file",/' "$SITE/lighttpd.conf"
cat >>"$SITE/lighttpd.conf" <<-CONF
	auth.backend = "plain"
	auth.backend.plain.userfile = "$SITE/people"
	\$HTTP["host"] == "entrada.example" {
		auth.require = ( "/signin" => ( "method" => "basic", "realm" => "institucion", "require" => "valid-user" ) )
	}
CONF
site_start_receive && site_start_web && site_start_http || exit 1
tap_run 'the group is made' demo_group
flow_sql "UPDATE address SET verified_at = NULL WHERE addr = 'carmen.loaisiga@example.org'" >/dev/null
by=(-H 'Host: entrada.example' -u)

# -- off, as it comes
tap_is 'off: the button is not there, and a POST of it says no' "$(signin "${by[@]}" ana.perez@example.org:clave-del-servidor)" 403
tap_run 'off: it is not offered' fails offered
tap_is 'off: nobody is signed in' "$(sessions)" 0

# -- known: who has the address verified
tap_run 'the setting is changed' site known
tap_is 'a verified address' "$(signin "${by[@]}" ana.perez@example.org:clave-del-servidor)" 303
tap_run 'was offered to sign in' offered
tap_run 'and is' signed_in_as 'Ana Pérez'
tap_is 'as one session, which can be ended like any' "$(sessions)" 1
tap_is 'without a token' "$(curl -s "${by[@]}" ana.perez@example.org:clave-del-servidor -o /dev/null -w '%{http_code}' -d next=/ "http://127.0.0.1:$SITE_HTTP/signin/remote")" 403
tap_is 'one that is not verified' "$(signin "${by[@]}" carmen.loaisiga@example.org:clave-del-servidor)" 403
tap_is 'one that nobody has' "$(signin "${by[@]}" "$NEW:clave-del-servidor")" 403
tap_is 'what is no address' "$(signin "${by[@]}" rodrigo:clave-del-servidor)" 403
tap_is 'a wrong password is the web server'\''s' "$(signin "${by[@]}" ana.perez@example.org:otra)" 401

# -- somebody who says so themselves
for header in 'Remote-User: ana.perez@example.org' 'REMOTE_USER: ana.perez@example.org' 'Remote_User: ana.perez@example.org' \
	'HTTP_REMOTE_USER: ana.perez@example.org' 'X-Remote-User: ana.perez@example.org' 'X-Forwarded-User: ana.perez@example.org' \
	"Authorization: Basic $(printf 'ana.perez@example.org:' | base64)" 'Proxy-User: ana.perez@example.org'; do
	tap_is "the header ${header%%:*}" "$(signin -H "$header")" 403
	tap_run 'makes no offer' fails offered
done
tap_is 'nor does the address of the page' "$(curl -s -o /dev/null -w '%{http_code}' -d 'REMOTE_USER=ana.perez@example.org' "http://127.0.0.1:$SITE_HTTP/signin/remote?REMOTE_USER=ana.perez@example.org")" 403
tap_is 'nobody else is signed in' "$(sessions)" 1

# -- create: the web server's word is enough
tap_run 'the setting is changed again' site create
tap_is 'a new person' "$(signin "${by[@]}" "$NEW:clave-del-servidor")" 303
tap_run 'has an account' signed_in_as nueva.persona
tap_is 'on the record' "$(flow_sql "SELECT d.after, d.why FROM audit a JOIN audit_detail d ON d.audit_id = a.id WHERE a.act = 'account.create' AND a.door = 'web'")" \
	"$NEW	REMOTE_USER"
tap_is 'but belongs to no group' "$(flow_sql "SELECT count(*) FROM subscription s JOIN address a ON a.account_id = s.account_id WHERE a.addr = '$NEW'")" 0
tap_is 'the same person again' "$(signin "${by[@]}" "${NEW^}:clave-del-servidor") $(signin "${by[@]}" "$NEW:clave-del-servidor") $(flow_sql "SELECT count(*) FROM address WHERE addr = '$NEW'")" '401 303 1'
tap_is 'an address that was not verified' "$(signin "${by[@]}" carmen.loaisiga@example.org:clave-del-servidor)" 303
tap_is 'is by this' "$(flow_sql "SELECT verified_at IS NOT NULL FROM address WHERE addr = 'carmen.loaisiga@example.org'")" t
tap_is 'what is no address makes nobody' "$(signin "${by[@]}" rodrigo:clave-del-servidor)" 403
tap_is 'a header makes nobody' "$(signin -H 'Remote-User: otra@institucion.example')" 403
tap_is 'and leaves no account' "$(flow_sql "SELECT count(*) FROM address WHERE addr LIKE '%@institucion.example'")" 1
flow_end
