/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator's whole day: signs in, decides fifty that wait (one by one, with a
 * template, together), undoes, splits a thread, bans an address, writes a text of
 * the group anew and uses it. By HOW: click (a pointer) or keys (nothing but
 * Tab, the arrows, the space bar, Enter and letters). One line a verdict.
 *	node day.js BASE-URL LIST ADDRESS PASSWORD THREAD-PATH WIDTH SCRIPTS(on|off) HOW
 */
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [base, list, address, password, thread, width, scripts, how] = process.argv.slice(2);
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const run = `${width} px, scripts ${scripts}, ${how}`;
let page, eye; // who acts, and who judges with axe on another window of the same session

function say(good, text, why)
{
	text = `${run}: ${text}`;
	console.log(good ? `ok\t${text}` : `not ok\t${text}\t${String(why).replace(/\s+/g, ' ')}`);
}

const active = (el) => el.evaluate((e) => document.activeElement === e);

// With the keys alone: forward, round the end of the page, as far as it takes.
async function reach(where)
{
	const el = await where.elementHandle();

	if (await active(el))
		return;
	for (let i = 0; i < 1500; i++) {
		await page.keyboard.press('Tab');
		if (await active(el))
			return;
	}
	throw new Error(`the tab key does not come to ${where}`);
}

const ui = how === 'keys' ? {
	async press(where) { await reach(where); await page.keyboard.press('Enter'); },
	async check(where) { await reach(where); await page.keyboard.press('Space'); },
	// arrows go from the chosen one of a group to its neighbours, and round
	async radio(group, value)
	{
		const on = group.locator('input[type=radio]:checked');

		await reach(on);
		for (let i = 0; i < 8; i++) {
			if (await page.evaluate(() => document.activeElement.value) === value)
				return;
			await page.keyboard.press('ArrowRight');
		}
		throw new Error(`the arrows do not come to ${value}`);
	},
	async fill(where, text)
	{
		await reach(where);
		await page.keyboard.press('Control+a');
		await page.keyboard.press('Delete');
		await page.keyboard.insertText(text);
	},
	async select(where, value)
	{
		await reach(where);
		await page.keyboard.press('Home');
		for (let i = 0; i < 40; i++) {
			if (await where.inputValue() === value)
				return;
			await page.keyboard.press('ArrowDown');
		}
		throw new Error(`the arrows do not come to ${value}`);
	},
} : {
	press: (where) => where.click(),
	check: (where) => where.check(),
	radio: (group, value) => group.locator(`input[value=${value}]`).check(),
	fill: (where, text) => where.fill(text),
	select: (where, value) => where.selectOption(value),
};

// What leads to another page, and its arrival there.
async function go(where)
{
	await Promise.all([page.waitForEvent('load'), ui.press(where)]);
}

