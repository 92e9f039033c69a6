/* SPDX-License-Identifier: Apache-2.0 */
/*
 * htc: the template compiler, a build tool that needs only libc.
 *	htc -o NAME.c NAME.ht		one C function view_NAME
 *	htc --pot FILE.ht...		the msgids, as a .pot without header
 * It follows the markup it copies (htc_markup.c), so that each value is escaped
 * by where it stands, and refuses a value where no escape is safe. The language
 * is in TEMPLATES.md. It must stay small: what a page computes belongs in its
 * handler, not here.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "server/text/htc.h"

struct htc h;

void fail_at(int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s:%d: error: ", h.file, line);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(1);
}

/* A statement follows: errors of the C compiler name the template's line. */
static void begin(void)
{
	if (h.in_lit)
		body("\");\n");
	h.in_lit = false;
	body("#line %d \"%s\"\n\t", h.line, h.file);
}

/* ---- expressions: read at h.q, written to the body ---- */

static void skip(void)
{
	h.q += strspn(h.q, " \t\r\n");
}

static bool eat(const char *token)
{
	size_t n = strlen(token);

	skip();
	if (strncmp(h.q, token, n) != 0 || (isalnum((unsigned char)token[n - 1]) &&
	    (isalnum((unsigned char)h.q[n]) || h.q[n] == '_')))
		return false;
	h.q += n;
	skip();
	return true;
}

static void want(const char *token)
{
	if (!eat(token))
		fail("'%s' expected at '%.20s'", token, h.q);
}

static void ident(char out_r[32])
{
	size_t n = 0;

	skip();
	while (isalnum((unsigned char)h.q[n]) || h.q[n] == '_')
		n++;
	if (n == 0 || n > 31 || isdigit((unsigned char)*h.q))
		fail("a name expected at '%.20s'", h.q);
	memcpy(out_r, h.q, n);
	out_r[n] = '\0';
	h.q += n;
}

static bool is_var(const char *name)
{
	for (size_t i = 0; i < h.nblocks; i++)
		if (strcmp(h.block[i].var, name) == 0)
			return true;
	return strcmp(name, "v") == 0;
}

/* v.a.b, p.name, v.user->name, v.tags[0], p: as C. v and p are pointers. */
static void path(void)
{
	char name[32];
	const char *next = "->";

	ident(name);
	if (!is_var(name))
		fail("%s is neither v nor the variable of an {each}", name);
	if (*h.q != '.') {
		body("(*%s)", name);
		return;
	}
	body("%s", name);
	while (*h.q == '.' || *h.q == '[' || strncmp(h.q, "->", 2) == 0) {
		if (*h.q == '[') {
			size_t n = 1 + strspn(h.q + 1, "0123456789");

			if (n == 1 || h.q[n] != ']')
				fail("only a number can be an index");
			body("%.*s", (int)n + 1, h.q);
			h.q += n + 1;
			continue;
		}
		next = *h.q == '-' ? "->" : next;
		h.q += *h.q == '-' ? 2 : 1;
		ident(name);
		body("%s%s", next, name);
		next = ".";
	}
}

/* The comparison that follows the path at h.q, or NULL. */
static const char *comparison(void)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };
	const char *p = h.q;

	while (isalnum((unsigned char)*p) || (*p != '\0' && strchr("_.[]", *p) != NULL) ||
	       strncmp(p, "->", 2) == 0)
		p += *p == '-' ? 2 : 1;
	p += strspn(p, " \t");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strncmp(p, ops[i], strlen(ops[i])) == 0)
			return ops[i];
	return NULL;
}

static void term(void)
{
	bool no = eat("!");
	const char *op = no ? NULL : comparison();
	char name[32];

	body(op ? "(" : no ? "!view_has(" : "view_has(");
	path();
	if (op != NULL) {
		size_t n;

		want(op);
		n = (*h.q == '-') + strspn(h.q + (*h.q == '-'), "0123456789");
		body(" %s ", op);
		if (n > 0) {
			body("%.*s", (int)n, h.q);
			h.q += n;
		} else if (isupper((unsigned char)*h.q)) { /* an enum's constant */
			ident(name);
			body("%s", name);
		} else {
			path();
		}
	}
	body(")");
}

