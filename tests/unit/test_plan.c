/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file of members would do: its columns and words in five languages,
 * every fault named with its line and column, whoever is named twice, who goes
 * by a sync, no group without an owner; and in which order it is done. Who is
 * there stands in a table here; the linker puts it in place of the database.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/core/admin.h"
#include "server/core/command.h"
#include "server/core/plan.h"
#include "server/core/subscribe.h"

#include "server/base/base.h"

static struct arena *a;
static struct unit u;

/* ---- in place of the database ---- */

static const struct plan_person known[] = {
	{ 1, "marisol@example.org", "Marisol", "owner", "each", false },
	{ 2, "ana@example.org", "Ana Pérez", "member", "each", false },
	{ 3, "rodrigo@example.org", "Rodrigo", "moderator", "none", false },
	{ 4, "otra@example.org", "De otro grupo", "", "", false },
	{ 0, "mala@example.org", "", "", "", true },
	/* a second address of Ana's */
	{ 2, "ana.otra@example.org", "Ana Pérez", "member", "each", false },
};
#define MEMBERS 3

static struct str did; /* what plan_apply did, a line each */
static bool manages;

enum rc __wrap_roster_manage(struct unit *unit UNUSED, const char *list, struct roster_head *r);
enum rc __wrap_roster_manage(struct unit *unit UNUSED, const char *list, struct roster_head *r)
{
	*r = (struct roster_head){ .list = 7, .name = list, .lang = "pt" };
	return manages ? RC_OK : RC_DENIED;
}

enum rc __wrap_plan_people_read(struct db *db, struct arena *arena, int64_t list,
				const char *const *addrs, size_t n, struct plan_person **r, size_t *n_r);
enum rc __wrap_plan_people_read(struct db *db UNUSED, struct arena *arena, int64_t list,
				const char *const *addrs, size_t n, struct plan_person **r, size_t *n_r)
{
	assert_int_equal(list, 7);
	*r = ARENA_ARRAY(arena, n + 1, struct plan_person);
	*n_r = n;
	for (size_t i = 0; i < n; i++) {
		(*r)[i] = (struct plan_person){ 0, addrs[i], "", "", "", false };
		for (size_t k = 0; k < ARRAY_LEN(known); k++)
			if (strcmp(known[k].addr, addrs[i]) == 0)
				(*r)[i] = known[k];
	}
	return RC_OK;
}

enum rc __wrap_plan_members_read(struct db *db, struct arena *arena, int64_t list,
				 struct plan_person **r, size_t *n_r);
enum rc __wrap_plan_members_read(struct db *db UNUSED, struct arena *arena, int64_t list UNUSED,
				 struct plan_person **r, size_t *n_r)
{
	*r = ARENA_ARRAY(arena, MEMBERS, struct plan_person);
	memcpy(*r, known, MEMBERS * sizeof(known[0]));
	*n_r = MEMBERS;
	return RC_OK;
}

enum rc __wrap_member_create(struct unit *unit, const struct member_new *n);
enum rc __wrap_member_create(struct unit *unit UNUSED, const struct member_new *n)
{
	str_fmt(&did, "add %s %s %s %s %s %s\n", n->addr, n->name, n->role, n->delivery, n->locale,
		n->country ? n->country : "-");
	return RC_OK;
}

enum rc __wrap_membership_by_addr(struct unit *unit, int64_t list, const char *addr,
				  struct membership *r);
enum rc __wrap_membership_by_addr(struct unit *unit UNUSED, int64_t list UNUSED,
				  const char *addr, struct membership *r)
{
	*r = (struct membership){ .addr = addr };
	return RC_OK;
}

enum rc __wrap_command_welcome(struct unit *unit, const struct membership *m);
enum rc __wrap_command_welcome(struct unit *unit UNUSED, const struct membership *m)
{
	str_fmt(&did, "welcome %s\n", m->addr);
	return RC_OK;
}

enum rc __wrap_roster_remove(struct unit *unit, const struct roster_head *h, int64_t account);
enum rc __wrap_roster_remove(struct unit *unit UNUSED, const struct roster_head *h UNUSED,
			     int64_t account)
{
	str_fmt(&did, "remove %lld\n", (long long)account);
	return RC_OK;
}

enum rc __wrap_roster_change(struct unit *unit, const char *list, const int64_t *who, size_t n,
			     const char *what, const char **r);
enum rc __wrap_roster_change(struct unit *unit UNUSED, const char *list, const int64_t *who,
			     size_t n, const char *what, const char **r)
{
	assert_string_equal(list, "agenda");
	assert_int_equal(n, 1);
	str_fmt(&did, "change %lld %s\n", (long long)who[0], what);
	*r = "";
	return RC_OK;
}

/* ---- helpers ---- */

static struct plan plan_of(const char *csv, bool sync)
{
	struct plan p = { .n = 0 };

	assert_int_equal(plan_make(&u, "agenda", slice_of(csv), sync, &p), RC_OK);
	return p;
}

