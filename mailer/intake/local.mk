# SPDX-License-Identifier: Apache-2.0

# level 1: bytes in, envelope and raw bytes out
noinst_LIBRARIES += libintake.a
libintake_a_SOURCES = \
	mailer/intake/exit.c mailer/intake/intake.h \
	mailer/intake/listen.c \
	mailer/intake/lmtp.c mailer/intake/lmtp.h \
	mailer/intake/path.c mailer/intake/path.h \
	mailer/intake/policy.c mailer/intake/policy.h \
	mailer/intake/server.c mailer/intake/server.h \
	mailer/intake/slot.h \
	mailer/intake/stdin.c mailer/intake/stdin.h \
	mailer/intake/worker.c

# the client that keeps the truth of fault and load runs
check_PROGRAMS += tests/lib/lmtpsend
tests_lib_lmtpsend_SOURCES = tests/lib/lmtpsend.c
tests_lib_lmtpsend_LDADD = $(BASE_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_lmtp tests/unit/test_policy tests/unit/test_intake
UNIT_TESTS += tests/unit/test_lmtp tests/unit/test_policy tests/unit/test_intake
tests_unit_test_lmtp_SOURCES = tests/unit/test_lmtp.c
tests_unit_test_lmtp_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_lmtp_LDADD = libintake.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_policy_SOURCES = tests/unit/test_policy.c
tests_unit_test_policy_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_policy_LDADD = libintake.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_intake_SOURCES = tests/unit/test_intake.c
tests_unit_test_intake_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_intake_LDADD = libintake.a $(BASE_LIBS) $(CMOCKA_LIBS)
endif