static void condition(void)
{
	term();
	while (eat("&&")) {
		body(" && ");
		term();
	}
	if (eat("||"))
		fail("only && joins conditions: compute the rest in the handler");
}

/* Adjacent literals are one, as in C; the escapes are C's and the .po file's. */
static void string(FILE *f)
{
	skip();
	if (*h.q != '"')
		fail("a \"text\" expected at '%.20s'", h.q);
	for (; *h.q == '"'; skip()) {
		size_t n = 1;

		for (; h.q[n] != '"'; n++) {
			if (h.q[n] == '\\' && h.q[n + 1] != '\0')
				n++;
			if (h.q[n] == '\0' || h.q[n] == '\n')
				fail("a text is not closed on its line");
		}
		fprintf(f, "%.*s", (int)n + 1, h.q);
		fputs(f == h.pot ? "\n" : " ", f);
		h.q += n + 1;
	}
}

/* ---- directives ---- */

static void value_place(const char *what)
{
	if (h.c.at == S_VAL && h.c.kind == K_BAD)
		fail("%s in the attribute %s", what, h.attr[h.c.nattrs - 1]);
	if (h.c.at != S_TEXT && h.c.at != S_VAL && h.c.at != S_RCDATA)
		fail("%s in %s", what, h.c.at == S_RAW ? "a script or style" : h.c.at == S_UNQ ||
		     h.c.at == S_EQ ? "an unquoted value" : "a tag: only in text or a quoted value");
	begin();
}

static void value_done(void)
{
	body(");\n");
	h.c.begun = h.is_dynamic = true;
	h.c.ws = false;
}

static void expression(void)
{
	value_place("an expression");
	body("view_%s(o, ", h.c.at == S_TEXT ? "text" : h.c.at == S_RCDATA ? "plain" :
	     h.c.kind == K_PLAIN ? "attr" : h.c.begun ? "urlpart" : "url");
	path();
	value_done();
}

/* {_("x")}, {_f("x %s", v.a)}, {_n("1 x", "%lld x", v.n)}: msgid to both outputs */
static void translated(char form)
{
	const char *place = h.c.at == S_VAL ? "attr" : "text", *from, *args;

	value_place("a text");
	if (h.c.at == S_VAL && h.c.kind == K_URL)
		fail("a text in a URL");
	want("(");
	from = h.q;
	fprintf(h.pot, "#: %s:%d\n%smsgid ", h.file, h.line, form == '_' ? "" : "#, c-format\n");
	string(h.pot);
	h.q = from;
	body(form == '_' ? "out_%s(o, tr(" : form == 'f' ? "view_%s_f(o, tr(" :
	     "view_%s_f(o, tr_n(", place);
	string(h.body);
	if (form == 'n') {
		want(",");
		from = h.q;
		fputs("msgid_plural ", h.pot);
		string(h.pot);
		h.q = from;
		body(", ");
		string(h.body);
	}
	fputs(form == 'n' ? "msgstr[0] \"\"\nmsgstr[1] \"\"\n\n" : "msgstr \"\"\n\n", h.pot);
	args = h.q;
	if (form != '_' && *args != ',')
		fail("a number or value is missing after the text");
	if (form == 'n') { /* the number chooses the form and is the first value */
		want(",");
		body(", ");
		path();
		h.q = args;
	}
	body(")");
	while (form != '_' && eat(",")) {
		body(", view_arg(");
		path();
		body(")");
	}
	want(")");
	value_done();
}

static struct block *block_open(char what)
{
	struct block *b = &h.block[h.nblocks];

	settle();
	ROOM(h.nblocks, h.block);
	*b = (struct block){ .what = what, .line = h.line, .ntags = h.ntags, .start = h.c };
	return b;
}

