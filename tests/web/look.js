/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at every page with a browser: nothing for axe to say, nothing wider
 * than the window, no script, no inline style, within its weight. One line a
 * verdict: "ok<TAB>text" or "not ok<TAB>text<TAB>why".
 *	node look.js BASE-URL LIST PASSWORD-FILE [SCREENS-FOLDER]
 *	node look.js BASE-URL --paths FILE [SCREENS-FOLDER]
 *	node look.js BASE-URL --as FILE [SCREENS-FOLDER]
 * The first knows the demo and plays in it; the others visit what FILE names,
 * a line each: NAME<TAB>PATH, and maybe <TAB>STEPS, with ";" between them, "#id=value"
 * filling a field and anything else being clicked. They are signed out, or with --as
 * who the first line of FILE says: ADDRESS PASSWORD. LOOK_WAYS="fr-320-dark ..." names other ways. With a folder all also write
 * PAGE-LANG-WIDTH-THEME.png of each.
 */
'use strict';
const fs = require('fs');
const path = require('path');
const zlib = require('zlib');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [base, list, passwords, screens] = process.argv.slice(2);
const OWN_PART = 8 * 1024; /* bytes gzip beside the posts' own text */
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

function say(good, text, why)
{
	console.log(good ? `ok\t${text}` : `not ok\t${text}\t${String(why).replace(/\s+/g, ' ')}`);
}

/* As it was sent: the browser and axe add things of their own. */
async function weigh(page, name, html)
{
	const text = await page.evaluate(() =>
		[...document.querySelectorAll('.text')].map((e) => e.innerHTML).join('\n'));
	const own = zlib.gzipSync(html).length - (text ? zlib.gzipSync(text).length : 0);

	say(own <= OWN_PART, `${name}: weighs its text and ${own} bytes`, `limit ${OWN_PART}`);
	say(!/<script|\sstyle="|\son[a-z]+="/.test(html), `${name}: no script, no inline style`, 'found one');
}

async function wide(page, name)
{
	const w = await page.evaluate(() => {
		const max = document.documentElement.clientWidth;
		const bad = [...document.querySelectorAll('body *')].filter((e) =>
			e.getBoundingClientRect().right > max + 1 && !e.closest('pre, table, .skip, .hide'));
		return { all: document.documentElement.scrollWidth, max, bad: bad.slice(0, 3).map((e) =>
			`${e.tagName}.${e.className}`) };
	});

	say(w.all <= w.max, `${name}: nothing wider than the window`, `${w.all} > ${w.max}: ${w.bad}`);
}

/* Fields and buttons a finger has to hit are 44 px high on a phone. */
async function targets(page, name)
{
	const small = await page.evaluate(() =>
		[...document.querySelectorAll('button, .button, summary, nav a, .do a, .tabs a, select, textarea, ' +
			'input:not([type=hidden], [type=radio], [type=checkbox])')]
			.filter((e) => !e.closest('.crumbs') && e.getClientRects().length > 0 &&
				e.getBoundingClientRect().height < 43.5)
			.map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${e.getBoundingClientRect().height}`));

	say(small.length === 0, `${name}: targets of 44 px`, small.slice(0, 4).join('; '));
}

async function judge(page, name)
{
	await page.evaluate(axe);
	const r = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);

	say(r.violations.length === 0, `${name}: axe has nothing to say`,
	    r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) =>
		`${n.target} ${(n.any[0] || n.all[0] || n.none[0] || {}).message || ''}`).join(' | ')}`).join('; '));
}

/* What is looked at: name, how to get there. */
function pages(thread)
{
	const go = (p) => (page) => page.goto(base + p);

	return {
		out: [
			['home', go('/')], ['list', go(`/g/${list}`)], ['thread', go(thread)], ['help', go('/help')],
			['search', go('/search?q=formato')], ['search-none', go('/search?q=xyzzy')],
			['signin', go('/signin')], ['signin-link', go('/signin/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')],
			['error', go('/g/no-hay')],
		],
		in: [
			['member-home', go('/')], ['member-list', go(`/g/${list}`)], ['member-thread', go(thread)],
			['tools', go(`${thread}/tools`)], ['post-edit', go(`${thread}/1/edit`)],
			['post-report', go(`${thread}/2/report`)], ['list-tag', go(`/g/${list}?tag=reuni%C3%B3n`)],
			['moderation', go('/moderation')], ['group-moderation', go(`/g/${list}/moderation`)],
			['holding', async (page) => {
				await page.goto(`${base}/moderation`);
				await page.click('article h3 a');
			}],
			['holding-error', async (page) => {
				await page.goto(`${base}/moderation`);
				await page.click('article h3 a');
				await page.click('button[value=return]');
			}],
			['holding-edit', async (page) => {
				await page.goto(`${base}/moderation`);
				await page.click('article h3 a');
				await page.click('section details summary');
			}],
			['queue-error', async (page) => {
				await page.goto(`${base}/moderation`);
				await page.locator('article input[value=return]').first().check();
				await page.click('form[action="/moderation"] .acts button.main');
			}],
			['delivery', go('/delivery')], ['delivery-one', go('/delivery?id=d4@example.org')],
			['delivery-none', go('/delivery?id=nada@example.org')],
			['prefs', go('/me')], ['members', go(`/g/${list}/members`)], ['members-file', go(`/g/${list}/members/file`)], ['security', go('/account/security')],
			['second-step', async (page) => {
				await page.goto(`${base}/account/security`);
				await page.click('form[action$="/second-step"] button');
			}], ['new', go(`/g/${list}/new`)],
			['compose', async (page) => {
				await page.goto(`${base}/g/${list}/new`);
				await page.fill('#subject', 'Umbrales de respuesta del convenio de nivel de servicio');
				await page.fill('#text', 'Estimadas y estimados colegas:\n\nNecesitamos **tres umbrales**:\n\n' +
					'- Consulta simple: 1,8 s\n- Consulta con firma: 4,1 s\n\n> ¿Qué valores tienen?\n\nVer `sin plazo`.');
				await page.click('button[value=preview]');
			}],
		],
	};
}

