#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Who has a page already is told so, and only while it is true: not after a
# reply, not in another language, not with the session of somebody else.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

URL=http://127.0.0.1

# status PATH TAG [CURL ARGUMENT...]
status() {
	local path=$1 tag=$2
	shift 2
	curl -s -o /dev/null -w '%{http_code}' -H "If-None-Match: $tag" "$@" "$URL:$SITE_HTTP$path"
}

tag_of() {
	curl -s -D - -o /dev/null "$URL:$SITE_HTTP$1" | sed -n 's/\r$//; s/^[Ee][Tt]ag: //p'
}

post() {
	mail_make 'Ana Pérez' ana.perez@example.org "agenda@$SITE_DOMAIN" 'Vigencia' "$1" \
		'Mon, 16 Nov 2026 09:00:00 -0600' "${2:-}" <<<"Texto de $1." |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "agenda@$SITE_DOMAIN"
}

flow_site 'receive web http'
tap_run 'the group is made' demo_group
tap_run 'a post is taken' post uno@example.org
page=$(demo_page 'Vigencia')
tag=$(tag_of "${page:-/none}")
group=$(tag_of /g/agenda)
tap_run 'the thread has a tag' test -n "$tag"
tap_is 'who has the thread is told so' "$(status "$page" "$tag")" 304
tap_is 'who has the group is told so' "$(status /g/agenda "$group")" 304
tap_is 'another page of it is another' "$(status "$page?from=2" "$tag")" 200
tap_is 'in English it is another' "$(status "$page" "$tag" -H 'Accept-Language: en')" 200
tap_is 'and where the reader chose it' "$(status "$page" "$tag" -H 'Cookie: lang=en')" 200
tap_is 'the group too' "$(status /g/agenda "$group" -H 'Cookie: lang=en')" 200
tap_run 'a reply is taken' post dos@example.org uno@example.org
tap_is 'after it the thread is another' "$(status "$page" "$tag")" 200
tap_is 'and the group' "$(status /g/agenda "$group")" 200
flow_sql "update thread set state = 'locked'" >/dev/null
tag=$(tag_of "$page")
flow_sql "update thread set state = 'open'" >/dev/null
tap_is 'nor does an open thread look like a closed one' "$(status "$page" "$tag")" 200
flow_end
