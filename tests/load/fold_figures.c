/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold-figures [-v] [-m] [-s ID] CORPORA: how reply folding fares on archive-r-help-es, a
 * Spanish list of seventeen years. Prints, one fact a line:
 *
 *	messages N replies N with_parent N
 *	plain N plain_lose N PERCENT
 *	interleaved N interleaved_lose N PERCENT
 *	top N residue N PERCENT quote_left N announcement_left N
 *	marked N marked_left N PERCENT
 *
 * The truth does not come from the folder under test but from the archive's
 * own threads (threads.tsv) and from what a child could see:
 *
 *	known     a line of at least 20 letters and digits that stands, letter by
 *	          letter and whatever the line breaks and marks, in an earlier
 *	          message of the same thread; a shorter one, and one that the
 *	          author wrote or quoted before, is nobody's: it counts for nothing
 *	          also one that a program wrapped out of the marked line above it:
 *	          both together stand in one of the last 500 messages,
 *	          without a word between
 *	quoted    a line that begins with >
 *	appended  the footer of the list, what its archiver put for attachments,
 *	          what follows a line "--" or "-- ", the paragraph of a line that
 *	          holds "confiden" or that begins as "Enviado desde", "Sent from",
 *	          "Obtener Outlook", "Get Outlook", "Antes de imprimir" do;
 *	          "intended recipient", "destinatari" count as "confiden"
 *	own       not blank, none of these
 *
 *	plain        messages without any quoted or known line, and without what
 *	             tells that a program quoted mail that is not in the archive:
 *	             "Mensaje original" between dashes, a line "Asunto:" or
 *	             "Subject:" with the message's own subject, "[R-es]" or "Re:"
 *	             in it, "De:" or the like with an address, "Enviado el:", a line
 *	             that ends in "escribió:" or "wrote:". plain_lose: those with
 *	             an own line that is folded.
 *	interleaved  messages in which an own line follows a quoted or known line
 *	             that follows an own line, or with two runs of such lines and
 *	             an own line between them, and without what tells of mail that
 *	             the archive does not have, or a line that ends in "escribió:"
 *	             or "wrote:" with no marks below it. interleaved_lose: those with an
 *	             own line folded, announcements aside: right above a run of
 *	             quoted or known lines, a paragraph of up to four lines that
 *	             ends in a colon, or header lines.
 *	top          replies with a parent in the archive that are not
 *	             interleaved. residue: those that show two or more quoted or
 *	             known lines, or a line that announces a quote ("... escribió:",
 *	             "De: ...", "Mensaje original").
 *	marked       replies of them with an own text above one block of quoted
 *	             lines: marked_left those that show one of these.
 *
 * -v names each message that counts against us, with the line (of interleaved
 * ones each that is lost); -m folds by marks and phrases alone, without looking
 * at the parent; -s shows the message of that Message-ID line by line, with what
 * was said of each.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "mailer/import/mbox.h"
#include "mailer/parse/mail.h"
#include "server/text/align.h"

#include "server/base/base.h"

#define KNOWN_LEAST 20
#define LINES_MAX   20000
#define RECENT      500

struct msg {
	const char *id, *parent, *thread, *from;
	const char *plain;      /* letters and digits alone, in lower case; NULL until read */
	size_t nplain;
	struct slice text;
	struct msg *before;     /* of the same thread, read earlier */
};

struct thread {
	const char *name;
	struct msg *last;
};

struct archive {
	struct arena *a;
	struct msg *v;
	size_t n;
	struct thread *threads;
	size_t nthreads;
	bool verbose, marks_only;
	const char *show;
	const struct msg *recent[RECENT];
	size_t nrecent;
	char where[300];
};

static struct figures {
	size_t messages, replies, with_parent, plain, plain_lose, inter, inter_lose;
	size_t top, residue, quote_left, announced_left, marked, marked_left;
} fig;

struct line {
	struct slice s;
	bool blank, quoted, known, nobodys, appended, own, folded, announces;
};

static int by_id(const void *x, const void *y)
{
	return strcmp(((const struct msg *)x)->id, ((const struct msg *)y)->id);
}

