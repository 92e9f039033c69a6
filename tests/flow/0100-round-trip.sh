#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run: quick
# A post by email is answered 250, stands on a page, goes out to the others,
# and the reply to it stands in the same thread; the same post again is taken
# and makes no second one.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"

post() {
	mail_make 'Ana Pérez' ana.perez@example.org "agenda@$SITE_DOMAIN" 'Ida y vuelta' \
		ida@example.org 'Mon, 16 Nov 2026 09:00:00 -0600' <<<'El mensaje que va.' |
		net_lmtp "$SITE_LMTP" ana.perez@example.org "agenda@$SITE_DOMAIN"
}

reply() {
	mail_make 'Julio Zelaya' julio.zelaya@example.org "agenda@$SITE_DOMAIN" 'Re: Ida y vuelta' \
		vuelta@example.org 'Mon, 16 Nov 2026 10:00:00 -0600' ida@example.org \
		<<<'La respuesta que vuelve.' |
		net_lmtp "$SITE_LMTP" julio.zelaya@example.org "agenda@$SITE_DOMAIN"
}

# shellcheck disable=SC2119 # without arguments: all of it
flow_site
tap_run 'the group is made' demo_group
tap_run 'a post is taken' post
tap_run 'its page shows it' wait_for 10 demo_page 'El mensaje que va.'
page=$(demo_page 'El mensaje que va.')
tap_run 'each other member gets one copy' wait_for 20 demo_copied ida@example.org ana.perez
tap_run 'a reply is taken' reply
tap_run 'the reply stands in the same thread' wait_for 10 \
	demo_thread_has "${page:-/none}" 'El mensaje que va.' 'La respuesta que vuelve.'
tap_run 'and one of the reply' wait_for 20 demo_copied vuelta@example.org julio.zelaya
tap_is 'one thread, two posts' "$(flow_sql 'SELECT count(DISTINCT thread_id), count(*) FROM post')" '1	2'
tap_run 'the same post again is taken' post
tap_is 'and makes no second post' "$(flow_sql 'SELECT count(*) FROM post')" 2
tap_is 'nor further work' "$(flow_sql 'SELECT count(*) FROM outbound')" 0
tap_run 'nor further copies' demo_copied ida@example.org ana.perez
flow_end
