# SPDX-License-Identifier: Apache-2.0
# How a digest looks: only texts and words, no database.
noinst_LIBRARIES += libdraw.a
DIGEST_HT = \
	server/digest/draw_entry.ht server/digest/draw_item.ht server/digest/draw_mail.ht \
	server/digest/draw_page.ht server/digest/draw_post.ht server/digest/draw_row.ht \
	server/digest/draw_said.ht server/digest/draw_title.ht
libdraw_a_SOURCES = $(DIGEST_HT) \
	server/digest/digest.h server/digest/draw.h server/digest/draw_views.h server/digest/page.h \
	server/digest/draw_html.c server/digest/draw_text.c server/digest/draw_words.c
$(DIGEST_HT:.ht=.c): $(HTC)
CLEANFILES += $(DIGEST_HT:.ht=.c)
TEMPLATES += $(DIGEST_HT)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_digest_draw
UNIT_TESTS += tests/unit/test_digest_draw
tests_unit_test_digest_draw_SOURCES = tests/unit/test_digest_draw.c
tests_unit_test_digest_draw_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_LOCALEDIR='"$(abs_top_builddir)/locale"'
tests_unit_test_digest_draw_LDADD = libdraw.a $(TEXT_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
endif
