/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Arrays in binary form, as array_recv of PostgreSQL 15 reads them: number of
 * dimensions, a flag for nulls, the elements' type, length and lower bound; then
 * each element with its length, -1 for null. All of it in network order.
 */
#include <arpa/inet.h>
#include <endian.h>

#include "server/db/rows.h"

#include "server/base/base.h"

#define HEAD      20
#define COLUMN_CAP ((size_t)1 << 29) /* a message of the protocol ends at 1 GB */

static void u32_put(char *at, uint32_t v)
{
	v = htonl(v);
	memcpy(at, &v, 4);
}

void db_column_init(struct db_column *c, struct arena *a, enum db_elem type)
{
	static const char head[HEAD];

	c->n = 0;
	c->type = type;
	str_init(&c->s, a, COLUMN_CAP);
	str_add(&c->s, head, HEAD);
}

static void element(struct db_column *c, const void *p, size_t n)
{
	char len[4];

	u32_put(len, (uint32_t)n);
	str_add(&c->s, len, 4);
	str_add(&c->s, p, n);
	c->n++;
}

void db_column_null(struct db_column *c)
{
	char len[4];

	u32_put(len, UINT32_MAX);
	str_add(&c->s, len, 4);
	c->n++;
}

void db_column_i64(struct db_column *c, int64_t v)
{
	uint64_t v8 = htobe64((uint64_t)(c->type == DB_ELEM_TIME ? v - PG_EPOCH : v));
	uint32_t v4 = htonl((uint32_t)v);
	uint16_t v2 = htons((uint16_t)v);
	char v1 = v != 0;

	switch (c->type) {
	case DB_ELEM_BOOL:
		element(c, &v1, 1);
		return;
	case DB_ELEM_I16:
		element(c, &v2, 2);
		return;
	case DB_ELEM_I32:
		element(c, &v4, 4);
		return;
	case DB_ELEM_I64:
	case DB_ELEM_TIME:
		element(c, &v8, 8);
		return;
	case DB_ELEM_BYTES:
	case DB_ELEM_TEXT:
		break;
	}
	log_panic("event=column_not_of_numbers type=%d", (int)c->type);
}

void db_column_id(struct db_column *c, int64_t v)
{
	if (v != 0)
		db_column_i64(c, v);
	else
		db_column_null(c);
}

void db_column_slice(struct db_column *c, struct slice v)
{
	if (c->type != DB_ELEM_BYTES && c->type != DB_ELEM_TEXT)
		log_panic("event=column_of_numbers type=%d", (int)c->type);
	element(c, v.n ? v.p : "", v.n);
}

void db_column_text(struct db_column *c, const char *v)
{
	if (v != NULL)
		db_column_slice(c, slice_of(v));
	else
		db_column_null(c);
}

void db_column_literal(struct db_column *c, const struct db_arg *array)
{
	db_column_slice(c, array->s);
}

struct db_arg db_column_arg(struct db_column *c)
{
	char *head = c->s.p;

	if (c->s.over)
		log_panic("event=array_too_long");
	u32_put(head, c->n > 0);
	u32_put(head + 4, 1); /* there may be nulls */
	u32_put(head + 8, (uint32_t)c->type);
	u32_put(head + 12, c->n);
	u32_put(head + 16, 1);
	return db_bytes(head, c->n > 0 ? c->s.n : 12);
}
