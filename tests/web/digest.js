/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The HTML part of a digest in a browser: nothing for axe to say, nothing wider
 * than the window, nothing loaded, as look.js says it.
 *	node digest.js NAME FILE [SCREENS-FOLDER]
 */
'use strict';
const fs = require('fs');
const path = require('path');
const { chromium } = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const [name, file, screens] = process.argv.slice(2);

function say(good, text, why)
{
	console.log(good ? `ok\t${text}` : `not ok\t${text}\t${String(why).replace(/\s+/g, ' ')}`);
}

async function look(browser, width, scheme)
{
	const way = `${name}-${width}-${scheme}`;
	const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, offline: true });
	const page = await context.newPage();
	const asked = [];

	page.on('request', (r) => asked.push(r.url()));
	await page.goto(`file://${path.resolve(file)}`);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth);

	say(wide <= width, `${way}: nothing wider than the window`, wide);
	say(asked.length === 1, `${way}: loads nothing`, asked.slice(1, 4));
	await page.evaluate(axe);
	const r = await page.evaluate(() => window.axe.run(document));

	say(r.violations.length === 0, `${way}: axe has nothing to say`,
	    r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.target).join(' ')}`).join('; '));
	const jumps = await page.evaluate(() => [...document.querySelectorAll('h1, h2, h3')].map((h) => Number(h.tagName[1]))
		.filter((n, i, all) => i > 0 && n > all[i - 1] + 1).length);

	say(jumps === 0, `${way}: headings without jumps`, jumps);
	if (screens)
		await page.screenshot({ path: path.join(screens, `${way}.png`), fullPage: true });
	await context.close();
}

(async () => {
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });

	for (const [width, scheme] of [[1280, 'light'], [1280, 'dark'], [360, 'light'], [360, 'dark'], [320, 'light']])
		await look(browser, width, scheme);
	await browser.close();
})().catch((e) => {
	console.error(e);
	process.exit(1);
});