async function sign_in(page, who)
{
	await page.goto(`${base}/signin`);
	await page.click('summary');
	await page.fill('#addr2', who.split(' ')[0]);
	await page.fill('#password', who.split(' ')[1]);
	await page.click('form[action$="/password"] button');
}

/* One marks all as read, another answers: the pages of the first then have
 * something new, and the way of a reply is gone from end to end. */
async function play(browser, reader, writer, thread)
{
	const words = 'Lo dejamos así, con una salvedad en el punto dos.';
	const page = await browser.newPage({ locale: 'es' });

	page.setDefaultTimeout(15000);
	await sign_in(page, reader);
	await page.goto(`${base}/g/${list}`);
	await page.click(`form[action="/g/${list}/read"] button`);
	await page.context().clearCookies();
	await sign_in(page, writer);
	await page.goto(base + thread);
	say(await page.locator('button[value=post]').count() === 0, 'a reply cannot be posted unseen', 'a button does');
	await page.fill('#text', words);
	await page.click('button[value=preview]');
	say(await page.locator('.text', { hasText: words }).count() === 1, 'the preview shows the reply', await page.title());
	await page.goto(base + thread);
	say(await page.locator('.post', { hasText: words }).count() === 0, 'the preview publishes nothing', 'it did');
	await page.fill('#text', words);
	await page.evaluate(() => { document.querySelector('button[value=preview]').value = 'post'; });
	await page.click('button[value=post]');
	say(await page.locator('button[value=post]').count() === 1 && await page.locator('.post').count() === 0,
	    'a form that skips the preview gets one', page.url());
	await page.click('button[value=post]');
	say(await page.locator('.post', { hasText: words }).count() === 1, 'the reply stands in its thread', page.url());
	await page.close();
}

async function visit(browser, lang, width, theme, who, all)
{
	const context = await browser.newContext({ locale: lang, colorScheme: theme, viewport: { width, height: 900 } });
	const page = await context.newPage();

	let sent = '';

	page.setDefaultTimeout(15000);
	page.on('response', async (r) => {
		if (r.request().isNavigationRequest() && (r.status() < 300 || r.status() >= 400))
			sent = await r.text().catch(() => '');
	});
	if (who) {
		await sign_in(page, who);
		await page.goto(`${base}/me`);
		await page.check(`input[name=locale][value=${lang}]`);
		await page.click('form[action$="/me"] button');
	}
	for (const [name, go] of all) {
		const full = `${name}-${lang}-${width}-${theme}`;

		try {
			await go(page);
			const spoken = await page.getAttribute('html', 'lang');

			say(spoken === lang, `${full}: speaks ${lang}`, spoken);
			say(sent.includes('</html>'), `${full}: was sent whole`, sent.slice(-80));
			await wide(page, full);
			if (width < 768)
				await targets(page, full);
			if (screens)
				await page.screenshot({ path: path.join(screens, `${full}.png`), fullPage: true });
			await weigh(page, full, sent);
			await judge(page, full);
		} catch (e) {
			say(false, `${full}: can be looked at`, e.message);
		}
	}
	await context.close();
}

const WAYS = process.env.LOOK_WAYS ? process.env.LOOK_WAYS.split(' ').map((w) => w.split('-').map((v) => Number(v) || v)) :
	[['es', 1280, 'light'], ['es', 360, 'dark'], ['es', 320, 'light'], ['en', 1280, 'dark'], ['en', 360, 'light']];

async function demo(browser)
{
	const [, who, writer] = fs.readFileSync(passwords, 'utf8').split('\n');
	const first = await browser.newPage({ locale: 'es' });

	await first.goto(`${base}/g/${list}`);
	const links = await first.evaluate(() => [...document.querySelectorAll('.rows h2 a:not(.chip)')].map((a) => a.pathname));
	const all = pages(links[links.length - 1]);

	await play(browser, who, writer, links[links.length - 1]);
	for (const [lang, width, theme] of WAYS) {
		await visit(browser, lang, width, theme, null, all.out);
		await visit(browser, lang, width, theme, who, all.in);
	}
}

async function steps(page, to, what)
{
	await page.goto(base + to);
	for (const step of what ? what.split(';') : []) {
		const at = step.startsWith('#') ? step.indexOf('=') : -1;

		if (at > 0)
			await page.fill(step.slice(0, at), step.slice(at + 1));
		else
			await page.click(step);
	}
}

async function paths(browser, file, signed)
{
	const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
	const who = signed ? lines.shift() : null;
	const all = lines.map((l) => l.split('\t'))
		.map(([name, to, what]) => [name, (page) => steps(page, to, what)]);

	for (const [lang, width, theme] of WAYS)
		await visit(browser, lang, width, theme, who, all);
}

async function main()
{
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		       '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

	await (list.startsWith('--') ? paths(browser, passwords, list === '--as') : demo(browser));
	await browser.close();
}

main().catch((e) => {
	say(false, 'the pages can be looked at', e.stack);
	process.exit(1);
});
