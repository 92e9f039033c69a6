# SPDX-License-Identifier: Apache-2.0

# compose: level 4 of the mailer
noinst_LIBRARIES += libcompose.a
libcompose_a_SOURCES = \
	mailer/compose/compose.c mailer/compose/compose.h \
	mailer/compose/encode.c mailer/compose/encode.h \
	mailer/compose/head.c mailer/compose/head.h \
	mailer/compose/notice.c \
	mailer/compose/orig.c mailer/compose/orig.h \
	mailer/compose/parts.c mailer/compose/parts.h
