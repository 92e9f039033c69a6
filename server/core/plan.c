/* SPDX-License-Identifier: Apache-2.0 */
/* See plan.h. */
#include "server/core/admin.h"
#include "server/core/command.h"
#include "server/core/owner.h"
#include "server/core/plan.h"
#include "server/text/csv.h"
#include "server/text/tr.h"

#include "server/base/base.h"

const char *const plan_kind_names[PLAN_KINDS] = { "add", "change", "remove", "same", "error" };

enum column { COL_ADDRESS, COL_NAME, COL_ROLE, COL_DELIVERY, COL_LOCALE, COL_COUNTRY, COL_ORG, COLS };

/* Folded as utf8_fold does. */
static const struct {
	const char *name, *words;
} columns[COLS] = {
	[COL_ADDRESS] = { "address", "|address|email|e-mail|mail|correo|correo electronico|direccion|"
				     "correio|endereco|courriel|adresse|indirizzo|posta|" },
	[COL_NAME] = { "name", "|name|full name|nombre|nombre completo|nome|nome completo|nom|nom complet|" },
	[COL_ROLE] = { "role", "|role|rol|funcion|papel|funcao|fonction|ruolo|funzione|" },
	[COL_DELIVERY] = { "delivery", "|delivery|entrega|recibe|recebe|reception|remise|consegna|riceve|" },
	[COL_LOCALE] = { "locale", "|locale|language|idioma|lengua|lingua|langue|" },
	[COL_COUNTRY] = { "country", "|country|pais|pays|paese|" },
	[COL_ORG] = { "organisation", "|organisation|organization|institucion|organizacion|instituicao|"
				      "organizacao|institution|organisme|ente|istituzione|organizzazione|" },
};

struct value {
	const char *value, *words;
};
static const struct value roles[] = {
	{ "member", "|member|miembro|participante|integrante|membro|membre|" },
	{ "moderator", "|moderator|moderador|moderadora|moderacion|moderacao|moderateur|moderatrice|"
		       "moderation|moderatore|moderazione|" },
	{ "owner", "|owner|responsable|dueno|duena|propietario|propietaria|responsavel|proprietario|"
		   "proprietaria|proprietaire|responsabile|" },
};
static const struct value deliveries[] = {
	{ "each", "|each|every|cada|todo|todos|cada mensaje|tudo|cada mensagem|chaque|tout|chaque message|"
		  "ogni|tutto|tutti|ogni messaggio|" },
	{ "mentions", "|mentions|followed|seguidos|solo seguidos|suivis|fils suivis|seguiti|seguite|"
		      "solo seguiti|solo seguite|" },
	{ "none", "|none|no|nada|ninguno|web|nenhum|rien|aucun|niente|nessuno|sito|" },
	{ "digest", "|digest|resumen|resumo|resume|recapitulatif|riepilogo|riassunto|" },
};
static const struct value locales[] = {
	{ "es", "|es|spanish|espanol|espanhol|espagnol|spagnolo|" },
	{ "en", "|en|english|ingles|anglais|inglese|" },
	{ "pt", "|pt|portuguese|portugues|portugais|portoghese|" },
	{ "fr", "|fr|french|frances|francais|francese|" },
	{ "it", "|it|italian|italiano|italien|" },
};
static const struct value countries[] = {
	{ "BZ", "|bz|belize|belice|" },
	{ "CR", "|cr|costa rica|" },
	{ "DO", "|do|dominican republic|republica dominicana|republique dominicaine|"
		"repubblica dominicana|" },
	{ "GT", "|gt|guatemala|" },
	{ "HN", "|hn|honduras|" },
	{ "NI", "|ni|nicaragua|" },
	{ "PA", "|pa|panama|" },
	{ "SV", "|sv|el salvador|salvador|" },
};

static bool word_is(struct arena *a, const char *words, const char *cell)
{
	const char *folded = utf8_fold(a, slice_trim(slice_of(cell)));

	return *folded != '\0' && strchr(folded, '|') == NULL &&
	       strstr(words, arena_fmt(a, "|%s|", folded)) != NULL;
}

struct making {
	struct unit *u;
	struct plan *p;
	struct csv csv;
	int at[COLS]; /* which cell, -1: no such column */
	struct seen { /* whom the lines name: by account, or by address where there is none */
		const struct plan_item **slot;
		size_t mask;
	} seen;
};

static struct plan_item *item_add(struct making *m, enum plan_kind kind, int line, const char *addr)
{
	struct plan_item *it = &m->p->item[m->p->n++];