static struct msg *msg_find(const struct archive *ar, const char *id)
{
	struct msg key = { .id = id };

	return *id ? bsearch(&key, ar->v, ar->n, sizeof(*ar->v), by_id) : NULL;
}

static struct slice slurp(struct arena *a, const char *path)
{
	FILE *f = fopen(path, "rb");
	struct str s;
	char buf[65536];
	size_t n;

	str_init(&s, a, (size_t)200 << 20);
	if (!f)
		return SLICE("");
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0)
		str_add(&s, buf, n);
	fclose(f);
	return str_slice(&s);
}

static const char *bare_id(struct arena *a, struct slice s)
{
	if (s.n > 1 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = slice_make(s.p + 1, s.n - 2);
	return slice_dup(a, s);
}

static bool threads_read(struct archive *ar, const char *path)
{
	struct slice rest = slurp(ar->a, path), line, f[7];

	ar->v = ARENA_ARRAY(ar->a, rest.n / 20 + 1, struct msg);
	ar->threads = ARENA_ARRAY(ar->a, rest.n / 20 + 1, struct thread);
	slice_line(&rest, &line);
	while (slice_line(&rest, &line)) {
		size_t k = 0;

		while (k < 7 && slice_cut(&line, '\t', &f[k]))
			k++;
		if (k < 5)
			continue;
		ar->v[ar->n++] = (struct msg){ .id = bare_id(ar->a, f[1]),
					       .parent = bare_id(ar->a, f[4]),
					       .thread = slice_dup(ar->a, f[2]) };
	}
	qsort(ar->v, ar->n, sizeof(*ar->v), by_id);
	return ar->n > 0;
}

static struct thread *thread_of(struct archive *ar, const char *name)
{
	/* neighbours in time: the newest first */
	for (size_t i = ar->nthreads; i-- > 0; )
		if (strcmp(ar->threads[i].name, name) == 0)
			return &ar->threads[i];
	ar->threads[ar->nthreads].name = name;
	return &ar->threads[ar->nthreads++];
}

/* Letters and digits alone, lower case, without accents. */
static struct slice bare(struct arena *a, struct slice s)
{
	char *z = utf8_fold(a, s);
	size_t n = 0;

	for (const char *p = z; *p; p++)
		if (isalnum((unsigned char)*p) || (unsigned char)*p >= 0x80)
			z[n++] = *p;
	return slice_make(z, n);
}

static bool is_known(struct arena *a, const struct msg *me, struct slice line, bool *short_r)
{
	struct arena_mark mark = arena_mark(a);
	struct slice b = bare(a, line);
	bool hit = false, mine = false;

	for (const struct msg *m = me->before; m && b.n > 0; m = m->before)
		if (m->nplain >= b.n && memmem(m->plain, m->nplain, b.p, b.n)) {
			hit = true;
			mine |= strcmp(m->from, me->from) == 0;
		}
	arena_rewind(a, mark);
	*short_r = hit && (mine || b.n < KNOWN_LEAST);
	return hit && !mine && b.n >= KNOWN_LEAST;
}

/* What a program wrapped out of the quoted line above it: together they stand, without
 * a word between them, in one of the last messages, whatever their thread: programs
 * that wrap so lose the ids as well. */
static bool is_rest(struct archive *ar, struct slice above, struct slice line)
{
	struct arena_mark mark = arena_mark(ar->a);
	struct slice b;
	bool is = false;

	above = slice_trim(above);
	b = bare(ar->a, slice_of(arena_fmt(ar->a, "%.*s %.*s", (int)above.n, above.p, (int)line.n,
					   line.p)));
	if (slice_starts(above, ">") && slice_trim(line).n > 0 && b.n >= KNOWN_LEAST)
		for (size_t i = 0; i < RECENT && !is; i++) {
			const struct msg *m = ar->recent[i];

			is = m && m->nplain >= b.n && memmem(m->plain, m->nplain, b.p, b.n);
		}
	arena_rewind(ar->a, mark);
	return is;
}

static bool is_head_line(struct slice s)
{
	static const char *const begins[] = { "De:", "From:", "Enviado el:", "Enviado:", "Sent:", "To:",
					      "Para:", "CC:", "Date:", "Fecha:", "Asunto:", "Subject:",
					      "Von:", "An:", "Gesendet:", "Betreff:", "Per a:", "Tema:",
					      "Enviat:", "-----Missatge original", "---- Activado" };

	s = slice_trim(s);
	while (s.n > 0 && s.p[0] == '*')
		s = slice_make(s.p + 1, s.n - 1);
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (slice_istarts(s, begins[i]))
			return true;
	return false;
}

static bool is_attribution(struct slice s)
{
	s = slice_trim(s);
	return slice_ends(s, "escribió:") || slice_ends(s, "escribio:") || slice_ends(s, "wrote:") ||
	       slice_ends(s, "escreveu:");
}

/* Rules hold no word. */
static bool is_rule(struct slice s)
{
	s = slice_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("_-=* ", s.p[i]))
			return false;
	return s.n > 0;
}

