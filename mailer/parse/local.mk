# SPDX-License-Identifier: Apache-2.0

# level 2 of the mailer: raw bytes to struct mail
noinst_LIBRARIES += libparse.a
libparse_a_SOURCES = \
	mailer/parse/addr.c mailer/parse/body.c mailer/parse/charset.c \
	mailer/parse/date.c mailer/parse/entities.c mailer/parse/entities.h \
	mailer/parse/flowed.c mailer/parse/fold.c mailer/parse/guard.c mailer/parse/header.c \
	mailer/parse/html2text.c mailer/parse/mail.c mailer/parse/mail.h mailer/parse/mime.c \
	mailer/parse/msgid.c mailer/parse/part.h mailer/parse/subject.c \
	mailer/parse/transfer.c mailer/parse/words.c
libparse_a_CPPFLAGS = $(AM_CPPFLAGS) $(GMIME_CFLAGS)
PARSE_LIBS = libparse.a $(GMIME_LIBS)

check_PROGRAMS += tests/load/parse-replay
tests_load_parse_replay_SOURCES = tests/load/parse_replay.c
tests_load_parse_replay_LDADD = $(PARSE_LIBS) $(BASE_LIBS)
