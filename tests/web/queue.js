// SPDX-License-Identifier: Apache-2.0
// The moderator's day in a browser without scripts: fifty that wait, decided one
// by one, together, and with the keys alone. One line a verdict: ok, or why not.
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');

const [base, list, file, axePath] = process.argv.slice(2);
const axe = fs.readFileSync(axePath, 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'];

function say(good, text, why)
{
	console.log(`${good ? 'ok' : 'not ok'}\t${text}${good ? '' : `\t${String(why).replace(/\s+/g, ' ')}`}`);
}

async function sign_in(page, who)
{
	const [addr, password] = who.split(' ');

	await page.goto(`${base}/signin`);
	await page.click('summary');
	await page.fill('#addr2', addr);
	await page.fill('#password', password);
	await page.click('form[action$="/password"] button');
}

async function judge(page, name)
{
	await page.evaluate(axe);
	const r = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);

	say(r.violations.length === 0, `${name}: axe has nothing to say`,
	    r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target).join(' | ')}`).join('; '));
}

// What leads to another page, and its arrival there.
async function go(page, what)
{
	await Promise.all([page.waitForEvent('load'), what()]);
}

const press = (page, where) => go(page, () => (typeof where === 'string' ? page.locator(where) : where).click());
const waiting = (page) => page.locator('article.box').count();
const apply = (page) => press(page, 'form[action="/moderation"] .acts button.main');

// The card whose subject is this.
const card = (page, subject) => page.locator('article.box', { has: page.locator('h3 a', { hasText: new RegExp(`^${subject}$`) }) });

async function one_by_one(page)
{
	await page.goto(`${base}/moderation`);
	say(await waiting(page) === 50, 'fifty wait on one page', await waiting(page));
	say(await page.locator('input[type=radio][value=later]:checked').count() === 50, 'each is for later', '');
	await card(page, 'Mensaje 1').locator('input[value=approve]').check();
	await card(page, 'Mensaje 2').locator('input[value=discard]').check();
	await card(page, 'Mensaje 3').locator('input[value=return]').check();
	await apply(page);
	say(await page.locator('.notice.bad').count() > 0 && (await page.title()).startsWith('Error:'),
	    'a return without a question is said', await page.title());
	say(await waiting(page) === 48, 'the other two are decided', await waiting(page));
	say(await card(page, 'Mensaje 3').locator('input[value=return]').isChecked(), 'what was chosen is still chosen', 'it is not');
	await card(page, 'Mensaje 3').locator('textarea').fill('¿En qué fecha?');
	await apply(page);
	say(await waiting(page) === 47, 'with its question it is decided', await waiting(page));
	say(await page.locator('.notice.good form button').count() === 3, 'three can be undone', 'they cannot');
	await press(page, page.locator('.notice.good', { hasText: 'Mensaje 2' }).locator('button'));
	say(await waiting(page) === 48, 'one is undone', await waiting(page));
}

async function claimed(page, other)
{
	await page.goto(`${base}/moderation`);
	await press(page, card(page, 'Mensaje 10').locator('button[name=claim]'));
	say(/\/moderation\/\d+$/.test(page.url()) && await page.locator('button[value=release]').count() === 1,
	    'taking one opens it', page.url());
	await other.goto(`${base}/moderation`);
	say((await card(other, 'Mensaje 10').innerText()).includes('lo tomó hace'), 'the other sees who has it',
	    await card(other, 'Mensaje 10').innerText());
	say(await card(other, 'Mensaje 10').locator('input').count() === 0, 'and finds nothing to decide there', 'a field');
	await press(page, 'button[value=release]');
	await other.reload();
	say(await card(other, 'Mensaje 10').locator('input[value=approve]').count() === 1, 'given back, it can be decided', 'no field');
}

async function two(page, other)
{
	await page.goto(`${base}/moderation`);
	await other.goto(`${base}/moderation`);
	await card(page, 'Mensaje 11').locator('input[value=approve]').check();
	await apply(page);
	await card(other, 'Mensaje 11').locator('input[value=spam]').check();
	await card(other, 'Mensaje 12').locator('input[value=spam]').check();
	await apply(other);
	say((await other.locator('.notice.bad').first().innerText()).includes('Lo decidió Rodrigo Mejía hace'), 'the second is told who was first',
	    await other.locator('.notice.bad').first().innerText());
	say(await card(other, 'Mensaje 12').count() === 0, 'and the rest of what they sent is done', 'it is not');
}

async function template(page)
{
	await page.goto(`${base}/moderation`);
	await press(page, card(page, 'Mensaje 13').locator('h3 a'));
	await page.locator('#tpl').selectOption({ index: 1 });
	await press(page, 'button[value=template]');
	const text = await page.locator('#why').inputValue();

	say(text.length > 20, 'a template is put into the form', text);
	await page.fill('#why', `${text} Gracias.`);
	await press(page, 'button[value=reject]');
	say(page.url().endsWith('/moderation') && await card(page, 'Mensaje 13').count() === 0, 'and is sent with other words', page.url());
}

// With the keys alone: from the beginning of the page to a decision.
async function keys(page)
{
	await page.goto(`${base}/moderation`);
	const before = await waiting(page);
	let name = '';

	for (let i = 0; i < 60 && !/^d\d+$/.test(name); i++) {
		await page.keyboard.press('Tab');
		name = await page.evaluate(() => document.activeElement.name || '');
	}
	say(/^d\d+$/.test(name), 'the tab key comes to the first decision', name);
	await page.keyboard.press('ArrowRight');
	const value = await page.evaluate(() => document.activeElement.value);

	say(value === 'approve', 'an arrow key chooses', value);
	await go(page, () => page.keyboard.press('Enter'));
	say(await waiting(page) === before - 1, 'the enter key decides that one and takes none', `${before} ${await waiting(page)}`);
	say(!/\/moderation\/\d+/.test(page.url()), 'and stays in the queue', page.url());
}

async function together(page)
{
	await page.goto(`${base}/moderation`);
	const n = await waiting(page);

	for (const box of await page.locator('input[name=pick]').all())
		await box.check();
	await page.selectOption('#all', 'approve');
	const answer = page.waitForResponse((r) => r.request().method() === 'POST');
	const since = Date.now();

	await apply(page);
	await answer;
	console.log(`# ${n} decisions in one form: ${Date.now() - since} ms`);
	say(Date.now() - since < 2000, `${n} decisions in under two seconds`, `${Date.now() - since} ms`);
	say(await waiting(page) === 0, 'nothing waits any more', await waiting(page));
	await press(page, 'button[value=all]');
	say(await waiting(page) >= n, 'all can be undone in one', await waiting(page));
	for (const box of await page.locator('input[name=pick]').all())
		await box.check();
	await page.selectOption('#all', 'discard');
	await apply(page);
	say(await waiting(page) === 0, 'and decided otherwise', await waiting(page));
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });
	const people = fs.readFileSync(file, 'utf8').split('\n').filter((l) => l);
	const who = (name) => people.find((l) => l.startsWith(name)).replace('\t', ' ');
	const plain = async (width) => {
		const c = await browser.newContext({ javaScriptEnabled: false, locale: 'es', viewport: { width, height: 900 } });
		const p = await c.newPage();

		p.setDefaultTimeout(20000);
		return p;
	};
	const a = await plain(1280), b = await plain(360), c = await browser.newPage({ locale: 'es' });

	await sign_in(a, who('rodrigo.mejia'));
	await sign_in(b, who('marisol.quesada'));
	await sign_in(c, who('rodrigo.mejia'));
	await c.goto(`${base}/moderation`);
	await judge(c, 'fifty cards');
	await one_by_one(a);
	await claimed(a, b);
	await two(a, b);
	await template(a);
	await keys(b);
	await c.goto(`${base}/g/${list}/moderation`);
	await judge(c, 'the queue of the group with what was decided');
	await press(c, c.locator('article h3 a').first());
	await judge(c, 'one of them');
	await together(b);
	await browser.close();
})().catch((e) => { console.error(e); process.exit(1); });