/* "kind line addr field; ..." */
static const char *shape(const struct plan *p)
{
	struct str s;

	str_init(&s, a, 65536);
	for (size_t i = 0; i < p->n; i++)
		str_fmt(&s, "%s%s %d %s%s%s", i ? "; " : "", plan_kind_names[p->item[i].kind],
			p->item[i].line, p->item[i].addr, *p->item[i].field ? " " : "",
			p->item[i].field);
	return str_z(&s);
}

static void is(const char *csv, bool sync, const char *wanted)
{
	struct plan p = plan_of(csv, sync);

	assert_string_equal(shape(&p), wanted);
}

static int setup(void **state UNUSED)
{
	a = u.arena = arena_new((size_t)64 << 20);
	str_init(&did, a, 65536);
	manages = true;
	return 0;
}

static int teardown(void **state UNUSED)
{
	arena_free(&a);
	return 0;
}

/* ---- the first line ---- */

static void columns_in_any_order_and_language(void **state UNUSED)
{
	static const char *const heads[] = {
		"address,name,role", "Correo electrónico;Nombre;Función", "E-MAIL\tNome\tPapel",
		"courriel;nom;fonction", "indirizzo,nome,ruolo",
	};

	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		const char sep = heads[i][strcspn(heads[i], ",;\t")];
		struct plan p = plan_of(arena_fmt(a, "%s\nnuevo@example.org%cNuevo%cmember\n", heads[i],
						  sep, sep),
					false);

		assert_string_equal(shape(&p), "add 2 nuevo@example.org");
		assert_string_equal(p.item[0].name, "Nuevo");
		assert_string_equal(p.item[0].role, "member");
		assert_string_equal(p.item[0].delivery, "each");
	}
	is("name,role,address\nN,member,nuevo@example.org\n", false, "add 2 nuevo@example.org");
}

static void first_lines_that_do_not_do(void **state UNUSED)
{
	is("name\nAna\n", false, "error 1  address");
	is("address,edad\nana@example.org,3\n", false, "error 1 ");
	is("address,correo\nana@example.org,x\n", false, "error 1 ");
	is("address\n", false, "error 1 ");
	is("", false, "error 1  address");
	is("address\n\"ana@example.org\n", false, "error 2 ");
	/* a column without a name is no fault */
	is("address,,\nana@example.org,,\n", false, "same 2 ana@example.org");
}

/* ---- lines ---- */

static void words_of_five_languages(void **state UNUSED)
{
	static const struct {
		const char *role, *delivery, *locale, *country, *is;
	} rows[] = {
		{ "moderadora", "resumen", "español", "Costa Rica", "moderator digest es CR" },
		{ "OWNER", "No", "inglês", "República Dominicana", "owner none en DO" },
		{ "modératrice", "fils suivis", "français", "Belice", "moderator mentions fr BZ" },
		{ "responsabile", "riepilogo", "italiano", "sv", "owner digest it SV" },
		{ "", "", "", "", "member each  " },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct plan p = plan_of(arena_fmt(a,
						  "address,role,delivery,locale,country\n"
						  "nuevo@example.org,%s,%s,%s,%s\n",
						  rows[i].role, rows[i].delivery, rows[i].locale,
						  rows[i].country),
					false);

		assert_string_equal(shape(&p), "add 2 nuevo@example.org");
		assert_string_equal(arena_fmt(a, "%s %s %s %s", p.item[0].role, p.item[0].delivery,
					      p.item[0].locale, p.item[0].country),
				    rows[i].is);
	}
}

static void faults_name_line_and_column(void **state UNUSED)
{
	struct plan p;

	is("address,role,delivery,locale,country\n"
	   "sin arroba,,,,\n"
	   ",,,,\n"
	   "a@example.org,jefe,,,\n"
	   "b@example.org,,a veces,,\n"
	   "c@example.org,,,klingon,\n"
	   "d@example.org,,,,Atlántida\n"
	   "mala@example.org,,,,\n",
	   false,
	   "error 2 sin arroba address; error 4 a@example.org role; error 5 b@example.org delivery; "
	   "error 6 c@example.org locale; error 7 d@example.org country; error 8 mala@example.org address");
	/* the words of the table are no words of a cell */
	is("address,role\na@example.org,|\nb@example.org,member|miembro\n", false,
	   "error 2 a@example.org role; error 3 b@example.org role");
	/* the first fault of a line is said */
	p = plan_of("address,role,country\nsin,jefe,Atlántida\n", false);
	assert_string_equal(p.item[0].field, "address");
	assert_int_equal(p.count[PLAN_ERROR], 1);
	/* what may stand there is said whole */
	p = plan_of("address,delivery\na@example.org,x\n", false);
	assert_non_null(strstr(p.item[0].text, "each, digest, mentions, none"));
	assert_int_equal(plan_apply(&u, &p, true), RC_INVALID);
	assert_int_equal(did.n, 0);
}

