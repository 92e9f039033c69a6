#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Nothing that somebody who is not a member can open shows a mail address:
# not that of a writer without a name, nor one within a text, quote, subject or
# search result, nor in a feed (promise P12).
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

# shellcheck disable=SC2317 # tap_run calls them
nameless() {
	mail_make '' carmen.loaisiga@example.org "agenda@$SITE_DOMAIN" 'Pregunta de secreto@example.net' \
		oculto@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' <<-'TEXT' |
		Escriba a contacto.oculto@example.net o a <otro.oculto@example.net>.

		El lunes, Ana Pérez <ana.perez@example.org> escribió:
		> La palabra buscada está junto a citado.oculto@example.net aquí.
	TEXT
		net_lmtp "$SITE_LMTP" carmen.loaisiga@example.org "agenda@$SITE_DOMAIN"
}

# addresses PATH: those it shows, save the group's own; a failing page is one too.
addresses() {
	net_get "$SITE_HTTP" "$1" >"$TEST_TMP/page" || echo "$1 cannot be had"
	# the marks around a hit must not hide one from us
	sed -i 's/<\/\{0,1\}mark>//g' "$TEST_TMP/page"
	LC_ALL=C grep -aoiE '[a-z0-9._+-]+(@|&#64;|%40)[a-z0-9-]+\.[a-z.]+' "$TEST_TMP/page" |
		grep -viE "^agenda(@|%40)|^(n|nombre|name)@" | sort -u
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'a post full of addresses is taken' nameless
tap_run 'its page shows it' wait_for 20 demo_page 'Escriba a'
thread=$(demo_page 'Escriba a')
for path in / /g/agenda "${thread:-/none}" "${thread:-/none}/1" '/search?q=palabra' '/search?q=contacto' '/search?q=oculto' '/search?q=example.net' \
	'/search?q=pregunta' /g/agenda/atom "${thread:-/none}/atom" '/m/oculto@example.org'; do
	tap_none "$path shows no address" "$(addresses "$path")"
done
tap_is 'the original is not open to everyone' \
	"$(net_get "$SITE_HTTP" "$thread/1/raw" | grep -c 'oculto@example')" 0
flow_end
