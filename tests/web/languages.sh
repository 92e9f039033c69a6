#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# Portuguese, French and Italian fit where they are longer than Spanish: the pages
# of every day and of who moderates on the narrowest screen, with five languages to
# choose from at their foot.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

# shellcheck disable=SC2317 # tap_run calls it
outsider() {
	mail_make 'Óscar Ruiz' oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" 'Consulta sobre el formato común' \
		w1@otra.example 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'¿Se puede usar en municipios pequeños?' |
		net_lmtp "$SITE_LMTP" oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN"
}

flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'the list shows its threads' wait_for 20 demo_page 'En Panamá agregamos'
tap_run 'one waits for a moderator' outsider

printf '%s\t%s\n' home / thread "/g/$DEMO_LIST/1" help /help signin /signin >"$TEST_TMP/out"
{
	echo 'marisol.quesada@example.org prueba-agenda'
	printf '%s\t%s\n' my-home / my-thread "/g/$DEMO_LIST/1" me /me moderation /moderation tools "/g/$DEMO_LIST/1/tools" \
		members "/g/$DEMO_LIST/members" settings "/g/$DEMO_LIST/settings" rules "/g/$DEMO_LIST/rules" \
		security /account/security delivery /delivery new "/g/$DEMO_LIST/new" stats "/g/$DEMO_LIST/stats"
} >"$TEST_TMP/in"
export LOOK_WAYS='pt-320-light fr-320-dark it-320-light fr-1280-light'
browser_look --paths "$TEST_TMP/out"
browser_look --as "$TEST_TMP/in"
flow_end