/* "... escribió:", "De: ...", "--- Mensaje original ---": by their looks alone. */
static bool is_announcement(struct slice s)
{
	static const char *const ends[] = { "escribió:", "escribio:", "wrote:", "écrit :", "schrieb:",
					    "escreveu:", "ha scritto:", "va escriure:" },
		*const begins[] = { "De: ", "*De:* ", "From: ", "*From:* ", "Enviado el: ",
				    "*Enviado el:* ", "Sent: ", "Asunto: ", "*Asunto:* ", "Subject: " };

	s = slice_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(ends); i++)
		if (slice_ends(s, ends[i]))
			return true;
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (slice_starts(s, begins[i]))
			return true;
	return slice_starts(s, "--") && (slice_ifind(s, SLICE("mensaje original")) ||
					 slice_ifind(s, SLICE("original message")));
}

static bool is_footer(struct slice s)
{
	static const char *const begins[] = {
		"_______________________________________________", "R-help-es mailing list",
		"R-help-es en r-project.org", "R-help-es at r-project.org", "R-help-es@r-project.org",
		"https://stat.ethz.ch/mailman/listinfo/r-help-es", "------------ pr", "-------------- next part",
		"-------------- pr", "URL: <", "Se ha borrado un", "An HTML attachment was",
		"A non-text attachment was", "Se ha borrado el", "An embedded ",
		"[[alternative HTML version deleted]]", "[[elided ",
	};

	s = slice_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (slice_istarts(s, begins[i]))
			return true;
	return false;
}

static bool is_appended_line(struct slice s)
{
	static const char *const begins[] = { "Enviado desde", "Sent from", "Obtener Outlook",
					      "Get Outlook", "Enviado con", "Envoyé d", "Sent with", "Sent using",
					      "Antes de imprimir" };

	s = slice_trim(s);
	for (size_t i = 0; i < ARRAY_LEN(begins); i++)
		if (slice_istarts(s, begins[i]))
			return true;
	return slice_ifind(s, SLICE("confiden")) || slice_ifind(s, SLICE("intended recipient")) ||
	       slice_ifind(s, SLICE("destinatari"));
}

static void lines_appended(struct line *v, size_t n)
{
	bool signature = false, archiver = false;

	for (size_t i = 0; i < n; i++) {
		struct slice t = slice_trim(v[i].s);

		if (slice_eqz(t, "--"))
			signature = true;
		else if (v[i].quoted || is_announcement(v[i].s))
			signature = false;
		if (is_footer(v[i].s))
			archiver = true;
		else if (v[i].blank && i > 0 && !is_footer(v[i - 1].s))
			archiver = false;
		v[i].appended = signature || archiver || is_footer(v[i].s);
	}
	for (size_t i = 0; i < n; i++) {
		size_t from = i, to = i;

		/* a link alone below such a paragraph belongs to it */
		if (i > 1 && v[i - 1].blank && v[i - 2].appended && slice_ifind(v[i].s, SLICE("http")) &&
		    (i + 1 == n || v[i + 1].blank))
			v[i].appended = true;
		if (v[i].blank || v[i].quoted || !is_appended_line(v[i].s))
			continue;
		while (from > 0 && !v[from - 1].blank)
			from--;
		while (to < n && !v[to].blank)
			to++;
		for (size_t k = from; k < to; k++)
			v[k].appended = true;
	}
}

