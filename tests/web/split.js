/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A moderator's way through a split with a browser that runs no script: from
 * the thread to its tools, ticks, the new title, where the posts are then, and
 * undoing it. One line a verdict, as look.js.
 *	node split.js BASE-URL THREAD-PATH ADDRESS PASSWORD WIDTH
 */
'use strict';
const fs = require('fs');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const [base, thread, address, password, width] = process.argv.slice(2);
const TITLE = 'Firma electrónica: quién sigue';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

function say(good, text, why)
{
	text = `${width} px: ${text}`;
	console.log(good ? `ok\t${text}` : `not ok\t${text}\t${String(why).replace(/\s+/g, ' ')}`);
}

async function count(page, text)
{
	return page.locator('.post', { hasText: text }).count();
}

async function walk(page)
{
	await page.goto(`${base}/signin`);
	await page.click('summary');
	await page.fill('#addr2', address);
	await page.fill('#password', password);
	await page.click('form[action$="/password"] button');
	await page.goto(base + thread);
	await page.click(`a[href="${thread}/tools"]`);
	say(await page.locator('input[type=checkbox][name=post]').count() === 3, 'three posts can be ticked', page.url());
	await page.click('button[value=split]');
	say(await page.locator('[role=alert]').count() === 1, 'nothing ticked, nothing done, and said', page.url());
	await page.check('input[name=post][value="2"]');
	await page.check('input[name=post][value="3"]');
	await page.click('button[value=split]');
	say(await page.locator('[role=alert]').count() === 1, 'a title is asked for', await page.title());
	say(await page.isChecked('input[name=post][value="3"]'), 'the ticks are still there', 'they are not');
	await page.fill('#t-split', TITLE);
	await page.fill('#t-why1', 'Es otro tema.');
	await page.click('button[value=split]');
	say(await page.locator('[role=status] button[value=undo]').count() === 1, 'it is done, and can be undone', page.url());
	await page.goto(base + thread);
	say(await count(page, 'pedimos tratar este punto') === 0, 'the posts have left', 'they have not');
	await page.click(`a:has-text("${TITLE}")`);
	say(await page.locator('h1', { hasText: TITLE }).count() === 1, 'a link leads to the new thread', page.url());
	say(await page.locator('.post').count() === 2, 'with both posts', await page.locator('.post').count());
	const to = page.url();

	await page.goto(`${base}${thread}/3`);
	say(page.url().startsWith(`${to}/`), 'an old address leads there', page.url());
	await page.goto(`${base}${thread}/tools`);
	await page.locator('li.row form', { has: page.locator('button[value=undo]') }).first()
		.locator('button[value=undo]').click();
	await page.goto(base + thread);
	say(await page.locator('.post').count() === 3, 'undone, all are back', await page.locator('.post').count());
	await page.goto(to);
	say(page.url() === base + thread, 'the address of the new one leads back', page.url());
}

/* The axe of a page whose own scripts do not run. */
async function judge(browser, state)
{
	const context = await browser.newContext({ locale: 'es', storageState: state,
		viewport: { width: Number(width), height: 900 } });
	const page = await context.newPage();

	await page.goto(`${base}${thread}/tools`);
	await page.evaluate(axe);
	const r = await page.evaluate((tags) => window.axe.run(document, { runOnly: tags }), RULES);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

	say(r.violations.length === 0, 'axe has nothing to say of the tools', r.violations.map((v) => `${v.id} ${v.nodes[0].target}`).join('; '));
	say(wide <= 0, 'nothing is wider than the window', wide);
	await context.close();
}

async function main()
{
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
		args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
		       '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
	const context = await browser.newContext({ locale: 'es', javaScriptEnabled: false,
		viewport: { width: Number(width), height: 900 } });
	const page = await context.newPage();

	page.setDefaultTimeout(15000);
	await walk(page);
	await judge(browser, await context.storageState());
	await browser.close();
}

main().catch((e) => {
	say(false, 'the way can be gone to its end', e.stack);
	process.exit(1);
});
