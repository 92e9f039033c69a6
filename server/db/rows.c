/* SPDX-License-Identifier: Apache-2.0 */
/* Values out of rows, values and arrays as arguments. */
#include <arpa/inet.h>
#include <endian.h>

#include "server/db/rows.h"

#include "server/base/base.h"

#define OID_BOOL        16
#define OID_INT8        20
#define OID_INT2        21
#define OID_INT4        23
#define OID_OID         26
#define OID_TIMESTAMPTZ 1184

static void rows_clear(void *p)
{
	PQclear(p);
}

struct db_rows *rows_keep(struct arena *a, PGresult *res)
{
	struct db_rows *r = ARENA_NEW(a, struct db_rows);

	r->res = res;
	arena_defer(a, rows_clear, res);
	return r;
}

enum rc state_rc(const char *st)
{
	if (strcmp(st, "23505") == 0 || strcmp(st, "23P01") == 0)
		return RC_CONFLICT;
	if (strncmp(st, "22", 2) == 0 || strncmp(st, "23", 2) == 0 || strncmp(st, "54", 2) == 0)
		return RC_INVALID;
	return RC_TEMPFAIL;
}

bool state_expected(const char *st)
{
	return st[0] == '\0' || strncmp(st, "08", 2) == 0 || strncmp(st, "57P", 3) == 0 ||
	       strncmp(st, "40", 2) == 0 || strncmp(st, "53", 2) == 0 || strcmp(st, "55P03") == 0;
}

void db_args_bind(struct bound *b, const struct db_arg *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct db_arg *g = &args[i];

		b->values[i] = NULL;
		b->lengths[i] = 0;
		b->formats[i] = 0;
		switch (g->type) {
		case DB_NULL:
			break;
		case DB_I64:
			b->values[i] = i64_text(g->i, b->buf[i].text);
			break;
		case DB_BOOL:
			b->values[i] = g->i ? "t" : "f";
			break;
		case DB_TEXT:
			/* binary text needs no NUL at its end, so no copy */
			b->values[i] = g->s.n ? g->s.p : "";
			b->lengths[i] = (int)g->s.n;
			b->formats[i] = g->i ? 0 : 1; /* an array literal is text format */
			break;
		case DB_BYTES:
			b->values[i] = g->s.n ? g->s.p : "";
			b->lengths[i] = (int)g->s.n;
			b->formats[i] = 1;
			break;
		case DB_TIME:
			b->buf[i].time = htobe64((uint64_t)(g->i - PG_EPOCH));
			b->values[i] = (const char *)&b->buf[i].time;
			b->lengths[i] = 8;
			b->formats[i] = 1;
			break;
		}
	}
}

size_t db_nrows(const struct db_rows *r)
{
	return (size_t)PQntuples(r->res);
}

int64_t db_affected(const struct db_rows *r)
{
	int64_t n = 0;

	return slice_i64(slice_of(PQcmdTuples(r->res)), 0, INT64_MAX, &n) ? n : 0;
}

static void col_check(const struct db_rows *r, size_t row, int col)
{
	if (row >= (size_t)PQntuples(r->res) || col >= PQnfields(r->res))
		log_panic("event=no_such_column row=%zu col=%d", row, col);
}

bool db_is_null(const struct db_rows *r, size_t row, int col)
{
	col_check(r, row, col);
	return PQgetisnull(r->res, (int)row, col);
}

int64_t db_get_i64(const struct db_rows *r, size_t row, int col)
{
	const char *p;
	uint64_t v8;
	uint32_t v4;
	uint16_t v2;

	if (db_is_null(r, row, col))
		return 0;
	p = PQgetvalue(r->res, (int)row, col);
	switch (PQftype(r->res, col)) {
	case OID_INT8:
		memcpy(&v8, p, 8);
		return (int64_t)be64toh(v8);
	case OID_INT4:
	case OID_OID:
		memcpy(&v4, p, 4);
		return (int32_t)ntohl(v4);
	case OID_INT2:
		memcpy(&v2, p, 2);
		return (int16_t)ntohs(v2);
	}
	log_panic("event=column_not_integer col=%d type=%u", col, PQftype(r->res, col));
}

bool db_get_bool(const struct db_rows *r, size_t row, int col)
{
	if (db_is_null(r, row, col))
		return false;
	if (PQftype(r->res, col) != OID_BOOL)
		log_panic("event=column_not_bool col=%d type=%u", col, PQftype(r->res, col));
	return *PQgetvalue(r->res, (int)row, col) != 0;
}

struct slice db_get_slice(const struct db_rows *r, size_t row, int col)
{
	if (db_is_null(r, row, col))
		return SLICE("");
	return slice_make(PQgetvalue(r->res, (int)row, col),
			  (size_t)PQgetlength(r->res, (int)row, col));
}

const char *db_get_text(const struct db_rows *r, size_t row, int col)
{
	return db_is_null(r, row, col) ? "" : PQgetvalue(r->res, (int)row, col);
}

int64_t db_get_time(const struct db_rows *r, size_t row, int col)
{
	uint64_t v;

	if (db_is_null(r, row, col))
		return 0;
	if (PQftype(r->res, col) != OID_TIMESTAMPTZ)
		log_panic("event=column_not_time col=%d type=%u", col, PQftype(r->res, col));
	memcpy(&v, PQgetvalue(r->res, (int)row, col), 8);
	return (int64_t)be64toh(v) + PG_EPOCH;
}

/* Array literals (section 8.15 of the manual of PostgreSQL 15), marked by
 * i = 1 so that they go out in text format. */
static struct db_arg array_arg(struct str *s)
{
	str_addc(s, '}');
	if (s->over)
		log_panic("event=array_too_long");
	return (struct db_arg){ DB_TEXT, 1, slice_of(str_z(s)) };
}

struct db_arg db_i64_array(struct arena *a, const int64_t *v, size_t n)
{
	struct str s;

	str_init(&s, a, n * 21 + 16);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s%lld", i ? "," : "", (long long)v[i]);
	return array_arg(&s);
}

struct db_arg db_text_array(struct arena *a, const char *const *v, size_t n)
{
	struct str s;

	str_init(&s, a, (size_t)32 << 20);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++) {
		if (v[i] == NULL) {
			str_addz(&s, i ? ",NULL" : "NULL");
			continue;
		}
		str_addz(&s, i ? ",\"" : "\"");
		for (const char *p = v[i]; *p; p++) {
			if (*p == '"' || *p == '\\')
				str_addc(&s, '\\');
			str_addc(&s, *p);
		}
		str_addc(&s, '"');
	}
	return array_arg(&s);
}

struct db_arg db_bytes_array(struct arena *a, const unsigned char (*v)[32], size_t n)
{
	struct str s;

	str_init(&s, a, n * 72 + 16);
	str_addc(&s, '{');
	for (size_t i = 0; i < n; i++)
		str_fmt(&s, "%s\"\\\\x%s\"", i ? "," : "", hex_encode(a, v[i], 32));
	return array_arg(&s);
}
