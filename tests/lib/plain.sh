# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A build without sanitizers, for what is measured or counted: ./check makes one with
# them, and build/plain is there where ./quickstart made it. Sourced.

# plain_build PROGRAM...: MEASURED is a build whose programs are of these sources, or
# soon are; false where there is none. Needs TEST_TMP.
plain_build() {
	MEASURED=$BUILD
	LC_ALL=C grep -aq __asan_init "$BUILD/cabildo-web" || return 0
	MEASURED=$TOP/build/plain
	[ -x "$MEASURED/cabildo-web" ] && [ -d "$MEASURED/locale" ] && [ -w "$MEASURED/Makefile" ] || return 1
	env -u MAKEFLAGS -u MAKELEVEL timeout 60 make -C "$MEASURED" -j2 "$@" >"$TEST_TMP/make.log" 2>&1
}
