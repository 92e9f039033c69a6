/* SPDX-License-Identifier: Apache-2.0 */
/*
 * htc: the template compiler, a build tool that needs only libc.
 *
 *	htc -o NAME.c NAME.ht		one C function view_NAME
 *	htc --pot FILE.ht...		the msgids, as a .pot without header
 *
 * It follows the markup it copies, so that each value is escaped by where it
 * stands, and refuses a value where no escape is safe. The language is in
 * docs of the same folder (TEMPLATES.md). It must stay one small file: what a
 * page computes belongs in its handler, not here.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum state {
	S_TEXT,
	S_LT,     /* after '<' */
	S_NAME,   /* in a tag's name */
	S_IN,     /* in a tag, an attribute may begin */
	S_AFTER,  /* in a tag, after a name or a value: a space, '/' or '>' must follow */
	S_SLASH,  /* after the '/' of "/>" */
	S_ANAME,  /* in an attribute's name */
	S_EQ,     /* after its '=' */
	S_VAL,    /* in a quoted value */
	S_UNQ,    /* in an unquoted value */
	S_DECL,   /* in <!doctype ...> */
	S_RAW,    /* in script or style: no value is ever safe */
	S_RCDATA, /* in textarea or title: text, but no markup */
};

enum kind { K_PLAIN, K_URL, K_BAD };

/* What must be the same at the end of each branch of an {if}. */
struct ctx {
	enum state at;
	enum kind kind;           /* of the attribute at hand */
	char quote;
	bool begun;               /* its value has something in it already */
	bool ws;                  /* white space was written last */
	size_t nattrs, nids;
};

struct block {
	char what;                /* 'i' if, 'l' else of an if, 'e' each */
	int line;
	size_t ntags;
	struct ctx start, merged;
	bool has_merged;
	char var[32];
};

struct buf {
	char *p;
	size_t n, size;
};

#define WORD 48

static struct {
	const char *file, *src, *p;
	int line;
	bool pot, named, is_dynamic; /* is_dynamic: the value at hand holds an expression */
	struct ctx c;
	struct { char name[WORD]; int line; } tag[128];
	size_t ntags, nblocks;
	struct block block[32];
	char attr[64][WORD], id[256][WORD];
	char name[WORD], val[WORD];
	struct buf body, lit, head;
} h;