static void twice_is_wrong(void **state UNUSED)
{
	is("address\nnuevo@example.org\nNUEVO@example.org\n", false,
	   "add 2 nuevo@example.org; error 3 nuevo@example.org address");
	/* by another address of the same person */
	is("address\nana.otra@example.org\nana@example.org\n", false,
	   "same 2 ana.otra@example.org; error 3 ana@example.org address");
	/* more than the table begins with */
	{
		struct str s;
		struct plan p;

		str_init(&s, a, (size_t)1 << 20);
		str_addz(&s, "address\n");
		for (int i = 0; i < 2000; i++)
			str_fmt(&s, "n%d@example.org\n", i % 1000);
		p = plan_of(str_z(&s), false);
		assert_int_equal(p.count[PLAN_ADD], 1000);
		assert_int_equal(p.count[PLAN_ERROR], 1000);
		assert_non_null(strstr(p.item[1999].text, "1001"));
	}
}

static void members_keep_what_is_their_own(void **state UNUSED)
{
	struct plan p = plan_of("address,name,role,delivery\n"
				"ana@example.org,Otro Nombre,moderator,\n"
				"rodrigo@example.org,,moderator,none\n"
				"otra@example.org,Otra,,\n",
				false);

	assert_string_equal(shape(&p),
			    "change 2 ana@example.org; same 3 rodrigo@example.org; add 4 otra@example.org");
	assert_string_equal(p.item[0].name, "Ana Pérez");
	assert_string_equal(p.item[0].text, "role member -> moderator");
	assert_string_equal(p.item[2].name, "De otro grupo");
}

/* ---- who goes ---- */

static void sync_takes_out_who_is_not_named(void **state UNUSED)
{
	is("address\nmarisol@example.org\n", true,
	   "same 2 marisol@example.org; remove 0 ana@example.org; remove 0 rodrigo@example.org");
	is("address\nmarisol@example.org\n", false, "same 2 marisol@example.org");
	/* by any address of theirs */
	is("address\nmarisol@example.org\nana.otra@example.org\n", true,
	   "same 2 marisol@example.org; same 3 ana.otra@example.org; remove 0 rodrigo@example.org");
	/* a line that is wrong takes nobody out by mistake: the plan is not applied */
	{
		struct plan p = plan_of("address,role\nmarisol@example.org,\nana@example.org,jefa\n", true);

		assert_int_equal(p.count[PLAN_ERROR], 1);
		assert_int_equal(plan_apply(&u, &p, false), RC_INVALID);
		assert_int_equal(did.n, 0);
	}
}

static void somebody_owns_the_group(void **state UNUSED)
{
	is("address\nana@example.org\n", true,
	   "same 2 ana@example.org; remove 0 marisol@example.org; remove 0 rodrigo@example.org; error 0  role");
	is("address,role\nmarisol@example.org,member\n", false, "change 2 marisol@example.org; error 0  role");
	is("address,role\nmarisol@example.org,member\nana@example.org,owner\n", false,
	   "change 2 marisol@example.org; change 3 ana@example.org");
	is("address,role\nnueva@example.org,dueña\n", true,
	   "add 2 nueva@example.org; remove 0 marisol@example.org; remove 0 ana@example.org; "
	   "remove 0 rodrigo@example.org");
}

/* ---- doing it ---- */

static void new_owners_come_before_old_ones_go(void **state UNUSED)
{
	struct plan p = plan_of("address,name,role,delivery,country\n"
				"marisol@example.org,,member,none,\n"
				"ana@example.org,,owner,digest,\n"
				"nueva@example.org,,,,Honduras\n",
				true);

	str_init(&did, a, 65536);
	assert_int_equal(plan_apply(&u, &p, true), RC_OK);
	assert_string_equal(str_z(&did), "change 1 delivery:none\n"
					 "change 2 role:owner\n"
					 "change 2 delivery:digest\n"
					 "add nueva@example.org nueva member each pt HN\n"
					 "welcome nueva@example.org\n"
					 "change 1 role:member\n"
					 "remove 3\n");
}

static void a_plan_is_known_again(void **state UNUSED)
{
	struct plan one = plan_of("address,role\nana@example.org,owner\n", false);
	struct plan same = plan_of("role;address\ndueña;ANA@example.org\n", false);
	struct plan other = plan_of("address,role\nana@example.org,moderator\n", false);

	assert_string_equal(one.digest, same.digest);
	assert_string_not_equal(one.digest, other.digest);
	assert_int_equal(strlen(one.digest), 16);
}

static void who_may_not_gets_nothing(void **state UNUSED)
{
	struct plan p = { .n = 0 };

	manages = false;
	assert_int_equal(plan_make(&u, "agenda", slice_of("address\n"), false, &p), RC_DENIED);
	manages = true;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_in_any_order_and_language),
		cmocka_unit_test(first_lines_that_do_not_do),
		cmocka_unit_test(words_of_five_languages),
		cmocka_unit_test(faults_name_line_and_column),
		cmocka_unit_test(twice_is_wrong),
		cmocka_unit_test(members_keep_what_is_their_own),
		cmocka_unit_test(sync_takes_out_who_is_not_named),
		cmocka_unit_test(somebody_owns_the_group),
		cmocka_unit_test(new_owners_come_before_old_ones_go),
		cmocka_unit_test(a_plan_is_known_again),
		cmocka_unit_test(who_may_not_gets_nothing),
	};

	return cmocka_run_group_tests_name("plan", tests, setup, teardown);
}
