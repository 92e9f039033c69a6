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