	*it = (struct plan_item){ .kind = kind,
				  .line = line,
				  .addr = addr,
				  .name = "",
				  .field = "",
				  .text = "",
				  .role = "",
				  .delivery = "",
				  .locale = "",
				  .country = "",
				  .organisation = "" };
	return it;
}

static void fault(struct plan_item *it, enum column col, const char *text)
{
	if (it->kind == PLAN_ERROR)
		return; /* the first one is said */
	it->kind = PLAN_ERROR;
	it->field = col < COLS ? columns[col].name : "";
	it->text = text;
}

static const char *cell_of(const struct making *m, const struct csv_row *row, enum column col)
{
	return m->at[col] >= 0 && (size_t)m->at[col] < row->n ? csv_plain(row->cell[m->at[col]])
							       : "";
}

/* False, and an error in the plan: nothing else can be said of the file. */
static bool columns_find(struct making *m)
{
	const struct csv_row *head = m->csv.row;

	for (size_t c = 0; c < COLS; c++)
		m->at[c] = -1;
	for (size_t i = 0; m->csv.n > 0 && i < head->n; i++) {
		size_t c = 0;

		while (c < COLS && !word_is(m->u->arena, columns[c].words, head->cell[i]))
			c++;
		if (c == COLS && *head->cell[i] == '\0')
			continue;
		if (c == COLS || m->at[c] >= 0) {
			fault(item_add(m, PLAN_SAME, head->line, ""), COLS,
			      arena_fmt(m->u->arena,
					c == COLS ? tr("There is no column \"%.60s\". The first line "
						       "names the columns: address, name, role, delivery, "
						       "locale, country, organisation.")
						  : tr("The column \"%.60s\" is there twice."),
					head->cell[i]));
			return false;
		}
		m->at[c] = (int)i;
	}
	if (m->at[COL_ADDRESS] >= 0 && m->csv.n > 1)
		return true;
	fault(item_add(m, PLAN_SAME, 1, ""), m->at[COL_ADDRESS] < 0 ? COL_ADDRESS : COLS,
	      m->at[COL_ADDRESS] < 0 ? tr("The first line names no column \"address\".")
				     : tr("It names nobody."));
	return false;
}

static const char *choice(struct making *m, struct plan_item *it, const struct csv_row *row,
			  enum column col, const struct value *v, size_t n)
{
	const char *cell = cell_of(m, row, col);

	if (*cell == '\0')
		return "";
	for (size_t i = 0; i < n; i++)
		if (word_is(m->u->arena, v[i].words, cell))
			return v[i].value;
	fault(it, col, arena_fmt(m->u->arena, tr("\"%.60s\" is none of what can stand here: %s."), cell,
				 col == COL_ROLE       ? "member, moderator, owner"
				 : col == COL_DELIVERY ? "each, digest, mentions, none"
				 : col == COL_LOCALE   ? "es, en, pt, fr, it"
						       : "BZ, CR, DO, GT, HN, NI, PA, SV"));
	return "";
}

static void row_item(struct making *m, const struct csv_row *row)
{
	const char *cell = cell_of(m, row, COL_ADDRESS), *addr = addr_clean(m->u->arena, cell);
	struct plan_item *it = item_add(m, PLAN_SAME, row->line, addr ? addr : cell);

	it->name = slice_dup(m->u->arena, utf8_clip(slice_of(cell_of(m, row, COL_NAME)), 150));
	if (addr == NULL)
		fault(it, COL_ADDRESS,
		      *cell ? tr("This is no mail address.") : tr("The address is missing."));
	it->role = choice(m, it, row, COL_ROLE, roles, ARRAY_LEN(roles));
	it->delivery = choice(m, it, row, COL_DELIVERY, deliveries, ARRAY_LEN(deliveries));
	it->locale = choice(m, it, row, COL_LOCALE, locales, ARRAY_LEN(locales));
	it->country = choice(m, it, row, COL_COUNTRY, countries, ARRAY_LEN(countries));
	it->organisation = slice_dup(m->u->arena, utf8_clip(slice_of(cell_of(m, row, COL_ORG)), 150));
}

