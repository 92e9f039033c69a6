# SPDX-License-Identifier: Apache-2.0

# level 3: struct mail to its fate
noinst_LIBRARIES += libaccept.a
libaccept_a_SOURCES = \
	mailer/accept/accept.c mailer/accept/accept.h mailer/accept/content.c \
	mailer/accept/ask.c mailer/accept/ask.h \
	mailer/accept/bounce.c mailer/accept/bounce.h \
	mailer/accept/command.c mailer/accept/command.h \
	mailer/accept/approve.c mailer/accept/approve.h \
	mailer/accept/decide.c mailer/accept/decide.h \
	mailer/accept/handle.c mailer/accept/handle.h \
	mailer/accept/invited.c mailer/accept/invited.h \
	mailer/accept/digest_answer.c mailer/accept/digest_answer.h \
	mailer/accept/digest_lines.c mailer/accept/digest_lines.h \
	mailer/accept/digest_parts.c mailer/accept/digest_parts.h \
	mailer/accept/request.c mailer/accept/request.h \
	mailer/accept/proof.c mailer/accept/proof.h \
	mailer/accept/refuse.c mailer/accept/refuse.h \
	mailer/accept/submission.c mailer/accept/submission.h

CORE_LIBS = libdigest.a libdraw.a libcore.a libfanout.a libstore.a libtext.a libdb.a $(BASE_LIBS) $(PQ_LIBS) $(MD4C_LIBS) $(ZLIB_LIBS) $(PCRE2_LIBS) $(OATH_LIBS)

sbin_PROGRAMS += cabildo-receive cabildo-deliver
cabildo_receive_SOURCES = mailer/cabildo-receive.c
cabildo_receive_LDADD = libaccept.a libintake.a $(PARSE_LIBS) $(CORE_LIBS)
cabildo_deliver_SOURCES = mailer/cabildo-deliver.c mailer/deliver/from.c mailer/deliver/from.h \
	mailer/deliver/bundle.c mailer/deliver/bundle.h \
	mailer/deliver/issue.c mailer/deliver/issue.h \
	mailer/deliver/notice.c mailer/deliver/notice.h \
	mailer/deliver/web_parts.c mailer/deliver/web_parts.h \
	mailer/deliver/worker.c mailer/deliver/worker.h
cabildo_deliver_LDADD = libdeliver.a libcompose.a libparse.a $(CORE_LIBS) $(ESMTP_LIBS) $(CARES_LIBS) $(PSL_LIBS)

# mailboxes at a provider
noinst_LIBRARIES += libfetch.a
libfetch_a_SOURCES = \
	mailer/fetch/envelope.c mailer/fetch/envelope.h \
	mailer/fetch/fetch.c mailer/fetch/fetch.h \
	mailer/fetch/imap.c \
	mailer/fetch/lmtp.c mailer/fetch/lmtp.h \
	mailer/fetch/pop3.c \
	mailer/fetch/stream.c mailer/fetch/stream.h \
	mailer/fetch/verify.c mailer/fetch/verify.h
libfetch_a_CPPFLAGS = $(AM_CPPFLAGS) $(GNUTLS_CFLAGS)
sbin_PROGRAMS += cabildo-fetch
cabildo_fetch_SOURCES = mailer/cabildo-fetch.c
cabildo_fetch_LDADD = libfetch.a $(CORE_LIBS) $(ETPAN_LIBS)
dist_man_MANS += docs/man/cabildo-fetch.8
if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_fetch
UNIT_TESTS += tests/unit/test_fetch
tests_unit_test_fetch_SOURCES = tests/unit/test_fetch.c
tests_unit_test_fetch_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_fetch_LDADD = libfetch.a $(CORE_LIBS) $(CMOCKA_LIBS)
endif

# the same rules before the MTA's queue
sbin_PROGRAMS += cabildo-milter
cabildo_milter_SOURCES = mailer/cabildo-milter.c
cabildo_milter_LDADD = libaccept.a libintake.a $(PARSE_LIBS) $(CORE_LIBS) $(PCRE2_LIBS) $(MILTER_LIBS)

# the archive's way in
noinst_LIBRARIES += libimport.a
libimport_a_SOURCES = \
	mailer/import/batch.c mailer/import/batch.h \
	mailer/import/crew.c mailer/import/crew.h \
	mailer/import/import.c mailer/import/import.h \
	mailer/import/mbox.c mailer/import/mbox.h \
	mailer/import/parsed.c mailer/import/parsed.h \
	mailer/import/progress.c mailer/import/progress.h \
	mailer/import/source.c mailer/import/source.h \
	mailer/import/tally.c mailer/import/tally.h
libimport_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZLIB_CFLAGS)
pkglibexec_PROGRAMS += cabildo-import cabildo-explain
cabildo_explain_SOURCES = mailer/cabildo-explain.c
cabildo_explain_LDADD = libaccept.a $(PARSE_LIBS) $(CORE_LIBS)
cabildo_import_SOURCES = mailer/cabildo-import.c
cabildo_import_LDADD = libimport.a libaccept.a $(PARSE_LIBS) $(CORE_LIBS) $(ZLIB_LIBS)
dist_man_MANS += docs/man/cabildo-import.1 docs/man/cabildo-bounce.1 docs/man/cabildo-thread.1
EXTRA_DIST += tests/load/threads_agree

# What folding does to an archive of real mail: make fold-figures CORPORA=DIR
check_PROGRAMS += tests/load/fold-figures
tests_load_fold_figures_SOURCES = tests/load/fold_figures.c
tests_load_fold_figures_LDADD = libimport.a $(PARSE_LIBS) $(TEXT_LIBS) $(BASE_LIBS) $(ZLIB_LIBS)
.PHONY: fold-figures
fold-figures: tests/load/fold-figures$(EXEEXT)
	@tests/load/fold-figures$(EXEEXT) $(CORPORA)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_command
UNIT_TESTS += tests/unit/test_command
tests_unit_test_command_SOURCES = tests/unit/test_command.c
tests_unit_test_command_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DTEST_SRCDIR='"$(abs_top_srcdir)"'
tests_unit_test_command_LDADD = libaccept.a $(PARSE_LIBS) $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_decide
UNIT_TESTS += tests/unit/test_decide
tests_unit_test_decide_SOURCES = tests/unit/test_decide.c
tests_unit_test_decide_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_decide_LDADD = libaccept.a $(PARSE_LIBS) $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_digest_parts
UNIT_TESTS += tests/unit/test_digest_parts
tests_unit_test_digest_parts_SOURCES = tests/unit/test_digest_parts.c
tests_unit_test_digest_parts_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) \
	-DTEST_LOCALEDIR='"$(abs_top_builddir)/locale"'
tests_unit_test_digest_parts_LDADD = libaccept.a $(PARSE_LIBS) $(CORE_LIBS) $(CMOCKA_LIBS)

check_PROGRAMS += tests/unit/test_import
UNIT_TESTS += tests/unit/test_import
tests_unit_test_import_SOURCES = tests/unit/test_import.c
tests_unit_test_import_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_import_LDADD = libimport.a $(BASE_LIBS) $(ZLIB_LIBS) $(CMOCKA_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_accept
UNIT_TESTS += tests/unit/test_accept
tests_unit_test_accept_SOURCES = tests/unit/test_accept.c
tests_unit_test_accept_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_accept_LDADD = libaccept.a libintake.a $(PARSE_LIBS) $(CORE_LIBS) $(CMOCKA_LIBS)
endif
