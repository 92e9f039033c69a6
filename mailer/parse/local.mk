# SPDX-License-Identifier: Apache-2.0

# level 2 of the mailer: raw bytes to struct mail
noinst_LIBRARIES += libparse.a
libparse_a_SOURCES = \
	mailer/parse/addr.c mailer/parse/authres.c mailer/parse/authres.h \
	mailer/parse/automatic.c mailer/parse/body.c mailer/parse/charset.c \
	mailer/parse/date.c mailer/parse/entities.c mailer/parse/entities.h \
	mailer/parse/flowed.c mailer/parse/fold.c mailer/parse/fold.h \
	mailer/parse/fold_attr.c mailer/parse/fold_digest.c mailer/parse/fold_head.c mailer/parse/fold_tail.c \
	mailer/parse/fold_words.c mailer/parse/guard.c mailer/parse/header.c \
	mailer/parse/html2text.c mailer/parse/mail.c mailer/parse/mail.h mailer/parse/mime.c \
	mailer/parse/msgid.c mailer/parse/part.h mailer/parse/picture.c \
	mailer/parse/report.c mailer/parse/report.h mailer/parse/report_dsn.c \
	mailer/parse/report_part.h mailer/parse/report_phrase.c mailer/parse/report_phrases.def \
	mailer/parse/report_status.c mailer/parse/report_text.c mailer/parse/subject.c \
	mailer/parse/rtf.c mailer/parse/tnef.c mailer/parse/tnef.h mailer/parse/tnef_lib.c \
	mailer/parse/transfer.c mailer/parse/words.c
libparse_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS) $(YTNEF_CFLAGS)
PARSE_LIBS = libparse.a $(GMIME_LIBS) $(YTNEF_LIBS)

check_PROGRAMS += tests/load/parse-replay
tests_load_parse_replay_SOURCES = tests/load/parse_replay.c
tests_load_parse_replay_LDADD = $(PARSE_LIBS) $(BASE_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_parse tests/unit/test_parse_text tests/unit/test_report tests/unit/test_tnef
UNIT_TESTS += tests/unit/test_parse tests/unit/test_parse_text tests/unit/test_report tests/unit/test_tnef
tests_unit_test_tnef_SOURCES = tests/unit/test_tnef.c
tests_unit_test_tnef_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DSEEDS='"$(abs_top_srcdir)/tests/fuzz/seeds/tnef"'
tests_unit_test_tnef_LDADD = $(PARSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_parse_SOURCES = tests/unit/test_parse.c
tests_unit_test_parse_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DCORPUS='"$(abs_top_srcdir)/tests/corpus/mime"'
tests_unit_test_parse_LDADD = $(PARSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_parse_text_SOURCES = tests/unit/test_parse_text.c
tests_unit_test_parse_text_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_parse_text_LDADD = $(PARSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_report_SOURCES = tests/unit/test_report.c
tests_unit_test_report_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_report_LDADD = $(PARSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
endif
EXTRA_DIST += tests/corpus/mime
