/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The half of htc that follows the markup: where in the HTML each byte of a
 * template stands, whether tags are balanced and names are there once, and
 * which white space is worth sending. It knows HTML and no directive.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "server/text/htc.h"

static bool one_of(const char *word, const char *list)
{
	size_t n = strlen(word);

	for (const char *p = list; n > 0 && (p = strstr(p, word)) != NULL; p += n)
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

/* A literal runs on until something else is to be written. */
static void lit_char(char c)
{
	if (!h.in_lit)
		body("\tview_lit_(o, \"");
	h.in_lit = true;
	body(c == '\n' ? "\\n\"\n\t\t\"" : strchr("\"\\?", c) ? "\\%c" : "%c", c);
}

static void word_add(char word[WORD], char c)
{
	size_t n = strlen(word);

	if (n + 1 >= WORD)
		fail("a name is too long: %s", word);
	word[n] = (char)tolower((unsigned char)c);
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
	h.ntags--;
	if (strcmp(h.tag[h.ntags].name, name) != 0)
		fail("</%s> where <%s> of line %d is open", name, h.tag[h.ntags].name,
		     h.tag[h.ntags].line);
}

static void tag_end(bool self_closed)
{
	static const char voids[] = "area base br col embed hr img input link meta source track wbr";
	static const char blocks[] = "address article aside blockquote details div dl fieldset figure "
		"footer form h1 h2 h3 h4 h5 h6 header hr main nav ol p pre section table ul";

	h.c.at = S_TEXT;
	if (h.name[0] == '/') {
		tag_close(h.name + 1);
		return;
	}
	if (h.ntags > 0 && strcmp(h.tag[h.ntags - 1].name, "p") == 0 && one_of(h.name, blocks))
		fail("<%s> inside <p> of line %d", h.name, h.tag[h.ntags - 1].line);
	if (one_of(h.name, "a form button label") && inside(h.name))
		fail("<%s> inside <%s>", h.name, h.name);
	if (one_of(h.name, voids))
		return;
	if (self_closed && !inside("svg math"))
		fail("<%s/> does not close itself in HTML", h.name);
	if (self_closed)
		return;
	ROOM(h.ntags, h.tag);
	h.tag[h.ntags].line = h.line;
	memcpy(h.tag[h.ntags++].name, h.name, WORD);
	h.c.at = one_of(h.name, "script style") ? S_RAW :
		 one_of(h.name, "textarea title") ? S_RCDATA : S_TEXT;
}

/* The name is complete: what may stand in its value, and is it the first? */
static void attr_named(void)
{
	const char *a = h.attr[h.c.nattrs];

	if (h.name[0] == '/')
		fail("an attribute in a closing tag");
	for (size_t i = 0; i < h.c.nattrs; i++)
		if (strcmp(h.attr[i], a) == 0)
			fail("attribute %s is there twice", a);
	h.c.kind = strncmp(a, "on", 2) == 0 || one_of(a, "style srcdoc srcset ping") ? K_BAD :
		   one_of(a, "href src action formaction cite poster data background xlink:href") ?
		   K_URL : K_PLAIN;
	ROOM(h.c.nattrs, h.attr);
	h.c.nattrs++;
	h.c.at = S_AFTER;
}

static void value_ends(void)
{
	h.c.at = S_AFTER;
	if (strcmp(h.attr[h.c.nattrs - 1], "id") != 0 || h.is_dynamic)
		return;
	for (size_t i = 0; i < h.nblocks; i++)
		if (h.block[i].what == 'e')
			fail("id=\"%s\" is the same in each turn of a loop", h.val);
	for (size_t i = 0; i < h.c.nids; i++)
		if (strcmp(h.id[i], h.val) == 0)
			fail("id=\"%s\" is there twice", h.val);
	ROOM(h.c.nids, h.id);
	memcpy(h.id[h.c.nids++], h.val, WORD);
}

static void value_char(char c)
{
	size_t n = strlen(h.val);

	h.c.begun = true;
	if (n + 1 < WORD)
		memcpy(h.val + n, (char[2]){ c, '\0' }, 2);
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
		word_add(h.attr[h.c.nattrs], c);
		h.c.at = S_ANAME;
	}
}

static void value_begins(char c)
{
	h.val[0] = '\0';
	h.is_dynamic = h.c.begun = false;
	h.c.quote = c;
	h.c.at = c == '"' || c == '\'' ? S_VAL : S_UNQ;
	if (isspace((unsigned char)c) || c == '>')
		fail("a value is missing after '='");
	if (h.c.at == S_UNQ)
		value_char(c);
}

/* One literal character through the machine. */
static void step(char c)
{
	enum state at = h.c.at;
	bool word = isalnum((unsigned char)c) || c == '-' || c == ':' || c == '_';

	if (at == S_TEXT || at == S_RAW || at == S_RCDATA) {
		const char *open = at == S_TEXT ? "" : h.tag[h.ntags - 1].name;

		if (c == '<' && (at == S_TEXT || (h.p[1] == '/' &&
		    strncasecmp(h.p + 2, open, strlen(open)) == 0))) {
			h.c.at = S_LT;
			h.name[0] = '\0';
			h.c.nattrs = 0;
		}
	} else if (at == S_LT) {
		if (c != '!' && c != '/' && !isalpha((unsigned char)c))
			fail("a '<' that begins no tag: write &lt;");
		h.c.at = c == '!' ? S_DECL : S_NAME;
		word_add(h.name, c);
	} else if (at == S_NAME && word) {
		word_add(h.name, c);
	} else if (at == S_ANAME && word) {
		word_add(h.attr[h.c.nattrs], c);
	} else if (at == S_NAME || at == S_ANAME || at == S_IN || at == S_AFTER) {
		if (at == S_ANAME)
			attr_named();
		else if (at == S_NAME)
			h.c.at = S_AFTER;
		in_tag(c);
	} else if (at == S_SLASH) {
		if (c != '>')
			fail("'/' in <%s>", h.name);
		tag_end(true);
	} else if (at == S_EQ) {
		value_begins(c);
	} else if (at == S_DECL) {
		h.c.at = c == '>' ? S_TEXT : S_DECL;
	} else if (at == S_VAL ? c != h.c.quote : !isspace((unsigned char)c) && c != '>') {
		value_char(c);
	} else {
		value_ends();
		if (at == S_UNQ)
			in_tag(c);
	}
}

/* White space of the source costs at most one byte of the page. */
void literal(char c)
{
	enum state at = h.c.at;
	bool space = isspace((unsigned char)c);

	step(c);
	if (!space || !((at == S_TEXT && !inside("pre textarea")) || at == S_IN || at == S_AFTER)) {
		lit_char(c);
		h.c.ws = false;
	} else if (!h.c.ws) {
		lit_char(at == S_TEXT && memchr(h.p, '\n', strspn(h.p, " \t\r\n")) ? '\n' : ' ');
		h.c.ws = true;
	}
}

void settle(void)
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
