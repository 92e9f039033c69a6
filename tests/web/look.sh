#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# Every page in a browser, in both languages, wide and narrow, light and dark.
# CABILDO_SCREENS=DIR keeps a picture of each page there.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

# shellcheck disable=SC2119 # without arguments: all of it
flow_site 'receive deliver web http'
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
tap_run 'a thread has tags' site_cabildo thread tag "$DEMO_LIST" 1 'reunión, agenda regional'
tap_run 'the list shows its threads' wait_for 20 demo_page 'En Panamá agregamos'
# three that wait, and one that was decided: the queue has something to show
# shellcheck disable=SC2317 # tap_run calls it
outsiders() {
	local n
	for n in 1 2 3; do
		mail_make 'Óscar Ruiz' oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" \
			"Consulta $n sobre el formato común de trámites" "w$n@otra.example" \
			'Mon, 16 Nov 2026 09:00:00 -0600' <<-'TEXT' | net_lmtp "$SITE_LMTP" oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" || return 1
			Buenos días. En nuestra municipalidad queremos publicar los trámites en el
			formato común. ¿Hay un modelo?

			> ¿Qué campos usan ustedes?

			-- 
			Óscar Ruiz
			Unidad de Informática
		TEXT
	done
	site_cabildo hold approve 1 >/dev/null
}
tap_run 'some wait for a moderator' outsiders
browser_look "$DEMO_LIST" "$TEST_TMP/passwords"
flow_end