/* What one line means for whoever it names. */
static void judge(struct making *m, struct plan_item *it, const struct plan_person *who)
{
	struct arena *a = m->u->arena;
	struct str s;

	if (it->kind == PLAN_ERROR)
		return;
	it->account = who->account;
	if (who->account != 0)
		it->name = who->name;
	if (*who->role == '\0') {
		it->kind = PLAN_ADD;
		if (who->banned)
			fault(it, COL_ADDRESS, tr("This address is banned here."));
		if (*it->role == '\0')
			it->role = "member";
		if (*it->delivery == '\0')
			it->delivery = "each";
		return;
	}
	str_init(&s, a, 4096);
	if (*it->role != '\0' && strcmp(it->role, who->role) != 0)
		str_fmt(&s, "role %s -> %s", who->role, it->role);
	else
		it->role = "";
	if (*it->delivery != '\0' && strcmp(it->delivery, who->delivery) != 0) {
		str_fmt(&s, "%sdelivery %s -> %s", s.n ? ", " : "", who->delivery, it->delivery);
	} else {
		it->delivery = "";
	}
	if (it->kind == PLAN_ERROR || s.n == 0)
		return;
	it->kind = PLAN_CHANGE;
	it->text = str_z(&s);
}

static const struct plan_item *seen_add(struct arena *a, struct seen *t, const struct plan_item *it)
{
	const char *key = it->account ? arena_fmt(a, "#%lld", (long long)it->account) : it->addr;
	unsigned char h[HASH_BYTES];
	size_t at;

	hash_bytes(key, strlen(key), h);
	memcpy(&at, h, sizeof(at));
	for (at &= t->mask; t->slot[at] != NULL; at = (at + 1) & t->mask) {
		const struct plan_item *o = t->slot[at];

		if (it->account ? o->account == it->account
				: o->account == 0 && strcmp(o->addr, it->addr) == 0)
			return o;
	}
	t->slot[at] = it;
	return NULL;
}

/* All lines but the wrong ones; who is named twice is wrong from the second on. */
static void seen_fill(struct making *m)
{
	struct plan *p = m->p;
	struct seen *t = &m->seen;

	t->mask = 63;
	while (t->mask < p->n * 2)
		t->mask = t->mask * 2 + 1;
	t->slot = ARENA_ARRAY(m->u->arena, t->mask + 1, const struct plan_item *);
	memset(t->slot, 0, (t->mask + 1) * sizeof(t->slot[0]));
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_item *o =
			p->item[i].kind == PLAN_ERROR ? NULL : seen_add(m->u->arena, t, &p->item[i]);

		if (o != NULL)
			fault(&p->item[i], COL_ADDRESS,
			      arena_fmt(m->u->arena, tr("Line %lld names the same person."),
					(long long)o->line));
	}
}

/* What the file says of a member, or NULL. */
static const struct plan_item *seen_account(const struct seen *t, int64_t account)
{
	unsigned char h[HASH_BYTES];
	char key[24];
	size_t at;

	snprintf(key, sizeof(key), "#%lld", (long long)account);
	hash_bytes(key, strlen(key), h);
	memcpy(&at, h, sizeof(at));
	for (at &= t->mask; t->slot[at] != NULL; at = (at + 1) & t->mask)
		if (t->slot[at]->account == account)
			return t->slot[at];
	return NULL;
}

/* Who goes, and whether somebody is left who owns the group. */
static enum rc leavers(struct making *m, bool sync)
{
	struct plan *p = m->p;
	struct plan_item *lines = p->item;
	struct plan_person *now;
	size_t n, owners = 0;
	enum rc rc = plan_members_read(m->u->db, m->u->arena, p->head.list, &now, &n);

	if (rc != RC_OK)
		return rc;
	p->item = ARENA_ARRAY(m->u->arena, p->n + n + 1, struct plan_item);
	memcpy(p->item, lines, p->n * sizeof(*lines));
	for (size_t i = 0; i < p->n; i++)
		owners += strcmp(p->item[i].role, "owner") == 0;
	for (size_t i = 0; i < n; i++) {
		bool owner = strcmp(now[i].role, "owner") == 0;
		const struct plan_item *named = seen_account(&m->seen, now[i].account);
		struct plan_item *it;

		/* a line that gives an owner another role takes them away */
		owners += owner && (named ? *named->role == '\0' : !sync);
		if (named != NULL || !sync)
			continue;
		it = item_add(m, PLAN_REMOVE, 0, now[i].addr);
		it->name = now[i].name;
		it->account = now[i].account;
		it->text = owner ? "owner" : "";
	}
	if (owners == 0)
		fault(item_add(m, PLAN_SAME, 0, ""), COL_ROLE,
		      tr("The group would have no owner left. Name one in the file."));
	return RC_OK;
}