static void merge(struct block *b, struct ctx c)
{
	struct ctx *m = &b->merged;

	if (!b->has_merged)
		*m = c;
	b->has_merged = true;
	if ((m->at == S_AFTER || m->at == S_IN) && (c.at == S_AFTER || c.at == S_IN) && m->at != c.at)
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
	struct block *b;

	if (h.nblocks == 0)
		fail("{%s} without a block", what);
	b = &h.block[h.nblocks - 1];
	settle();
	if (h.ntags != b->ntags)
		fail_at(h.tag[h.ntags - 1].line, "<%s> is not closed before {%s} of line %d",
			h.tag[h.ntags - 1].name, what, h.line);
	if (b->what != 'i' && strcmp(what, "end") != 0)
		fail("a second {else}, or {%s} in a block without {if}", what);
	merge(b, h.c);
	h.c = b->start;
	begin();
	return b;
}

static void d_if(void)
{
	block_open('i');
	begin();
	body("if (");
	condition();
	body(") {\n");
	h.nblocks++;
}

static void d_elif(void)
{
	branch_end("elif");
	body("} else if (");
	condition();
	body(") {\n");
}

static void d_end(void)
{
	struct block *b = branch_end("end");

	if (b->what != 'l')
		merge(b, b->start);
	h.c = b->merged;
	h.nblocks--;
	body("}\n");
}

static void d_each(void)
{
	struct block *b = block_open('e');
	char var[32];
	const char *items, *rest;

	ident(var);
	if (is_var(var))
		fail("%s is in use", var);
	want("in");
	items = h.q;
	h.q += strcspn(h.q, " \t\n");
	want("n");
	begin();
	body("for (size_t i_%s = 0; i_%s < (size_t)(", var, var);
	path();
	rest = h.q;
	body("); i_%s++) { const __typeof__((", var);
	h.q = items;
	path();
	body(")[0]) *%s = &(", var);
	h.q = items;
	path();
	body(")[i_%s]; (void)%s;\n", var, var);
	h.q = rest;
	memcpy(b->var, var, sizeof(var));
	h.nblocks++;
	h.c.ws = false; /* the turn before may have ended in anything */
}

static void d_include(void)
{
	char name[32];

	if (h.c.at != S_TEXT)
		fail("{include} in a tag");
	ident(name);
	fprintf(h.head, "struct view_%s;\nvoid view_%s(struct out *o, const struct view_%s *v);\n",
		name, name, name);
	begin();
	body("view_%s(o, view_address(struct view_%s, ", name, name);
	skip();
	path();
	body(")");
	value_done();
}

static void d_view(void)
{
	char name[32];

	if (h.named)
		fail("{view} stands once, and first");
	h.named = h.c.ws = true;
	ident(name);
	fprintf(h.head, "#include \"server/text/view.h\"\n#include ");
	string(h.head);
	fputc('\n', h.head);
	for (int i = 0; i < 2; i++) /* its own prototype first */
		body("%svoid view_%s(struct out *o, const struct view_%s *v)", i ? ";\n" : "", name, name);
	body("\n{\n\t(void)v;\n");
}

static void directive(const char *text)
{
	h.q = text;
	skip();
	if (!h.named && strncmp(h.q, "view", 4) != 0)
		fail("the first line must be {view NAME \"header.h\"}");
	if (eat("view")) {
		d_view();
	} else if (eat("if")) {
		d_if();
	} else if (eat("elif")) {
		d_elif();
	} else if (eat("else")) {
		branch_end("else")->what = 'l';
		body("} else {\n");
	} else if (eat("end")) {
		d_end();
	} else if (eat("each")) {
		d_each();
	} else if (eat("include")) {
		d_include();
	} else if (strncmp(h.q, "_(", 2) == 0) {
		h.q++;
		translated('_');
	} else if (strncmp(h.q, "_f(", 3) == 0 || strncmp(h.q, "_n(", 3) == 0) {
		h.q += 2;
		translated(h.q[-1]);
	} else {
		expression();
	}
	skip();
	if (*h.q != '\0')
		fail("'%.20s' is too much here", h.q);
}

/* ---- files ---- */

static void pass(const char *to)
{
	for (; h.p < to; h.p++)
		h.line += *h.p == '\n';
}

