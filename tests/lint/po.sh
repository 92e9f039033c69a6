#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The catalogues: nothing in them is fuzzy or obsolete, placeholders agree, and
# those of WHOLE have every text. What another one lacks is shown in English.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1
WHOLE='es pt fr it'

# {group} and the like, which msgfmt does not know
braces() {
	msgcat --no-wrap "$1" | perl -00 -ne '
		next if /^#~/m;
		my ($id) = /^msgid (.*?)^(?:msgid_plural|msgstr)/ms or next;
		my @str = /^msgstr(?:\[\d\])? (.*(?:\n".*)*)/mg;
		my $sorted = sub { join " ", sort $_[0] =~ /\{[a-z]+\}/g };
		for my $s (@str) {
			(my $bare = $s) =~ s/["\s]//g;
			print "$id" if $bare ne "" && $sorted->($s) ne $sorted->($id);
		}'
}

for po in po/*.po; do
	lang=$(basename "$po" .po)
	tap_run "$lang is well formed and its placeholders agree" msgfmt -c -o /dev/null "$po"
	tap_none "$lang names what the texts are filled with as they do" "$(braces "$po")"
	tap_is "nothing is fuzzy in $lang" "$(msgattrib --no-obsolete --only-fuzzy "$po" | grep -c '^msgid')" 0
	tap_is "nothing is obsolete in $lang" "$(msgattrib --only-obsolete "$po" | grep -c '^#~ msgid')" 0
	lacks=$(msgattrib --no-obsolete --untranslated "$po" | grep -c '^msgid "')
	[ "$lacks" -eq 0 ] || lacks=$((lacks - 1)) # the head
	if [[ " $WHOLE " = *" $lang "* ]]; then
		tap_is "nothing is untranslated in $lang" "$lacks" 0
	else
		echo "# $lang: $lacks untranslated"
	fi
done
for lang in $WHOLE; do
	tap_run "$lang is there" test -e "po/$lang.po"
done
if [ -e "$BUILD/Makefile" ] && command -v xgettext >/dev/null; then
	tap_run 'the texts of the code and the pages can be read' make -s -C "$BUILD" pot
	for lang in $WHOLE; do
		tap_run "every one is in $lang" msgcmp "po/$lang.po" "$BUILD/po/cabildo.pot"
	done
fi
tap_end
