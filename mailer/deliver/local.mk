# SPDX-License-Identifier: Apache-2.0

# compose: level 4 of the mailer
noinst_LIBRARIES += libcompose.a
libcompose_a_SOURCES = \
	mailer/compose/author.c \
	mailer/compose/compose.c mailer/compose/compose.h \
	mailer/compose/dkim.c mailer/compose/job.h \
	mailer/compose/encode.c mailer/compose/encode.h \
	mailer/compose/head.c mailer/compose/head.h \
	mailer/compose/notice.c \
	mailer/compose/orig.c mailer/compose/orig.h \
	mailer/compose/parts.c mailer/compose/parts.h \
	mailer/compose/tag.c \
	mailer/compose/whole.c mailer/compose/whole.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_compose
UNIT_TESTS += tests/unit/test_compose
tests_unit_test_compose_SOURCES = tests/unit/test_compose.c
tests_unit_test_compose_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_compose_LDADD = libcompose.a libparse.a $(BASE_LIBS) $(CMOCKA_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_whole
UNIT_TESTS += tests/unit/test_whole
tests_unit_test_whole_SOURCES = tests/unit/test_whole.c
tests_unit_test_whole_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_whole_LDADD = libcompose.a libparse.a $(BASE_LIBS) $(CMOCKA_LIBS)
endif

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_mail_out
UNIT_TESTS += tests/unit/test_mail_out
tests_unit_test_mail_out_SOURCES = tests/unit/test_mail_out.c
tests_unit_test_mail_out_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_mail_out_LDADD = libcompose.a libparse.a $(BASE_LIBS) $(CMOCKA_LIBS)
endif

# deliver, without its work on the database: level 5. libesmtp is seen by smtp.c alone.
noinst_LIBRARIES += libdeliver.a
libdeliver_a_SOURCES = \
	mailer/deliver/auth.c mailer/deliver/auth.h \
	mailer/deliver/dmarc.c mailer/deliver/dmarc.h \
	mailer/deliver/dns.c mailer/deliver/dns.h \
	mailer/deliver/driver.h \
	mailer/deliver/maildir.c \
	mailer/deliver/plain.c \
	mailer/deliver/reply.c mailer/deliver/reply.h \
	mailer/deliver/smtp.c \
	mailer/deliver/transport.c mailer/deliver/transport.h

# An SMTP and LMTP server that misbehaves on request; shares no code with what it judges.
noinst_PROGRAMS += tests/lib/sink
tests_lib_sink_SOURCES = tests/lib/sink.c

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_transport tests/unit/test_dmarc
UNIT_TESTS += tests/unit/test_transport tests/unit/test_dmarc
tests_unit_test_dmarc_SOURCES = tests/unit/test_dmarc.c
tests_unit_test_dmarc_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) -DDNSD='"$(abs_top_srcdir)/tests/lib/dnsd.pl"'
tests_unit_test_dmarc_LDADD = libdeliver.a libparse.a $(BASE_LIBS) $(CARES_LIBS) $(PSL_LIBS) $(CMOCKA_LIBS)
tests_unit_test_transport_SOURCES = tests/unit/test_transport.c
tests_unit_test_transport_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_transport_LDADD = libdeliver.a $(BASE_LIBS) $(ESMTP_LIBS) $(CMOCKA_LIBS)
tests_unit_test_transport_DEPENDENCIES = libdeliver.a libbase.a tests/lib/sink$(EXEEXT)
endif
