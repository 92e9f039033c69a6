# SPDX-License-Identifier: Apache-2.0

# level 1: text and markup
noinst_LIBRARIES += libtext.a
libtext_a_SOURCES = \
	server/text/align.c server/text/align.h \
	server/text/diff.c server/text/diff.h \
	server/text/csv.c server/text/csv.h \
	server/text/excerpt.c server/text/excerpt.h \
	server/text/quote.c server/text/quote.h \
	server/text/excerpt_query.c server/text/excerpt_query.h \
	server/text/html.c server/text/html.h \
	server/text/inline.c server/text/inline.h \
	server/text/markdown.c \
	server/text/pack.c server/text/pack.h \
	server/text/plain.c \
	server/text/sheet.c server/text/sheet.h \
	server/text/tr.c server/text/tr.h \
	server/text/view.h \
	server/text/when.c server/text/when.h
libtext_a_CPPFLAGS = $(AM_CPPFLAGS) $(MD4C_CFLAGS) $(ZLIB_CFLAGS)
TEXT_LIBS = libtext.a $(MD4C_LIBS) $(ZLIB_LIBS)

# The template compiler. A template is a source like any other; its folder's
# local.mk says, for a library libpages.a:
#
#	PAGES_HT = web/views/thread.ht web/views/list.ht
#	libpages_a_SOURCES += $(PAGES_HT)
#	$(PAGES_HT:.ht=.c): $(HTC)
#	CLEANFILES += $(PAGES_HT:.ht=.c)
#	TEMPLATES += $(PAGES_HT)
#
# The last line puts its texts into the catalogues.
noinst_PROGRAMS += server/text/htc
server_text_htc_SOURCES = server/text/htc.c server/text/htc.h server/text/htc_markup.c
HTC = server/text/htc$(EXEEXT)
TEMPLATES =
EXTRA_DIST += server/text/TEMPLATES.md

SUFFIXES += .ht
.ht.c:
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(top_builddir)/$(HTC) -o $@ $<

# Catalogues, in the layout gettext wants, so that tests and programs of the
# build folder find them: CABILDO_LOCALEDIR=$(abs_top_builddir)/locale. What is in
# po/ is the list of them. A new language: po/CODE.po, its row in tr_languages of
# server/text/tr.c, its words in server/core/command_table.c and modword.c.
PO_LANGS = $(sort $(basename $(notdir $(wildcard $(top_srcdir)/po/*.po))))
MO_FILES = $(PO_LANGS:%=locale/%/LC_MESSAGES/cabildo.mo)
all-local: $(MO_FILES)
install-data-local: $(MO_FILES)
	for l in $(PO_LANGS); do \
		$(MKDIR_P) $(DESTDIR)$(localedir)/$$l/LC_MESSAGES && \
		$(INSTALL_DATA) locale/$$l/LC_MESSAGES/cabildo.mo $(DESTDIR)$(localedir)/$$l/LC_MESSAGES || exit 1; \
	done
uninstall-local:
	for l in $(PO_LANGS); do rm -f $(DESTDIR)$(localedir)/$$l/LC_MESSAGES/cabildo.mo; done
$(MO_FILES): locale/%/LC_MESSAGES/cabildo.mo: $(top_srcdir)/po/%.po
	$(AM_V_GEN)$(MKDIR_P) $(@D) && $(MSGFMT) -c -o $@ $(top_srcdir)/po/$*.po
BUILT_SOURCES += $(MO_FILES)
CLEANFILES += $(MO_FILES) po/cabildo.pot po/c.pot po/ht.pot

.PHONY: pot update-po
# Reads every text of the sources into po/cabildo.pot of the build.
pot: $(HTC)
	@$(MKDIR_P) po
	cd $(top_srcdir) && find server mailer web -name '*.c' | LC_ALL=C sort | \
		xgettext -f - -L C --from-code=UTF-8 --no-location --sort-output \
		-k -k_ -kN_ -ktr:1 -ktr_n:1,2 --flag=tr_n:1:c-format --flag=tr_n:2:c-format \
		--add-comments=TRANSLATORS --package-name=cabildo \
		-o $(abs_top_builddir)/po/c.pot
	sed -n '1,/^$$/p' po/c.pot | sed 's/charset=CHARSET/charset=UTF-8/' > po/ht.pot
	cd $(top_srcdir) && $(abs_top_builddir)/$(HTC) --pot $(TEMPLATES) >> $(abs_top_builddir)/po/ht.pot
	msguniq --no-location --sort-output -o po/ht.pot po/ht.pot
	msgcat --use-first --no-location --sort-output -o po/cabildo.pot po/c.pot po/ht.pot

# Merges it into the catalogues of the source tree. For whoever changes a text;
# never run by make.
update-po: pot
	for l in $(PO_LANGS); do \
		msgmerge -q --update --backup=none --no-fuzzy-matching --no-location --sort-output \
			$(top_srcdir)/po/$$l.po po/cabildo.pot && \
		msgattrib --no-obsolete --no-location --sort-output -o $(top_srcdir)/po/$$l.po $(top_srcdir)/po/$$l.po || exit 1; \
	done

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_text tests/unit/test_excerpt tests/unit/test_htc
UNIT_TESTS += tests/unit/test_text tests/unit/test_excerpt tests/unit/test_htc
tests_unit_test_excerpt_SOURCES = tests/unit/test_excerpt.c
tests_unit_test_excerpt_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_excerpt_LDADD = $(TEXT_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_text_SOURCES = tests/unit/test_text.c
tests_unit_test_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_LOCALEDIR='"$(abs_top_builddir)/locale"'
tests_unit_test_text_LDADD = $(TEXT_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
SAMPLE_HT = tests/unit/htc_sample.ht tests/unit/htc_foot.ht
tests_unit_test_htc_SOURCES = tests/unit/test_htc.c tests/unit/htc_sample.h $(SAMPLE_HT)
tests_unit_test_htc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_HTC='"$(abs_top_builddir)/$(HTC)"' -DTEST_SRCDIR='"$(abs_top_srcdir)"' \
	-DTEST_CC='"$(CC)"'
tests_unit_test_htc_LDADD = $(TEXT_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
$(SAMPLE_HT:.ht=.c): $(HTC)
CLEANFILES += $(SAMPLE_HT:.ht=.c)
endif
