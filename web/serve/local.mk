# SPDX-License-Identifier: Apache-2.0

noinst_LIBRARIES += libserve.a
libserve_a_SOURCES = \
	web/serve/serve.h web/serve/inside.h web/serve/listen.h \
	web/serve/bundle.c web/serve/bundle.h web/serve/crowd.c web/serve/crowd.h \
	web/serve/fcgi.c web/serve/form.c web/serve/gzip.c web/serve/io.c \
	web/serve/listen.c web/serve/multipart.c web/serve/req.c web/serve/resp.c \
	web/serve/serve.c web/serve/status.c web/serve/weave.c \
	web/route/route.h web/route/routes.def web/route/csrf.c web/route/guess.c web/route/guess.h web/route/param.c web/route/route.c
libserve_a_CPPFLAGS = $(AM_CPPFLAGS) $(ZLIB_CFLAGS) $(ARCHIVE_CFLAGS)
SERVE_LIBS = libserve.a $(FCGI_LIBS) $(ZLIB_LIBS)

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_serve
UNIT_TESTS += tests/unit/test_serve
tests_unit_test_serve_SOURCES = tests/unit/test_serve.c tests/unit/serve_mem.h
tests_unit_test_serve_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS) $(ZLIB_CFLAGS)
tests_unit_test_serve_LDADD = $(SERVE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_route
UNIT_TESTS += tests/unit/test_route
tests_unit_test_route_SOURCES = tests/unit/test_route.c tests/unit/serve_mem.h
tests_unit_test_route_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_route_LDADD = $(SERVE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_listen
UNIT_TESTS += tests/unit/test_listen
tests_unit_test_listen_SOURCES = tests/unit/test_listen.c tests/unit/serve_mem.h
tests_unit_test_listen_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_listen_LDADD = $(SERVE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS)
endif