/* The paragraph right above line i, where it ends in a colon. */
static void announce(struct line *v, size_t i)
{
	size_t e = i;
	struct slice last;

	while (e > 0 && i - e < 3 && v[e - 1].blank)
		e--;
	if (e == 0)
		return;
	/* or in the next line, where "> escribió:" is the end of a wrapped address */
	last = slice_trim(v[v[i].quoted && slice_trim(v[i].s).n < 40 && i == e &&
			    is_attribution(v[i].s) ? i : e - 1].s);
	if (last.n == 0 || last.p[last.n - 1] != ':')
		return;
	for (size_t k = 0; k < 4 && e > 0 && !v[e - 1].blank && !v[e - 1].quoted; k++)
		v[--e].announces = true;
}

static size_t lines_make(struct archive *ar, const struct msg *m, const struct fold_range *f, size_t nf,
			 struct line *v)
{
	struct arena *a = ar->a;
	struct slice rest = m->text, s;
	size_t n = 0, k = 0;

	while (n < LINES_MAX && rest.n > 0) {
		size_t at = m->text.n - rest.n;
		struct line *l = &v[n++];

		slice_line(&rest, &s);
		while (k < nf && f[k].to <= at)
			k++;
		*l = (struct line){ .s = s, .blank = bare(a, s).n == 0 && slice_trim(s).n == 0,
				    .folded = k < nf && f[k].from <= at };
		l->quoted = slice_starts(slice_trim(s), ">");
		l->known = is_known(a, m, s, &l->nobodys) ||
			   (n > 1 && !l->quoted && is_rest(ar, l[-1].s, s));
		l->nobodys &= !l->quoted;
		l->known &= !l->quoted && !is_attribution(s);
	}
	lines_appended(v, n);
	for (size_t i = 0; i < n; i++) {
		v[i].own = !v[i].blank && !v[i].quoted && !v[i].known && !v[i].appended &&
			   !v[i].nobodys && !is_rule(v[i].s);
		v[i].announces = !v[i].quoted && (is_announcement(v[i].s) || is_head_line(v[i].s));
	}
	for (size_t i = 1; i < n; i++)
		if ((v[i].quoted || v[i].known) && !(v[i - 1].quoted || v[i - 1].known))
			announce(v, i);
	return n;
}

static void against(const struct archive *ar, const struct msg *m, const char *what, struct slice line)
{
	if (ar->verbose)
		printf(" %s\t%s\t%s\t%.*s\n", what, ar->where, m->id, (int)(line.n < 100 ? line.n : 100),
		       line.p);
}

static bool is_interleaved(const struct line *v, size_t n)
{
	bool own = false, quote = false, run = false;

	for (size_t i = 0; i < n; i++) {
		if (v[i].blank || v[i].announces || v[i].appended || v[i].nobodys)
			continue;
		if (v[i].own) {
			if (quote && (own || run))
				return true;
			run |= quote;
			own = true;
		} else {
			/* own text between two runs */
			if (run && quote)
				return true;
			quote = true;
		}
	}
	return false;
}

/* One reply that is not interleaved: what of its quotes is still seen. */
static void top_count(const struct archive *ar, const struct msg *m, const struct line *v, size_t n)
{
	size_t shown = 0, marks = 0, left = 0, first = n;
	bool announced = false, above = false;

	fig.top++;
	for (size_t i = 0; i < n; i++) {
		if (v[i].quoted) {
			above |= first == n && i > 0 && v[0].own;
			first = i;
			marks++;
			left += !v[i].folded;
		}
		if (v[i].folded || v[i].appended || v[i].blank)
			continue;
		if (v[i].quoted || v[i].known) {
			if (++shown == 2)
				against(ar, m, "residue", v[i].s);
		} else if (is_announcement(v[i].s)) {
			if (!announced)
				against(ar, m, "announcement", v[i].s);
			announced = true;
		}
	}
	fig.residue += shown > 1 || announced;
	fig.quote_left += shown > 1;
	fig.announced_left += announced;
	if (above && marks > 0) {
		fig.marked++;
		fig.marked_left += left > 0;
	}
}