static void count(struct plan *p, struct arena *a)
{
	unsigned char h[HASH_BYTES];
	struct str s;

	str_init(&s, a, (size_t)16 << 20);
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_item *it = &p->item[i];

		p->count[it->kind]++;
		str_fmt(&s, "%d %lld %s %s %s %s\n", (int)it->kind, (long long)it->account, it->addr,
			it->role, it->delivery, it->name);
	}
	hash_bytes(s.p ? s.p : "", s.n, h);
	p->digest = base32_encode(a, h, 10);
}

enum rc plan_make(struct unit *u, const char *list, struct slice csv, bool sync, struct plan *p)
{
	struct making m = { .u = u, .p = p };
	struct plan_person *who;
	const char **addrs;
	size_t n;
	enum rc rc = roster_manage(u, list, &p->head), read;

	if (rc != RC_OK)
		return rc;
	p->n = 0;
	memset(p->count, 0, sizeof(p->count));
	read = csv_parse(u->arena, csv, &m.csv);
	if (read == RC_LIMIT)
		return RC_LIMIT;
	p->item = ARENA_ARRAY(u->arena, m.csv.n + 1, struct plan_item);
	if (read != RC_OK) {
		fault(item_add(&m, PLAN_SAME, m.csv.bad_line, ""), COLS, tr(m.csv.why));
	} else if (columns_find(&m)) {
		for (size_t i = 1; i < m.csv.n; i++)
			row_item(&m, &m.csv.row[i]);
		addrs = ARENA_ARRAY(u->arena, p->n, const char *);
		for (size_t i = 0; i < p->n; i++)
			addrs[i] = p->item[i].addr;
		rc = plan_people_read(u->db, u->arena, p->head.list, addrs, p->n, &who, &n);
		if (rc == RC_OK && n != p->n)
			rc = RC_TEMPFAIL;
		for (size_t i = 0; i < n && rc == RC_OK; i++)
			judge(&m, &p->item[i], &who[i]);
		if (rc == RC_OK) {
			seen_fill(&m);
			rc = leavers(&m, sync);
		}
	}
	if (rc == RC_OK)
		count(p, u->arena);
	return rc;
}

static enum rc item_add_apply(struct unit *u, const struct plan *p, const struct plan_item *it,
			      bool welcome)
{
	struct membership m;
	const char *at = strchr(it->addr, '@');
	enum rc rc = member_create(
		u, &(struct member_new){
			   p->head.name, it->addr,
			   *it->name ? it->name
				     : slice_dup(u->arena, slice_make(it->addr, (size_t)(at - it->addr))),
			   it->role, it->delivery, *it->locale ? it->locale : p->head.lang,
			   *it->country ? it->country : NULL,
			   *it->organisation ? it->organisation : NULL });

	if (rc != RC_OK || !welcome)
		return rc;
	rc = membership_by_addr(u, p->head.list, it->addr, &m);
	return rc == RC_OK ? command_welcome(u, &m) : rc;
}

/* What gives first, what takes last: new owners are there before old ones go. */
static enum rc item_apply(struct unit *u, const struct plan *p, const struct plan_item *it, int pass,
			  bool welcome)
{
	bool up = strcmp(it->role, "owner") == 0;
	const char *who;
	enum rc rc = RC_OK;

	if (it->kind == PLAN_ADD)
		return pass == 0 ? item_add_apply(u, p, it, welcome) : RC_OK;
	if (it->kind == PLAN_REMOVE)
		return pass == 1 ? roster_remove(u, &p->head, it->account) : RC_OK;
	if (it->kind != PLAN_CHANGE)
		return RC_OK;
	if (*it->role != '\0' && (pass == 0) == up)
		rc = roster_change(u, p->head.name, &it->account, 1,
				   arena_fmt(u->arena, "role:%s", it->role), &who);
	if (rc == RC_OK && *it->delivery != '\0' && pass == 0)
		rc = roster_change(u, p->head.name, &it->account, 1,
				   arena_fmt(u->arena, "delivery:%s", it->delivery), &who);
	return rc;
}

enum rc plan_apply(struct unit *u, const struct plan *p, bool welcome)
{
	enum rc rc = p->count[PLAN_ERROR] ? RC_INVALID : RC_OK;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < p->n && rc == RC_OK; i++)
			rc = item_apply(u, p, &p->item[i], pass, welcome);
	return rc;
}
