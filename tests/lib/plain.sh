# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A build without sanitizers, for what is measured or counted: ./check makes one with
# them. build/plain is used, and made where it is not there yet. Sourced.

# plain_build PROGRAM...: MEASURED is a build whose programs are of these sources, or
# soon are; false where it cannot be made. Needs TEST_TMP.
plain_build() {
	MEASURED=$BUILD
	LC_ALL=C grep -aq __asan_init "$BUILD/cabildo-web" || return 0
	MEASURED=$TOP/build/plain
	plain_make -C "$TOP" BUILD=build/plain all && plain_make -C "$MEASURED" "$@"
}

plain_make() {
	env -u MAKEFLAGS -u MAKELEVEL timeout -k 5 240 make -j"$(nproc)" "$@" >>"$TEST_TMP/make.log" 2>&1
}