static void fail_at(int line, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

static void fail_at(int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: error: ", h.file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

#define fail(...) fail_at(h.line, __VA_ARGS__)

static void add(struct buf *b, const char *p, size_t n)
{
	if (b->n + n + 1 > b->size) {
		b->size = (b->n + n + 1) * 2;
		b->p = realloc(b->p, b->size);
		if (b->p == NULL)
			fail("out of memory");
	}
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = '\0';
}

static void addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void addf(struct buf *b, const char *fmt, ...)
{
	char *z;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&z, fmt, ap);
	va_end(ap);
	if (n < 0)
		fail("out of memory");
	add(b, z, (size_t)n);
	free(z);
}

static bool one_of(const char *word, const char *list)
{
	size_t n = strlen(word);

	for (const char *p = list; (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return n > 0;
	return false;
}

/* The literal gathered so far becomes one call. */
static void flush(void)
{
	if (h.lit.n == 0)
		return;
	addf(&h.body, "\tout_raw_(o, \"");
	for (size_t i = 0; i < h.lit.n; i++) {
		char c = h.lit.p[i];

		if (c == '\n')
			addf(&h.body, "\\n\"%s", i + 1 < h.lit.n ? "\n\t\t\"" : "");
		else if (c == '"' || c == '\\' || c == '?')
			addf(&h.body, "\\%c", c);
		else
			add(&h.body, &c, 1);
	}
	addf(&h.body, "%s, %zu);\n", h.lit.p[h.lit.n - 1] == '\n' ? "" : "\"", h.lit.n);
	h.lit.n = 0;
}

/* A statement made from the template: errors of the C compiler name its line. */
#define emit(...) \
	do { \
		flush(); \
		addf(&h.body, "#line %d \"%s\"\n", h.line, h.file); \
		addf(&h.body, __VA_ARGS__); \
	} while (0)

/* ---- markup ---- */

static void word_add(char word[WORD], char c)
{
	size_t n = strlen(word);

	if (n + 1 >= WORD)
		fail("a name is too long: %s", word);
	word[n] = c;
	word[n + 1] = '\0';
}

static bool inside(const char *list)
{
	for (size_t i = 0; i < h.ntags; i++)
		if (one_of(h.tag[i].name, list))
			return true;
	return false;
}

static void tag_close(const char *name)
{
	if (h.ntags == 0)
		fail("</%s> closes nothing", name);
	if (h.nblocks > 0 && h.ntags == h.block[h.nblocks - 1].ntags)
		fail("</%s> closes a tag opened outside of the block of line %d", name,
		     h.block[h.nblocks - 1].line);
	if (strcmp(h.tag[h.ntags - 1].name, name) != 0)
		fail("</%s> where <%s> of line %d is open", name, h.tag[h.ntags - 1].name,
		     h.tag[h.ntags - 1].line);
	h.ntags--;
}

static void tag_end(bool self_closed)
{
	static const char voids[] = "area base br col embed hr img input link meta source track wbr";
	static const char blocks[] = "address article aside blockquote details div dl fieldset figure "
		"footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul";
	bool is_void = one_of(h.name, voids);

	h.c.at = S_TEXT;
	if (h.name[0] == '/') {
		tag_close(h.name + 1);
		return;
	}
	if (self_closed && !is_void && !inside("svg math"))
		fail("<%s/> does not close itself in HTML", h.name);
	if (h.ntags > 0 && strcmp(h.tag[h.ntags - 1].name, "p") == 0 && one_of(h.name, blocks))
		fail("<%s> inside <p> of line %d", h.name, h.tag[h.ntags - 1].line);
	if (one_of(h.name, "a form button label") && inside(h.name))
		fail("<%s> inside <%s>", h.name, h.name);
	if (is_void || self_closed)
		return;
	if (h.ntags == sizeof(h.tag) / sizeof(h.tag[0]))
		fail("too many open tags");
	h.tag[h.ntags].line = h.line;
	memcpy(h.tag[h.ntags++].name, h.name, WORD);
	if (one_of(h.name, "script style"))
		h.c.at = S_RAW;
	else if (one_of(h.name, "textarea title"))
		h.c.at = S_RCDATA;
}

/* The name is complete: what may stand in its value, and is it the first? */
static void attr_named(void)
{
	char *a = h.attr[h.c.nattrs];

	if (h.name[0] == '/')
		fail("an attribute in a closing tag");
	for (size_t i = 0; i < h.c.nattrs; i++)
		if (strcmp(h.attr[i], a) == 0)
			fail("attribute %s is there twice", a);
	h.c.kind = K_PLAIN;
	if (strncmp(a, "on", 2) == 0 || one_of(a, "style srcdoc srcset ping"))
		h.c.kind = K_BAD;
	else if (one_of(a, "href src action formaction cite poster data background xlink:href"))
		h.c.kind = K_URL;
	if (++h.c.nattrs == sizeof(h.attr) / sizeof(h.attr[0]))
		fail("too many attributes");
	h.c.at = S_AFTER;
}

static void value_ends(void)
{
	if (strcmp(h.attr[h.c.nattrs - 1], "id") == 0 && !h.is_dynamic) {
		for (size_t i = 0; i < h.nblocks; i++)
			if (h.block[i].what == 'e')
				fail("id=\"%s\" is the same in each turn of a loop", h.val);
		for (size_t i = 0; i < h.c.nids; i++)
			if (strcmp(h.id[i], h.val) == 0)
				fail("id=\"%s\" is there twice", h.val);
		if (h.c.nids == sizeof(h.id) / sizeof(h.id[0]))
			fail("too many ids");
		memcpy(h.id[h.c.nids++], h.val, WORD);
	}
	h.c.at = S_AFTER;
}

static void value_char(char c)
{
	size_t n = strlen(h.val);

	h.c.begun = true;
	if (n + 1 < WORD) {
		h.val[n] = c;
		h.val[n + 1] = '\0';
	}
	if (h.c.kind == K_URL && c == ':' && (strcasecmp(h.val, "javascript:") == 0 ||
	    strcasecmp(h.val, "data:") == 0 || strcasecmp(h.val, "vbscript:") == 0))
		fail("a %s URL", h.val);
}

static void in_tag(char c)
{
	if (isspace((unsigned char)c)) {
		h.c.at = S_IN;
	} else if (c == '>') {
		tag_end(false);
	} else if (c == '/') {
		h.c.at = S_SLASH;
	} else if (c == '=' && h.c.at == S_AFTER && h.c.nattrs > 0) {
		h.c.at = S_EQ;
	} else if (h.c.at == S_AFTER || strchr("\"'<=", c) != NULL) {
		fail("'%c' in <%s>", c, h.name);
	} else {
		h.attr[h.c.nattrs][0] = '\0';
		word_add(h.attr[h.c.nattrs], (char)tolower((unsigned char)c));
		h.c.at = S_ANAME;
	}
}

/* One literal character through the machine. */
static void step(char c)
{
	switch (h.c.at) {
	case S_TEXT:
		if (c == '<') {
			h.c.at = S_LT;
			h.name[0] = '\0';
			h.c.nattrs = 0;
		}
		break;
	case S_RAW:
	case S_RCDATA:
		if (c == '<' && h.p[1] == '/' && strncasecmp(h.p + 2, h.tag[h.ntags - 1].name,
							   strlen(h.tag[h.ntags - 1].name)) == 0) {
			h.c.at = S_LT;
			h.name[0] = '\0';
			h.c.nattrs = 0;
		}
		break;
	case S_LT:
		if (c == '!')
			h.c.at = S_DECL;
		else if (!isalpha((unsigned char)c) && c != '/')
			fail("a '<' that begins no tag: write &lt;");
		else
			h.c.at = S_NAME;
		word_add(h.name, (char)tolower((unsigned char)c));
		break;
	case S_NAME:
		if (isalnum((unsigned char)c) || c == '-' || c == ':')
			word_add(h.name, (char)tolower((unsigned char)c));
		else {
			h.c.at = S_AFTER;
			in_tag(c);
		}
		break;
	case S_IN:
	case S_AFTER:
		in_tag(c);
		break;
	case S_SLASH:
		if (c != '>')
			fail("'/' in <%s>", h.name);
		tag_end(true);
		break;
	case S_ANAME:
		if (isalnum((unsigned char)c) || strchr("-:_.", c) != NULL)
			word_add(h.attr[h.c.nattrs], (char)tolower((unsigned char)c));
		else {
			attr_named();
			in_tag(c);
		}
		break;
	case S_EQ:
		h.val[0] = '\0';
		h.is_dynamic = h.c.begun = false;
		h.c.quote = c;
		h.c.at = c == '"' || c == '\'' ? S_VAL : S_UNQ;
		if (isspace((unsigned char)c) || c == '>')
			fail("a value is missing after '='");
		if (h.c.at == S_UNQ)
			value_char(c);
		break;
	case S_VAL:
		if (c == h.c.quote)
			value_ends();
		else
			value_char(c);
		break;
	case S_UNQ:
		if (isspace((unsigned char)c) || c == '>') {
			value_ends();
			in_tag(c);
		} else {
			value_char(c);
		}
		break;
	case S_DECL:
		if (c == '>')
			h.c.at = S_TEXT;
		break;
	}
}

/* White space of the source costs at most one byte of the page. */
static void literal(char c)
{
	enum state at = h.c.at;
	bool space = isspace((unsigned char)c), in_markup = at == S_IN || at == S_AFTER;

	if (!(space && at == S_TEXT))
		step(c);
	if (!space || !((at == S_TEXT && !inside("pre textarea")) || in_markup)) {
		add(&h.lit, &c, 1);
		h.c.ws = false;
	} else if (!h.c.ws) {
		size_t n = strspn(h.p, " \t\r\n");

		c = at == S_TEXT && memchr(h.p, '\n', n) ? '\n' : ' ';
		add(&h.lit, &c, 1);
		h.c.ws = true;
	}
}

/* A place where a directive may stand; names before it are complete. */
static void settle(void)
{
	if (h.c.at == S_ANAME)
		attr_named();
	else if (h.c.at == S_NAME)
		h.c.at = S_AFTER;
	else if (h.c.at != S_TEXT && h.c.at != S_IN && h.c.at != S_AFTER && h.c.at != S_VAL &&
		 h.c.at != S_RCDATA)
		fail("a directive cannot stand here");
	h.is_dynamic = true;
}

/* ---- expressions ---- */

static const char *q;             /* the cursor inside a directive */

static void skip(void)
{
	while (isspace((unsigned char)*q))
		q++;
}

static bool eat(const char *token)
{
	size_t n = strlen(token);

	skip();
	if (strncmp(q, token, n) != 0 ||
	    (isalnum((unsigned char)token[n - 1]) && (isalnum((unsigned char)q[n]) || q[n] == '_')))
		return false;
	q += n;
	return true;
}

static void want(const char *token)
{
	if (!eat(token))
		fail("'%s' expected at '%.20s'", token, q);
}

static void ident(char out_r[32])
{
	size_t n = 0;

	skip();
	while (isalnum((unsigned char)q[n]) || q[n] == '_')
		n++;
	if (n == 0 || n > 31 || isdigit((unsigned char)*q))
		fail("a name expected at '%.20s'", q);
	memcpy(out_r, q, n);
	out_r[n] = '\0';
	q += n;
}

static bool is_var(const char *name)
{
	for (size_t i = 0; i < h.nblocks; i++)
		if (strcmp(h.block[i].var, name) == 0)
			return true;
	return strcmp(name, "v") == 0;
}

/* v.a.b, p.name, p: as C. address: what {include} passes on. */
static void path(struct buf *b, bool address)
{
	char name[32];

	ident(name);
	if (!is_var(name))
		fail("%s is neither v nor the variable of an {each}", name);
	if (*q != '.' && *q != '[') {
		addf(b, address ? "%s" : "(*%s)", name);
		return;
	}
	addf(b, "%s", name);
	for (bool first = true; *q == '.' || *q == '[' || strncmp(q, "->", 2) == 0; first = false) {
		if (*q == '[') {
			size_t n = 1 + strspn(q + 1, "0123456789");

			if (first || n == 1 || q[n] != ']')
				fail("only [NUMBER] of a field can be an index");
			add(b, q, n + 1);
			q += n + 1;
			continue;
		}
		addf(b, first || *q == '-' ? "->" : ".");
		q += *q == '-' ? 2 : 1;
		ident(name);
		addf(b, "%s", name);
	}
}

static void term(struct buf *b)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	bool not = eat("!");
	struct buf left = { 0 };
	char name[32];

	path(&left, false);
	for (size_t i = 0; !not && i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (!eat(ops[i]))
			continue;
		addf(b, "(%s %s ", left.p, ops[i]);
		skip();
		if (isdigit((unsigned char)*q) || *q == '-') {
			add(b, q, 1);
			for (q++; isdigit((unsigned char)*q); q++)
				add(b, q, 1);
		} else if (isupper((unsigned char)*q)) { /* an enum's constant */
			ident(name);
			addf(b, "%s", name);
		} else {
			path(b, false);
		}
		addf(b, ")");
		free(left.p);
		return;
	}
	addf(b, "%sview_has(%s)", not ? "!" : "", left.p);
	free(left.p);
}

static void condition(struct buf *b)
{
	for (;;) {
		term(b);
		if (eat("&&"))
			addf(b, " && ");
		else
			break;
	}
	if (eat("||"))
		fail("only && joins conditions: compute the rest in the handler");
}

/* Adjacent literals are one, as in C; the escapes are C's and the .po file's. */
static void string(struct buf *b)
{
	skip();
	if (*q != '"')
		fail("a \"text\" expected at '%.20s'", q);
	addf(b, "\"");
	for (; *q == '"'; skip()) {
		for (q++; *q != '"'; q++) {
			if (*q == '\0' || *q == '\n')
				fail("a text is not closed on its line");
			add(b, q, 1);
			if (*q == '\\')
				add(b, ++q, 1);
		}
		q++;
	}
	addf(b, "\"");
}

/* ---- directives ---- */

static void value_place(const char *what)
{
	if (h.c.at == S_VAL && h.c.kind == K_BAD)
		fail("%s in the attribute %s", what, h.attr[h.c.nattrs - 1]);
	if (h.c.at != S_TEXT && h.c.at != S_VAL && h.c.at != S_RCDATA)
		fail("%s in %s", what, h.c.at == S_RAW ? "a script or style" : h.c.at == S_UNQ ||
		     h.c.at == S_EQ ? "an unquoted value" : "a tag: only in text or a quoted value");
}

static void value_done(void)
{
	h.c.begun = h.is_dynamic = true;
	h.c.ws = false;
}

static void expression(void)
{
	struct buf b = { 0 };

	value_place("an expression");
	path(&b, false);
	emit("\tview_%s(o, %s);\n", h.c.at == S_TEXT ? "text" : h.c.at == S_RCDATA ? "plain" :
	     h.c.kind == K_PLAIN ? "attr" : h.c.begun ? "urlpart" : "url", b.p);
	free(b.p);
	value_done();
}

static void pot(const char *one, const char *many, bool format)
{
	if (!h.pot)
		return;
	printf("#: %s:%d\n%smsgid %s\n", h.file, h.line, format ? "#, c-format\n" : "", one);
	if (many != NULL)
		printf("msgid_plural %s\nmsgstr[0] \"\"\nmsgstr[1] \"\"\n\n", many);
	else
		printf("msgstr \"\"\n\n");
}

static void translated(char form)
{
	struct buf one = { 0 }, many = { 0 }, args = { 0 };
	const char *place = h.c.at == S_VAL ? "attr" : "text";

	value_place("a text");
	if (h.c.at == S_VAL && h.c.kind == K_URL)
		fail("a text in a URL");
	want("(");
	string(&one);
	if (form == 'n') {
		want(",");
		string(&many);
	}
	while (form != '_' && eat(",")) {
		struct buf arg = { 0 };

		skip();
		path(&arg, false);
		if (args.n == 0 && form == 'n')
			emit("\tview_%s_f(o, tr_n(%s, %s, %s)", place, one.p, many.p, arg.p);
		addf(&args, ", view_arg(%s)", arg.p);
		free(arg.p);
	}
	want(")");
	if (form != '_' && args.n == 0)
		fail("a number or value is missing after the text");
	if (form == '_')
		emit("\tout_%s(o, tr(%s));\n", place, one.p);
	else if (form == 'f')
		emit("\tview_%s_f(o, tr(%s)%s);\n", place, one.p, args.p);
	else
		addf(&h.body, "%s);\n", args.p);
	pot(one.p, many.p, form != '_');
	free(one.p);
	free(many.p);
	free(args.p);
	value_done();
}

static struct block *block_open(char what)
{
	struct block *b = &h.block[h.nblocks];

	settle();
	if (h.nblocks == sizeof(h.block) / sizeof(h.block[0]))
		fail("blocks are nested too deep");
	*b = (struct block){ .what = what, .line = h.line, .ntags = h.ntags, .start = h.c };
	return b;
}

static void merge(struct block *b, struct ctx c)
{
	struct ctx *m = &b->merged;

	if (!b->has_merged) {
		*m = c;
		b->has_merged = true;
		return;
	}
	if (m->at != c.at && (m->at == S_AFTER || m->at == S_IN) && (c.at == S_AFTER || c.at == S_IN))
		m->at = c.at = S_AFTER;
	if (m->at != c.at || (c.at == S_VAL && (m->quote != c.quote || m->kind != c.kind)))
		fail("the branches of the block of line %d end in different places of the markup",
		     b->line);
	m->begun |= c.begun;
	m->ws &= c.ws;
}

/* The end of a branch: back to where its block began. */
static struct block *branch_end(const char *what)
{
	struct block *b = &h.block[h.nblocks - 1];

	settle();
	if (h.nblocks == 0)
		fail("{%s} without a block", what);
	if (h.ntags != b->ntags)
		fail_at(h.tag[h.ntags - 1].line, "<%s> is not closed before {%s} of line %d",
			h.tag[h.ntags - 1].name, what, h.line);
	merge(b, h.c);
	h.c = b->start;
	return b;
}

static void d_if(const char *word)
{
	struct buf c = { 0 };
	bool elif = strcmp(word, "elif") == 0;

	if (elif && branch_end(word)->what != 'i')
		fail("{elif} after {else} or in {each}");
	if (!elif)
		block_open('i');
	condition(&c);
	emit("\t%sif (%s) {\n", elif ? "} else " : "", c.p);
	h.nblocks += !elif;
	free(c.p);
}

static void d_each(void)
{
	struct buf items = { 0 }, n = { 0 };
	struct block *b = block_open('e');
	char var[32];

	ident(var);
	if (is_var(var))
		fail("%s is in use", var);
	want("in");
	skip();
	path(&items, false);
	want("n");
	skip();
	path(&n, false);
	emit("\tfor (size_t i_%s = 0; i_%s < (size_t)(%s); i_%s++) { const __typeof__((%s)[0]) *%s = "
	     "&(%s)[i_%s]; (void)%s;\n", var, var, n.p, var, items.p, var, items.p, var, var);
	memcpy(b->var, var, sizeof(var));
	h.nblocks++;
	h.c.ws = false; /* the turn before may have ended in anything */
	free(items.p);
	free(n.p);
}

static void d_include(void)
{
	struct buf e = { 0 };
	char name[32];

	if (h.c.at != S_TEXT)
		fail("{include} in a tag");
	ident(name);
	skip();
	path(&e, true);
	if (strpbrk(e.p, ".>") == NULL)
		emit("\tview_%s(o, %s);\n", name, e.p);
	else
		emit("\tview_%s(o, view_address(struct view_%s, %s));\n", name, name, e.p);
	addf(&h.head, "struct view_%s;\nvoid view_%s(struct out *o, const struct view_%s *v);\n",
	     name, name, name);
	free(e.p);
	value_done();
}

static void d_view(void)
{
	char name[32];
	struct buf file = { 0 };

	if (h.named || h.body.n + h.lit.n > 0)
		fail("{view} stands once, and first");
	h.named = true;
	ident(name);
	string(&file);
	addf(&h.head, "#include \"server/text/view.h\"\n#include %s\n", file.p);
	addf(&h.body, "void view_%s(struct out *o, const struct view_%s *v);\n\n"
	     "void view_%s(struct out *o, const struct view_%s *v)\n{\n\t(void)v;\n",
	     name, name, name, name);
	h.c.ws = true;
	free(file.p);
}

static void directive(char *text)
{
	q = text;
	skip();
	if (!h.named && !eat("view"))
		fail("the first line must be {view NAME \"header.h\"}");
	else if (!h.named || eat("view"))
		d_view();
	else if (eat("if"))
		d_if("if");
	else if (eat("elif"))
		d_if("elif");
	else if (eat("each"))
		d_each();
	else if (eat("include"))
		d_include();
	else if (strncmp(q, "_(", 2) == 0 && q++)
		translated('_');
	else if ((strncmp(q, "_f(", 3) == 0 || strncmp(q, "_n(", 3) == 0) && (q += 2))
		translated(q[-1]);
	else if (eat("else")) {
		struct block *b = branch_end("else");

		if (b->what != 'i')
			fail("a second {else}, or one in {each}");
		b->what = 'l';
		emit("\t} else {\n");
	} else if (eat("end")) {
		struct block *b = branch_end("end");

		if (b->what != 'l')
			merge(b, b->start);
		h.c = b->merged;
		h.nblocks--;
		emit("\t}\n");
	} else {
		expression();
	}
	skip();
	if (*q != '\0')
		fail("'%.20s' is too much here", q);
}

/* ---- files ---- */

static void lines_passed(const char *from, const char *to)
{
	for (; from < to; from++)
		h.line += *from == '\n';
}

/* From the '{' at h.p to behind its '}', with texts in it respected. */
static void braces(void)
{
	const char *start = h.p, *e = start + 1;
	char *text;

	if (start[1] == '#') {
		e = strstr(start, "#}");
		if (e == NULL)
			fail("{# is not closed");
		e++;
	} else {
		for (bool in = false; *e != '\0' && (in || *e != '}'); e++) {
			if (*e == '\\' && in && e[1] != '\0')
				e++;
			else if (*e == '"')
				in = !in;
			else if (*e == '{' && !in)
				fail("'{' inside {...}: is a '}' missing?");
		}
		if (*e == '\0')
			fail("'{' is not closed (a plain one is written {{)");
		text = strndup(start + 1, (size_t)(e - start - 1));
		if (text == NULL)
			fail("out of memory");
		directive(text);
		free(text);
	}
	lines_passed(start, e);
	h.p = e + 1;
}

static void comment(void)
{
	const char *e = strstr(h.p, "-->");

	if (e == NULL)
		fail("<!-- is not closed");
	if (memchr(h.p, '{', (size_t)(e - h.p)) != NULL)
		fail("a brace in an HTML comment, which is not sent: use {# #}");
	lines_passed(h.p, e);
	h.p = e + 3;
}

static void compile(void)
{
	h.line = 1;
	for (h.p = h.src; *h.p != '\0';) {
		if (*h.p == '{' && h.p[1] != '{') {
			braces();
			continue;
		}
		if (h.c.at == S_TEXT && strncmp(h.p, "<!--", 4) == 0) {
			comment();
			continue;
		}
		if (!h.named && !isspace((unsigned char)*h.p))
			fail("the first line must be {view NAME \"header.h\"}");
		if (h.named)
			literal(*h.p);
		h.line += *h.p == '\n';
		h.p += *h.p == '{' ? 2 : 1;
	}
	if (h.nblocks > 0)
		fail_at(h.block[h.nblocks - 1].line, "this block has no {end}");
	if (h.ntags > 0)
		fail_at(h.tag[h.ntags - 1].line, "<%s> is not closed", h.tag[h.ntags - 1].name);
	if (h.c.at != S_TEXT || !h.named)
		fail("the file ends inside a tag or before {view}");
	flush();
}

static void load(const char *file)
{
	
	FILE *f = fopen(file, "r");
	struct buf b = { 0 };
	char chunk[4096];
	size_t n;

	free((char *)h.src);
	free(h.body.p);
	free(h.lit.p);
	free(h.head.p);
	memset(&h, 0, sizeof(h));
	h.file = file;
	if (f == NULL)
		fail_at(0, "cannot be opened");
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		add(&b, chunk, n);
	if (ferror(f) || (b.n > 0 && strlen(b.p) != b.n))
		fail_at(0, "cannot be read, or holds a NUL");
	fclose(f);
	add(&b, "", 0);
	h.src = b.p;
}

int main(int argc, char **argv)
{
	FILE *out;
	int bad;

	if (argc >= 2 && (strcmp(argv[1], "--pot") == 0 || strcmp(argv[1], "--msgids") == 0)) {
		for (int i = 2; i < argc; i++) {
			load(argv[i]);
			h.pot = true;
			compile();
		}
		return ferror(stdout) || fflush(stdout) != 0;
	}
	if (argc != 4 || strcmp(argv[1], "-o") != 0) {
		fprintf(stderr, "usage: htc -o OUT.c IN.ht\n       htc --pot IN.ht...\n");
		return 64;
	}
	load(argv[3]);
	compile();
	out = fopen(argv[2], "w");
	if (out == NULL) {
		perror(argv[2]);
		return 1;
	}
	fprintf(out, "/* made by htc from %s: edit that instead */\n%s\n%s}\n", h.file, h.head.p,
		h.body.p);
	bad = ferror(out);
	if (fclose(out) != 0 || bad) {
		perror(argv[2]);
		remove(argv[2]);
		return 1;
	}
	return 0;
}
