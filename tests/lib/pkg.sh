# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian packages for ./quickstart and ./check: which are missing, and how to
# install them so that nothing else on the machine changes. No service is
# started, no PostgreSQL cluster is made, nothing is removed, and what the
# installation needed for that is put back afterwards. Sourced, never run.

# shellcheck disable=SC2034 # the scripts that source this use the lists
# What a build and a trial site need.
PKG_BUILD='build-essential autoconf automake pkg-config gettext libpq-dev libesmtp-dev
	libetpan-dev libpcre2-dev libgmime-3.0-dev libfcgi-dev libsodium-dev libmd4c-dev
	libssl-dev libgnutls28-dev zlib1g-dev libc-ares-dev libpsl-dev
	libmilter-dev liboath-dev libytnef0-dev libarchive-dev postgresql-15 lighttpd'
# shellcheck disable=SC2034
# What the tests need beside that.
PKG_CHECK='curl procps libcmocka-dev python3-minimal w3m libmail-dkim-perl opendkim opendmarc rspamd dovecot-imapd dovecot-pop3d'

# pkg_missing NAME...: prints those that are not installed.
pkg_missing() {
	local p
	for p; do
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null)" = installed ] ||
			printf '%s\n' "$p"
	done
}

# Another mail server than Postfix stands here: its place is not ours to take.
pkg_foreign_mta() {
	[ -e /usr/sbin/sendmail ] &&
		[ "$(dpkg-query -W -f '${db:Status-Status}' postfix 2>/dev/null)" != installed ]
}

# Forbids service starts and the main cluster while packages unpack; pkg_unguard
# puts back what stood there before.
PKG_RCD=/usr/sbin/policy-rc.d
PKG_CLUSTER=/etc/postgresql-common/createcluster.d/cabildo.conf
pkg_guard() {
	# one of ours may still stand there, where an earlier run was killed
	if [ -e "$PKG_RCD" ] && ! grep -q 'made by cabildo' "$PKG_RCD"; then
		mv "$PKG_RCD" "$PKG_RCD.cabildo-saved"
	fi
	printf '#!/bin/sh\n# made by cabildo for one installation\nexit 101\n' >"$PKG_RCD"
	chmod 755 "$PKG_RCD"
	# a file of its own: createcluster.conf is a conffile, and dpkg asks about those
	mkdir -p "${PKG_CLUSTER%/*}"
	printf 'create_main_cluster = false\n' >"$PKG_CLUSTER"
}

pkg_unguard() {
	rm -f "$PKG_RCD" "$PKG_CLUSTER"
	[ ! -e "$PKG_RCD.cabildo-saved" ] || mv "$PKG_RCD.cabildo-saved" "$PKG_RCD"
	rmdir --ignore-fail-on-non-empty "${PKG_CLUSTER%/*}" "${PKG_CLUSTER%/*/*}" 2>/dev/null
	return 0
}

# A service that came with these packages must not start at the next boot either.
pkg_disable_new() {
	local p
	for p; do
		case $p in
		lighttpd | postfix | rspamd | opendkim | opendmarc)
			deb-systemd-helper disable "$p.service" >/dev/null 2>&1
			update-rc.d "$p" disable >/dev/null 2>&1
			;;
		esac
	done
	return 0
}

# pkg_apt LOG ARG...: apt-get that asks nothing and leaves other packages alone.
pkg_apt() {
	local log=$1
	shift
	DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true NEEDRESTART_MODE=l \
		apt-get -q -y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=120 \
		-o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold \
		"$@" >>"$log" 2>&1 </dev/null
}

# pkg_install LOG NAME...: shows the list, installs what is missing. Returns 1
# with one line on stderr where it could not; the caller stops then.
pkg_install() {
	local log=$1 rc=0
	local -a want
	shift
	mapfile -t want < <(pkg_missing "$@")
	if [ ${#want[@]} -eq 0 ]; then
		echo "packages: all $# installed" >&2
		return 0
	fi
	if [ "$(id -u)" -ne 0 ]; then
		echo "packages missing; install them with:" >&2
		echo "  sudo apt-get install --no-install-recommends ${want[*]}" >&2
		return 1
	fi
	echo "packages to install: ${want[*]}" >&2
	: >>"$log"
	pkg_guard
	trap 'pkg_unguard; exit 130' INT TERM HUP
	# the package lists may be old, or absent in a fresh container; a broken
	# third-party source must not stop us, the installation itself decides
	pkg_apt "$log" update || true
	pkg_apt "$log" install "${want[@]}" || rc=1
	pkg_unguard
	trap - INT TERM HUP
	if [ $rc -ne 0 ]; then
		echo "packages: apt-get could not install them; its last words (all in $log):" >&2
		grep -E '^(E:|dpkg: error)' "$log" | tail -n 3 >&2
		return 1
	fi
	pkg_disable_new "${want[@]}"
	return 0
}
