# SPDX-License-Identifier: Apache-2.0

# the catalogue against the schema and its grants; tests/db/statements.sh runs it
check_PROGRAMS += tests/db/statements
tests_db_statements_SOURCES = tests/db/statements.c
tests_db_statements_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
tests_db_statements_LDADD = $(DB_LIBS)
$(tests_db_statements_OBJECTS): server/db/stmt.h
