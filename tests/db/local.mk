# SPDX-License-Identifier: Apache-2.0

# the catalogue against the schema and its grants; tests/db/statements.sh runs it
check_PROGRAMS += tests/db/statements
tests_db_statements_SOURCES = tests/db/statements.c
tests_db_statements_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_db_statements_LDADD = $(DB_LIBS)
$(tests_db_statements_OBJECTS): server/db/stmt.h

if HAVE_CMOCKA
check_PROGRAMS += tests/unit/test_base tests/unit/test_core_pure
UNIT_TESTS += tests/unit/test_base tests/unit/test_core_pure
tests_unit_test_base_SOURCES = tests/unit/test_base.c
tests_unit_test_base_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_base_LDADD = $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_core_pure_SOURCES = tests/unit/test_core_pure.c
tests_unit_test_core_pure_CPPFLAGS = $(AM_CPPFLAGS) $(CMOCKA_CFLAGS)
tests_unit_test_core_pure_LDADD = $(CORE_LIBS) $(CMOCKA_LIBS)
$(tests_unit_test_core_pure_OBJECTS): server/db/stmt.h
endif
