#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The Spanish catalogue is whole: nothing in it is untranslated, fuzzy or
# obsolete, and placeholders agree.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

tap_run 'the catalogue is well formed and its placeholders agree' \
	msgfmt -c -o /dev/null po/es.po
tap_is 'nothing is untranslated' "$(msgattrib --no-obsolete --untranslated po/es.po | grep -c '^msgid')" 0
tap_is 'nothing is fuzzy' "$(msgattrib --no-obsolete --only-fuzzy po/es.po | grep -c '^msgid')" 0
tap_is 'nothing is obsolete' "$(msgattrib --only-obsolete po/es.po | grep -c '^#~ msgid')" 0
if [ -e "$BUILD/Makefile" ] && command -v xgettext >/dev/null; then
	tap_run 'every text of the code and the pages is in it' sh -c \
		'make -s -C "$1" pot >/dev/null && msgcmp po/es.po "$1/po/cabildo.pot"' sh "$BUILD"
fi
tap_end
