# SPDX-License-Identifier: Apache-2.0

# level 0
noinst_LIBRARIES += libbase.a
libbase_a_SOURCES = \
	server/base/arena.c server/base/arena.h \
	server/base/attr.h server/base/banned.h server/base/base.h \
	server/base/clock.c server/base/clock.h \
	server/base/conf.c server/base/conf.h \
	server/base/log.c server/base/log.h \
	server/base/prog.c server/base/prog.h \
	server/base/rc.c server/base/rc.h \
	server/base/rnd.c server/base/rnd.h \
	server/base/str.c server/base/str.h \
	server/base/utf8.c server/base/utf8.h
libbase_a_CPPFLAGS = $(AM_CPPFLAGS) $(SODIUM_CFLAGS)
BASE_LIBS = libbase.a $(SODIUM_LIBS)
