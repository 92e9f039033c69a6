/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What html-validate has to say about an HTML file, a fault a line; nothing where it
 * keeps to the standard. It must find a fault that is put there.
 *	node valid.js FILE
 */
'use strict';
const fs = require('fs');
const { HtmlValidate } = require('html-validate');

const validator = new HtmlValidate({ root: true, extends: ['html-validate:standard'] });

async function faults(text)
{
	const report = await validator.validateString(text);

	return report.results.flatMap((r) => r.messages).map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`);
}

(async () => {
	const text = fs.readFileSync(process.argv[2], 'utf8');

	if ((await faults(text.replace('</body>', '<p>a<table><p>b</p></table></p></body>'))).length === 0)
		throw new Error('a fault was not found');
	for (const fault of await faults(text))
		console.log(fault);
})().catch((e) => {
	console.error(e);
	process.exit(1);
});