/* From the '{' at h.p to behind its '}', with texts in it respected. */
static void braces(void)
{
	const char *e = h.p + 1;
	bool in = false;
	char *text;

	for (; *e != '\0' && (in || *e != '}'); e++) {
		if (*e == '\\' && in && e[1] != '\0')
			e++;
		else if (*e == '"')
			in = !in;
		else if (*e == '{' && !in)
			fail("'{' inside {...}: is a '}' missing?");
	}
	if (*e == '\0')
		fail("'{' is not closed (a plain one is written {{)");
	text = strndup(h.p + 1, (size_t)(e - h.p - 1));
	if (text == NULL)
		fail("out of memory");
	directive(text);
	free(text);
	pass(e + 1);
}

static void comment(const char *ends)
{
	const char *e = strstr(h.p, ends);

	if (e == NULL)
		fail("%.2s is not closed", h.p);
	if (*h.p == '<' && memchr(h.p, '{', (size_t)(e - h.p)) != NULL)
		fail("a brace in an HTML comment, which is not sent: use {# #}");
	pass(e + strlen(ends));
}

static void compile(void)
{
	while (*h.p != '\0') {
		if (*h.p == '{' && h.p[1] == '#') {
			comment("#}");
		} else if (*h.p == '{' && h.p[1] != '{') {
			braces();
		} else if (h.c.at == S_TEXT && strncmp(h.p, "<!--", 4) == 0) {
			comment("-->");
		} else if (!h.named && !isspace((unsigned char)*h.p)) {
			fail("the first line must be {view NAME \"header.h\"}");
		} else {
			if (h.named)
				literal(*h.p);
			pass(h.p + (*h.p == '{' ? 2 : 1));
		}
	}
	if (h.nblocks > 0)
		fail_at(h.block[h.nblocks - 1].line, "this block has no {end}");
	if (h.ntags > 0)
		fail_at(h.tag[h.ntags - 1].line, "<%s> is not closed", h.tag[h.ntags - 1].name);
	if (h.c.at != S_TEXT || !h.named)
		fail("the file ends inside a tag or before {view}");
	body("%s}\n", h.in_lit ? "\");\n" : "");
}

/* Compiles file to c, its msgids to pot; each may be NULL. */
static void run(const char *file, const char *c, FILE *pot)
{
	char *part[4] = { NULL };
	size_t n;
	FILE *f = fopen(file, "r"), *none = open_memstream(&part[3], &n);

	memset(&h, 0, sizeof(h));
	h.file = file;
	h.line = 1;
	if (f == NULL || (getdelim(&part[0], &n, '\0', f) < 0 && ferror(f)) || fgetc(f) != EOF)
		fail("cannot be read, or holds a NUL");
	fclose(f);
	h.p = part[0] && *part[0] ? part[0] : "";
	h.head = open_memstream(&part[1], &n);
	h.body = open_memstream(&part[2], &n);
	h.pot = pot ? pot : none;
	if (none == NULL || h.head == NULL || h.body == NULL)
		fail("out of memory");
	compile();
	fclose(h.head);
	fclose(h.body);
	fclose(none);
	f = c ? fopen(c, "w") : NULL;
	if (f != NULL)
		fprintf(f, "/* made by htc from %s: edit that instead */\n%s\n%s", file, part[1],
			part[2]);
	if (c != NULL && (f == NULL || fclose(f) != 0)) {
		remove(c);
		fail("%s cannot be written", c);
	}
	for (int i = 0; i < 4; i++)
		free(part[i]);
}

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "-o") == 0) {
		run(argv[3], argv[2], NULL);
		return 0;
	}
	if (argc < 2 || (strcmp(argv[1], "--pot") != 0 && strcmp(argv[1], "--msgids") != 0)) {
		fprintf(stderr, "usage: htc -o OUT.c IN.ht\n       htc --pot IN.ht...\n");
		return 64;
	}
	for (int i = 2; i < argc; i++)
		run(argv[i], NULL, stdout);
	return fflush(stdout) != 0;
}