/* A line that tells of mail that the archive does not have. */
static bool quotes_unknown(struct slice s, struct slice subject)
{
	struct slice t = slice_trim(s);

	if (slice_ifind(s, SLICE("mensaje original--")) || slice_ifind(s, SLICE("mensaje original --")) ||
	    slice_ifind(s, SLICE("original message--")) || slice_ifind(s, SLICE("original message --")) ||
	    slice_ifind(s, SLICE("mensaje reenviado --")) || slice_ifind(s, SLICE("forwarded message --")))
		return true;
	if ((slice_ifind(s, SLICE("Asunto:")) || slice_ifind(s, SLICE("Subject:"))) &&
	    (slice_ifind(s, SLICE("[R-es]")) || slice_ifind(s, SLICE("Re:")) ||
	     (subject.n > 3 && slice_ifind(s, subject))))
		return true;
	if (is_head_line(s) && (memchr(s.p, '<', s.n) || memchr(s.p, '[', s.n)))
		return true;
	return slice_istarts(t, "--- El ") || slice_istarts(t, "---- On ") ||
	       slice_istarts(t, "Enviado el:");
}

/* The message line by line: F folded, then quoted, known, own (! where it announces
 * a quote), appended or nobody's. */
static void show(const struct line *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("%c%c%c|%.*s\n", v[i].folded ? 'F' : ' ',
		       v[i].quoted     ? '>'
		       : v[i].known    ? 'k'
		       : v[i].own      ? 'o'
		       : v[i].appended ? 'a'
		       : v[i].nobodys  ? 'n'
				       : ' ',
		       v[i].announces ? '!' : ' ', (int)v[i].s.n, v[i].s.p);
}

static void count(struct archive *ar, struct msg *m, const struct fold_range *f, size_t nf,
		  struct slice subject)
{
	static struct line v[LINES_MAX];
	struct arena_mark mark = arena_mark(ar->a);
	size_t n = lines_make(ar, m, f, nf, v), quotes = 0;
	bool parent = msg_find(ar, m->parent) != NULL, inter, unknown = false;
	bool attributed = false, bare_quote = false;

	for (size_t i = 0; i < n; i++) {
		quotes += v[i].quoted || v[i].known;
		unknown |= quotes_unknown(v[i].s, subject);
		if (is_attribution(v[i].s)) {
			size_t k = i + 1;

			while (k < n && v[k].blank)
				k++;
			attributed = true;
			bare_quote |= k < n && !v[k].quoted;
		}
	}
	if (ar->show && strcmp(ar->show, m->id) == 0)
		show(v, n);
	fig.messages++;
	fig.replies += *m->parent != '\0';
	fig.with_parent += parent;
	if (quotes == 0 && !unknown && !attributed) {
		size_t i = 0;

		while (i < n && !(v[i].own && v[i].folded))
			i++;
		fig.plain++;
		fig.plain_lose += i < n;
		if (i < n)
			against(ar, m, "plain", v[i].s);
	}
	inter = is_interleaved(v, n) && !unknown && !bare_quote;
	if (inter) {
		size_t lost = 0;

		for (size_t i = 0; i < n; i++)
			if (v[i].own && v[i].folded && !v[i].announces) {
				against(ar, m, "interleaved", v[i].s);
				lost++;
			}
		fig.inter++;
		fig.inter_lose += lost > 0;
	} else if (parent && quotes > 0 && !is_interleaved(v, n)) {
		top_count(ar, m, v, n);
	}
	arena_rewind(ar->a, mark);
}

