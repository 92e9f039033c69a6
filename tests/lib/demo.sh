# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A small working group in Spanish for the trial site, the screens and the
# tests: one list, six members of six countries, a few threads, all sent in by
# LMTP the way a mail server would. Every name is invented. Sourced, after
# site.sh.

DEMO_LIST=agenda
# address | name | country (ISO 3166) | organisation | role
DEMO_MEMBERS='marisol.quesada@example.org|Marisol Quesada|CR|Secretaría pro tempore|owner
rodrigo.mejia@example.org|Rodrigo Mejía|SV|Dirección de Innovación Pública|moderator
ana.perez@example.org|Ana Pérez|GT|Unidad de Gobierno Electrónico|member
julio.zelaya@example.org|Julio Zelaya|HN|Oficina de Servicios Digitales|member
carmen.loaisiga@example.org|Carmen Loáisiga|NI|Instituto de Estudios Municipales|member
itzel.barria@example.org|Itzel Barría|PA|Autoridad de Datos Abiertos|member'

# demo_group: the list and its members.
demo_group() {
	local address name country organisation role
	site_cabildo list add "$DEMO_LIST" --title 'Agenda digital regional' --lang es \
		--visibility public --description \
		'Grupo de trabajo centroamericano sobre gobierno electrónico.' || return 1
	while IFS='|' read -r address name country organisation role; do
		site_cabildo member add "$DEMO_LIST" "$address" --name "$name" --role "$role" \
			--country "$country" --organisation "$organisation" </dev/null || return 1
	done <<<"$DEMO_MEMBERS"
}

# demo_passwords FILE [random]: one for each member, written to FILE (0600).
demo_passwords() {
	local address rest password
	(umask 077 && : >"$1") || return 1
	while IFS='|' read -r address rest; do
		password=prueba-agenda
		[ "${2:-}" != random ] ||
			password=$(od -An -N10 -tx1 /dev/urandom | tr -d ' \n')
		printf '%s' "$password" | site_cabildo account password "$address" --stdin || return 1
		printf '%s %s\n' "$address" "$password" >>"$1"
	done <<<"$DEMO_MEMBERS"
}

demo_name() {
	awk -F'|' -v a="$1@example.org" '$1 == a { print $2 }' <<<"$DEMO_MEMBERS"
}

# demo_send WHO SUBJECT ID DAYS-AGO HOUR [PARENT-ID]: text from stdin.
demo_send() {
	local who=$1 date
	date=$(LC_ALL=C TZ=America/Guatemala date -R -d "$4 days ago $5")
	mail_make "$(demo_name "$who")" "$who@example.org" "$DEMO_LIST@$SITE_DOMAIN" "$2" \
		"$3" "$date" "${6:-}" |
		net_lmtp "$SITE_LMTP" "$who@example.org" "$DEMO_LIST@$SITE_DOMAIN"
}