async function judge(name)
{
	await eye.goto(page.url());
	await eye.evaluate(axe);
	const r = await eye.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
	const wide = await eye.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

	say(r.violations.length === 0, `${name}: axe has nothing to say`,
	    r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target).join(' | ')}`).join('; '));
	say(wide <= 0, `${name}: nothing is wider than the window`, wide);
}

const waiting = () => page.locator('article.box').count();
const card = (subject) => page.locator('article.box', { has: page.locator('h3 a', { hasText: new RegExp(`^${subject}$`) }) });
const apply = () => go(page.locator('form[action="/moderation"] .acts button.main'));
const queue = () => go(page.locator('.band nav a[href="/moderation"]'));

async function sign_in()
{
	await page.goto(`${base}/signin`);
	await ui.press(page.locator('summary'));
	await ui.fill(page.locator('#addr2'), address);
	await ui.fill(page.locator('#password'), password);
	await go(page.locator('form[action$="/password"] button'));
}

async function singles()
{
	await queue();
	say(await waiting() === 50, 'fifty wait on one page', await waiting());
	await judge('the queue of fifty');
	await ui.radio(card('Mensaje 1'), 'approve');
	await ui.radio(card('Mensaje 2'), 'discard');
	await ui.radio(card('Mensaje 3'), 'return');
	await apply();
	say(await waiting() === 48 && await page.locator('[role=alert]').count() > 0, 'two are decided, the third lacks its question', await waiting());
	await ui.fill(card('Mensaje 3').locator('textarea'), '¿De qué fecha habla?');
	await apply();
	say(await waiting() === 47, 'with its question it is decided', await waiting());
	await go(page.locator('.notice', { has: page.locator('a', { hasText: /^Mensaje 2$/ }) }).locator('button[value=undo]'));
	say(await card('Mensaje 2').count() === 1, 'one is undone, and waits again', await waiting());
	await go(card('Mensaje 4').locator('button[name=claim]'));
	say(await page.locator('button[value=release]').count() === 1, 'one is taken and open', page.url());
	await judge('one that was taken');
	await go(page.locator('button[value=spam]'));
	await queue();
	say(await waiting() === 47, 'decided where it is open', await waiting());
}

async function text_of_the_group()
{
	const title = `Fuera de plazo, ${run}`;

	await page.goto(`${base}/g/${list}/texts`);
	await judge('the texts of the group');
	await ui.select(page.locator('#kind'), 'reject');
	await ui.fill(page.locator('#name'), title);
	await ui.fill(page.locator('#body'), 'La convocatoria de {group} cerró.');
	await go(page.locator('button[value=preview]'));
	say((await page.locator('#preview').innerText()).includes('cerró'), 'a text is shown before it is saved', page.url());
	await judge('the texts with a preview');
	await go(page.locator('button[value=save]'));
	const box = page.locator('section.box', { has: page.locator('h2', { hasText: title }) });

	await go(box.locator('a.button'));
	say(await page.locator('#body').inputValue() === 'La convocatoria de {group} cerró.', 'it can be edited', await page.locator('#body').inputValue());
	await ui.fill(page.locator('#body'), 'La convocatoria de {group} cerró el lunes.');
	await go(page.locator('button[value=save]'));
	say((await box.innerText()).includes('cerró el lunes'), 'with other words it is saved in its place', page.url());
	say(await box.count() === 1, 'and there is one of it', await box.count());
	await queue();
	await go(card('Mensaje 5').locator('h3 a'));
	await ui.select(page.locator('#tpl'), await page.locator('#tpl option', { hasText: title }).getAttribute('value'));
	await go(page.locator('button[value=template]'));
	say(/cerró el lunes/.test(await page.locator('#why').inputValue()), 'the queue offers the text as it is now', await page.locator('#why').inputValue());
	await judge('one that waits, with a text');
	await go(page.locator('button[value=reject]'));
	say(await card('Mensaje 5').count() === 0, 'and it is sent', page.url());
}

async function together()
{
	const n = await waiting(), ticked = how === 'keys' ? 10 : n;
	const boxes = await page.locator('input[name=pick]').all();

	for (const box of boxes.slice(0, ticked))
		await ui.check(box);
	await ui.select(page.locator('#all'), 'approve');
	await apply();
	say(await waiting() === n - ticked, `${ticked} are decided in one form`, await waiting());
	await judge('the queue with much that was decided');
	await go(page.locator('button[name=undo][value=all]'));
	say(await waiting() >= n, 'all of it can be undone in one', await waiting());
	for (const box of await page.locator('input[name=pick]').all())
		await ui.check(box);
	await ui.select(page.locator('#all'), 'discard');
	await apply();
	say(await waiting() === 0, 'and decided otherwise', await waiting());
	await judge('the empty queue');
}

async function split()
{
	const title = `Quién sigue, ${run}`;

	await page.goto(base + thread);
	await go(page.locator(`a[href="${thread}/tools"]`));
	await judge('the tools of a thread');
	await ui.check(page.locator('input[name=post][value="3"]'));
	await ui.fill(page.locator('#t-split'), title);
	await go(page.locator('button[value=split]'));
	say(await page.locator('[role=status] button[value=undo]').count() === 1, 'a thread is split', page.url());
	await judge('the tools after a split');
	await page.goto(`${base}${thread}/3`);
	say(await page.locator('h1', { hasText: title }).count() === 1, 'the old address leads to the new thread', page.url());
	await page.goto(`${base}${thread}/tools`);
	await go(page.locator('li.row button[value=undo]').first());
	await page.goto(`${base}${thread}/3`);
	say(page.url().startsWith(base + thread), 'undone, the post is back', page.url());
}

async function ban()
{
	const addr = `molesto.${width}.${scripts}.${how}@otra.example`;

	await page.goto(`${base}/g/${list}/bans`);
	await judge('who is banned');
	await ui.fill(page.locator('#addr'), 'sin arroba');
	await go(page.locator('button[value=add]'));
	say(await page.locator('[role=alert]').count() === 1, 'what is no address is not banned, and that is said', page.url());
	await judge('a ban that failed');
	await ui.fill(page.locator('#addr'), addr);
	await ui.fill(page.locator('#reason'), 'Publicidad');
	await go(page.locator('button[value=add]'));
	say(await page.locator('li.row', { hasText: addr }).count() === 1, 'an address is banned', page.url());
}

async function main()
{
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		       '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
	const viewport = { width: Number(width), height: 900 };
	const context = await browser.newContext({ locale: 'es', javaScriptEnabled: scripts === 'on', viewport });

	page = await context.newPage();
	page.setDefaultTimeout(20000);
	await sign_in();
	eye = await (await browser.newContext({ locale: 'es', viewport, storageState: await context.storageState() })).newPage();
	await singles();
	await text_of_the_group();
	await together();
	await split();
	await ban();
	await browser.close();
}

main().catch((e) => {
	say(false, 'the day comes to its end', e.stack);
	process.exit(1);
});