static void message(struct archive *ar, struct slice raw)
{
	struct arena *a = arena_new((size_t)512 << 20);
	struct msg *m, *parent;
	struct thread *t;
	struct mail mail;
	struct fold_range *f;
	size_t nf;
	const char *why;
	bool reply;

	if (mail_parse(&mail, a, raw, NULL, &why) != RC_OK || !*mail.msgid ||
	    !(m = msg_find(ar, mail.msgid)) || m->plain)
		goto done;
	t = thread_of(ar, m->thread);
	m->text = slice_of(slice_dup(ar->a, slice_make(mail.text, mail.text_len)));
	m->before = t->last;
	m->from = arena_strdup(ar->a, mail.from.addr);
	f = ARENA_ARRAY(a, mail.nfolds, struct fold_range);
	for (size_t i = 0; i < mail.nfolds; i++)
		f[i] = (struct fold_range){ mail.folds[i].from, mail.folds[i].to,
					    (int)mail.folds[i].kind };
	nf = mail.nfolds;
	parent = msg_find(ar, m->parent);
	if (!ar->marks_only && parent && parent->plain && strcmp(parent->from, m->from) != 0 &&
	    align_useful(m->text, f, nf))
		nf = align_folds(a, m->text, parent->text, f, nf, &f);
	count(ar, m, f, nf, slice_of(subject_base(a, mail.subject, &reply)));
	struct slice b = bare(ar->a, m->text);
	m->plain = b.p;
	m->nplain = b.n;
	t->last = m;
	ar->recent[ar->nrecent++ % RECENT] = m;
done:
	arena_free(&a);
}

static ssize_t file_read(void *ctx, void *buf, size_t n)
{
	return read(*(int *)ctx, buf, n);
}

static int by_name(const struct dirent **x, const struct dirent **y)
{
	return strcmp((*x)->d_name, (*y)->d_name);
}

static void archive_read(struct archive *ar, const char *dir)
{
	struct dirent **names;
	int n = scandir(dir, &names, NULL, by_name);

	for (int i = 0; i < n; i++) {
		struct mbox_message msg;
		struct mbox *box;
		int fd = open(arena_fmt(ar->a, "%s/%s", dir, names[i]->d_name), O_RDONLY | O_CLOEXEC);

		snprintf(ar->where, sizeof(ar->where), "%s", names[i]->d_name);
		free(names[i]);
		if (fd < 0)
			continue;
		box = mbox_new(file_read, &fd, (size_t)32 << 20);
		for (enum rc rc; (rc = mbox_next(box, &msg)) == RC_OK || rc == RC_LIMIT; )
			if (rc == RC_OK)
				message(ar, msg.raw);
		mbox_free(&box);
		close(fd);
	}
	if (n >= 0)
		free(names);
}

static double percent(size_t part, size_t all)
{
	return all ? 100.0 * (double)part / (double)all : 0.0;
}

int main(int argc, char **argv)
{
	struct archive ar = { .a = arena_new((size_t)4 << 30) };
	const char *dir = argc > 1 ? argv[argc - 1] : "";

	for (int i = 1; i + 1 < argc; i++) {
		ar.verbose |= strcmp(argv[i], "-v") == 0;
		ar.marks_only |= strcmp(argv[i], "-m") == 0;
		if (strcmp(argv[i], "-s") == 0)
			ar.show = argv[i + 1];
	}

	rnd_init();
	mail_parse_init();
	if (!threads_read(&ar, arena_fmt(ar.a, "%s/archive-r-help-es/threads.tsv", dir))) {
		fprintf(stderr, "usage: fold-figures [-v] [-m] [-s ID] CORPORA (the folder that holds archive-r-help-es)\n");
		return 64;
	}
	archive_read(&ar, arena_fmt(ar.a, "%s/archive-r-help-es/data", dir));
	printf("messages %zu replies %zu with_parent %zu\n", fig.messages, fig.replies, fig.with_parent);
	printf("plain %zu plain_lose %zu %.2f\n", fig.plain, fig.plain_lose,
	       percent(fig.plain_lose, fig.plain));
	printf("interleaved %zu interleaved_lose %zu %.2f\n", fig.inter, fig.inter_lose,
	       percent(fig.inter_lose, fig.inter));
	printf("top %zu residue %zu %.2f quote_left %zu announcement_left %zu\n", fig.top, fig.residue,
	       percent(fig.residue, fig.top), fig.quote_left, fig.announced_left);
	printf("marked %zu marked_left %zu %.2f\n", fig.marked, fig.marked_left,
	       percent(fig.marked_left, fig.marked));
	return fig.messages == 0;
}
