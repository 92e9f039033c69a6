#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 400
# The pages on which groups and the site are run, in a browser: what look.sh asks of
# every page is asked of these, with their errors, previews and trials.
# CABILDO_SCREENS=DIR keeps a picture of each page there.
set -u
# shellcheck source=tests/lib/flow.sh
. "$TOP/tests/lib/flow.sh"
# shellcheck source=tests/lib/browser.sh
. "$TOP/tests/lib/browser.sh"
browser_or_skip

# shellcheck disable=SC2119 # without arguments: all of it
flow_site
tap_run 'the group is made' demo_group
tap_run 'the posts are taken' demo_posts
tap_run 'the passwords are set' demo_passwords "$TEST_TMP/passwords"
site_cabildo account admin marisol.quesada@example.org
site_cabildo list create avisos --template announcements --title 'Avisos de la secretaría' --parent agenda
site_cabildo rule add agenda subject '(?i)\boferta(s)?\b' hold --sentence 'La publicidad espera a quien modera.'
site_cabildo rule add agenda header:X-Mailer 'MasivoPlus' drop
site_cabildo rule add - body 'viagra' refuse
site_cabildo thread tag agenda 1 'reunión, agenda regional' >/dev/null
site_cabildo thread tag agenda 2 'trámites, reunion' >/dev/null
site_cabildo ban add @publicidad.example --list agenda --reason 'Publicidad repetida' --days 90
site_cabildo ban add malo@malo.example
site_cabildo template set agenda welcome es <<<'Le damos la bienvenida a {group}, {name}.'
site_cabildo template set - reject en --title 'Tone' <<<'Please say it without offending anybody.'
for n in 1 2 3; do
	mail_make 'Óscar Ruiz' oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN" "Oferta $n" "w$n@otra.example" \
		'Mon, 16 Nov 2026 09:00:00 -0600' <<<'Texto.' | net_lmtp "$SITE_LMTP" oscar.ruiz@otra.example "$DEMO_LIST@$SITE_DOMAIN"
done >/dev/null
site_cabildo hold discard 1 2 >/dev/null
tap_run 'the weeks are counted' wait_for 20 eval '[ "$(flow_sql "SELECT count(*) FROM outbound")" = 0 ]'
site_end sched
site_start_sched
tap_run 'cabildod has been' wait_for 10 eval '[ "$(flow_sql "SELECT count(*) FROM list_week")" -gt 0 ]'
flow_sql "UPDATE list_week SET by_mail = 3 + (extract(doy FROM week)::integer * 7) % 23, by_web = (extract(doy FROM week)::integer * 5) % 9 WHERE week < now() - interval '8 days'" >/dev/null
flow_sql "INSERT INTO handover (list_id, from_account, owners, moderators, effective_at, planned_by, state, done_at)
	SELECT 1, 1, '{2}'::bigint[], '{3}'::bigint[], now() + interval '9 days', 1, 'planned', NULL UNION ALL
	SELECT 1, 2, '{1}'::bigint[], '{}'::bigint[], now() - interval '9 days', 1, 'done', now() - interval '9 days'" >/dev/null
{
	echo 'marisol.quesada@example.org prueba-agenda'
	printf '%s\t%s\t%s\n' home / '' group /g/agenda '' settings /g/agenda/settings '' \
		settings-error /g/agenda/settings '#hold_first=300;#title=;main .main' \
		filters /g/agenda/filters '' filters-tried /g/agenda/filters '#pattern=(?i)oferta;button[formaction]' \
		filters-error /g/agenda/filters '#pattern=ññ(ab;button[value=add]' \
		bans /g/agenda/bans '' bans-error /g/agenda/bans '#addr=nada;button[value=add]' \
		tags /g/agenda/tags '' tags-done /g/agenda/tags '#to=encuentro;button[value=rename]' tags-error /g/agenda/tags '#to=,;button[value=rename]' \
		texts /g/agenda/texts '' texts-preview /g/agenda/texts '#body=Hola {name}, esto es {group}.;button[value=preview]' \
		stats /g/agenda/stats 'summary' handover /g/agenda/handover '' \
		handover-error /g/agenda/handover '#owners=nadie@example.org;button[value=plan]' \
		audit /g/agenda/audit 'main summary' audit-none '/g/agenda/audit?who=xyzzy' '' \
		admin-accounts /admin/accounts '' admin-account /admin/accounts/2 '' admin-group /admin/groups/new '' \
		admin-group-error /admin/groups/new '#name=Malo;#title=Algo;main .main' \
		admin-settings /admin/settings '' admin-filters /admin/filters '' admin-stats /admin/stats '' admin-audit /admin/audit ''
} >"$TEST_TMP/pages"
browser_look --as "$TEST_TMP/pages"
flow_end