# demo_posts: the threads, oldest first.
demo_posts() {
	demo_send marisol.quesada 'Orden del día de la reunión regional' d1@example.org 6 09:12 <<-'TEXT' &&
		Estimadas y estimados colegas:

		Propongo este orden del día para la reunión de delegaciones:

		1. Avances por país en interoperabilidad.
		2. Firma electrónica reconocida entre fronteras.
		3. Calendario de capacitaciones.

		Si desean agregar un punto, respondan a este mensaje antes del viernes.

		Saludos cordiales,
		Marisol Quesada
	TEXT
	demo_send ana.perez 'Re: Orden del día de la reunión regional' d2@example.org 6 11:40 d1@example.org <<-'TEXT' &&
		> 2. Firma electrónica reconocida entre fronteras.

		Desde Guatemala pedimos tratar este punto de primero: el reglamento
		está en consulta y nos servirían los comentarios de todas las delegaciones.

		-- 
		Ana Pérez
		Unidad de Gobierno Electrónico
	TEXT
	demo_send julio.zelaya 'Re: Orden del día de la reunión regional' d3@example.org 5 08:05 d2@example.org <<-'TEXT' &&
		De acuerdo con Ana. En Honduras ya tenemos un borrador y lo compartimos esta semana.

		El 22/11/2026, Ana Pérez escribió:
		> Desde Guatemala pedimos tratar este punto de primero: el reglamento
		> está en consulta y nos servirían los comentarios de todas las delegaciones.
	TEXT
	demo_send rodrigo.mejia 'Catálogo común de trámites en línea' d4@example.org 4 15:30 <<-'TEXT' &&
		Colegas:

		En El Salvador publicamos el catálogo con *312 trámites*. La idea es acordar
		un formato común:

		- nombre del trámite,
		- institución responsable,
		- costo y plazo,
		- si se puede hacer por completo en línea.

		¿Qué campos usan ustedes?
	TEXT
	demo_send itzel.barria 'Re: Catálogo común de trámites en línea' d5@example.org 3 10:02 d4@example.org <<-'TEXT' &&
		En Panamá agregamos el idioma y la base legal. Adjuntamos el diccionario de datos
		en nuestro portal; con gusto lo adaptamos al formato común.

		Itzel
	TEXT
	demo_send carmen.loaisiga 'Re: Catálogo común de trámites en línea' d6@example.org 2 16:45 d4@example.org <<-'TEXT' &&
		> ¿Qué campos usan ustedes?

		En los municipios lo más consultado es el costo. Sugiero que sea obligatorio.
	TEXT
	demo_send marisol.quesada 'Capacitación sobre datos abiertos: inscripción' d7@example.org 1 09:00 <<-'TEXT'
		La capacitación será en línea, en cuatro sesiones de noventa minutos, con una
		versión que se puede seguir por correo para quienes tienen poca conexión.

		Cada delegación puede inscribir a tres personas respondiendo a este mensaje.
	TEXT
}

# demo_links: the pages of threads that the list's page names.
demo_links() {
	net_get "$SITE_HTTP" "/g/$DEMO_LIST" | grep -oE "/g/$DEMO_LIST/[0-9]+" | awk '!seen[$0]++'
}

# demo_page TEXT: prints the path of the page that shows it; false for none.
demo_page() {
	local path
	for path in $(demo_links); do
		if net_get "$SITE_HTTP" "$path" | grep -qF -- "$1"; then
			printf '%s\n' "$path"
			return 0
		fi
	done
	return 1
}

# demo_copies ID: the addresses that have the message in their Maildir, one line
# for each copy.
demo_copies() {
	# in the head alone: a notice to moderators brings the whole original with it
	(cd "$SITE/outbox" 2>/dev/null && find . -path '*/new/*' -type f -exec awk -v id="<$1>" '
		FNR == 1 { head = 1 }
		/^\r?$/ { head = 0; nextfile }
		head && tolower($1) == "message-id:" && index($0, id) { print FILENAME; nextfile }' {} + |
		sed -n 's|^\./\([^/]*\)/new/.*|\1|p' | sort)
}

# demo_others WHO: the addresses of all the other members.
demo_others() {
	cut -d'|' -f1 <<<"$DEMO_MEMBERS" | grep -vxF "$1@example.org" | sort
}

# demo_copied ID WHO: each member but the author has one copy, and nobody two.
demo_copied() {
	local copies
	copies=$(demo_copies "$1")
	[ -z "$(uniq -d <<<"$copies")" ] &&
		[ "$(grep -vxF "$2@example.org" <<<"$copies")" = "$(demo_others "$2")" ]
}

# demo_thread_has PATH TEXT...: one page shows them all.
demo_thread_has() {
	local page text
	page=$(net_get "$SITE_HTTP" "$1") || return 1
	shift
	for text; do
		grep -qF -- "$text" <<<"$page" || return 1
	done
}
